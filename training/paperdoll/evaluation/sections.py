"""The questions of the report: each paints what it needs, has it judged, and gives its numbers as JSON values."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tagloom.engine import Picture, Request
from tagloom.sampling import SAMPLERS
from tagloom.score import AlignmentScorer
from training.paperdoll.evaluation.painter import Painter
from training.paperdoll.evaluation.prompts import EvaluationPrompt, evaluation_prompt
from training.paperdoll.evaluation.statistics import Share, share
from training.paperdoll.judge import Judge, Verdict
from training.paperdoll.scene import COLORS, HAIR_COLORS

Result = dict[str, Any]
WEIGHTS: Final = (0.4, 0.6, 0.8, 1.0, 1.2, 1.4, 1.6)
WEIGHED: Final = {
    "glasses": ("glasses", "yes"),
    "fox ears": ("ears", "fox"),
    "smile": ("expression", "smile"),
    "beach": ("background", "beach"),
}
STEPS: Final = (1, 2, 4, 6, 8, 10, 15, 20, 25, 30, 40, 60, 100, 150)
BOTH_COLORS: Final = tuple(color for color in HAIR_COLORS if color in COLORS)
_TUTORIAL: Final = (
    ("1girl, pink hair, green shirt", "halfling", "[[halfling]]", ("framing", "half-length")),
    ("1girl, pink hair, upper body", "face the lens", "{face the lens}", ("gaze", "at viewer")),
    ("1girl, pink hair, portrait", "sky blue eyes", "(sky blue eyes)", ("eye color", "sky blue")),
)
_BINDING: Final = {
    "without BREAK": "1girl, upper body, {} hair, {} shirt",
    "with BREAK": "1girl, upper body, {} hair BREAK {} shirt",
}


@dataclass(frozen=True, slots=True)
class Bench:
    """What every question needs: a painter, a judge, an alignment score, and how many pictures it may spend."""

    painter: Painter
    judge: Judge
    scorer: AlignmentScorer
    effort: float

    def count(self, whole: int) -> int:
        """A number of pictures, cut by the effort."""
        return max(2, round(whole * self.effort))

    def judged(self, requests: Sequence[Request]) -> list[dict[str, Verdict]]:
        """Paint and judge."""
        return self.judge.read(self.painter.paint(requests))

    def alignment(self, texts: Sequence[str], pictures: NDArray[np.uint8]) -> float:
        """The mean cosine of texts and pictures."""
        painted = [Picture(width=p.shape[1], height=p.shape[0], pixels=p.tobytes()) for p in pictures]
        return float(np.mean([score.cosine for score in self.scorer.score(texts, painted)]))


def shows(verdicts: Mapping[str, Verdict], name: str, value: str) -> bool:
    """What the judge takes the picture for, sure or not."""
    return verdicts[name].value == value


def attributes(bench: Bench) -> Result:
    """Every attribute by kind, and all of them together, for prompts of 3, 5 and 8 tags."""
    by_kind: dict[str, list[tuple[bool, bool]]] = {}  # (shown, the judge is sure) of every attribute that was asked for
    together: dict[str, Share] = {}
    for group, length in enumerate((3, 5, 8)):
        prompts = _prompts(group, bench.count(170), length)
        read = bench.judged(bench.painter.requests(prompts))
        for prompt, verdicts in zip(prompts, read, strict=True):
            for name, value in prompt.wanted.items():
                by_kind.setdefault(name, []).append((shows(verdicts, name, value), verdicts[name].is_sure))
        together[f"{length} tags"] = share(
            all(shows(verdicts, name, value) for name, value in prompt.wanted.items())
            for prompt, verdicts in zip(prompts, read, strict=True)
        )
    return {
        "by kind": {name: _plain(share(shown for shown, _ in found)) for name, found in by_kind.items()},
        "where sure": {name: _plain(share(shown for shown, sure in found if sure)) for name, found in by_kind.items()},
        "all attributes": {name: _plain(found) for name, found in together.items()},
    }


def binding(bench: Bench) -> Result:
    """Two colours, on hair and shirt: each where it belongs, swapped, or one of them on both; without and with BREAK."""
    rng = np.random.default_rng(31)
    pairs = [rng.choice(BOTH_COLORS, size=2, replace=False) for _ in range(bench.count(80))]
    found: Result = {}
    for kind, form in _BINDING.items():
        read = bench.judged([bench.painter.request(form.format(*pair), seed) for seed, pair in enumerate(pairs)])
        shown = [(one["hair color"].value, one["top color"].value) for one in read]
        together = list(zip(shown, [tuple(pair) for pair in pairs], strict=True))
        found[kind] = {
            "right": _plain(share(told == pair for told, pair in together)),
            "swapped": _plain(share(told == pair[::-1] for told, pair in together)),
            "bled": _plain(share(told[0] == told[1] and told[0] in pair for told, pair in together)),
        }
    return found


def weight_response(bench: Bench) -> Result:
    """The share of pictures that show a tag, by its weight."""
    found: Result = {}
    for tag, (name, value) in WEIGHED.items():
        found[tag] = {}
        for weight in WEIGHTS:
            prompt = f"1girl, upper body, ({tag}:{weight})"
            read = bench.judged([bench.painter.request(prompt, 1000 + seed) for seed in range(bench.count(10))])
            found[tag][str(weight)] = _plain(share(shows(one, name, value) for one in read))
    return found


def negatives(bench: Bench) -> Result:
    """Extra hands and legs without and with the tutorial's negative prompt, and tags that are moved there."""
    said = {
        "plain": ("1girl, full body, standing", ""),
        "negative": ("1girl, full body, standing", "extra hand, extra leg"),
        "asked for": ("1girl, full body, standing, extra hand, extra leg", ""),
    }
    found: Result = {}
    for kind, (prompt, negative) in said.items():
        seeds = range(2000, 2000 + bench.count(60))
        read = bench.judged([bench.painter.request(prompt, seed, negative_prompt=negative) for seed in seeds])
        found[kind] = {flaw: _plain(share(one[flaw].value == "yes" for one in read)) for flaw in ("extra hand", "extra leg")}
    for tag, (name, value) in WEIGHED.items():
        found[tag] = {}
        for kind, negative in (("absent", ""), ("negative", tag)):
            seeds = range(3000, 3000 + bench.count(20))
            requests = [bench.painter.request("1girl, upper body", seed, negative_prompt=negative) for seed in seeds]
            read = bench.judged(requests)
            found[tag][kind] = _plain(share(one[name].value == value for one in read))
    return found


