"""A legacy `.ckpt` or `.pt` file -> its tensors, memory-mapped, without running anything that stands in it.

Such a file is a zip archive of a pickle and of plain numbers. A pickle names functions to be called; before anything is read
those names are listed, and a file that names more than is needed to lay out tensors is refused by them. Nothing in the
archive may be compressed, so that it cannot take more room than it has on disk.
"""

import pickle
import pickletools
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import torch
from torch import Tensor

from tagloom.catalog import Header, TensorInfo
from tagloom.diffusion.weights.tensors import Tensors
from tagloom.errors import ModelDamagedError

ZIP_MAGIC: Final = b"PK\x03\x04"
_LARGEST_PICKLE: Final = 1 << 26
_HINT: Final = "convert it to safetensors with a tool you trust"
_NUMBERS: Final = ("Float", "Half", "BFloat16", "Double", "Long", "Int", "Short", "Char", "Byte", "Bool")
_ALLOWED: Final = {
    "collections.OrderedDict",
    "torch._utils._rebuild_tensor_v2",
    "torch._utils._rebuild_parameter",
    "torch.nn.parameter.Parameter",
    "torch.Size",
    *(f"torch.{kind}Storage" for kind in _NUMBERS),
}
_DTYPES: Final = {
    torch.float64: "F64",
    torch.float32: "F32",
    torch.float16: "F16",
    torch.bfloat16: "BF16",
    torch.int64: "I64",
    torch.int32: "I32",
    torch.int16: "I16",
    torch.int8: "I8",
    torch.uint8: "U8",
    torch.bool: "BOOL",
}
# What torch raises, depending on the damage.
_DAMAGES: Final = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
    pickle.UnpicklingError,
)
_STRINGS: Final = frozenset({"SHORT_BINUNICODE", "BINUNICODE", "BINUNICODE8", "UNICODE"})


def open_pickle(path: Path) -> Tensors:
    """The tensors of a pickled file, those under `state_dict` where there is such an entry.

    Raises:
        ModelDamagedError: it is no archive of tensors alone; what it names beside them is said.
    """
    content = unpickled(path)
    held = content.get("state_dict", content)
    if not isinstance(held, dict):
        raise ModelDamagedError(f"{path} holds no tensors by name", hint=_HINT)
    tensors = {name: one for name, one in held.items() if isinstance(name, str) and isinstance(one, Tensor)}
    infos = {name: _info(one) for name, one in tensors.items()}
    return Tensors(origin=path, infos=infos, get=tensors.__getitem__)


def unpickled(path: Path) -> dict[object, object]:
    """What a pickled file holds by name: tensors, numbers, texts, and more of such by name.

    Raises:
        ModelDamagedError: see `open_pickle`.
    """
    _check_archive(path)
    try:
        # `weights_only` is torch's own guard against pickles; `mmap` leaves the numbers on disk until they are used.
        content = torch.load(path, map_location="cpu", weights_only=True, mmap=True)
    except _DAMAGES as error:
        reason = str(error).partition("\n")[0][:200]
        raise ModelDamagedError(f"{path} cannot be read: {reason}", hint=_HINT) from error
    if not isinstance(content, dict):
        raise ModelDamagedError(f"{path} holds no tensors by name", hint=_HINT)
    return content


def _info(tensor: Tensor) -> TensorInfo:
    return TensorInfo(dtype=_DTYPES.get(tensor.dtype, str(tensor.dtype)), shape=tuple(tensor.shape))


def pickle_header(path: Path) -> Header:
    """What a pickled file holds, as `read_header` says it of a safetensors file.

    Raises:
        ModelDamagedError: see `open_pickle`.
    """
    return open_pickle(path).header


def _check_archive(path: Path) -> None:
    """Refuse what is not a plain archive of tensors, by its table of contents and the names in its pickle."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            pickles = [entry for entry in entries if entry.filename.endswith("data.pkl")]
            if any(entry.compress_type != zipfile.ZIP_STORED or entry.file_size != entry.compress_size for entry in entries):
                raise ModelDamagedError(f"{path} is a compressed archive, which torch does not write", hint=_HINT)
            if len(pickles) != 1 or sum(entry.file_size for entry in entries) > path.stat().st_size:
                raise ModelDamagedError(f"{path} is no archive of tensors", hint=_HINT)
            if pickles[0].file_size > _LARGEST_PICKLE:
                raise ModelDamagedError(f"{path} has a pickle of {pickles[0].file_size} bytes in it", hint=_HINT)
            strange = sorted(set(_globals(archive.read(pickles[0]))) - _ALLOWED)
    except FileNotFoundError as error:
        raise ModelDamagedError(f"{path} is missing") from error
    except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError, EOFError) as error:
        raise ModelDamagedError(f"{path} is no whole archive of tensors: {error}", hint=_HINT) from error
    if strange:
        more = f" and {len(strange) - 4} more" if len(strange) > 4 else ""
        named = ", ".join(name[:80] for name in strange[:4])
        raise ModelDamagedError(f"{path} would call more than tensors need: {named}{more}", hint=_HINT)


def _globals(pickled: bytes) -> Iterator[str]:
    """Every function or class that a pickle names, without running it (pickletools only reads its instructions).

    torch.save writes names in one piece. One that is put together while unpickling, from what are most likely the last two
    strings before it, is no name that we know.
    """
    strings: list[str] = []
    for instruction, argument, _ in pickletools.genops(pickled):
        if instruction.name == "GLOBAL":
            yield str(argument).replace(" ", ".")
        elif instruction.name == "STACK_GLOBAL":
            yield f"{'.'.join(strings[-2:])} (put together)"
        elif instruction.name in {"INST", "EXT1", "EXT2", "EXT4"}:
            yield f"{instruction.name} {argument}".replace(" ", ".")
        elif instruction.name in _STRINGS:
            strings.append(str(argument))
