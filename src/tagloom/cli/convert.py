"""`tagloom convert`: a prompt of one tool, written for another."""

from pathlib import Path
from typing import Annotated

from tagloom.cli.dialects import checked_dialect
from tagloom.cli.exits import OTHER
from tagloom.cli.parameter import Parameter
from tagloom.cli.prompts import read_prompt_file
from tagloom.cli.services import Services
from tagloom.prompt import convert as convert_prompt
from tagloom.prompt import parse
from tagloom.prompt.source import line_and_column


def convert(
    file: Annotated[Path, Parameter(allow_leading_hyphen=True)],
    /,
    *,
    source: Annotated[str, Parameter("--from", help="The dialect it is written in.")] = "tagloom",
    target: Annotated[str, Parameter("--to", help="The dialect to write.")],
    strict: Annotated[bool, Parameter(negative="", help="The exit code is 1 if anything is lost.")] = False,
    as_json: Annotated[bool, Parameter("--json", negative="", help="Text and losses as JSON.")] = False,
    services: Annotated[Services, Parameter(parse=False)],
) -> int:
    """Write a prompt for another tool, and say what cannot be said there.

    Dialects are tagloom, a1111 (its web UI and what follows it), comfyui, compel (InvokeAI, diffusers), novelai and sdcpp.

    Parameters
    ----------
    file
        A text file that holds one prompt; - reads standard input.
    """
    text = read_prompt_file(file, services.read_input)
    printed = convert_prompt(parse(text, checked_dialect("from", source)), checked_dialect("to", target))
    if as_json:
        losses = [{"start": loss.span.start, "end": loss.span.end, "message": loss.message} for loss in printed.losses]
        services.print_json({"text": printed.text, "losses": losses})
    else:
        services.print(printed.text)
        for loss in printed.losses:
            line, column = line_and_column(text, loss.span.start)
            services.say(f"lost at {line}:{column}: {loss.message}")
    return OTHER if strict and printed.losses else 0
