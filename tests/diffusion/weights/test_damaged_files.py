"""Every kind of file, damaged in every way: one clear line, nothing run, memory bounded; and fuzzed."""

import io
import json
import os
import pickle
import random
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.torch import load, save
from torch import Tensor

from tagloom.catalog import Catalog, NetworkFile
from tagloom.diffusion.runtime import Adapter
from tagloom.diffusion.weights import AdaptedNetworks, Networks, load_model, pickle_header, read_inversion, verify
from tagloom.engine import ModelFacts, Overrides
from tagloom.errors import ModelDamagedError, ModelError, ModelUnsupportedError
from tests.catalog.files import header_bytes
from tests.diffusion.lora_files import kohya
from tests.diffusion.small_models import small_model

KINDS = ("checkpoint", "autoencoder", "LoRA", "textual inversion")
MODULE = "lora_unet_mid_block_attentions_0_proj_in"
LONGEST = 900
MOST_MEMORY = 1 << 23


@dataclass(frozen=True, repr=False)
class Shelf:
    """A sound file of every kind, and how the program reads one that is to be of that kind."""

    whole: Mapping[str, bytes]
    model: Path
    networks: Networks

    def read(self, kind: str, path: Path) -> None:
        match kind:
            case "checkpoint":
                load_model(self.find(kind, path))
            case "autoencoder":
                load_model(self.find(kind, path))
            case "LoRA":
                file = NetworkFile(name=path.stem, path=path, hash="0" * 12)
                adapted = AdaptedNetworks(self.networks.text_encoders, self.networks.unet)
                adapted.examine(file)
                adapted.use_unet((Adapter(file=file, weight=1.0),))
                adapted.use_unet(())
            case _:
                read_inversion(path, [64])

    def find(self, kind: str, path: Path) -> ModelFacts:
        catalog = Catalog(read_pickle=pickle_header)
        return catalog.find(str(path)) if kind == "checkpoint" else catalog.find(str(self.model), Overrides(vae=str(path)))


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    model = small_model("sd1")
    tensors = model.original()
    path = tmp_path_factory.mktemp("shelf") / "model.safetensors"
    whole = {
        "checkpoint": save(tensors),
        "autoencoder": save({name: t for name, t in tensors.items() if name.startswith("first_stage_model.")}),
        "LoRA": save(kohya({MODULE: torch.empty(128, 128, 1, 1)})),
        "textual inversion": save({"emb_params": torch.ones(2, 64)}),
    }
    path.write_bytes(whole["checkpoint"])
    return Shelf(whole=whole, model=path, networks=load_model(Catalog().find(str(path))))


class Runs:
    """What a malicious file holds: unpickled, it makes a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __reduce__(self) -> tuple[Callable[[str], None], tuple[str]]:
        return os.mkdir, (str(self.folder),)


def parts(whole: bytes) -> tuple[dict[str, dict[str, object]], bytes]:
    """The header of a file by tensor, less its metadata, and its numbers."""
    length = int.from_bytes(whole[:8], "little")
    header = json.loads(whole[8 : 8 + length])
    header.pop("__metadata__", None)
    return header, whole[8 + length :]


def described(whole: bytes, **changes: object) -> bytes:
    """The file, whose tensors are all described otherwise."""
    header, numbers = parts(whole)
    return header_bytes({name: entry | changes for name, entry in header.items()}) + numbers


def overlapping(whole: bytes) -> bytes:
    """The file with a tensor of one byte more, which lies in the first one."""
    header, numbers = parts(whole)
    return header_bytes(header | {"zzz": {"dtype": "U8", "shape": [1], "data_offsets": [0, 1]}}) + numbers


def archive(pickled: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        file.writestr("archive/data.pkl", pickled)
    return buffer.getvalue()


def refusal(shelf: Shelf, kind: str, path: Path) -> str:
    """The one line that a file is refused by; little memory is spent on it."""
    tracemalloc.start()
    with pytest.raises((ModelDamagedError, ModelUnsupportedError)) as caught:
        shelf.read(kind, path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    said = str(caught.value)
    assert peak < MOST_MEMORY
    assert path.name in said
    assert is_one_line(said)
    return said


DAMAGES: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "nothing in it": (lambda _: b"", "it has only 0 bytes"),
    "truncated in the header": (lambda whole: whole[:60], "its header would have"),
    "truncated in the numbers": (lambda whole: whole[:-3], "3 bytes are missing at its end"),
    "a header of 2**63 bytes": (lambda whole: (1 << 63).to_bytes(8, "little") + whole[8:], "9223372036854775808 bytes"),
    "overlapping tensors": (overlapping, "overlaps the one before it"),
    "offsets that run backwards": (lambda whole: described(whole, data_offsets=[8, 0]), "does not fill its place"),
    "a type that is none": (lambda whole: described(whole, dtype="F13"), "has the unknown type 'F13'"),
    "a type of another width": (lambda whole: described(whole, dtype="F64"), "does not fill its place"),
    "a page of a web site": (lambda _: b"<!DOCTYPE html><html>Sign in</html>", "it is a web page"),
    "a pickle": (lambda _: pickle.dumps({"a": 1}), "it is a pickle"),
    "an archive of a pickle": (lambda _: archive(pickle.dumps({})), "it is a zip archive, as torch.save writes"),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_safetensors_file_is_refused_in_one_line(damage: str, kind: str, shelf: Shelf, tmp_path: Path) -> None:
    make, expected = DAMAGES[damage]
    path = tmp_path / "thing.safetensors"
    content = make(shelf.whole[kind])
    path.write_bytes(content)
    assert expected in refusal(shelf, kind, path)


@pytest.mark.parametrize("kind", KINDS)
def test_whole_numbers_in_the_place_of_floats_are_refused(kind: str, shelf: Shelf, tmp_path: Path) -> None:
    path = tmp_path / "thing.safetensors"
    path.write_bytes(described(shelf.whole[kind], dtype="I32"))
    assert ("which holds no floats" in refusal(shelf, kind, path)) == (kind != "textual inversion")


@pytest.mark.parametrize("kind", KINDS)
def test_numbers_that_are_none_are_told_by_the_tensor(kind: str, shelf: Shelf, tmp_path: Path) -> None:
    """Of whole models `tagloom models verify` tells them: painting does not read every number before it begins."""
    tensors = load(shelf.whole[kind])
    name = next(name for name in tensors if name.endswith(("decoder.conv_in.weight", "lora_up.weight", "emb_params")))
    tensors[name].view(-1)[3] = torch.nan
    path = tmp_path / "thing.safetensors"
    path.write_bytes(save(tensors))
    if kind in {"checkpoint", "autoencoder"}:
        assert list(verify(shelf.find(kind, path))) == [
            f"{path} has tensor '{name}' with 1 numbers that are NaN or infinite"
        ]
    else:
        assert name.removesuffix(".lora_up.weight") in refusal(shelf, kind, path)


@contextmanager
def untouched(trap: Path) -> Iterator[Path]:
    yield trap
    assert not trap.exists()


@pytest.mark.parametrize("kind", KINDS)
def test_a_legacy_file_that_holds_a_program_is_refused_and_not_run(kind: str, shelf: Shelf, tmp_path: Path) -> None:
    with untouched(tmp_path / "trap") as trap:
        path = tmp_path / "thing.pt"
        torch.save({"state_dict": load(shelf.whole[kind]), "more": Runs(trap)}, path)
        assert "would call more than tensors need: " in refusal(shelf, kind, path)
        path = tmp_path / "thing.safetensors"  # the same under a name that sounds safe
        path.write_bytes(pickle.dumps(Runs(trap)))
        assert "it is a pickle" in refusal(shelf, kind, path)


@pytest.mark.parametrize("kind", KINDS)
def test_a_zip_bomb_is_refused_before_it_unfolds(kind: str, shelf: Shelf, tmp_path: Path) -> None:
    path = tmp_path / "bomb.pt"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("archive/data.pkl", bytes(1 << 25))
    assert "is a compressed archive, which torch does not write" in refusal(shelf, kind, path)


@pytest.mark.parametrize("kind", KINDS)
def test_a_sound_file_is_read_in_either_form(kind: str, shelf: Shelf, tmp_path: Path) -> None:
    path = tmp_path / "thing.safetensors"
    path.write_bytes(shelf.whole[kind])
    shelf.read(kind, path)
    torch.save(load(shelf.whole[kind]), tmp_path / "thing.pt")
    shelf.read(kind, tmp_path / "thing.pt")


def small(kind: str, shelf: Shelf) -> bytes:
    """A file to mutate: of whole models a few tensors, as the headers alone are read of most mutants."""
    if kind in {"LoRA", "textual inversion"}:
        return shelf.whole[kind]
    tensors: dict[str, Tensor] = load(shelf.whole[kind])
    content: bytes = save({name: t[:1].clone() if t.dim() else t for name, t in list(tensors.items())[::40]})
    return content


ODD: st.SearchStrategy[object] = st.sampled_from(
    [-1, 0, 1, 8, 1 << 31, 1 << 63, 1 << 70, 1.5, None, True, "F32", "I64", "BF16", [], [1 << 40], {}]
)
EDIT = st.tuples(st.integers(0, 50), st.sampled_from(["dtype", "shape", "data_offsets", "name"]), ODD)
CALM = settings(
    derandomize=True,
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def outcome(shelf: Shelf, kind: str, path: Path) -> str:
    """What it is refused by; "" where it is read. There is nothing else."""
    try:
        shelf.read(kind, path)
    except ModelError as error:
        return str(error)
    return ""


def is_one_line(said: str) -> bool:
    return "\n" not in said and len(said) < LONGEST


@pytest.mark.parametrize("kind", KINDS)
@CALM
@given(edits=st.lists(EDIT, min_size=1, max_size=3))
def test_any_header_is_read_or_refused(
    kind: str, edits: list[tuple[int, str, object]], shelf: Shelf, tmp_path: Path
) -> None:
    header, numbers = parts(small(kind, shelf))
    names = list(header)
    for index, field, value in edits:
        name = names[index % len(names)]
        if field == "name":
            header[str(value)] = header[name]
        elif index % 2 and field != "dtype":
            header[name] = header[name] | {field: [value]}
        else:
            header[name] = header[name] | {field: value}
    path = tmp_path / "thing.safetensors"
    path.write_bytes(header_bytes(header) + numbers)
    assert is_one_line(outcome(shelf, kind, path))


def damaged(whole: bytes, seed: int) -> bytes:
    """A file with some bytes changed, and at times its end cut off."""
    rng = random.Random(seed)  # noqa: S311  # the same mutations every time
    content = bytearray(whole)
    for _ in range(rng.randrange(6)):
        content[rng.randrange(len(content))] = rng.randrange(256)
    return bytes(content[: rng.randrange(len(content))] if rng.random() < 0.3 else content)


@pytest.mark.parametrize("suffix", [".safetensors", ".pt"])
@pytest.mark.parametrize("kind", KINDS)
@CALM
@given(seed=st.integers(0, 1 << 32))
def test_any_bytes_are_read_or_refused(kind: str, suffix: str, seed: int, shelf: Shelf, tmp_path: Path) -> None:
    content = small(kind, shelf)
    if suffix == ".pt":
        buffer = io.BytesIO()
        torch.save(load(content), buffer)
        content = buffer.getvalue()
    path = tmp_path / f"thing{suffix}"
    path.write_bytes(damaged(content, seed))
    assert is_one_line(outcome(shelf, kind, path))
