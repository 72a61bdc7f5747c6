"""The name of a tensor in a LoRA file -> the module that it changes, and which factor of the change it is."""

from dataclasses import dataclass
from typing import Final, Literal

Role = Literal[
    "up", "down", "mid", "alpha", "magnitude",
    "hada_w1_a", "hada_w1_b", "hada_w2_a", "hada_w2_b", "hada_t1", "hada_t2",
    "lokr_w1", "lokr_w1_a", "lokr_w1_b", "lokr_w2", "lokr_w2_a", "lokr_w2_b", "lokr_t2",
]  # fmt: skip

# Endings of names: kohya's and LyCORIS', then peft's, then diffusers' own of three ages.
_ENDINGS: Final[dict[str, Role]] = {
    ".lora_up.weight": "up",
    ".lora_down.weight": "down",
    ".lora_mid.weight": "mid",
    ".alpha": "alpha",
    ".dora_scale": "magnitude",
    ".hada_w1_a": "hada_w1_a",
    ".hada_w1_b": "hada_w1_b",
    ".hada_w2_a": "hada_w2_a",
    ".hada_w2_b": "hada_w2_b",
    ".hada_t1": "hada_t1",
    ".hada_t2": "hada_t2",
    ".lokr_w1": "lokr_w1",
    ".lokr_w1_a": "lokr_w1_a",
    ".lokr_w1_b": "lokr_w1_b",
    ".lokr_w2": "lokr_w2",
    ".lokr_w2_a": "lokr_w2_a",
    ".lokr_w2_b": "lokr_w2_b",
    ".lokr_t2": "lokr_t2",
    ".lora_B.weight": "up",
    ".lora_A.weight": "down",
    ".lora_B.default.weight": "up",
    ".lora_A.default.weight": "down",
    ".lora_magnitude_vector": "magnitude",
    ".lora_magnitude_vector.weight": "magnitude",
    ".lora_magnitude_vector.default.weight": "magnitude",
    ".lora.up.weight": "up",
    ".lora.down.weight": "down",
    ".lora_linear_layer.up.weight": "up",
    ".lora_linear_layer.down.weight": "down",
    "_lora.up.weight": "up",
    "_lora.down.weight": "down",
}
# diffusers' oldest names of the projections that an attention processor holds, and of a text encoder's.
_PROCESSOR: Final = ".processor."
_OUT: Final = ".to_out"
_TEXT_ATTENTION: Final = {"to_q": "q_proj", "to_k": "k_proj", "to_v": "v_proj", "to_out": "out_proj"}
# What else is found in such files -> what it is called.
_KNOWN: Final = {
    ".diff": "a change of full rank",
    ".diff_b": "a change of a bias",
    ".w_norm": "a change of a norm",
    ".b_norm": "a change of a norm",
    ".on_input": "IA3",
    ".oft_blocks": "OFT",
    ".oft_diag": "OFT",
    ".scalar": "a scalar of LyCORIS in training",
    ".oft_R": "OFT",
    ".oft_R.weight": "OFT",
    ".boft_R": "BOFT",
    ".a1.weight": "GLoRA",
    ".a2.weight": "GLoRA",
    ".b1.weight": "GLoRA",
    ".b2.weight": "GLoRA",
    ".bm.weight": "GLoRA",
}


@dataclass(frozen=True, slots=True)
class Key:
    """A module's name in some tool's spelling, and a factor of what is added to its weight."""

    module: str
    role: Role


def parse_key(name: str) -> Key | None:
    """The key of a tensor's name; None where it is no factor that we know."""
    ending = max((ending for ending in _ENDINGS if name.endswith(ending)), key=len, default=None)
    if ending is None:
        return None
    module = name.removesuffix(ending)
    if ending.startswith("_"):
        module = _modern(module)
    return Key(module, _ENDINGS[ending])


def kind_of(name: str) -> str:
    """What a tensor is that is no factor we know, in words; "" where we do not know that either."""
    return next((what for ending, what in _KNOWN.items() if name.endswith(ending)), "")


def _modern(module: str) -> str:
    """The name of today of a module that diffusers' attention processors held."""
    if ".self_attn." in module:
        path, _, projection = module.rpartition(".")
        return f"{path}.{_TEXT_ATTENTION.get(projection, projection)}"
    module = module.replace(_PROCESSOR, ".")
    return f"{module}.0" if module.endswith(_OUT) else module
