"""What a verb says of one of its parameters, in cyclopts' words but without cyclopts, which takes 50 ms to import."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Annotated, get_args


@dataclass(frozen=True, slots=True)
class Parameter:
    """See `cyclopts.Parameter`, which has fields of these names; None leaves one as it is there."""

    name: str | None = None
    help: str | None = None
    group: str | None = None
    negative: str | None = None
    allow_leading_hyphen: bool | None = None
    parse: bool | None = None


def for_cyclopts(verb: Callable[..., int]) -> Callable[..., int]:
    """The verb with its parameters annotated as cyclopts wants them; numbers are read as strictly as everywhere."""

    def adapted(*arguments: object, **named: object) -> int:
        return verb(*arguments, **named)

    adapted.__name__, adapted.__doc__ = verb.__name__, verb.__doc__  # not `wraps`: cyclopts would look behind it
    signature = inspect.signature(verb)
    parameters = [one.replace(annotation=_translated(one.annotation)) for one in signature.parameters.values()]
    adapted.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]  # inspect looks for it
    adapted.__annotations__ = {one.name: one.annotation for one in parameters}
    return adapted


def _translated(annotation: object) -> object:
    from cyclopts import Parameter as Theirs

    from tagloom.cli.number import RealNumber, WholeNumber

    kind, ours = get_args(annotation)
    strict = {int: WholeNumber, float: RealNumber}.get(kind, kind)
    said = {field.name: getattr(ours, field.name) for field in fields(ours)}
    return Annotated[strict, Theirs(**{name: value for name, value in said.items() if value is not None})]
