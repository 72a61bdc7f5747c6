"""Reading headers: whole files, and every way in which a file can be something else."""

import pickle
import random
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from tagloom.catalog import Header, TensorInfo, read_header
from tagloom.errors import ModelDamagedError
from tests.catalog.files import header_bytes, safetensors_bytes

DATA = 14
NUMBERS = ["-1", "0", "1", "1e999", "null", "true", '"x"', str(1 << 64), "[" * 50, "{}", "9" * 5000]
WHOLE = safetensors_bytes({"a": (2, 3), "b": (), "c": (0, 4)}, {"format": "pt"})


def described(**changes: object) -> bytes:
    """A file of one tensor of four float32, described otherwise."""
    entry = {"dtype": "F32", "shape": [4], "data_offsets": [0, 16]} | changes
    return header_bytes({"a": entry}) + bytes(16)


def test_a_header_tells_names_types_and_shapes(tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    path.write_bytes(WHOLE)
    infos = {name: TensorInfo(dtype="F16", shape=shape) for name, shape in (("a", (2, 3)), ("b", ()), ("c", (0, 4)))}
    assert read_header(path) == Header(path=path, tensors=infos, metadata={"format": "pt"})


def test_numbered_parts_are_counted_up_to_the_first_gap() -> None:
    info = TensorInfo(dtype="F16", shape=())
    names = ("block.0.a", "block.0.b", "block.1.a", "block.3.a", "blocks.9.a")
    header = Header(path=Path("x"), tensors=dict.fromkeys(names, info), metadata={})
    assert (header.count("block."), header.count("layer.")) == (2, 0)


DAMAGES = {
    "empty": (b"", "it has only 0 bytes"),
    "truncated in the header": (WHOLE[:40], "its header would have"),
    "truncated in the numbers": (WHOLE[:-3], "3 bytes are missing at its end"),
    "too long": (WHOLE + bytes(5), "5 bytes too many"),
    "a header of 2**63 bytes": ((1 << 63).to_bytes(8, "little") + b"{}", "its header would have 9223372036854775808 bytes"),
    "a header that is no JSON": ((4).to_bytes(8, "little") + b"\xff\xff\xff\xff", "its header is no JSON"),
    "a header of brackets": ((9999).to_bytes(8, "little") + b"[" * 9999, "its header is no JSON"),
    "a header that is a list": (header_bytes([1]), "its header is no JSON object"),
    "metadata that are no texts": (header_bytes({"__metadata__": {"a": 1}}), "its metadata are no texts"),
    "overlapping tensors": (
        header_bytes({n: {"dtype": "U8", "shape": [4], "data_offsets": [o, o + 4]} for n, o in (("a", 0), ("b", 2))})
        + bytes(6),
        "tensor 'b' overlaps the one before it",
    ),
    "a gap between tensors": (
        header_bytes({n: {"dtype": "U8", "shape": [4], "data_offsets": [o, o + 4]} for n, o in (("a", 0), ("b", 6))})
        + bytes(10),
        "tensor 'b' leaves a gap before it",
    ),
    "an unknown type": (described(dtype="F13"), "tensor 'a' has the unknown type 'F13'"),
    "another type": (described(dtype="F16"), "tensor 'a' does not fill its place"),
    "a negative place": (described(data_offsets=[-16, 0]), "tensor 'a' does not fill its place"),
    "a negative side": (described(shape=[-4]), "tensor 'a' has a shape that is none"),
    "a side beyond measure": (described(shape=[1 << 63]), "tensor 'a' has a shape that is none"),
    "a shape of many sides": (described(shape=[1] * 1000), "tensor 'a' has a shape that is none"),
    "no tensor": (header_bytes({"a": 5}), "tensor 'a' is not described as one"),
    "a pickle": (pickle.dumps({"state_dict": list(range(99))}), "it is a pickle"),
    "an HTML page": (b"\n<!DOCTYPE html><html><body>Sign in</body></html>", "it is a web page"),
    "a Git LFS pointer": (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n", "it is a Git LFS pointer"),
    "JSON": (b'{"error": "not found"}', "it is JSON text"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_is_named_with_what_is_wrong(damage: str, tmp_path: Path) -> None:
    content, message = DAMAGES[damage]
    path = tmp_path / "model.safetensors"
    path.write_bytes(content)
    with pytest.raises(ModelDamagedError, match="model.safetensors is no whole safetensors file") as caught:
        read_header(path)
    assert message in str(caught.value)


def test_a_torch_archive_is_told_from_a_safetensors_file(tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("archive/data.pkl", pickle.dumps({}))
    with pytest.raises(ModelDamagedError, match="it is a zip archive, as torch.save writes"):
        read_header(path)


def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelDamagedError, match="is missing"):
        read_header(tmp_path / "nothing")
    with pytest.raises(ModelDamagedError, match="cannot be read"):
        read_header(tmp_path)


def test_a_header_longer_than_any_model_s_takes_no_memory(tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    with path.open("wb") as file:
        file.write((1 << 30).to_bytes(8, "little") + b"{")
        file.truncate((1 << 30) + 8)  # sparse: nothing is written
    tracemalloc.start()
    with pytest.raises(ModelDamagedError):
        read_header(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1 << 20


def mutated(rng: random.Random) -> bytes:
    """The whole file with some bytes changed, cut out or put in, or with a number of its header replaced."""
    content = bytearray(WHOLE)
    if rng.random() < 0.5:
        text = WHOLE[8:-DATA].decode()
        place = rng.choice([index for index, letter in enumerate(text) if letter.isdigit()])
        header = (text[:place] + rng.choice(NUMBERS) + text[place + 1 :]).encode()
        return len(header).to_bytes(8, "little") + header + WHOLE[-DATA:]
    for _ in range(rng.randrange(1, 4)):
        place = rng.randrange(len(WHOLE) // 2)
        match rng.randrange(3):
            case 0:
                content[place] = rng.randrange(256)
            case 1:
                del content[place : place + rng.randrange(1, 20)]
            case _:
                content[place:place] = rng.randbytes(rng.randrange(1, 9))
    return bytes(content)


def test_a_mutated_file_is_read_or_refused_but_nothing_else(tmp_path: Path) -> None:
    rng = random.Random(6)  # noqa: S311  # the same mutations every time
    path = tmp_path / "model.safetensors"
    outcomes = set()
    for _ in range(400):
        path.write_bytes(mutated(rng))
        try:
            header = read_header(path)
        except ModelDamagedError as error:
            outcomes.add("refused" if len(str(error)) < 500 else "refused at length")
        else:
            assert all(isinstance(info, TensorInfo) for info in header.tensors.values())
            outcomes.add("read")
    assert outcomes == {"refused", "read"}
