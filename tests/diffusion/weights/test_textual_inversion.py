"""Textual inversions in every form that tools write; what is refused, by which words."""

import os
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from tagloom.diffusion.weights import read_inversion
from tagloom.errors import ModelDamagedError, ModelError, ModelUnsupportedError

VECTORS = torch.arange(12, dtype=torch.float32).reshape(3, 4) / 7
WIDER = torch.arange(18, dtype=torch.float32).reshape(3, 6)

SAFE = {
    "A1111's": {"emb_params": VECTORS},
    "A1111's with notes": {"emb_params": VECTORS, "step": torch.ones(1)},
    "diffusers'": {"<ink>": VECTORS},
    "half precision": {"emb_params": VECTORS},
}
PICKLED = {
    "A1111's": {"string_to_token": {"*": 265}, "string_to_param": {"*": VECTORS}, "name": "ink", "step": 5},
    "a parameter": {"string_to_param": {"*": torch.nn.Parameter(VECTORS.clone())}},
    "diffusers'": {"<ink>": VECTORS},
}


@pytest.mark.parametrize("form", SAFE)
def test_safetensors_of_every_form_are_read(form: str, tmp_path: Path) -> None:
    path = tmp_path / "ink.safetensors"
    half = {name: tensor.half() for name, tensor in SAFE[form].items()} if form == "half precision" else SAFE[form]
    save_file(half, path)
    (vectors,) = read_inversion(path, [4])
    assert vectors.dtype == np.float32
    assert np.allclose(vectors, VECTORS.numpy(), atol=1e-3)


@pytest.mark.parametrize("suffix", [".pt", ".bin"])
@pytest.mark.parametrize("form", PICKLED)
def test_safe_pickles_of_every_form_are_read(form: str, suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"ink{suffix}"
    torch.save(PICKLED[form], path)
    (vectors,) = read_inversion(path, [4])
    assert np.array_equal(vectors, VECTORS.numpy())


def test_one_vector_may_stand_alone(tmp_path: Path) -> None:
    path = tmp_path / "ink.bin"
    torch.save({"<ink>": VECTORS[0]}, path)
    (vectors,) = read_inversion(path, [4])
    assert np.array_equal(vectors, VECTORS[:1].numpy())


@pytest.mark.parametrize("names", [("clip_l", "clip_g"), ("text_encoders_0", "text_encoders_1")])
@pytest.mark.parametrize("suffix", [".safetensors", ".pt"])
def test_sdxl_s_pair_is_read_in_the_order_of_the_encoders(names: tuple[str, str], suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"ink{suffix}"
    content = {names[1]: WIDER, names[0]: VECTORS}
    if suffix == ".pt":
        torch.save(content, path)
    else:
        save_file(content, path)
    first, second = read_inversion(path, [4, 6])
    assert np.array_equal(first, VECTORS.numpy())
    assert np.array_equal(second, WIDER.numpy())


@pytest.mark.parametrize(
    ("tensors", "widths", "message"),
    [
        ({"emb_params": VECTORS}, [5], "ink.safetensors is a textual inversion of width 4; this model's text takes 5"),
        ({"emb_params": VECTORS}, [4, 6], "of width 4; this model's text takes 4 and 6"),
        ({"clip_l": VECTORS, "clip_g": WIDER}, [4], "of width 4 and 6; this model's text takes 4"),
        ({"clip_l": VECTORS, "clip_g": WIDER[:1]}, [4, 6], "has 3 and 1 vectors for the two text encoders"),
        ({"a": VECTORS, "b": WIDER}, [4], "is no textual inversion: it has 2 tensors \\('a', 'b'\\), not one"),
        ({"emb_params": VECTORS[None]}, [4], "'emb_params' is \\(1, 3, 4\\)"),
        ({"emb_params": VECTORS.int()}, [4], "torch.int32"),
        ({"emb_params": VECTORS * torch.nan}, [4], "has numbers that are NaN or infinite"),
        ({"emb_params": torch.ones(0, 4)}, [4], "is no textual inversion"),
    ],
)
def test_what_does_not_fit_is_refused_by_file_and_width(
    tensors: dict[str, Tensor], widths: list[int], message: str, tmp_path: Path
) -> None:
    path = tmp_path / "ink.safetensors"
    save_file(tensors, path)
    with pytest.raises(ModelError, match=message):
        read_inversion(path, widths)


class Runs:
    """What a malicious file holds: unpickled, it would make a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, (str(self.folder),)


def test_a_pickle_that_holds_a_program_is_refused_by_what_it_names_and_not_run(tmp_path: Path) -> None:
    path, trap = tmp_path / "ink.pt", tmp_path / "trap"
    torch.save({"string_to_param": {"*": VECTORS}, "more": Runs(trap)}, path)
    with pytest.raises(ModelDamagedError, match="posix.mkdir"):
        read_inversion(path, [4])
    assert not trap.exists()


@pytest.mark.parametrize("content", [b"", b"<!DOCTYPE html>", b"\x80\x04.", b"PK\x03\x04" + bytes(40)])
@pytest.mark.parametrize("suffix", [".pt", ".safetensors"])
def test_damaged_files_are_refused(content: bytes, suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"ink{suffix}"
    path.write_bytes(content)
    with pytest.raises(ModelDamagedError, match="ink"):
        read_inversion(path, [4])


def test_a_pickle_without_vectors_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "ink.pt"
    torch.save({"string_to_param": VECTORS}, path)
    with pytest.raises(ModelUnsupportedError, match="its 'string_to_param' holds no tensors"):
        read_inversion(path, [4])
    torch.save({"name": "ink"}, path)
    with pytest.raises(ModelUnsupportedError, match="it has 0 tensors"):
        read_inversion(path, [4])
