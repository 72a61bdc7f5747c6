"""The functions of ComfyUI, NovelAI and dynamicprompts in the cases, in terms of our package."""

import itertools
from collections.abc import Mapping
from typing import Any

import numpy as np

from tagloom.diffusion.emphasis import emphasise
from tagloom.prompt.dialects import comfyui, compel, compel_tree, dynamic_prompts, dynamic_template, novelai
from tagloom.tokenizer import load_tokenizer
from tests.conformance.adapters_a1111 import run_lengths

Case = Mapping[str, Any]


def _weights(runs: list[tuple[str, float]]) -> object:
    return [list(run) for run in runs]


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
    try:
        return list(itertools.islice(dynamic_prompts.prompts(case["input"], case["wildcards"]), 12))
    except dynamic_template.TemplateError as error:
        return {"error": str(error)}


def _compel(case: Case) -> object:
    try:
        read = compel.parse(case["input"])
    except compel_tree.CompelError as error:
        return {"error": str(error)}
    parts = [_compel_blend(part) if isinstance(part, compel_tree.Blend) else _compel_prompt(part) for part in read.parts]
    loras = [[lora.name, lora.weight] for lora in read.loras]
    return {"type": "conjunction", "parts": parts, "weights": list(read.weights), "loras": loras}


def _compel_blend(blend: compel_tree.Blend) -> dict[str, object]:
    prompts = [_compel_prompt(prompt) for prompt in blend.prompts]
    return {"type": "blend", "parts": prompts, "weights": list(blend.weights), "normalize": blend.normalizes}


def _compel_prompt(prompt: tuple[compel_tree.Flat, ...]) -> dict[str, object]:
    return {"type": "prompt", "children": [_compel_part(part) for part in prompt]}


def _compel_part(part: compel_tree.Part) -> object:
    if isinstance(part, compel_tree.Swap):
        sides = {"original": [_compel_part(p) for p in part.original], "edited": [_compel_part(p) for p in part.edited]}
        return {"type": "swap", **sides, "options": dict(part.options)}
    assert isinstance(part, compel_tree.Words)
    return [part.text, part.weight]


ADAPTERS = {
    ("compel", "parse"): _compel,
    ("compel", "downweight_blend_weight"): lambda case: compel.downweight_partner(case["input"]),
    ("comfyui", "token_weights"): lambda case: _weights(comfyui.read_weights(case["input"])),
    ("comfyui", "token_batches"): lambda case: _batches(case, by_word=False),
    ("comfyui", "token_batches_word"): lambda case: _batches(case, by_word=True),
    ("comfyui", "emphasis"): _emphasis,
    ("novelai", "weights"): lambda case: _weights(novelai.read_weights(case["input"])),
    ("dynamicprompts", "combinatorial_first12"): _combinations,
}
