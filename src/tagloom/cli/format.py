"""`tagloom format`: a prompt in its canonical form."""

from pathlib import Path
from typing import Annotated

from tagloom.cli.dialects import checked_dialect
from tagloom.cli.exits import OTHER
from tagloom.cli.parameter import Parameter
from tagloom.cli.prompts import read_prompt_file
from tagloom.cli.services import Services
from tagloom.prompt import format as format_prompt
from tagloom.tags.whole_file import write_whole


def format(  # noqa: A001  # the verb
    file: Annotated[Path, Parameter(allow_leading_hyphen=True)],
    /,
    *,
    dialect: Annotated[str, Parameter(help="tagloom, a1111, comfyui, compel, novelai or sdcpp.")] = "tagloom",
    write: Annotated[bool, Parameter(negative="", help="Change the file itself.")] = False,
    check: Annotated[bool, Parameter(negative="", help="Print nothing; the exit code is 1 if it would change.")] = False,
    services: Annotated[Services, Parameter(parse=False)],
) -> int:
    """Write the prompt in a file in its canonical form: spaces, commas and numbers; its meaning never changes.

    Parameters
    ----------
    file
        A text file that holds one prompt; - reads standard input.
    """
    text = read_prompt_file(file, services.read_input)
    formatted = format_prompt(text, checked_dialect("dialect", dialect))
    if check:
        return OTHER if formatted != text else 0
    if not write or str(file) == "-":
        services.print(formatted)
        return 0
    if formatted != text:
        write_whole(file.resolve(), f"{formatted}\n".encode())
    return 0
