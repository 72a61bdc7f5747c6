"""How many tags of a list, labelled by hand and independent of the lexicon, get the group that a person would give them."""

from collections import Counter
from pathlib import Path

import pytest

from tagloom.tags.classify import classify
from tagloom.tags.lexicon import load_lexicon

LABELLED = Path(__file__).parent / "evaluation" / "groups.tsv"


def test_at_least_95_of_100_labelled_tags_get_their_group(capsys: pytest.CaptureFixture[str]) -> None:
    lexicon = load_lexicon()
    kind, counted, missed = "", Counter[str](), Counter[tuple[str, str, str]]()
    for line in LABELLED.read_text("utf-8").splitlines():
        if line.startswith("#"):
            kind = line.removeprefix("# ")
            continue
        tag, group = line.split("\t")
        counted[kind] += 1
        found = classify(tag, lexicon).group
        if found != group:
            missed[kind, group, found] += 1
    total, wrong = counted.total(), missed.total()
    with capsys.disabled():
        print(f"\ngroups: {total - wrong} of {total} right ({(total - wrong) / total:.1%})")
        for (where, wanted, taken), count in missed.most_common():
            print(f"  {where}: {count} of {wanted} taken for {taken}")
    assert total >= 600
    assert (total - wrong) / total >= 0.95
