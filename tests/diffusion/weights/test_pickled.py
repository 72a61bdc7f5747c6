"""Legacy files: tensors alone are read, with permission; anything else is refused by what it names, and nothing is run."""

import io
import os
import pickle
import random
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from tagloom.catalog import Catalog, TensorInfo
from tagloom.diffusion.weights import load_model, pickle_header
from tagloom.diffusion.weights.pickled import open_pickle
from tagloom.errors import ModelDamagedError
from tests.diffusion.small_models import small_model


class Runs:
    """What a malicious file holds: unpickled, it calls a function."""

    def __init__(self, function: Callable[..., object], *arguments: object) -> None:
        self.call = (function, arguments)

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
        return self.call


def saved(content: object, path: Path) -> Path:
    torch.save(content, path)
    return path


def archive(path: Path, pickled: bytes, *, compression: int = zipfile.ZIP_STORED) -> Path:
    with zipfile.ZipFile(path, "w", compression) as file:
        file.writestr("archive/data.pkl", pickled)
        file.writestr("archive/version", "3\n")
    return path


def test_the_tensors_of_a_state_dict_are_read(tmp_path: Path) -> None:
    weight = torch.arange(6.0).reshape(2, 3).half()
    path = saved({"state_dict": {"a.weight": weight, "b": torch.ones(2)}, "epoch": 3}, tmp_path / "m.ckpt")
    assert pickle_header(path).tensors == {
        "a.weight": TensorInfo(dtype="F16", shape=(2, 3)),
        "b": TensorInfo(dtype="F32", shape=(2,)),
    }
    assert torch.equal(open_pickle(path).get("a.weight"), weight)
    bare = saved({"a.weight": weight}, tmp_path / "bare.pt")
    assert torch.equal(open_pickle(bare).get("a.weight"), weight)


def test_a_legacy_model_is_painted_with_by_permission_alone(tmp_path: Path) -> None:
    model = small_model("sd1")
    path = saved({"state_dict": model.original(), "global_step": 5}, tmp_path / "m.ckpt")
    with pytest.raises(ModelDamagedError, match="can hold programs .*--allow-pickle"):
        Catalog().find(str(path))
    facts = Catalog(read_pickle=pickle_header).find(str(path))
    assert (facts.family, facts.may_unpickle) == ("sd1", True)
    ours = load_model(facts).unet.state_dict()
    assert all(torch.equal(tensor, ours[name]) for name, tensor in model.unet.state_dict().items())


def test_what_a_file_would_call_is_named_and_not_called(tmp_path: Path) -> None:
    made = tmp_path / "made"
    path = saved({"state_dict": {"a": torch.ones(1)}, "x": Runs(os.mkdir, str(made))}, tmp_path / "m.ckpt")
    with pytest.raises(ModelDamagedError, match="would call more than tensors need: posix.mkdir|nt.mkdir"):
        open_pickle(path)
    assert not made.exists()
    path = saved({"a": Runs(bytearray, 1 << 40)}, tmp_path / "large.ckpt")  # torch's own reader would allocate that
    with pytest.raises(ModelDamagedError, match="builtins.bytearray|__builtin__.bytearray"):
        open_pickle(path)
    path = archive(tmp_path / "new.pt", pickle.dumps(Runs(os.mkdir, str(made)), protocol=4))
    with pytest.raises(ModelDamagedError, match=r"posix.mkdir \(put together\)"):
        open_pickle(path)
    assert not made.exists()


def test_a_zip_bomb_is_refused_before_it_unfolds(tmp_path: Path) -> None:
    path = archive(tmp_path / "bomb.pt", bytes(1 << 24), compression=zipfile.ZIP_DEFLATED)
    tracemalloc.start()
    with pytest.raises(ModelDamagedError, match="bomb.pt is a compressed archive"):
        open_pickle(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1 << 22


def test_other_files_are_refused(tmp_path: Path) -> None:
    for name, content in (("empty", b""), ("html", b"<html>"), ("old", pickle.dumps({"a": 1})), ("zip", b"PK\x03\x04junk")):
        path = tmp_path / f"{name}.ckpt"
        path.write_bytes(content)
        with pytest.raises(ModelDamagedError, match=f"{name}.ckpt is no whole archive of tensors"):
            open_pickle(path)
    with pytest.raises(ModelDamagedError, match="is missing"):
        open_pickle(tmp_path / "nothing.ckpt")
    with zipfile.ZipFile(tmp_path / "text.pt", "w") as file:
        file.writestr("a.txt", "b")
    with pytest.raises(ModelDamagedError, match="is no archive of tensors"):
        open_pickle(tmp_path / "text.pt")
    with pytest.raises(ModelDamagedError, match="holds no tensors by name"):
        open_pickle(saved([torch.ones(1)], tmp_path / "list.pt"))


def test_a_mutated_archive_is_read_or_refused_but_nothing_else(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    torch.save({"a": torch.ones(3), "b": torch.zeros(2, 2)}, buffer)
    whole = buffer.getvalue()
    rng = random.Random(6)  # noqa: S311  # the same mutations every time
    path = tmp_path / "m.pt"
    lengths: list[int] = []
    for _ in range(150):
        content = bytearray(whole)
        for _ in range(rng.randrange(1, 4)):
            content[rng.randrange(len(content))] = rng.randrange(256)
        path.write_bytes(content[: rng.randrange(len(content))] if rng.random() < 0.2 else content)
        try:
            tensors = open_pickle(path)
        except ModelDamagedError as error:
            lengths.append(len(str(error)))
        else:
            assert all(tensors.get(name).numel() < 1 << 20 for name in tensors.infos)
    assert 0 < max(lengths) < 700
