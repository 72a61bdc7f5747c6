"""A model of tagloom's -> a standard diffusers folder, complete with tokenizer, that other tools load."""

import json
import shutil
from pathlib import Path
from typing import Final

from safetensors.torch import save_file

from tagloom.catalog import MANIFEST
from tagloom.diffusion.weights.folder import read_tensors
from tagloom.diffusion.weights.token_table import TRAINED_IDS, expanded
from tagloom.errors import RequestError, UnwritableError
from tagloom.tokenizer import load_tokenizer

_TEXT_ENCODER: Final = "text_encoder"
_SPECIAL: Final = {
    "bos_token": "<|startoftext|>",
    "eos_token": "<|endoftext|>",
    "pad_token": "<|endoftext|>",
    "unk_token": "<|endoftext|>",
}


def export_folder(model: Path, target: Path) -> None:
    """Copy a diffusers folder, with the whole token table and CLIP's vocabulary files in it.

    Nothing is left at `target` unless all of it is there.

    Raises:
        RequestError: the target is there already.
        UnwritableError: it cannot be written.
        ModelDamagedError: the model's text encoder cannot be read.
    """
    if target.exists():
        raise RequestError(f"{target} is there already", field="folder", hint="name a new folder")
    stored = read_tensors(model / _TEXT_ENCODER)
    tensors = {name: stored.get(name) for name in stored.infos}
    partial = target.with_name(f"{target.name}.partial")
    try:
        shutil.rmtree(partial, ignore_errors=True)
        shutil.copytree(model, partial, ignore=shutil.ignore_patterns(MANIFEST))
        if TRAINED_IDS in tensors:
            vocabulary = int(json.loads((model / _TEXT_ENCODER / "config.json").read_text(encoding="utf-8"))["vocab_size"])
            whole = expanded(tensors, vocabulary, model)
            save_file(whole, partial / _TEXT_ENCODER / "model.safetensors", metadata={"format": "pt"})
        write_tokenizer(partial / "tokenizer")
        partial.rename(target)
    except OSError as error:
        raise UnwritableError(
            f"{target} cannot be written: {error.strerror}", hint="name a folder that can be written"
        ) from error


def write_tokenizer(folder: Path) -> None:
    """The files that transformers' CLIPTokenizer reads."""
    folder.mkdir(exist_ok=True)
    tokenizer = load_tokenizer()
    vocabulary = {symbol: number for number, symbol in enumerate(tokenizer.symbols())}
    config = _SPECIAL | {"model_max_length": 77, "do_lower_case": True, "tokenizer_class": "CLIPTokenizer"}
    written = {
        "vocab.json": json.dumps(vocabulary, ensure_ascii=False),
        "merges.txt": "\n".join(["#version: 0.2", *tokenizer.merges, ""]),
        "tokenizer_config.json": json.dumps(config, indent=2) + "\n",
        "special_tokens_map.json": json.dumps(_SPECIAL, indent=2) + "\n",
    }
    for name, text in written.items():
        (folder / name).write_text(text, encoding="utf-8")
