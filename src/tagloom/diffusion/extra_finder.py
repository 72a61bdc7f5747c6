"""Two plans -> their extras: every LoRA and textual inversion that they name, found, checked and read before painting."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from tagloom.catalog import NetworkFile, NetworkFiles
from tagloom.diffusion.chunks import chunk
from tagloom.diffusion.extras import Active, Extras
from tagloom.diffusion.named_files import LORA_KINDS, active_by_stage, named_embeddings, named_loras, networks_of
from tagloom.diffusion.runtime.protocol import Adapter, Adapters, Runtime
from tagloom.diffusion.text_contexts import Inversion
from tagloom.engine import Request, UsedNetwork
from tagloom.errors import ModelError
from tagloom.prompt import Embedding, Network, Plan, Run
from tagloom.tokenizer import Tokenizer


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The plans, whose textual inversions are called as `extras` calls them; what is used; what has no effect, in words."""

    plan: Plan
    negative_plan: Plan
    extras: Extras
    used: tuple[UsedNetwork, ...]
    notices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ExtraFinder:
    """Looks among these files for one model."""

    runtime: Runtime
    tokenizer: Tokenizer
    files: NetworkFiles

    def find(self, plan: Plan, negative_plan: Plan, request: Request) -> Found:
        """The extras of a request.

        Raises:
            ModelNotFoundError: a name is nobody's; its place in the prompt and the nearest names are told.
            ModelError: a file is damaged, or made for other models.
        """
        loras = named_loras(plan, request.prompt, request.compat, self.files)
        strays = [notice for file in dict.fromkeys(loras.values()) for notice in self.runtime.examine(file)]
        outright = named_embeddings(plan, request.prompt, self.files, "prompt")
        outright |= named_embeddings(negative_plan, request.negative_prompt, self.files, "negative prompt")

        def read_as(name: str) -> str:
            return name.replace("_", " ") if request.underscores == "space" else name

        inversions = {read_as(file.name): (file, self._inversion(file)) for file in outright.values()}
        in_words, unread = self._in_words((plan, negative_plan), read_as)
        inversions |= in_words
        names = {name: read_as(file.name) for name, file in outright.items()}
        used = [UsedNetwork(kind="lora", name=file.name, hash=file.hash) for file in dict.fromkeys(loras.values())]
        used += [UsedNetwork(kind="embedding", name=file.name, hash=file.hash) for file, _ in inversions.values()]
        return Found(
            plan=_renamed(plan, names),
            negative_plan=_renamed(negative_plan, names),
            extras=Extras(
                stages=_stages(plan, loras, request) if loras else (),
                inversions={name: inversion for name, (_, inversion) in inversions.items()},
            ),
            used=tuple(used),
            notices=(*_without_effect(plan, negative_plan), *strays, *unread),
        )

    def _in_words(
        self, plans: Sequence[Plan], read_as: Callable[[str], str]
    ) -> tuple[dict[str, tuple[NetworkFile, Inversion]], list[str]]:
        """The textual inversions whose bare names stand in the plans, and why others are read as plain words.

        A file that happens to be called like a word must not keep anybody from painting that word.
        """
        names = {path.stem: path for path in self.files.embeddings().values()}
        candidates = {read_as(name): name for name in names}
        found: dict[str, tuple[NetworkFile, Inversion]] = {}
        unread: list[str] = []
        while fresh := sorted(self._named(plans, candidates) - found.keys()):
            for key in fresh:
                try:
                    file = self.files.embedding(candidates[key])
                    found[key] = file, self._inversion(file)
                except ModelError as error:
                    unread.append(f"'{candidates[key]}' is read as words: {error.message}")
                    del candidates[key]
        return found, unread

    def _named(self, plans: Iterable[Plan], names: Mapping[str, str]) -> set[str]:
        """Which of these names stand in the plans' words, as whole tokens."""
        if not names:
            return set()
        pieces = (piece for plan in plans for stage in plan.stages for part in stage.parts for piece in part.pieces)
        runs = dict.fromkeys(piece for piece in pieces if isinstance(piece, Run))
        chunks = chunk(runs, self.tokenizer, dict.fromkeys(names, 1))
        return {name for part in chunks for _, name, _ in part.vectors()}

    def _inversion(self, file: NetworkFile) -> Inversion:
        return Inversion(hash=file.hash, vectors=self.runtime.read_vectors(file))


def _stages(plan: Plan, loras: Mapping[str, NetworkFile], request: Request) -> tuple[Active, ...]:
    """What is active in every stage."""
    return tuple(
        Active(
            unet=_adapters(networks, loras, lambda network: network.unet_weight),
            text_encoders=_adapters(networks, loras, lambda network: network.text_encoder_weight),
        )
        for networks in active_by_stage(plan, request.prompt, request.compat)
    )


def _adapters(
    networks: Iterable[Network], loras: Mapping[str, NetworkFile], weight_of: Callable[[Network], float]
) -> Adapters:
    """The set of LoRAs: the weights of one that is named twice are added, those of weight 0 are left out."""
    weights: dict[NetworkFile, float] = {}
    for network in networks:
        if network.kind in LORA_KINDS:
            file = loras[network.name]
            weights[file] = weights.get(file, 0.0) + weight_of(network)
    ordered = sorted(weights.items(), key=lambda one: (one[0].hash, str(one[0].path)))
    return tuple(Adapter(file=file, weight=weight) for file, weight in ordered if weight)


def _without_effect(plan: Plan, negative_plan: Plan) -> list[str]:
    """The extra networks that change nothing, said once each."""
    others = [network for network in networks_of(plan) if network.kind not in LORA_KINDS]
    unknown = {f"<{network.kind}:{network.name}> is no LoRA: it has no effect" for network in others}
    misplaced = {
        f"<{network.kind}:{network.name}> has no effect in the negative prompt" for network in networks_of(negative_plan)
    }
    return sorted(unknown | misplaced)


def _renamed(plan: Plan, names: Mapping[str, str]) -> Plan:
    """The plan with its textual inversions by these names."""
    if not names:
        return plan
    stages = []
    for stage in plan.stages:
        parts = []
        for part in stage.parts:
            pieces = (replace(one, name=names[one.name]) if isinstance(one, Embedding) else one for one in part.pieces)
            parts.append(replace(part, pieces=tuple(pieces)))
        stages.append(replace(stage, parts=tuple(parts)))
    return replace(plan, stages=tuple(stages))
