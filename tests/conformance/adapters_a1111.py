"""The A1111 functions of the cases, in terms of our package. An adapter gives the output as the cases write it."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate, groupby, pairwise
from typing import Any, cast

import numpy as np

from tagloom.artifact import parse_infotext, print_infotext, quote, unquote
from tagloom.diffusion.chunks import CHUNK_LENGTH, COMMA, Chunk, chunk, token_count
from tagloom.diffusion.emphasis import restore_mean
from tagloom.diffusion.text_contexts import clip_layer
from tagloom.prompt import ChunkBreak, Piece, Run, Segment, Span
from tagloom.prompt.dialects.a1111 import (
    ExtraNetwork,
    Timing,
    apply_styles,
    extra_networks,
    extract_style,
    lora_weights,
    schedule,
    split_at_and,
    strip_comments,
    text_at_call,
)
from tagloom.prompt.dialects.attention import A1111, BREAK, LPW, LPW_XL, SDCPP, Rules, read_attention
from tagloom.sampling import Array, guide
from tagloom.tokenizer import load_tokenizer

Case = Mapping[str, Any]  # a case is JSON of a shape that its function knows
EMBEDDINGS = {"easynegative": 8, "bad-hands-5": 2, "my emb": 3}


def _entries(text: str, timing: Timing) -> object:
    try:
        return [list(entry) for entry in schedule(text, timing)]
    except OverflowError:
        return {"error": "OverflowError"}


def _schedule(case: Case) -> object:
    return _entries(case["input"], Timing(steps=case["steps"]))


def _schedule_hires(case: Case) -> object:
    base, second = case["steps"]
    return _entries(case["input"], Timing(steps=second, first_pass=base))


def _schedule_old(case: Case) -> object:
    base, _ = case["steps"]
    return _entries(case["input"], Timing(steps=base, is_old=True))


def _text_per_call(case: Case) -> object:
    entries = schedule(case["input"], Timing(steps=case["steps"]))
    return [text_at_call(entries, call) for call in range(case["calls"])]


def _multicond(case: Case) -> object:
    return [list(part) for part in split_at_and(case["input"])]


def attention(rules: Rules, case: Case) -> object:
    """Runs of text and weight; a mistake that the reference raises on is told by a diagnostic."""
    read = read_attention(case["input"], rules)
    if any(found.code == "P017" for found in read.diagnostics):
        return {"error": read.diagnostics[0].message}
    return [list(run) for run in read.runs]


def _extra_networks(case: Case) -> object:
    text, found = extra_networks(case["input"])
    networks = {kind: [list(n.items) for n in found if n.kind == kind] for kind in dict.fromkeys(n.kind for n in found)}
    told: dict[str, object] = {"text": text, "networks": networks}
    if "lora" in networks:
        told["lora"] = [_lora(network) for network in found if network.kind == "lora"]
    return told


def _lora(network: ExtraNetwork) -> dict[str, object]:
    try:
        weights = lora_weights(network)
    except ValueError:
        return {"error": "ValueError"}
    return {"name": weights.name, "te": weights.text_encoder, "unet": weights.unet, "dyn": weights.rank}


def _infotext_parse(case: Case) -> object:
    read = parse_infotext(case["input"])
    return {"prompt": read.prompt, "negative": read.negative_prompt, "params": dict(read.parameters)}


def _infotext_format(case: Case) -> object:
    given = case["input"]
    return print_infotext(given["prompt"], given["negative"], given["params"])


def run_lengths(values: tuple[float, ...]) -> list[list[float]]:
    """[value, how often in a row]."""
    return [[value, len(list(group))] for value, group in groupby(values)]


def _chunk(part: Chunk) -> dict[str, object]:
    placed = [[position - 1, name, EMBEDDINGS[name]] for position, name, index in part.vectors() if index == 0]
    return {
        "tokens_rle": run_lengths(part.token_ids()),
        "multipliers_rle": run_lengths(part.weights()),
        "embeddings": placed,
    }


def _chunks(case: Case) -> object:
    """Where the reference leaves a moved textual inversion's vectors behind (a defect that it names), we differ."""
    pieces = list(_pieces(case["input"]))
    chunks = chunk(pieces, load_tokenizer(), EMBEDDINGS)
    told: dict[str, Any] = {"token_count": token_count(chunks), "target_count": CHUNK_LENGTH * len(chunks)}
    told["chunks"] = [_chunk(part) for part in chunks]
    after_breaks = _after_breaks(pieces)
    for index, (before, moved) in enumerate(pairwise(told["chunks"]), start=1):
        if index not in after_breaks:
            _leave_vectors_behind(before, moved)
    return told


