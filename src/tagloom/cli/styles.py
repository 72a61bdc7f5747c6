"""`tagloom styles`: prompts that are put around one's own by name; one's own are kept in a file of A1111's kind."""

import difflib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from tagloom.cli.exits import OTHER
from tagloom.cli.services import Services
from tagloom.errors import RequestError
from tagloom.tags.style_file import check_sound, read_style_file, write_style_file
from tagloom.tags.style_sheet import StyleSheet
from tagloom.tags.styles import Style, find_style, presets

styles = App(name="styles", help="List the styles there are, or keep your own.", help_format="plaintext")


def with_styles(prompt: str, negative_prompt: str, names: Sequence[str], services: Services) -> tuple[str, str]:
    """A prompt and its negative prompt with the styles that `--style` names put around them, in order.

    Raises:
        RequestError: there is no style of a name; the nearest is the hint.
    """
    from tagloom.arranging import apply

    own = _own(services).styles()
    styled = apply(prompt, negative_prompt, [_found(name, own) for name in names])
    return styled.prompt, styled.negative_prompt


@styles.default
def list_styles(
    *,
    as_json: Annotated[bool, Parameter("--json", negative="", help="Their texts too, as JSON.")] = False,
    services: Annotated[Services, Parameter(parse=False)],
) -> int:
    """List the styles that can be named with --style: your own, and those that come with tagloom."""
    sheet = _own(services)
    if as_json:
        own = [{"kind": "own", **_told(style)} for style in sheet.styles()]
        shipped = [{"kind": one.kind, "zh-Hans": one.hans, "zh-Hant": one.hant, **_told(one.style)} for one in presets()]
        services.print(json.dumps([*own, *shipped], ensure_ascii=False, indent=2))
        return OTHER if sheet.damage else 0
    for style in sheet.styles():
        services.print(f"own       {style.name}")
    for one in presets():
        services.print(f"{one.kind:<9} {one.style.name} ({one.hans})")
    return OTHER if sheet.damage else 0


@styles.command
def show(name: str, /, *, services: Annotated[Services, Parameter(parse=False)]) -> int:
    """Show what a style says."""
    style = _found(name, _own(services).styles())
    services.print(f"prompt: {style.prompt}")
    services.print(f"negative prompt: {style.negative_prompt}")
    return 0


@styles.command
def add(
    name: str,
    /,
    *,
    prompt: Annotated[str, Parameter(help="Your own prompt goes where {prompt} stands, else before it.")] = "",
    negative: Annotated[str, Parameter(alias="-N", help="The same for the negative prompt.")] = "",
    services: Annotated[Services, Parameter(parse=False)],
) -> int:
    """Keep a style of your own; one of that name is replaced."""
    if not name.strip() or name.startswith("#"):
        raise RequestError("a style's name must say something, and not begin with #", field="name")
    if not prompt and not negative:
        raise RequestError("a style says something", field="prompt", hint="give --prompt, --negative or both")
    _keep(services, _own(services).with_style(Style(name, prompt, negative)))
    return 0


@styles.command
def remove(name: str, /, *, services: Annotated[Services, Parameter(parse=False)]) -> int:
    """Remove a style of your own."""
    sheet = _own(services)
    if not any(style.name == name for style in sheet.styles()):
        raise RequestError(f"there is no style '{name}' in {services.settings.styles_file}", field="name")
    _keep(services, sheet.without_style(name))
    return 0


@styles.command(name="import")
def import_(
    file: Path,
    /,
    *,
    replace: Annotated[bool, Parameter(negative="", help="Replace your own styles of the same names.")] = False,
    services: Annotated[Services, Parameter(parse=False)],
) -> int:
    """Take the styles of A1111's styles.csv into your own. Damaged lines are named, and leave the exit code 1."""
    _check_there(file)
    theirs, mine = read_style_file(file), _own(services)
    for damage in theirs.damage:
        services.say(f"{file}: line {damage.line} {damage.message}")
    own = {style.name: style for style in mine.styles()}
    taken = 0
    for style in theirs.styles():
        known = own.get(style.name)
        if known is not None and known != style and not replace:
            services.say(f"'{style.name}' is kept as you have it; --replace takes theirs")
        elif known != style:
            mine, taken = mine.with_style(style), taken + 1
            own[style.name] = style
    if taken:
        _keep(services, mine)
    services.print(f"{taken} styles taken")
    return OTHER if theirs.damage else 0


@styles.command
def export(
    file: Path,
    /,
    *,
    with_presets: Annotated[bool, Parameter("--presets", negative="", help="Those that come with tagloom too.")] = False,
    services: Annotated[Services, Parameter(parse=False)],
) -> int:
    """Write your own styles into a styles.csv for A1111; what else stands in it is kept."""
    sheet = read_style_file(file)
    check_sound(file, sheet)
    own = _own(services)
    check_sound(services.settings.styles_file, own)
    shipped = [one.style for one in presets()] if with_presets else []
    written = [*shipped, *own.styles()]
    for style in written:
        sheet = sheet.with_style(style)
    write_style_file(file, sheet)
    services.print(f"{len(written)} styles written to {file}")
    return 0


def _own(services: Services) -> StyleSheet:
    """The user's own sheet; what is damaged in it is said."""
    path = services.settings.styles_file
    sheet = read_style_file(path)
    for damage in sheet.damage:
        services.say(f"notice: {path}: line {damage.line} {damage.message}")
    return sheet


def _keep(services: Services, sheet: StyleSheet) -> None:
    check_sound(services.settings.styles_file, sheet)
    write_style_file(services.settings.styles_file, sheet)


def _found(name: str, own: Sequence[Style]) -> Style:
    found = find_style(name, own)
    if found is None:
        known = [*(style.name for style in own), *(one.style.name for one in presets())]
        close = difflib.get_close_matches(name, known, 1)
        hint = f"did you mean '{close[0]}'?" if close else "`tagloom styles` lists them"
        raise RequestError(f"there is no style '{name}'", field="style", hint=hint)
    return found


def _told(style: Style) -> dict[str, str]:
    return {"name": style.name, "prompt": style.prompt, "negative_prompt": style.negative_prompt}


def _check_there(file: Path) -> None:
    if not file.exists():
        raise RequestError(f"there is no file {file}", field="file")