def tutorial(bench: Bench) -> Result:
    """`[[halfling]]`, `{face the lens}` and `(sky blue eyes)`: the tag absent, plain and weighted."""
    found: Result = {}
    for others, plain, weighted, (name, value) in _TUTORIAL:
        found[weighted] = {}
        for kind, text in (("absent", others), ("plain", f"{others}, {plain}"), ("weighted", f"{others}, {weighted}")):
            read = bench.judged([bench.painter.request(text, 4000 + seed) for seed in range(bench.count(24))])
            found[weighted][kind] = _plain(share(one[name].value == value for one in read))
    return found


def mixtures(bench: Bench) -> Result:
    """`1girl AND 1boy` and `[girl | fox]`: what the judge takes them for."""
    found: Result = {}
    for prompt in ("1girl", "1boy", "fox", "1girl AND 1boy", "[girl | fox]", "[girl | boy]"):
        read = bench.judged([bench.painter.request(prompt, 5000 + seed) for seed in range(bench.count(24))])
        found[prompt] = {
            "taken for": {who: _plain(share(one["who"].value == who for one in read)) for who in ("girl", "boy", "fox")},
            "fox ears": _plain(share(one["ears"].value == "fox" for one in read)),
            "unsure": _plain(share(not one["who"].is_sure for one in read)),
        }
    return found


def clip_skips(bench: Bench) -> Result:
    """Alignment and accuracy at every CLIP skip."""
    prompts = _prompts(7, bench.count(24), 5)
    found: Result = {}
    for skip in range(1, 13):
        pictures = bench.painter.paint(bench.painter.requests(prompts, clip_skip=float(skip)))
        found[str(skip)] = {
            "alignment": round(bench.alignment([prompt.text for prompt in prompts], pictures), 4),
            "attributes": _plain(_accuracy(prompts, bench.judge.read(pictures))),
        }
    return found


def steps(bench: Bench) -> Result:
    """Accuracy, distance to the picture of 150 steps, and seconds, by the number of steps."""
    prompts = _prompts(8, bench.count(8), 5)
    last = bench.painter.paint(bench.painter.requests(prompts, steps=STEPS[-1])).astype(np.float64)
    found: Result = {}
    for count in STEPS:
        started = time.perf_counter()
        pictures = bench.painter.paint(bench.painter.requests(prompts, steps=count))
        seconds = time.perf_counter() - started
        found[str(count)] = {
            "attributes": _plain(_accuracy(prompts, bench.judge.read(pictures))),
            "alignment": round(bench.alignment([prompt.text for prompt in prompts], pictures), 4),
            "distance": round(float(np.sqrt(np.mean((pictures - last) ** 2)) / 255), 4),
            "seconds": round(seconds / len(prompts), 3),
        }
    return found


def positions(bench: Bench) -> Result:
    """How often a tag is shown, by its place in a prompt of ten tags in chance order."""
    prompts = [evaluation_prompt(9 * 10_000 + number, 10, shuffled=True) for number in range(bench.count(80))]
    read = bench.judged(bench.painter.requests(prompts))
    places: list[list[bool]] = [[] for _ in range(10)]
    for prompt, verdicts in zip(prompts, read, strict=True):
        for place, tag in enumerate(prompt.tags):
            places[place] += [shows(verdicts, name, value) for name, value in tag.wanted.items()]
    return {str(place + 1): _plain(share(found)) for place, found in enumerate(places)}


def samplers(bench: Bench) -> Result:
    """Every sampler at 20 steps."""
    prompts = _prompts(10, bench.count(10), 5)
    found: Result = {}
    for name in SAMPLERS:
        pictures = bench.painter.paint(bench.painter.requests(prompts, sampler=name))
        found[name] = {
            "attributes": _plain(_accuracy(prompts, bench.judge.read(pictures))),
            "alignment": round(bench.alignment([prompt.text for prompt in prompts], pictures), 4),
        }
    return found


SECTIONS: Final[Mapping[str, Callable[[Bench], Result]]] = {
    "attributes": attributes,
    "binding": binding,
    "weights": weight_response,
    "negatives": negatives,
    "tutorial": tutorial,
    "mixtures": mixtures,
    "clip skip": clip_skips,
    "steps": steps,
    "positions": positions,
    "samplers": samplers,
}


def _prompts(group: int, count: int, length: int) -> list[EvaluationPrompt]:
    """Prompts of scenes that no other group uses."""
    return [evaluation_prompt(group * 10_000 + number, length) for number in range(count)]


def _accuracy(prompts: Sequence[EvaluationPrompt], read: Sequence[Mapping[str, Verdict]]) -> Share:
    return share(
        shows(verdicts, name, value)
        for prompt, verdicts in zip(prompts, read, strict=True)
        for name, value in prompt.wanted.items()
    )


def _plain(found: Share) -> list[int]:
    return [found.hits, found.trials]
