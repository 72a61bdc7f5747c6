"""Cutting a prompt into chunks of 75 tokens, against the reference tool's own results."""

import json
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

from tagloom.diffusion.chunks import CHUNK_LENGTH, Chunk, chunk, token_count
from tagloom.prompt import compile
from tagloom.tokenizer import END_OF_TEXT, load_tokenizer

CASES = json.loads((Path(__file__).parent / "cases" / "chunks.json").read_text(encoding="utf-8"))
EMBEDDINGS = {"easynegative": 8, "bad-hands-5": 2, "my emb": 3}


def chunks_of(text: str) -> tuple[Chunk, ...]:
    (part,) = compile(text, steps=1).stages[0].parts
    return chunk(part.pieces, load_tokenizer(), EMBEDDINGS)


def run_lengths(values: tuple[float, ...]) -> list[list[float]]:
    return [[value, len(list(group))] for value, group in groupby(values)]


def embeddings_of(part: Chunk) -> list[list[object]]:
    """[position before the first vector, name, vectors], as the cases write it."""
    return [[position - 1, name, EMBEDDINGS[name]] for position, name, index in part.vectors() if index == 0]


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["id"]))
def test_chunks_equal_the_reference(case: dict[str, Any]) -> None:
    """Where a comma backtrack moves a textual inversion, its vectors move too; the reference leaves them behind."""
    chunks = chunks_of(case["input"])
    expected = case["output"]
    assert [run_lengths(part.token_ids()) for part in chunks] == [part["tokens_rle"] for part in expected["chunks"]]
    for part, reference in zip(chunks, expected["chunks"], strict=True):
        pairs = zip(run_lengths(part.weights()), reference["multipliers_rle"], strict=True)
        assert all(ours[1] == theirs[1] and ours[0] == pytest.approx(theirs[0], abs=1e-9) for ours, theirs in pairs)
    found = [entry[1:] for part in chunks for entry in embeddings_of(part)]
    assert found == [entry[1:] for part in expected["chunks"] for entry in part["embeddings"]]
    assert token_count(chunks) == expected["token_count"]


def test_a_moved_textual_inversion_takes_its_vectors_along() -> None:
    chunks = chunks_of("cat " * 60 + ", easynegative " + "cat " * 20)
    assert [embeddings_of(part) for part in chunks] == [[], [[0, "easynegative", 8]]]


def test_a_textual_inversion_that_meets_a_full_chunk_spares_the_tag_before_it() -> None:
    chunks = chunks_of("cat " * 70 + ", red dog sky tree easynegative")
    assert [len(part.slots) for part in chunks] == [71, 12]


def test_a_textual_inversion_longer_than_a_chunk_fills_several() -> None:
    (part,) = compile("<embedding:huge>", steps=1).stages[0].parts
    chunks = chunk(part.pieces, load_tokenizer(), {"huge": 100})
    assert [len(part.slots) for part in chunks] == [CHUNK_LENGTH, 25]


def test_an_unknown_textual_inversion_contributes_nothing() -> None:
    assert chunks_of("<embedding:unknown>") == (Chunk(slots=()),)


def test_break_inside_brackets_keeps_the_weight_on_both_sides() -> None:
    first, second = chunks_of("(red BREAK blue:1.2)")
    assert [slot.weight for slot in (*first.slots, *second.slots)] == [1.2, 1.2]


def test_padding_is_the_encoder_s_own() -> None:
    (part,) = chunks_of("cat")
    assert part.token_ids()[3:] == (END_OF_TEXT,) * 74
    assert part.token_ids(0)[2:4] == (END_OF_TEXT, 0)


def test_a_slot_knows_where_its_token_was_written() -> None:
    text = r"pink_hair, \(cat\)"
    (part,) = chunks_of(text)
    assert [slot.span.of(text) for slot in part.slots] == ["pink", "_", "hair", ",", r"\(", "cat", r"\)"]
