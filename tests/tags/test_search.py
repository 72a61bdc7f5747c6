"""What is found for what is typed."""

from types import MappingProxyType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tagloom.tags import Hit, Index, Lexicon, TagKind, TagList, Usage
from tagloom.tags.match import Matcher
from tagloom.tags.query import Syllables, read_query
from tagloom.tags.stock import Stock
from tagloom.tags.tier import TIERS
from tests.tags.few_tags import CHARACTERS, READINGS, an_entry, few_readings, few_tags

LIST = TagList(
    tags=("^_^", "hair bow", "hairband", "kusanagi (sword)", "pink hair", "ping pong"),
    kinds=("general", "general", "general", "character", "general", "general"),
    counts=(5, 90, 90, 3, 700, 2),
    aliases=("", "hairbow,ribbon in hair", "", "", "", ""),
    names=("", "发蝴蝶结", "", "草薙", "粉红头发", ""),
)


@pytest.fixture(scope="module")
def index() -> Index:
    return Index(few_tags(), few_readings())


@pytest.fixture(scope="module")
def full_index() -> Index:
    return Index(few_tags(), few_readings(), [LIST])


def first(hits: tuple[Hit, ...]) -> tuple[str, str, str, tuple[tuple[int, int], ...]]:
    hit = hits[0]
    return hit.tag.text, hit.match, hit.wording, hit.spans


@pytest.mark.parametrize(
    ("query", "tag", "match", "wording", "spans"),
    [
        ("Pink_Hair", "pink hair", "exact", "pink hair", ((0, 9),)),
        ("face the lens", "looking at viewer", "exact", "face the lens", ((0, 13),)),
        ("粉色的头发", "pink hair", "exact", "粉色头发", ((0, 4),)),
        ("pink h", "pink hair", "prefix", "pink hair", ((0, 6),)),
        ("viewer", "looking at viewer", "word", "looking at viewer", ((11, 17),)),
        ("shir", "t-shirt", "word", "t-shirt", ((2, 6),)),
        ("face th", "looking at viewer", "alias", "face the lens", ((0, 7),)),
        ("粉色头", "pink hair", "chinese", "粉色头发", ((0, 3),)),
        ("粉色頭", "pink hair", "chinese", "粉色头发", ((0, 3),)),
        ("看着", "looking at viewer", "chinese", "看着镜头", ((0, 2),)),
        ("镜头", "looking at viewer", "chinese", "看着镜头", ((2, 4),)),
        ("淡淡的微", "light smile", "chinese", "淡淡的微笑", ((0, 2), (3, 4))),
        ("淡微笑", "light smile", "chinese", "淡淡的微笑", ((1, 2), (3, 5))),
        ("fensetoufa", "pink hair", "pinyin", "粉色头发", ((0, 4),)),
        ("fen3se4t", "pink hair", "pinyin", "粉色头发", ((0, 3),)),
        ("fen se to", "pink hair", "pinyin", "粉色头发", ((0, 3),)),
        ("fen'se'toufa", "pink hair", "pinyin", "粉色头发", ((0, 4),)),
        ("jingtou", "looking at viewer", "pinyin", "看着镜头", ((2, 4),)),
        ("jing4tou2", "looking at viewer", "pinyin", "看着镜头", ((2, 4),)),
        ("fstf", "pink hair", "pinyin", "粉色头发", ((0, 4),)),
        ("fst", "pink hair", "pinyin", "粉色头发", ((0, 3),)),
        ("kzjt", "looking at viewer", "pinyin", "看着镜头", ((0, 4),)),
        ("dandandeweixiao", "light smile", "pinyin", "淡淡的微笑", ((0, 2), (3, 5))),
        ("dandanweixiao", "light smile", "pinyin", "淡淡的微笑", ((0, 2), (3, 5))),
        ("nvhai", "1girl", "pinyin", "女孩", ((0, 2),)),
        ("nühai", "1girl", "pinyin", "女孩", ((0, 2),)),
        ("faguang", "glowing", "pinyin", "发光", ((0, 2),)),
        ("fa1guang1", "glowing", "pinyin", "发光", ((0, 2),)),
        ("txfg", "glowing shirt", "pinyin", "T恤发光", ((0, 4),)),
        ("ooking at", "looking at viewer", "infix", "looking at viewer", ((1, 10),)),
        ("acing v", "looking at viewer", "infix", "facing viewer", ((1, 8),)),
        ("blsuh", "blush", "typo", "blush", ((0, 5),)),
        ("lookng at", "looking at viewer", "typo", "looking at viewer", ((0, 10),)),
        ("fint smile", "light smile", "typo", "faint smile", ((0, 11),)),
    ],
)
def test_a_tag_is_found_by_any_wording(
    query: str, tag: str, match: str, wording: str, spans: tuple[tuple[int, int], ...], index: Index
) -> None:
    assert first(index.search(query)) == (tag, match, wording, spans)


def test_chinese_wordings_are_shown_in_the_script_that_is_asked_for(index: Index) -> None:
    hit = index.search("粉色头", language="zh-Hant")[0]
    assert (hit.name, hit.wording) == ("粉色頭髮", "粉色頭髮")
    assert index.search("pink h", language="zh-Hans")[0].name == "粉色头发"
    assert index.search("pink h")[0].name == "pink hair"


def test_tones_that_were_typed_count(index: Index) -> None:
    assert index.search("fen1se4") == ()


def test_the_best_kind_of_match_comes_first_whatever_is_used_more(full_index: Index) -> None:
    hits = full_index.search("hair", usage=Usage({"pink hair": 9, "hair bow": 1}))
    assert [(hit.tag.text, hit.match, hit.uses) for hit in hits[:5]] == [
        ("hair", "exact", 0),
        ("hair bow", "prefix", 1),
        ("hairband", "prefix", 0),
        ("pink hair", "word", 9),
        ("long hair", "word", 0),
    ]


def test_whole_first_words_come_before_a_longer_word(full_index: Index) -> None:
    hits = full_index.search("hair", usage=Usage({"hairband": 9}))
    assert [hit.tag.text for hit in hits[:3]] == ["hair", "hair bow", "hairband"]


def test_equal_matches_are_ranked_by_use_then_by_pictures_then_by_length(full_index: Index) -> None:
    assert [hit.tag.text for hit in full_index.search("pin")] == ["pink hair", "ping pong", "pink eyes"]
    used = full_index.search("pin", usage=Usage({"pink eyes": 2, "no such tag": 5, "ping pong": 3}))
    assert [hit.tag.text for hit in used] == ["ping pong", "pink eyes", "pink hair"]


def test_another_usage_is_heeded_at_once(full_index: Index) -> None:
    for favourite in ("pink eyes", "ping pong", "pink hair"):
        assert full_index.search("pin", usage=Usage({favourite: 1}))[0].tag.text == favourite


def test_imported_tags_bring_their_aliases_names_and_counts(full_index: Index) -> None:
    assert first(full_index.search("ribbon in"))[:3] == ("hair bow", "alias", "ribbon in hair")
    assert first(full_index.search("发蝴蝶"))[:3] == ("hair bow", "chinese", "发蝴蝶结")
    assert first(full_index.search("^_^"))[:2] == ("^_^", "exact")
    assert first(full_index.search("sword"))[:2] == ("kusanagi (sword)", "word")
    tag = full_index.find("粉红头发")
    assert tag is not None
    assert tag.entry is not None
    assert (tag.text, tag.kind, tag.count, tag.translations) == ("pink hair", "general", 700, ("粉红头发",))
    assert len(full_index) == len(few_tags().entries) + 5


def test_sensitive_tags_are_found_when_they_are_asked_for(index: Index) -> None:
    assert index.search("blood") == ()
    assert index.search("血") == ()
    assert [hit.tag.text for hit in index.search("blood", includes_sensitive=True)] == ["blood"]


def test_find_knows_whole_wordings_only(index: Index) -> None:
    found = index.find("smiling")
    assert found is not None
    assert found.text == "smile"
    assert index.find("smilin") is None
    assert index.find("") is None


@pytest.mark.parametrize("query", ["", " ", "_", "\n"])
def test_an_empty_query_finds_nothing(query: str, index: Index) -> None:
    assert index.search(query) == ()


@pytest.mark.parametrize("limit", [0, -1])
def test_a_limit_below_one_shows_nothing(limit: int, index: Index) -> None:
    assert index.search("hair", limit) == ()


def test_an_empty_lexicon_is_searched_in_vain() -> None:
    empty = Index(Lexicon([], {}), few_readings())
    assert empty.search("hair") == empty.search("头发") == empty.search("toufa") == ()


# Laws: against looking into every tag.

words = st.text("abp", min_size=1, max_size=3)
tags = st.lists(words, min_size=1, max_size=3).map(" ".join) | st.lists(words, min_size=2, max_size=2).map("-".join)
letters = st.sampled_from([*READINGS, *CHARACTERS, "t"])
names = st.text(letters, min_size=1, max_size=4)


@st.composite
def indexes(draw: st.DrawFn) -> tuple[Lexicon, TagList]:
    """A lexicon in which every wording belongs to one tag, and a list."""
    some = draw(st.lists(tags, min_size=1, max_size=6, unique=True))
    folded = str.maketrans(CHARACTERS)
    hans = draw(
        st.lists(
            names, min_size=len(some), max_size=len(some), unique_by=lambda name: name.translate(folded).replace("的", "")
        )
    )
    lexicon = Lexicon(
        [
            an_entry(tag, (name,), aliases=tuple(draw(st.lists(tags, max_size=1))), is_sensitive=draw(st.booleans()))
            for tag, name in zip(some, hans, strict=True)
        ],
        CHARACTERS,
    )
    more = tuple(draw(st.lists(tags, max_size=6, unique=True)))
    counts = tuple(draw(st.integers(0, 3)) for _ in more)
    aliases = tuple(draw(tags | st.just("")) for _ in more)
    general: TagKind = "general"
    return lexicon, TagList(more, (general,) * len(more), counts, aliases, tuple(draw(names | st.just("")) for _ in more))


queries = (
    tags
    | names
    | st.text("abp -", max_size=6)
    | st.text("fensetouafg1234' ", max_size=8)
    | st.sampled_from(["fa", "tou", "toufa", "xian", "de", "fa4", "se4tou2"])
)


@settings(derandomize=True, max_examples=600, deadline=None)
@given(
    data=indexes(),
    query=queries,
    uses=st.dictionaries(tags, st.integers(1, 3), max_size=3),
    includes_sensitive=st.booleans(),
)
def test_the_index_finds_what_looking_into_every_tag_finds(
    data: tuple[Lexicon, TagList], query: str, uses: dict[str, int], *, includes_sensitive: bool
) -> None:
    lexicon, imported = data
    pinyin = few_readings()
    stock, matcher = Stock(lexicon, [imported]), Matcher(lexicon, pinyin)
    read = read_query(query, lexicon.key(query), Syllables(pinyin.words(stock.keys.lines)))
    expected = []
    for number in range(len(stock.texts)):
        tag = stock.tag(number)
        found = ((place, match) for place, tier in enumerate(TIERS) if (match := matcher.match(tier, read, tag, "en")))
        if (best := next(found, None)) and read.text and (includes_sensitive or not tag.is_sensitive):
            uses_of_it = uses.get(tag.text, 0)
            expected.append((best[0], -uses_of_it, number, tag.text, best[1]))
    expected.sort(key=lambda row: row[:3])
    usage = Usage(MappingProxyType(uses))
    hits = Index(lexicon, pinyin, [imported]).search(query, 99, includes_sensitive=includes_sensitive, usage=usage)
    assert [(hit.match, hit.tag.text, hit.wording, hit.spans) for hit in hits] == [
        (TIERS[place].kind, text, match.wording, match.spans) for place, _, _, text, match in expected
    ]


@settings(derandomize=True, max_examples=300, deadline=None)
@given(indexes(), st.data())
def test_every_beginning_of_a_tag_finds_it(data: tuple[Lexicon, TagList], draw: st.DataObject) -> None:
    lexicon, imported = data
    index = Index(lexicon, few_readings(), [imported])
    text = draw.draw(st.sampled_from([entry.tag for entry in lexicon.entries] + list(imported.tags)))
    stop = draw.draw(st.integers(1, len(text)))
    hits = [hit for hit in index.search(text[:stop], 99, includes_sensitive=True) if hit.tag.text == text]
    # A beginning may end in a separator, which a query does not keep.
    assert [hit.match for hit in hits] in (["exact"], ["prefix"])


@settings(derandomize=True, max_examples=300, deadline=None)
@given(indexes(), st.data())
def test_one_typo_does_not_hide_a_tag(data: tuple[Lexicon, TagList], draw: st.DataObject) -> None:
    lexicon, imported = data
    text = draw.draw(st.sampled_from([entry.tag for entry in lexicon.entries] + list(imported.tags)))
    place = draw.draw(st.integers(0, len(text) - 1))
    head, rest = text[:place], text[place:]
    letter = draw.draw(st.sampled_from("abpx"))
    swapped = head + rest[1:2] + rest[:1] + rest[2:]
    query = draw.draw(st.sampled_from([head + rest[1:], head + letter + rest, head + letter + rest[1:], swapped]))
    hits = Index(lexicon, few_readings(), [imported]).search(query, 99, includes_sensitive=True)
    is_plain = query == " ".join(query.split()) and len(query) >= 4
    assert not is_plain or text in [hit.tag.text for hit in hits]


@settings(derandomize=True, max_examples=300, deadline=None)
@given(st.text() | st.text("fenst'1-_(^ü:u的髮"))
def test_a_search_never_raises_and_marks_what_is_in_the_wording(query: str) -> None:
    for hit in INDEX.search(query, includes_sensitive=True):
        assert all(0 <= start < stop <= len(hit.wording) for start, stop in hit.spans)


INDEX = Index(few_tags(), few_readings(), [LIST])
