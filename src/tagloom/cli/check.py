"""`tagloom check`: what is wrong with a prompt, before it is painted."""

import json
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from tagloom.cli.exits import OTHER
from tagloom.cli.explain import check_options, diagnostic_json
from tagloom.cli.prompts import read_prompt_file
from tagloom.cli.services import Services
from tagloom.prompt import Severity, compile, render


def check(
    file: Annotated[Path, Parameter(allow_leading_hyphen=True)],
    /,
    *,
    steps: Annotated[int, Parameter(help="Of the run it is meant for, 1 to 150.")] = 20,
    as_json: Annotated[bool, Parameter("--json", negative="", help="The findings as JSON.")] = False,
    services: Annotated[Services, Parameter(parse=False)],
) -> int:
    """Say what is wrong with a prompt in a file; - reads it from standard input.

    The exit code is 1 if there are errors; warnings and advice leave it 0.

    Parameters
    ----------
    file
        A text file that holds one prompt.
    """
    check_options(steps=steps, compat="exact", underscores="keep")
    text = read_prompt_file(file, services.read_input)
    found = compile(text, steps=steps).diagnostics
    if as_json:
        services.print(json.dumps([diagnostic_json(one) for one in found], ensure_ascii=False, indent=2))
    else:
        for one in found:
            services.print(render(one, text))
    return OTHER if any(one.severity is Severity.ERROR for one in found) else 0
