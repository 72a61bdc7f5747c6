"""A folder of exported networks -> networks compiled for the shapes that are asked for, kept in memory and on disk."""

import hashlib
from collections import OrderedDict
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Final

import numpy as np

from tagloom.diffusion.kept_file import keep_file
from tagloom.diffusion.runtime.openvino.library import Compiled, Core, Properties, Request, openvino_guard
from tagloom.diffusion.runtime.protocol import Floats

HINTS: Final = {"fp32": "f32", "bf16": "bf16"}
_ROOM: Final = 2 << 30  # bytes of weights, beyond which only the networks used last stay
_LEAST_KEPT: Final = 2
_LARGE: Final = 256 << 20  # bytes of weights
_OPEN_AXES: Final = {"unet": {2: 1}}  # the length of a text costs 2 % when it is left open, and saves a shape for each

Shapes = tuple[tuple[int, ...], ...]


class CompiledNetworks:
    """Compiles on the CPU; what it compiled stands in `blobs`, without weights, which stay in the exported files."""

    def __init__(self, core: Core, folder: Path, *, threads: int, cpu: str) -> None:
        """`cpu` tells one kind of CPU from others: what is compiled for one may not run on another."""
        self._core = core
        self._folder = folder
        self._threads = threads
        self._cpu = cpu
        self._kept: OrderedDict[tuple[str, str, Shapes], Request] = OrderedDict()

    def run(self, network: str, precision: str, inputs: Sequence[Floats]) -> list[Floats]:
        """The outputs of a network in a precision, "fp32" or "bf16"; inputs and outputs are float32 in both.

        Raises:
            RuntimeUnavailableError: OpenVINO cannot compile or run it.
            MemoryExhaustedError: it does not fit.
        """
        request = self._request(network, precision, _shapes(network, inputs))
        with openvino_guard(f"run the {network}"):
            outputs = request.infer([np.ascontiguousarray(one, np.float32) for one in inputs], share_inputs=True)
            return [outputs[index].copy() for index in range(len(outputs))]

    def make_room(self) -> None:
        """Free what is large: two sizes of a call are tried one after the other, not side by side."""
        for key in [key for key in self._kept if self._size(key[0]) > _LARGE]:
            del self._kept[key]

    def _request(self, network: str, precision: str, shapes: Shapes) -> Request:
        key = network, precision, shapes
        if key not in self._kept:
            self._make_room_for(network)
            with openvino_guard(f"compile the {network}"):
                self._kept[key] = self._compiled(network, precision, shapes).create_infer_request()
        self._kept.move_to_end(key)
        return self._kept[key]

    def _make_room_for(self, network: str) -> None:
        while len(self._kept) >= _LEAST_KEPT and sum(map(self._size, [network, *(key[0] for key in self._kept)])) > _ROOM:
            self._kept.popitem(last=False)

    def _size(self, network: str) -> int:
        return self._weights(network).stat().st_size

    def _weights(self, network: str) -> Path:
        return self._folder / f"{network}.bin"

    def _compiled(self, network: str, precision: str, shapes: Shapes) -> Compiled:
        properties: Properties = {
            "INFERENCE_PRECISION_HINT": HINTS[precision],
            "INFERENCE_NUM_THREADS": self._threads,
            "NUM_STREAMS": 1,
            "PERFORMANCE_HINT": "LATENCY",
            "ENABLE_CPU_PINNING": False,
            "CACHE_MODE": "OPTIMIZE_SIZE",
        }
        blob = self._blob(network, precision, shapes)
        if blob.exists():
            try:
                weights = {"WEIGHTS_PATH": str(self._weights(network).absolute())}
                return self._core.import_model(blob.read_bytes(), "CPU", properties | weights)
            except (OSError, RuntimeError):
                blob.unlink(missing_ok=True)  # damaged: it is made anew
        model = self._core.read_model(str(self._folder / f"{network}.xml"))
        model.reshape({index: list(shape) for index, shape in enumerate(shapes)})
        compiled = self._core.compile_model(model, "CPU", properties)
        stream = BytesIO()
        compiled.export_model(stream)
        keep_file(blob, stream.getvalue())
        return compiled

    def _blob(self, network: str, precision: str, shapes: Shapes) -> Path:
        facts = hashlib.sha256(repr((self._cpu, self._threads, shapes)).encode()).hexdigest()[:16]
        return self._folder / "compiled" / f"{network}-{precision}-{facts}.blob"


def _shapes(network: str, inputs: Sequence[Floats]) -> Shapes:
    """The shapes to compile for."""
    open_axes = _OPEN_AXES.get(network, {})
    return tuple(
        tuple(-1 if open_axes.get(index) == axis else length for axis, length in enumerate(one.shape))
        for index, one in enumerate(inputs)
    )
