"""`tagloom tags`: search the tags there are, show one, list their groups, import a list of more."""

import json
from collections import Counter
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from tagloom.cli.number import WholeNumber
from tagloom.cli.services import Services
from tagloom.cli.table import table
from tagloom.errors import RequestError
from tagloom.tags import (
    GROUP_NAMES,
    GROUPS,
    Entry,
    Group,
    Hit,
    Index,
    Language,
    Tag,
    Usage,
    import_list,
    load_lexicon,
    load_lists,
    load_pinyin,
    read_usage,
)

_ALL = "Swimwear, blood and the like too."

tags = App(name="tags", help="Search tags, show one, list their groups, import a list.", help_format="plaintext")


@tags.command
def search(
    query: Annotated[str, Parameter(allow_leading_hyphen=True)],
    /,
    *,
    limit: Annotated[WholeNumber, Parameter(help="At most so many, 1 or more.")] = 20,
    with_all: Annotated[bool, Parameter("--all", negative="", help=_ALL)] = False,
    as_json: Annotated[bool, Parameter("--json", negative="", help="What fits and where, as JSON.")] = False,
    services: Annotated[Services, Parameter(parse=False)],
) -> int:
    """Find tags by any part of them, by an alias, a Chinese name, its pinyin (fense, fen3se4) or initials (fs).

    A line has the tag, its Chinese name, what was found, and on how many pictures of an imported list it is.

    Parameters
    ----------
    query
        What to look for; one letter may be wrong in it.
    """
    if limit < 1:
        raise RequestError(f"a limit of {limit} shows nothing", field="limit", hint="take 1 or more")
    language: Language = "zh-Hans" if load_lexicon().folded(query) == query else "zh-Hant"
    index, usage = _index(services), _usage(services)
    hits = index.search(query, limit, language=language, includes_sensitive=with_all, usage=usage)
    if as_json:
        services.print(json.dumps([_told(hit) for hit in hits], ensure_ascii=False, indent=2))
    elif hits:
        for line in table([_cells(hit) for hit in hits]):
            services.print(line)
    else:
        services.say(f"no tag fits '{query}'")
    return 0


@tags.command
def show(
    tag: Annotated[str, Parameter(allow_leading_hyphen=True)], /, *, services: Annotated[Services, Parameter(parse=False)]
) -> int:
    """Show all that is known of a tag.

    Parameters
    ----------
    tag
        The tag, an alias, or one of its Chinese names.
    """
    index = _index(services)
    found = index.find(tag)
    if found is None:
        near = index.search(tag, 1)
        hint = f"did you mean '{near[0].tag.text}'?" if near else "tagloom tags search finds tags by a part of them"
        raise RequestError(f"there is no tag '{tag}'", field="tag", hint=hint)
    services.print(found.text)
    for title, text in _facts(found, _usage(services)):
        if text:
            services.print(f"  {title}: {text}")
    return 0


@tags.command
def groups(
    group: str = "",
    /,
    *,
    traditional: Annotated[bool, Parameter(negative="", help="Chinese names in Traditional script.")] = False,
    with_all: Annotated[bool, Parameter("--all", negative="", help=_ALL)] = False,
    services: Annotated[Services, Parameter(parse=False)],
) -> int:
    """List the groups in the recommended order, with their sub-groups and how many tags are in each.

    Parameters
    ----------
    group
        Show this one's tags instead, in Chinese and English.
    """
    language: Language = "zh-Hant" if traditional else "zh-Hans"
    entries = [entry for entry in load_lexicon().entries if with_all or not entry.is_sensitive]
    if group:
        _show_group([entry for entry in entries if entry.group == _group(group)], language, services)
        return 0
    for each in GROUPS:
        inside = Counter(entry.subgroup for entry in entries if entry.group == each)
        services.print(f"{each}: {GROUP_NAMES[each]['en']}, {GROUP_NAMES[each][language]}: {inside.total()} tags")
        for subgroup, number in inside.items():
            services.print(f"  {subgroup}: {number}")
    return 0


@tags.command(name="import")
def import_(
    file: Path | None = None,
    /,
    *,
    translations: Annotated[Path | None, Parameter(help="A CSV file name,translation or name,type,translation.")] = None,
    services: Annotated[Services, Parameter(parse=False)],
) -> int:
    """Take a list of tags, as other tools' autocompletion has it, into the search; one of the same name is replaced.

    Parameters
    ----------
    file
        A CSV file name,type,count,"aliases".
    """
    path, found = import_list(_lists_folder(services), file, translations)
    named = sum(map(bool, found.names))
    services.print(f"{len(found.tags)} tags, {named} of them with names, are now in {path}")
    return 0


def _lists_folder(services: Services) -> Path:
    return services.settings.data_folder / "tags"


def _index(services: Services) -> Index:
    return Index(load_lexicon(), load_pinyin(), load_lists(_lists_folder(services)))


def _usage(services: Services) -> Usage:
    """How often tags were used; what is wrong with the file is said."""
    reading = read_usage(services.settings.data_folder / "usage.json")
    if reading.notice:
        services.say(f"notice: {reading.notice}")
    return reading.usage


def _cells(hit: Hit) -> tuple[str, ...]:
    tag = hit.tag
    group = f"{tag.entry.group}/{tag.entry.subgroup}" if tag.entry else tag.kind or ""
    found = hit.match if hit.wording == tag.text else f"{hit.match}: {hit.wording}"
    return tag.text, hit.name if hit.name != tag.text else "", group, found, f"{tag.count:,}" if tag.count else ""


def _told(hit: Hit) -> dict[str, object]:
    tag = hit.tag
    return {
        "tag": tag.text,
        "name": hit.name,
        "match": hit.match,
        "wording": hit.wording,
        "spans": [list(span) for span in hit.spans],
        "group": tag.entry.group if tag.entry else None,
        "subgroup": tag.entry.subgroup if tag.entry else None,
        "kind": tag.kind,
        "count": tag.count,
        "uses": hit.uses,
    }


def _facts(tag: Tag, usage: Usage) -> list[tuple[str, str]]:
    entry = tag.entry
    of_entry = [] if entry is None else _facts_of_entry(entry)
    of_lists = [
        ("other names", ", ".join(tag.translations)),
        ("aliases", ", ".join(tag.aliases)),
        ("kind", tag.kind or ""),
        ("pictures", f"{tag.count:,}" if tag.count else ""),
        ("used", f"{usage.of(tag.text)} times" if usage.of(tag.text) else ""),
    ]
    return of_entry + of_lists


def _facts_of_entry(entry: Entry) -> list[tuple[str, str]]:
    group, flags = GROUP_NAMES[entry.group], {"negative": entry.is_negative, "sensitive": entry.is_sensitive}
    name = entry.name("zh-Hans")
    return [
        ("zh-Hans", ", ".join(entry.hans)),
        ("zh-Hant", ", ".join(entry.hant)),
        ("pinyin", load_pinyin().spoken(name, load_lexicon().key(name))),
        ("group", f"{entry.group}/{entry.subgroup} ({group['en']}, {group['zh-Hans']})"),
        ("flags", ", ".join(flag for flag, is_set in flags.items() if is_set)),
    ]


def _group(said: str) -> Group:
    """The group that is called so in any language."""
    wanted = said.casefold()
    for group in GROUPS:
        if wanted in {group, *(name.casefold() for name in GROUP_NAMES[group].values())}:
            return group
    raise RequestError(f"there is no group '{said}'", field="group", hint=f"there are: {', '.join(GROUPS)}")


def _show_group(entries: list[Entry], language: Language, services: Services) -> None:
    """Print a table for each sub-group."""
    for subgroup in dict.fromkeys(entry.subgroup for entry in entries):
        services.print(f"[{subgroup}]")
        for line in table([(entry.name(language), entry.tag) for entry in entries if entry.subgroup == subgroup]):
            services.print(line)
