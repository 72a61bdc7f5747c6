"""Results -> the model card: every number in it comes from the results' file.

Usage: python -m training.paperdoll.evaluation.card MODEL RESULTS.json JUDGE.json
"""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from training.paperdoll.evaluation.statistics import Share

Json = Mapping[str, Any]
_HEAD = Path(__file__).with_name("card_head.md")


def main() -> None:
    """Write MODEL_CARD.md into the model's folder."""
    model, results, judge = (Path(name) for name in sys.argv[1:4])
    (model / "MODEL_CARD.md").write_text(card(model, results, judge), encoding="utf-8")


def card(model: Path, results: Path, judge: Path) -> str:
    """The text of the card."""
    told: Json = json.loads(results.read_text(encoding="utf-8"))
    trained = json.loads((model / "training.json").read_text(encoding="utf-8"))
    judged = json.loads(judge.read_text(encoding="utf-8"))
    parts = [
        _HEAD.read_text(encoding="utf-8").rstrip(),
        *_effort(told["model"]),
        _training(trained),
        _judge(judged),
        *(make(told[name]) for name, make in _PARTS.items() if name in told),
    ]
    return "\n\n".join(parts) + "\n"


def _effort(model: Json) -> list[str]:
    share = f"{100 * model['effort']:.0f} %"
    return [f"For each question at least {share} of the report's pictures were painted."] if model["effort"] < 1 else []


def _training(stages: Sequence[Json]) -> str:
    rows = [[s["stage"].replace("_", " "), f"{s['steps']:,}", f"{s['minutes']:.0f}", f"{s['loss']:.4f}"] for s in stages]
    return "## Training\n\n" + _table(["stage", "steps", "minutes", "last loss"], rows)


def _judge(judged: Mapping[str, Json]) -> str:
    rows = [
        [name, *(f"{100 * one[f'{kind}: {what}']:.1f} %" for kind in ("drawn", "decoded") for what in _JUDGED)]
        for name, one in judged.items()
    ]
    head = ["attribute", *(f"{kind}: {what}" for kind in ("drawn", "decoded") for what in _JUDGED)]
    text = (
        "## The judge\n\nAn attribute classifier, trained on scenes of its own splits, reads the pictures. On 2,000 more"
        " scenes, as drawn and as the autoencoder gives them back with noise on the latents:\n\n"
    )
    return text + _table(head, rows)


_JUDGED = ("right", "right where sure", "sure")


def _attributes(told: Json) -> str:
    sure = told["where sure"]
    rows = [[name, _share(found), _share(sure[name]), str(sure[name][1])] for name, found in told["by kind"].items()]
    whole = [[name, _share(found)] for name, found in told["all attributes"].items()]
    return (
        "## Does it show what the prompt says?\n\nPrompts of 3, 5 and 8 tags of scenes it never saw. A picture shows an"
        " attribute if the judge takes it for that; beside it, the same for the pictures that the judge is sure of.\n\n"
        + _table(["attribute", "shown", "shown, where the judge is sure", "of so many"], rows)
        + "\n\n"
        + _table(["prompt", "all attributes shown"], whole)
    )


def _binding(told: Json) -> str:
    rows = [[kind, _share(found["right"]), _share(found["swapped"]), _share(found["bled"])] for kind, found in told.items()]
    head = ["`1girl, upper body, A hair, B shirt`", "right", "swapped", "one colour on both"]
    return "## Do colours stay where they belong?\n\n" + _table(head, rows)


def _weights(told: Json) -> str:
    weights = list(next(iter(told.values())))
    rows = [[f"`{tag}`", *(_percent(found[weight]) for weight in weights)] for tag, found in told.items()]
    return "## What does a weight do?\n\nShare of pictures of `1girl, upper body, (tag:w)` that show the tag.\n\n" + _table(
        ["tag", *weights], rows
    )


def _negatives(told: Json) -> str:
    flaws = [[kind, _share(told[kind]["extra hand"]), _share(told[kind]["extra leg"])] for kind in _FLAWED]
    tags = [[f"`{t}`", _share(f["absent"]), _share(f["negative"])] for t, f in told.items() if t not in _FLAWED]
    return (
        "## What does a negative prompt do?\n\n`1girl, full body, standing`, without and with the negative prompt"
        " `extra hand, extra leg`, and with these two words in the prompt itself:\n\n"
        + _table(["", "extra hand", "extra leg"], flaws)
        + "\n\nTags that a prompt does not name, and that are named in the negative prompt:\n\n"
        + _table(["tag", "unnamed", "negative"], tags)
    )


_FLAWED = ("plain", "negative", "asked for")


def _tutorial(told: Json) -> str:
    rows = [[f"`{tag}`", *(_share(found[kind]) for kind in ("absent", "plain", "weighted"))] for tag, found in told.items()]
    return "## The tutorial's own examples\n\n" + _table(["tag", "absent", "unweighted", "as written"], rows)


def _mixtures(told: Json) -> str:
    rows = []
    for prompt, found in told.items():
        shares = [*(found["taken for"][who] for who in ("girl", "boy", "fox")), found["fox ears"], found["unsure"]]
        rows.append([f"`{prompt}`".replace("|", "\\|"), *map(_percent, shares)])
    return "## AND and alternation\n\n" + _table(["prompt", "girl", "boy", "fox", "fox ears", "judge unsure"], rows)


def _clip_skip(told: Json) -> str:
    rows = [[skip, f"{found['alignment']:.3f}", _share(found["attributes"])] for skip, found in told.items()]
    return "## CLIP skip\n\n" + _table(["skip", "alignment", "attributes shown"], rows)


def _steps(told: Json) -> str:
    rows = [
        [count, _share(f["attributes"]), f"{f['alignment']:.3f}", f"{f['distance']:.3f}", f"{f['seconds']:.2f}"]
        for count, f in told.items()
    ]
    head = ["steps", "attributes shown", "alignment", "distance to 150 steps", "seconds a picture"]
    return "## Steps\n\nDPM++ 2M; distance is the root mean square over pixels of 0 to 1.\n\n" + _table(head, rows)


def _positions(told: Json) -> str:
    rows = [[place, _share(found)] for place, found in told.items()]
    return "## Do earlier tags weigh more?\n\nPrompts of ten tags in chance order.\n\n" + _table(["place", "shown"], rows)


def _samplers(told: Json) -> str:
    rows = [[name, _share(f["attributes"]), f"{f['alignment']:.3f}"] for name, f in told.items()]
    return "## Samplers at 20 steps\n\n" + _table(["sampler", "attributes shown", "alignment"], rows)


_PARTS = {
    "attributes": _attributes,
    "binding": _binding,
    "weights": _weights,
    "negatives": _negatives,
    "tutorial": _tutorial,
    "mixtures": _mixtures,
    "clip skip": _clip_skip,
    "steps": _steps,
    "positions": _positions,
    "samplers": _samplers,
}


def _share(found: Sequence[int]) -> str:
    return str(Share(*found))


def _percent(found: Sequence[int]) -> str:
    return f"{100 * Share(*found).value:.0f} %"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


if __name__ == "__main__":
    main()
