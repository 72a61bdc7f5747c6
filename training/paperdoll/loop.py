"""One network's training: a loop that logs a line a minute, saves whole checkpoints, and goes on where it was cut."""

import json
import math
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from training.paperdoll.checkpoint import read_checkpoint, save_checkpoint
from training.paperdoll.profile import Stage

_WARMUP = 100
_EMA_HALF_LIFE = 0.1  # of the steps so far


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """What is trained, for how long, and where its checkpoints go.

    Without `keeps_optimizer` a checkpoint is small, and the optimiser warms up again after a cut.
    `loss` takes a step's number and gives the loss of that step's batch, which depends on the number alone. `show` is
    called with the averaged weights in place after each checkpoint.
    """

    name: str
    network: nn.Module
    stage: Stage
    folder: Path
    minutes_between_checkpoints: float
    device: str
    keeps_optimizer: bool
    loss: Callable[[int], Tensor]
    show: Callable[[int], None]


def train(training: Training) -> None:
    """Train to the end, from the last checkpoint if there is one; the network holds the averaged weights afterwards."""
    network, stage = training.network.to(training.device), training.stage
    optimizer = torch.optim.AdamW(network.parameters(), lr=stage.learning_rate, betas=(0.9, 0.98), weight_decay=0.01)
    average = {name: parameter.detach().clone() for name, parameter in network.named_parameters()}
    step = begun = _restore(training, optimizer, average)
    is_warm = training.keeps_optimizer or not begun
    saved = logged = time.monotonic()
    recent: list[float] = []
    while step < stage.steps:
        for group in optimizer.param_groups:
            group["lr"] = stage.learning_rate * _rate(step, stage.steps, begun=0 if is_warm else begun)
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
            save_checkpoint(training.folder, training.name, _state(training, optimizer, average), step)
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


def load_average(folder: Path, name: str, network: nn.Module) -> int:
    """Put a checkpoint's averaged weights into a network; gives the number of steps they were trained."""
    found = read_checkpoint(folder, name)
    if found is None:
        raise FileNotFoundError(f"{folder} holds no checkpoint of {name}: run the recipe first")
    tensors, step = found
    with torch.no_grad():
        for key, parameter in network.named_parameters():
            parameter.copy_(tensors[f"average.{key}"])
    return step


def _rate(step: int, steps: int, *, begun: int) -> float:
    """Linear warm-up from the step at which the optimiser began anew, under a cosine to zero over all steps."""
    return min(1.0, (step - begun + 1) / min(_WARMUP, steps)) * 0.5 * (1 + math.cos(math.pi * step / steps))


def _log(training: Training, step: int, recent: list[float]) -> None:
    line = {"stage": training.name, "step": step, "steps": training.stage.steps, "loss": sum(recent) / max(1, len(recent))}
    with (training.folder / "log.jsonl").open("a", encoding="utf-8") as log:
        log.write(json.dumps(line | {"time": round(time.time())}) + "\n")


def _state(training: Training, optimizer: torch.optim.Optimizer, average: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """What a checkpoint holds. Without the optimiser's state it is a quarter of the size: weights in 16 bits, no moments."""
    kind = torch.float32 if training.keeps_optimizer else torch.bfloat16
    tensors = {f"newest.{name}": value.detach().to(kind) for name, value in training.network.named_parameters()}
    tensors |= {f"average.{name}": tensor.to(kind) for name, tensor in average.items()}
    if training.keeps_optimizer:
        for index, state in optimizer.state_dict()["state"].items():
            tensors |= {f"optimizer.{index}.{key}": value for key, value in state.items()}
    return tensors


def _restore(training: Training, optimizer: torch.optim.Optimizer, average: dict[str, Tensor]) -> int:
    """Take up the last checkpoint; gives its step, 0 where there is none."""
    found = read_checkpoint(training.folder, training.name)
    if found is None:
        return 0
    tensors, step = found
    state: dict[int, dict[str, Tensor]] = {}
    with torch.no_grad():
        for name, parameter in training.network.named_parameters():
            parameter.copy_(tensors[f"newest.{name}"])
            average[name].copy_(tensors[f"average.{name}"])
    for name, tensor in tensors.items():
        kind, _, rest = name.partition(".")
        if kind == "optimizer":
            index, _, key = rest.partition(".")
            state.setdefault(int(index), {})[key] = tensor
    whole = optimizer.state_dict()
    whole["state"] = state
    optimizer.load_state_dict(whole)
    return step
