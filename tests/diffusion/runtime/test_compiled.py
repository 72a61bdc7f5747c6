"""Networks kept compiled, with a stand-in for OpenVINO that counts what it is asked for."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest

from tagloom.diffusion.runtime.openvino.compiled import CompiledNetworks
from tagloom.diffusion.runtime.openvino.library import Properties
from tagloom.diffusion.runtime.protocol import Floats
from tagloom.errors import MemoryExhaustedError, RuntimeUnavailableError

GIB = 1 << 30


@dataclass
class Network:
    """Model, compiled network and request in one: gives its first input back."""

    name: str = ""
    shapes: dict[int, list[int]] = field(default_factory=dict)

    def reshape(self, partial_shapes: dict[int, list[int]]) -> None:
        self.shapes = partial_shapes

    def export_model(self, model_stream: BytesIO) -> None:
        model_stream.write(b"compiled")

    def create_infer_request(self) -> "Network":
        return self

    def infer(self, inputs: Sequence[Floats], *, share_inputs: bool) -> dict[int, Floats]:
        assert share_inputs
        return {0: inputs[0]}


@dataclass
class Core:
    """`asked` lists what was compiled and imported; `error` is raised by both."""

    asked: list[tuple[str, object]] = field(default_factory=list)
    error: Exception | None = None

    def read_model(self, model: str) -> Network:
        return Network(name=Path(model).stem)

    def compile_model(self, model: Network, device_name: str, config: Properties) -> Network:
        self._raise()
        self.asked.append(("compile", model.shapes))
        assert (device_name, config["INFERENCE_NUM_THREADS"]) == ("CPU", 3)
        return model

    def import_model(self, model_stream: bytes, device_name: str, config: Properties) -> Network:
        self._raise()
        if (device_name, model_stream) != ("CPU", b"compiled"):
            raise RuntimeError("damaged")
        self.asked.append(("import", config["WEIGHTS_PATH"]))
        return Network()

    def _raise(self) -> None:
        if self.error:
            raise self.error


def networks(core: Core, folder: Path, size: int = 10, cpu: str = "avx2") -> CompiledNetworks:
    for name in ("unet", "decoder"):
        with (folder / f"{name}.bin").open("wb") as file:
            file.truncate(size)  # no byte of it is written
    return CompiledNetworks(core, folder, threads=3, cpu=cpu)  # type: ignore[arg-type]  # its models are its own


def run(compiled: CompiledNetworks, *sides: int, name: str = "decoder", precision: str = "fp32") -> None:
    for side in sides:
        inputs = [np.full((1, 4, side, side), side, np.float32)]
        (output,) = compiled.run(name, precision, inputs)
        assert np.array_equal(output, inputs[0])
        assert output is not inputs[0]


def test_a_shape_is_compiled_once_and_imported_by_the_next_process(tmp_path: Path) -> None:
    core = Core()
    run(networks(core, tmp_path), 8, 8, 16, 8)
    assert core.asked == [("compile", {0: [1, 4, 8, 8]}), ("compile", {0: [1, 4, 16, 16]})]
    again = Core()
    run(networks(again, tmp_path), 8)
    assert again.asked == [("import", str(tmp_path / "decoder.bin"))]


def test_another_cpu_and_another_precision_compile_their_own(tmp_path: Path) -> None:
    run(networks(Core(), tmp_path), 8)
    for core, cpu, precision in ((Core(), "sve", "fp32"), (Core(), "avx2", "bf16")):
        run(networks(core, tmp_path, cpu=cpu), 8, precision=precision)
        assert [what for what, _ in core.asked] == ["compile"]


def test_a_damaged_file_is_compiled_anew(tmp_path: Path) -> None:
    run(networks(Core(), tmp_path), 8)
    (blob,) = (tmp_path / "compiled").iterdir()
    blob.write_bytes(b"comp")
    core = Core()
    run(networks(core, tmp_path), 8)
    assert [what for what, _ in core.asked] == ["compile"]
    assert blob.read_bytes() == b"compiled"


def test_the_length_of_a_text_is_left_open(tmp_path: Path) -> None:
    core = Core()
    compiled = networks(core, tmp_path)
    for length in (77, 154):
        compiled.run("unet", "fp32", [np.zeros(shape, np.float32) for shape in ((2, 4, 8, 8), (2, 48), (2, length, 192))])
    assert core.asked == [("compile", {0: [2, 4, 8, 8], 1: [2, 48], 2: [2, -1, 192]})]


def test_of_large_networks_the_last_two_are_kept(tmp_path: Path) -> None:
    core = Core()
    compiled = networks(core, tmp_path, size=2 * GIB)
    run(compiled, 8, 16, 8, 16)
    assert len(core.asked) == 2
    run(compiled, 24, 16)  # 8 was used longest ago
    assert len(core.asked) == 3
    run(compiled, 8)
    assert len(core.asked) == 4
    compiled.make_room()
    run(compiled, 8)
    assert len(core.asked) == 5


def test_of_small_networks_all_are_kept(tmp_path: Path) -> None:
    core = Core()
    compiled = networks(core, tmp_path)
    run(compiled, *range(8, 40), *range(8, 40))
    compiled.make_room()
    run(compiled, *range(8, 40))
    assert len(core.asked) == 32


@pytest.mark.parametrize(
    ("error", "expected", "message"),
    [
        (
            RuntimeError("Exception from x.cpp:1:\nno such operation\n"),
            RuntimeUnavailableError,
            "compile the decoder: no such",
        ),
        (RuntimeError("std::bad_alloc"), MemoryExhaustedError, "memory of device 'cpu'"),
        (MemoryError(), MemoryExhaustedError, "memory of device 'cpu'"),
    ],
)
def test_openvino_s_errors_are_one_line(error: Exception, expected: type[Exception], message: str, tmp_path: Path) -> None:
    with pytest.raises(expected, match=message):
        run(networks(Core(error=error), tmp_path), 8)