def _pieces(text: str) -> Iterator[Piece]:
    """A prompt as the reference's encoder gets it: a BREAK that brackets weigh is a word."""
    nowhere = Span(0, 0)
    segments = (Segment(offset=0, span=nowhere),)
    for words, weight in read_attention(text, A1111).runs:
        is_break = (words, weight) == (BREAK, -1.0)
        yield ChunkBreak(span=nowhere) if is_break else Run(text=words, weight=weight, segments=segments)


def _after_breaks(pieces: Sequence[Piece]) -> set[int]:
    """The chunks that begin because a BREAK closed the one before."""
    parts: list[list[Piece]] = [[]]
    for piece in pieces:
        parts.append([]) if isinstance(piece, ChunkBreak) else parts[-1].append(piece)
    return set(accumulate(len(chunk(part, load_tokenizer(), EMBEDDINGS)) for part in parts))


def _leave_vectors_behind(before: dict[str, Any], moved: dict[str, Any]) -> None:
    """Restate the defect: vectors that went on with what follows a comma are noted where they stood before."""
    used = sum(count for value, count in before["tokens_rle"] if value not in {49406, 49407})
    ends_with_comma = [value for value, _ in before["tokens_rle"] if value not in {49406, 49407}][-1:] == [COMMA]
    left = [found for found in moved["embeddings"] if ends_with_comma and found[0] + found[2] <= CHUNK_LENGTH - used]
    before["embeddings"] += [[used + found[0], *found[1:]] for found in left]
    moved["embeddings"] = [found for found in moved["embeddings"] if found not in left]


def _emphasis(case: Case) -> object:
    z = np.array(case["input"]["z"])
    weighted = z * np.array(case["input"]["multipliers"])[..., None]
    modes = {"Original": restore_mean(cast(Any, z), cast(Any, weighted)), "No norm": weighted}
    return modes.get(case["input"]["mode"], z).tolist()


def _combine_denoised(case: Case) -> object:
    given = case["input"]
    outputs = [cast(Array, np.array([value])) for value in given["x_out"]]
    negatives = outputs[len(outputs) - given["n_uncond"] :]
    return [
        float(np.asarray(guide([(outputs[index], weight) for index, weight in parts], negative, given["cfg"]))[0])
        for parts, negative in zip(given["conds_list"], negatives, strict=True)
    ]


def _clip_skip(case: Case) -> object:
    """The layer we take, in the case's words."""
    skip = case["input"]["clip_skip"]
    layers = np.arange(13, dtype=np.float32)[:, None, None]
    taken = int(clip_layer(layers, skip)[0, 0])
    assert taken == 13 - skip
    return "hidden[12] == last_hidden_state (final LN applied)" if taken == 12 else f"hidden[{taken - 13}] then final LN"


ADAPTERS = {
    ("a1111", "schedule"): _schedule,
    ("a1111", "schedule_hires"): _schedule_hires,
    ("a1111", "schedule_old"): _schedule_old,
    ("a1111", "text_per_denoiser_call"): _text_per_call,
    ("a1111", "multicond"): _multicond,
    ("a1111", "parse_attention"): lambda case: attention(A1111, case),
    ("sdcpp", "parse_attention"): lambda case: attention(SDCPP, case),
    ("lpw_sd15", "parse_attention"): lambda case: attention(LPW, case),
    ("lpw_sdxl", "parse_attention"): lambda case: attention(LPW_XL, case),
    ("a1111", "extra_networks"): _extra_networks,
    ("a1111", "strip_comments"): lambda case: strip_comments(case["input"]),
    ("a1111", "apply_styles"): lambda case: apply_styles(case["input"]["prompt"], case["input"]["styles"]),
    ("a1111", "extract_style"): lambda case: list(extract_style(case["input"]["style"], case["input"]["prompt"])),
    ("a1111", "infotext_quote"): lambda case: quote(case["input"]),
    ("a1111", "infotext_unquote"): lambda case: unquote(case["input"]),
    ("a1111", "infotext_parse"): _infotext_parse,
    ("a1111", "infotext_format"): _infotext_format,
    ("a1111", "chunks"): _chunks,
    ("a1111", "emphasis"): _emphasis,
    ("a1111", "combine_denoised"): _combine_denoised,
    ("a1111", "clip_skip"): _clip_skip,
}
