"""Variation, the noise of samplers, and tiling as infotext parameters and back; the names are A1111's own."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from tagloom.artifact.infotext import Parameter, decimal
from tagloom.artifact.written import Written
from tagloom.engine import Request, RequestInput, automatic_vae_tiling

_TILING: Final = MappingProxyType({"both": "True", "x": "x", "y": "y"})
_TILING_READ: Final = MappingProxyType({name: ours for ours, name in _TILING.items()})
_STOCHASTICITY: Final[Mapping[str, tuple[str, float]]] = MappingProxyType(  # key -> field, and what it is unless said
    {
        "Eta": ("eta", 1.0),
        "Eta DDIM": ("eta_ddim", 0.0),
        "Sigma churn": ("s_churn", 0.0),
        "Sigma tmin": ("s_tmin", 0.0),
        "Sigma tmax": ("s_tmax", 0.0),
        "Sigma noise": ("s_noise", 1.0),
    }
)


def noise_parameters(request: Request) -> dict[str, Parameter]:
    """Variation, the noise of samplers, and tiling; what is as it is unless said is None."""
    is_varied = request.variation_strength != 0
    is_automatic = request.vae_tiling == automatic_vae_tiling(request)
    numbers = {
        key: decimal(getattr(request, field)) if getattr(request, field) != default else None
        for key, (field, default) in _STOCHASTICITY.items()
    }
    return {
        "Variation seed": request.variation_seed if is_varied else None,
        "Variation seed strength": decimal(request.variation_strength) if is_varied else None,
        "Seed resize from": f"{request.seed_width}x{request.seed_height}" if request.seed_width else None,
        **numbers,
        "Tiling": _TILING[request.tiling] if request.tiling != "off" else None,
        "VAE tiling": None if is_automatic else request.vae_tiling,
    }


def recall_noise(said: RequestInput, written: Written) -> RequestInput:
    """What was said, with what stands there of noise and tiling."""
    return replace(
        said,
        variation_seed=written.whole("Variation seed", None),
        variation_strength=written.number("Variation seed strength", 0.0),
        seed_width=written.whole("Seed resize from-1", None),
        seed_height=written.whole("Seed resize from-2", None),
        eta=written.number("Eta", 1.0),
        eta_ddim=written.number("Eta DDIM", 0.0),
        s_churn=written.number("Sigma churn", 0.0),
        s_tmin=written.number("Sigma tmin", 0.0),
        s_tmax=written.number("Sigma tmax", 0.0),
        s_noise=written.number("Sigma noise", 1.0),
        tiling=written.choice("Tiling", _TILING_READ, "off"),
        vae_tiling=written.choice("VAE tiling", {"on": "on", "off": "off"}, "auto"),
    )
