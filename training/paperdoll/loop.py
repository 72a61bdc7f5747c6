"""One network's training: a loop that logs a line a minute, saves whole checkpoints, and goes on where it was cut."""

import json
import math
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from training.paperdoll.profile import Stage

_WARMUP = 100
_EMA_HALF_LIFE = 0.1  # of the steps so far


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """What is trained, for how long, and where its checkpoints go.

    `loss` takes a step's number and gives the loss of that step's batch, which depends on the number alone. `show` is
    called with the averaged weights in place after each checkpoint.
    """

    name: str
    network: nn.Module
    stage: Stage
    folder: Path
    minutes_between_checkpoints: float
    loss: Callable[[int], Tensor]
    show: Callable[[int], None]


def train(training: Training) -> None:
    """Train to the end, from the last checkpoint if there is one; the network holds the averaged weights afterwards."""
    network, stage = training.network, training.stage
    optimizer = torch.optim.AdamW(network.parameters(), lr=stage.learning_rate, betas=(0.9, 0.98), weight_decay=0.01)
    average = {name: parameter.detach().clone() for name, parameter in network.named_parameters()}
    checkpoint = training.folder / f"{training.name}.safetensors"
    step = _restore(checkpoint, network, optimizer, average)
    saved = logged = time.monotonic()
    recent: list[float] = []
    while step < stage.steps:
        for group in optimizer.param_groups:
            group["lr"] = stage.learning_rate * _rate(step, stage.steps)
        loss = training.loss(step)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        step += 1
        decay = min(0.9995, 0.5 ** (1 / max(1.0, _EMA_HALF_LIFE * step)))
        with torch.no_grad():
            for name, parameter in network.named_parameters():
                average[name].lerp_(parameter, 1 - decay)
        recent.append(loss.item())
        now = time.monotonic()
        if now - logged > 60 or step in {1, stage.steps}:
            _log(training, step, recent)
            logged, recent = now, []
        if now - saved > 60 * training.minutes_between_checkpoints or step == stage.steps:
            _save(checkpoint, network, optimizer, average, step)
            saved = now
            with averaged(network, average):
                training.show(step)
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            parameter.copy_(average[name])


@contextmanager
def averaged(network: nn.Module, average: Mapping[str, Tensor]) -> Iterator[None]:
    """The averaged weights in the place of the newest, for a while."""
    newest = {name: parameter.detach().clone() for name, parameter in network.named_parameters()}
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            parameter.copy_(average[name])
        network.eval()
        try:
            yield
        finally:
            for name, parameter in network.named_parameters():
                parameter.copy_(newest[name])
            network.train()


def begin_with(network: nn.Module, earlier: nn.Module) -> None:
    """Take over another network's weights if it has the same shape."""
    given, wanted = earlier.float().state_dict(), network.state_dict()
    if {name: value.shape for name, value in given.items()} == {name: value.shape for name, value in wanted.items()}:
        network.load_state_dict(given)


def load_average(checkpoint: Path, network: nn.Module) -> int:
    """Put a checkpoint's averaged weights into a network; gives the number of steps they were trained."""
    with safe_open(checkpoint, "pt") as file, torch.no_grad():
        for name, parameter in network.named_parameters():
            parameter.copy_(file.get_tensor(f"average.{name}"))
        return int(file.metadata()["step"])


def _rate(step: int, steps: int) -> float:
    """Linear warm-up, then a cosine to zero."""
    return min(1.0, (step + 1) / min(_WARMUP, steps)) * 0.5 * (1 + math.cos(math.pi * step / steps))


def _log(training: Training, step: int, recent: list[float]) -> None:
    line = {"stage": training.name, "step": step, "steps": training.stage.steps, "loss": sum(recent) / max(1, len(recent))}
    with (training.folder / "log.jsonl").open("a", encoding="utf-8") as log:
        log.write(json.dumps(line | {"time": round(time.time())}) + "\n")


def _save(
    path: Path, network: nn.Module, optimizer: torch.optim.Optimizer, average: Mapping[str, Tensor], step: int
) -> None:
    tensors = {f"newest.{name}": parameter.detach() for name, parameter in network.named_parameters()}
    tensors |= {f"average.{name}": tensor for name, tensor in average.items()}
    for index, state in optimizer.state_dict()["state"].items():
        tensors |= {f"optimizer.{index}.{key}": value for key, value in state.items()}
    half = path.with_suffix(".half")
    save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, half, metadata={"step": str(step)})
    half.replace(path)


def _restore(path: Path, network: nn.Module, optimizer: torch.optim.Optimizer, average: dict[str, Tensor]) -> int:
    if not path.exists():
        return 0
    with safe_open(path, "pt") as file, torch.no_grad():
        state: dict[int, dict[str, Tensor]] = {}
        for name in file.keys():  # noqa: SIM118  # it is no dictionary
            kind, _, rest = name.partition(".")
            if kind == "optimizer":
                index, _, key = rest.partition(".")
                state.setdefault(int(index), {})[key] = file.get_tensor(name)
            elif kind == "average":
                average[rest].copy_(file.get_tensor(name))
        for name, parameter in network.named_parameters():
            parameter.copy_(file.get_tensor(f"newest.{name}"))
        whole = optimizer.state_dict()
        whole["state"] = state
        optimizer.load_state_dict(whole)
        return int(file.metadata()["step"])
