"""The quantile function of the beta distribution."""

import math
from typing import Final

_TINY: Final = 1e-300
_PRECISION: Final = 1e-13


def beta_quantile(share: float, alpha: float, beta: float) -> float:
    """The x in [0, 1] below which a `share` of a beta(alpha, beta) distribution lies, to about 1e-12."""
    low, high = 0.0, 1.0
    while high - low > _PRECISION:
        middle = (low + high) / 2
        if _distribution(middle, alpha, beta) < share:
            low = middle
        else:
            high = middle
    return {0.0: 0.0, 1.0: 1.0}.get(share, (low + high) / 2)


def _distribution(x: float, alpha: float, beta: float) -> float:
    """The regularised incomplete beta function, by its continued fraction (Numerical Recipes 6.4)."""
    if x > (alpha + 1) / (alpha + beta + 2):
        return 1 - _distribution(1 - x, beta, alpha)
    if x == 0:
        return 0.0
    log_front = math.lgamma(alpha + beta) - math.lgamma(alpha) - math.lgamma(beta)
    front = math.exp(log_front + alpha * math.log(x) + beta * math.log1p(-x))
    return front * _continued_fraction(x, alpha, beta) / alpha


def _continued_fraction(x: float, alpha: float, beta: float) -> float:
    """Lentz's method; it converges in a few terms where x lies below the distribution's mean."""
    c, d = 1.0, 1 / _away_from_zero(1 - (alpha + beta) * x / (alpha + 1))
    value = d
    for m in range(1, 200):
        even = m * (beta - m) * x / ((alpha + 2 * m - 1) * (alpha + 2 * m))
        odd = -(alpha + m) * (alpha + beta + m) * x / ((alpha + 2 * m) * (alpha + 2 * m + 1))
        factor = 1.0
        for term in (even, odd):
            d = 1 / _away_from_zero(1 + term * d)
            c = _away_from_zero(1 + term / c)
            factor = c * d
            value *= factor
        if abs(factor - 1) < _PRECISION:
            break
    return value


def _away_from_zero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY
