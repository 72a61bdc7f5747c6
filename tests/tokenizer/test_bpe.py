"""Token ids against the reference library, spans into the original text, and words of any length."""

import itertools
import json
import warnings
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers

from tagloom.tokenizer import BEGIN_OF_TEXT, END_OF_TEXT, load_tokenizer

PROMPTS = json.loads((Path(__file__).parent / "cases" / "prompts.json").read_text(encoding="utf-8"))
OURS, OURS_FTFY = load_tokenizer("nfc"), load_tokenizer("ftfy")
# Four control characters count as white space here and not there; unassigned code points differ by Unicode version.
any_text = st.text(st.characters(exclude_categories=("Cs", "Cc", "Cn", "Co")), max_size=40)


@pytest.fixture(scope="module")
def reference() -> Tokenizer:
    """CLIP's tokenizer as transformers 5 sets it up, from our own merges."""
    letters = sorted(OURS._letters, key=ord)
    merges = [(left, right) for left, right in (line.split(" ") for line in OURS._merges)]
    entries = [*letters, *(letter + "</w>" for letter in letters), *("".join(pair) for pair in merges)]
    vocabulary = {entry: index for index, entry in enumerate([*entries, "<|startoftext|>", "<|endoftext|>"])}
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=merges, end_of_word_suffix="</w>", unk_token="<|endoftext|>"))  # noqa: S106  # no password
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.NFC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Lowercase()]
    )
    pattern = r"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(pattern), behavior="removed", invert=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    return tokenizer


def test_ids_equal_the_reference_on_real_prompts(reference: Tokenizer) -> None:
    different = [text for text in PROMPTS if list(OURS.encode_ids(text)) != reference.encode(text).ids]
    assert different == []
    assert len(PROMPTS) > 400


@settings(derandomize=True, max_examples=1500, deadline=None)
@given(text=any_text)
def test_ids_equal_the_reference_on_any_text(text: str, reference: Tokenizer) -> None:
    assert list(OURS.encode_ids(text)) == reference.encode(text).ids


@settings(derandomize=True, max_examples=500, deadline=None)
@given(st.text(st.characters(exclude_categories=()), max_size=40), st.sampled_from(["nfc", "ftfy"]))
def test_spans_lie_in_the_text_in_order(text: str, how: str) -> None:
    tokenizer = load_tokenizer(how)
    tokens = tokenizer.encode(text)
    assert tuple(token.id for token in tokens) == tokenizer.encode_ids(text)
    assert all(0 <= token.start < token.end <= len(text) for token in tokens)
    assert all(a.start <= b.start for a, b in itertools.pairwise(tokens))


def test_spans_are_those_of_the_words_as_they_were_written() -> None:
    text = "  Pink_Hair &amp; “ＡＢ” e\u0301"
    spelled = [(OURS_FTFY.decode((token.id,)).strip(), text[token.start : token.end]) for token in OURS_FTFY.encode(text)]
    assert spelled == [
        ("pink", "Pink"),
        ("_", "_"),
        ("hair", "Hair"),
        ("&", "&amp;"),
        ('"', "“"),
        ("ab", "ＡＢ"),
        ('"', "”"),
        ("é", "e\u0301"),
    ]


@pytest.mark.parametrize(
    ("messy", "plain"),
    [
        ("“curly” ‘quotes’", "\"curly\" 'quotes'"),
        ("ｆｕｌｌ　ｗｉｄｔｈ（１．２）", "full width(1.2)"),
        ("&lt;b&gt; &amp;amp; &eacute;", "<b> & é"),
        ("ﬁne ﬂow", "fine flow"),
        ("a\x07b\ufeffc", "abc"),
        ("it\u0092s", "it's"),
        ("ｶﾅ", "カナ"),
        ("a\u2028b", "a b"),
    ],
)
def test_the_default_normalisation_reads_messy_text_as_plain(messy: str, plain: str) -> None:
    assert OURS_FTFY.encode_ids(messy) == OURS.encode_ids(plain)


def test_the_default_normalisation_equals_the_library_ftfy_on_real_prompts() -> None:
    import html

    import ftfy

    different = [
        text
        for text in PROMPTS
        if OURS_FTFY.encode_ids(text) != OURS.encode_ids(html.unescape(html.unescape(ftfy.fix_text(text))))
    ]
    assert different == []


def test_a_text_that_spells_a_special_token_is_text() -> None:
    for text in ("<|endoftext|>", "<|startoftext|>", "a <|endoftext|> b"):
        ids = OURS_FTFY.encode_ids(text)
        assert not {BEGIN_OF_TEXT, END_OF_TEXT} & set(ids)
        assert len(ids) > 2


def test_a_lone_surrogate_is_a_replacement_character() -> None:
    assert OURS.encode_ids("a\ud800b") == OURS.encode_ids("a�b")


def test_a_word_of_a_hundred_thousand_letters_is_encoded() -> None:
    assert sum(token.end - token.start for token in OURS.encode("ab" * 50_000)) == 100_000


@pytest.mark.parametrize("text", ["a photo of a cat", "1girl, pink hair!", "日本語 wörld 👩"])
def test_decoding_gives_the_words_back(text: str) -> None:
    assert OURS.decode(OURS.encode_ids(text)).replace(" ", "") == text.replace(" ", "")
    assert OURS.decode((BEGIN_OF_TEXT, 2368, END_OF_TEXT)) == "cat "
    assert OURS.count(text) == len(OURS.encode(text))


def test_the_word_pattern_agrees_with_unicode_categories() -> None:
    import unicodedata

    import regex  # type: ignore[import-untyped]  # it has no stubs

    from tagloom.tokenizer.words import WORD

    differing = []
    for point in (*range(0xD800), *range(0xE000, 0x110000)):
        char = chr(point)
        if unicodedata.category(char) in {"Cn", "Co", "Cc"}:
            continue
        word = WORD.match(char + char)
        kind = "space" if word is None else "number" if len(word[0]) == 1 else "other"
        if kind == "other" and len(WORD.match(char + "b")[0]) == 2:  # type: ignore[index]  # it matched above
            kind = "letter"
        classes = (("letter", r"\p{L}"), ("number", r"\p{N}"), ("space", r"\s"))
        expected = next((name for name, pattern in classes if regex.match(pattern, char)), "other")
        if kind != expected:
            differing.append((hex(point), kind, expected))
    assert differing == []


def test_the_oldest_words_are_forgotten_when_the_cache_is_full() -> None:
    with warnings.catch_warnings():
        tokenizer = load_tokenizer("nfc")
        before = tokenizer.encode_ids("masterpiece")
        for index in range(70_000):
            tokenizer._words[f"filler{index}"] = ()
        assert tokenizer.encode_ids("novelty") == OURS.encode_ids("novelty")
        assert len(tokenizer._words) < 70_000
        assert tokenizer.encode_ids("masterpiece") == before
