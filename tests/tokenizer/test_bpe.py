"""Token ids against the reference library, spans into the original text, and words of any length."""

import gzip
import itertools
import json
import threading
import unicodedata
from pathlib import Path

import pytest
import regex  # type: ignore[import-untyped]  # it has no stubs
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Regex, decoders, models, normalizers, pre_tokenizers
from tokenizers import Tokenizer as Library

import tagloom.tokenizer
from tagloom.tokenizer import BEGIN_OF_TEXT, END_OF_TEXT, Normalization, Token, Tokenizer, load_tokenizer

CASES = Path(__file__).parent / "cases"
PROMPTS = json.loads((CASES / "prompts.json").read_text(encoding="utf-8"))
REFERENCE_IDS = json.loads((CASES / "reference_ids.json").read_text(encoding="utf-8"))
PACKED = Path(tagloom.tokenizer.__file__).with_name("merges.txt.gz")
MERGES = tuple(gzip.decompress(PACKED.read_bytes()).decode("utf-8").split("\n"))
OURS, OURS_FTFY = load_tokenizer("nfc"), load_tokenizer()
# Code points that one Unicode has and another has not are cut differently by different libraries.
assigned_text = st.text(st.characters(exclude_categories=("Cs", "Cn", "Co")), max_size=40)
any_text = st.text(st.characters(exclude_categories=()), max_size=40)


@pytest.fixture(scope="module")
def reference() -> Library:
    """CLIP's tokenizer as transformers 5 sets it up, from the merges."""
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    merges = [(left, right) for left, right in (line.split(" ") for line in MERGES)]
    entries = [*letters, *(letter + "</w>" for letter in letters), *("".join(pair) for pair in merges)]
    vocabulary = {entry: index for index, entry in enumerate([*entries, "<|startoftext|>", "<|endoftext|>"])}
    library = Library(models.BPE(vocab=vocabulary, merges=merges, end_of_word_suffix="</w>", unk_token="<|endoftext|>"))  # noqa: S106  # no password
    library.normalizer = normalizers.Sequence(
        [normalizers.NFC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Lowercase()]
    )
    pattern = r"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"
    library.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(pattern), behavior="removed", invert=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    library.decoder = decoders.ByteLevel()
    return library


def test_every_symbol_is_made_by_one_merge_of_symbols_made_before_it() -> None:
    """So the pair of lowest rank, wherever it stands, may be merged first; and a symbol's id follows from its rank."""
    made = {letter + end for letter in pre_tokenizers.ByteLevel.alphabet() for end in ("", "</w>")}
    for line in MERGES:
        left, right = line.split(" ")
        assert {left, right} <= made
        assert left + right not in made
        made.add(left + right)
    assert len(made) == BEGIN_OF_TEXT


def test_ids_equal_the_library_on_real_prompts(reference: Library) -> None:
    different = [text for text in PROMPTS if list(OURS.encode_ids(text)) != reference.encode(text).ids]
    assert different == []
    assert len(PROMPTS) > 400


def test_ids_equal_the_library_on_every_assigned_character(reference: Library) -> None:
    chars = [char for char in map(chr, range(0x110000)) if unicodedata.category(char) not in {"Cs", "Cn", "Co"}]
    texts = [" ".join(f"a{char}b{char}{char}1" for char in chars[start : start + 64]) for start in range(0, len(chars), 64)]
    assert [text for text in texts if list(OURS.encode_ids(text)) != reference.encode(text).ids] == []


@settings(derandomize=True, max_examples=1500, deadline=None)
@given(text=assigned_text)
def test_ids_equal_the_library_on_any_text(text: str, reference: Library) -> None:
    assert list(OURS.encode_ids(text)) == reference.encode(text).ids


@settings(derandomize=True, max_examples=1500, deadline=None)
@given(text=st.text("aeinorst'dlvm", max_size=60))
def test_ids_equal_the_library_on_long_words_with_many_merges(text: str, reference: Library) -> None:
    assert list(OURS.encode_ids(text)) == reference.encode(text).ids


@settings(derandomize=True, max_examples=500, deadline=None)
@given(text=st.text("aB_, “é１日本😀!", max_size=30))
def test_spans_equal_the_library_where_no_character_changes_its_length(text: str, reference: Library) -> None:
    spans = [(token.start, token.end) for token in OURS.encode(text)]
    assert spans == reference.encode(text).offsets


@pytest.mark.parametrize(("text", "ids"), REFERENCE_IDS)
def test_ids_equal_those_that_the_reference_tool_gave_the_encoder(text: str, ids: list[int]) -> None:
    assert list(OURS_FTFY.encode_ids(text)) == ids


@settings(derandomize=True, max_examples=1000, deadline=None)
@given(any_text, st.sampled_from(["nfc", "ftfy"]))
def test_spans_lie_in_the_text_in_order(text: str, how: Normalization) -> None:
    tokenizer = load_tokenizer(how)
    tokens = tokenizer.encode(text)
    assert tuple(token.id for token in tokens) == tokenizer.encode_ids(text)
    assert tokenizer.count(text) == len(tokens)
    assert all(0 <= token.start < token.end <= len(text) for token in tokens)
    assert all(a.start <= b.start and a.end <= b.end for a, b in itertools.pairwise(tokens))


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


