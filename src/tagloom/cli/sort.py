"""`tagloom sort`: a prompt whose tags stand in the order of their groups, or each of its tags with its group."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

from tagloom.cli.parameter import Parameter
from tagloom.cli.prompts import read_prompt_file
from tagloom.cli.services import Services

if TYPE_CHECKING:
    from tagloom.arranging import Grouped

_WIDEST: Final = len("lighting")


def sort(
    file: Annotated[Path, Parameter(allow_leading_hyphen=True)],
    /,
    *,
    order: Annotated[str, Parameter(help="Your own order of groups: person,clothing,...; the rest follows.")] = "",
    groups: Annotated[bool, Parameter(negative="", help="Show each tag with its group; sort nothing.")] = False,
    as_json: Annotated[bool, Parameter("--json", negative="", help="The result as JSON.")] = False,
    services: Annotated[Services, Parameter(parse=False)],
) -> int:
    """Write a prompt with its tags in the recommended order.

    Person, clothing, scene, camera, lighting, detail, renderer, style, other. No tag crosses a BREAK, an AND or a comment;
    weights travel along, brackets and edits stay whole, and tags that nobody knows stay behind the one before them.

    Parameters
    ----------
    file
        A text file that holds one prompt; - reads standard input.
    """
    from tagloom.arranging import complete_order, grouped_tags, sorted_prompt
    from tagloom.tags.lexicon import load_lexicon

    wanted = complete_order(order.split(",") if order else ())
    text = read_prompt_file(file, services.read_input)
    lexicon = load_lexicon()
    if groups:
        _show_groups(grouped_tags(text, lexicon), services, as_json=as_json)
        return 0
    arranged = sorted_prompt(text, lexicon, wanted)
    if as_json:
        services.print(json.dumps({"prompt": arranged, "changed": arranged != text}, ensure_ascii=False, indent=2))
    else:
        services.print(arranged)
    return 0


def _show_groups(found: "Sequence[Grouped]", services: Services, *, as_json: bool) -> None:
    if not as_json:
        for one in found:
            services.print(f"{one.classified.group:<{_WIDEST}} {one.tag.text}")
        return
    told = [
        {
            "tag": one.tag.text,
            "start": one.tag.span.start,
            "end": one.tag.span.end,
            "group": one.classified.group,
            "subgroup": one.classified.subgroup,
            "how": one.classified.how,
        }
        for one in found
    ]
    services.print(json.dumps(told, ensure_ascii=False, indent=2))
