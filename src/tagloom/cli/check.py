"""`tagloom check`: what is wrong with a prompt, and what could be better, before it is painted."""

from pathlib import Path
from typing import Annotated

from tagloom.arranging import lexicon_hooks
from tagloom.cli.dialects import checked_dialect
from tagloom.cli.exits import OTHER
from tagloom.cli.explain import check_options, diagnostic_json
from tagloom.cli.parameter import Parameter
from tagloom.cli.prompts import read_prompt_file
from tagloom.cli.services import Services
from tagloom.diffusion.chunks import chunk
from tagloom.errors import RequestError
from tagloom.prompt import Severity, compile, render
from tagloom.prompt.lint import lint
from tagloom.tags.han import has_chinese
from tagloom.tags.lexicon import load_lexicon
from tagloom.tokenizer import load_tokenizer

_HIGHEST_CLIP_SKIP = 12


def check(  # one parameter for each option
    file: Annotated[Path, Parameter(allow_leading_hyphen=True)],
    /,
    *,
    negative: Annotated[str, Parameter(help="The negative prompt beside it.")] = "",
    steps: Annotated[int, Parameter(help="Of the run it is meant for, 1 to 150.")] = 20,
    clip_skip: Annotated[float, Parameter(help="Of the run it is meant for, 1 to 12.")] = 1.0,
    dialect: Annotated[str, Parameter(help="tagloom, a1111, comfyui, compel, novelai or sdcpp.")] = "tagloom",
    off: Annotated[tuple[str, ...], Parameter(help="Codes of findings that are not wanted.", negative="")] = (),
    as_json: Annotated[bool, Parameter("--json", negative="", help="The findings as JSON.")] = False,
    services: Annotated[Services, Parameter(parse=False)],
) -> int:
    """Say what is wrong with a prompt in a file, and what the tutorial would advise; - reads it from standard input.

    The exit code is 1 if there are errors; warnings and advice leave it 0.

    Parameters
    ----------
    file
        A text file that holds one prompt.
    """
    check_options(steps=steps, compat="exact", underscores="keep")
    if not 1 <= clip_skip <= _HIGHEST_CLIP_SKIP:
        raise RequestError(f"clip skip {clip_skip:g} is not within 1 to {_HIGHEST_CLIP_SKIP}", field="clip_skip")
    spoken = checked_dialect("dialect", dialect)
    text = read_prompt_file(file, services.read_input)
    found = lint(
        text,
        negative,
        steps=steps,
        clip_skip=clip_skip,
        dialect=spoken,
        disabled=off,
        hooks=lexicon_hooks(load_lexicon(), chunk_starts=chunk_starts, translate=in_english),
    )
    if as_json:
        services.print_json([diagnostic_json(one) for one in found])
    else:
        for one in found:
            services.print(render(one, negative if one.about == "negative" else text))
    return OTHER if any(one.severity is Severity.ERROR for one in found) else 0


def in_english(chinese: str) -> str | None:
    """What a Chinese tag is in English; None where not all of it is known."""
    from tagloom.translation import translate_prompt  # a grammar, which an English prompt does not wait for

    said = translate_prompt(chinese, "en").text
    return None if has_chinese(said) else said


def chunk_starts(text: str) -> list[int]:
    """Where in a prompt, as it stands at its first step, chunks after the first begin."""
    parts = compile(text, steps=1).stages[0].parts
    chunks = [cut for part in parts for cut in chunk(part.pieces, load_tokenizer(), {})[1:]]
    return [cut.slots[0].span.start for cut in chunks if cut.slots]