def test_a_character_of_several_tokens_is_the_span_of_each() -> None:
    assert {(token.start, token.end) for token in OURS.encode("\U00010348")} == {(0, 1)}
    assert len(OURS.encode("\U00010348")) > 1
    assert OURS_FTFY.encode("a cat") == (Token(320, 0, 1), Token(2368, 2, 5))


@pytest.mark.parametrize("text", ["<|endoftext|>", "<|startoftext|>", "a <|EndOfText|> b", "&lt;|endoftext|&gt;"])
def test_a_text_that_spells_a_special_token_is_text(text: str) -> None:
    ids = OURS_FTFY.encode_ids(text)
    assert not {BEGIN_OF_TEXT, END_OF_TEXT} & set(ids)
    assert OURS_FTFY.decode(ids).replace(" ", "") == text.lower().replace(" ", "").replace("&lt;", "<").replace("&gt;", ">")


def test_a_lone_surrogate_is_a_replacement_character() -> None:
    assert OURS.encode_ids("a\ud800b") == OURS.encode_ids("a\ufffdb")
    assert OURS.encode_ids("\ud83d\ude00") == OURS.encode_ids("😀")


def test_a_word_of_a_hundred_thousand_letters_is_encoded() -> None:
    assert sum(token.end - token.start for token in OURS.encode("ab" * 50_000)) == 100_000


@settings(derandomize=True, max_examples=500, deadline=None)
@given(assigned_text)
def test_decoding_gives_the_words_back(text: str) -> None:
    normalized = unicodedata.normalize("NFC", text).replace("Σ", "σ").lower()
    assert OURS.decode(OURS.encode_ids(text)).replace(" ", "") == regex.sub(r"\s", "", normalized)


def test_decoding_ends_a_word_with_a_space_and_leaves_special_tokens_out() -> None:
    assert OURS.decode((BEGIN_OF_TEXT, *OURS.encode_ids("a photo of a cat"), END_OF_TEXT)) == "a photo of a cat "
    assert OURS.decode(OURS.encode_ids("</w>")) == "</ w > "
    assert OURS.decode(()) == ""


def test_every_id_is_decoded_as_the_library_spells_it(reference: Library) -> None:
    """The library's decoder leaves the mark of a word's end as it is."""
    ids = range(BEGIN_OF_TEXT)
    assert [OURS.decode((token,)) for token in ids] == [reference.decode([token]).replace("</w>", " ") for token in ids]


@pytest.mark.parametrize("unknown", [-1, END_OF_TEXT + 1])
def test_an_id_that_is_none_is_refused(unknown: int) -> None:
    with pytest.raises(IndexError, match=f"there is no token {unknown}: ids are 0 to 49407"):
        OURS.decode((unknown,))


@pytest.mark.parametrize("remembered_words", [0, 1, 3])
def test_what_is_remembered_is_bounded_and_changes_no_id(remembered_words: int) -> None:
    tokenizer = Tokenizer(MERGES, "nfc", remembered_words=remembered_words)
    assert [tokenizer.encode_ids(text) for text in PROMPTS] == [OURS.encode_ids(text) for text in PROMPTS]
    assert len(tokenizer._words) <= max(remembered_words, 1)


def test_long_words_are_not_remembered() -> None:
    tokenizer = Tokenizer(MERGES)
    tokenizer.encode(f"cat {'a' * 32} {'b' * 33}")
    assert set(tokenizer._words) == {"cat", "a" * 32}


def test_threads_may_share_a_tokenizer() -> None:
    shared = Tokenizer(MERGES, "nfc", remembered_words=5)
    expected = [OURS.encode(text) for text in PROMPTS]
    results: list[list[tuple[Token, ...]]] = []
    threads = [threading.Thread(target=lambda: results.append([shared.encode(text) for text in PROMPTS])) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [expected] * 4


def test_the_vocabulary_is_unpacked_once_for_each_normalisation() -> None:
    assert load_tokenizer("nfc") is OURS
    assert load_tokenizer("ftfy") is not OURS


def test_symbols_spell_every_token_by_its_id() -> None:
    tokenizer = load_tokenizer()
    symbols = tokenizer.symbols()
    assert len(symbols) == len(set(symbols)) == END_OF_TEXT + 1
    assert (symbols[320], symbols[BEGIN_OF_TEXT], symbols[END_OF_TEXT]) == ("a</w>", "<|startoftext|>", "<|endoftext|>")
    assert tokenizer.merges[0].replace(" ", "") == symbols[512]
    words = [symbol.removesuffix("</w>") for symbol in symbols if symbol.isascii() and symbol.endswith("</w>")]
    assert all(tokenizer.decode([symbols.index(f"{word}</w>")]).strip() == word for word in words[300:340])
