"""The functions of ComfyUI, NovelAI and dynamicprompts in the cases, in terms of our package."""

import itertools
import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from tagloom.diffusion.emphasis import emphasise
from tagloom.prompt.dialects import comfyui, dynamic_prompts, novelai
from tagloom.tokenizer import load_tokenizer
from tests.conformance.adapters_a1111 import run_lengths

Case = Mapping[str, Any]


def _weights(runs: list[tuple[str, float]]) -> object:
    return [[text, "Infinity" if math.isinf(weight) else weight] for text, weight in runs]


def _batches(case: Case, *, by_word: bool) -> object:
    groups = []
    for text, weight in comfyui.read_weights(case["input"]):
        plain = text.replace("\n", " ")
        words = plain.split(" ") if by_word else [plain]
        groups += [[(token, weight) for token in load_tokenizer().encode_ids(word)] for word in words]
    return [
        {
            "tokens_rle": run_lengths(tuple(token for token, _ in batch)),
            "weights_rle": run_lengths(tuple(weight for _, weight in batch)),
        }
        for batch in comfyui.batches(groups, comfyui.Frame())
    ]


def _emphasis(case: Case) -> object:
    given = case["input"]
    z, weights, empty = (np.array(given[key]) for key in ("z", "weights", "z_empty"))
    return emphasise("comfy", z, weights, empty).tolist()


def _combinations(case: Case) -> object:
    return list(itertools.islice(dynamic_prompts.prompts(case["input"], case["wildcards"]), 12))


ADAPTERS = {
    ("comfyui", "token_weights"): lambda case: _weights(comfyui.read_weights(case["input"])),
    ("comfyui", "token_batches"): lambda case: _batches(case, by_word=False),
    ("comfyui", "token_batches_word"): lambda case: _batches(case, by_word=True),
    ("comfyui", "emphasis"): _emphasis,
    ("novelai", "weights"): lambda case: _weights(novelai.read_weights(case["input"])),
    ("dynamicprompts", "combinatorial_first12"): _combinations,
}
