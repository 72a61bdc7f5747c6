"""`tagloom score`: how well a picture fits a text."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from tagloom.bundled import ALIGNMENT
from tagloom.cli.services import Services
from tagloom.errors import RuntimeUnavailableError
from tagloom.prompt import Run, compile


def score(
    prompt: Annotated[str, Parameter(allow_leading_hyphen=True)],
    picture: Path,
    /,
    *,
    as_json: Annotated[bool, Parameter("--json", negative="", help="The same as JSON.")] = False,
    services: Annotated[Services, Parameter(parse=False)],
) -> int:
    """Say how well a picture fits a text, as a whole and tag by tag.

    The cosine is -1 to 1, as CLIP's is; the rank beside it is the share of unrelated texts that would fit less well. The
    judge behind it is small, and knows the world of the bundled model: of other pictures it only tells the obvious.

    Parameters
    ----------
    prompt
        A prompt; weights are passed over, and of a timeline its end counts.
    picture
        A PNG, WebP or JPEG file.
    """
    try:
        from tagloom.artifact import pixels
        from tagloom.diffusion.weights import load_folder
        from tagloom.score import load_scorer
    except ImportError as error:
        raise RuntimeUnavailableError("torch is not installed", hint="pip install 'tagloom[torch]'") from error
    painted = pixels(picture)
    tower = load_folder(Path(services.catalog().find("paperdoll").path)).text_encoder
    texts = spoken(prompt)
    scores = load_scorer(ALIGNMENT, tower).score(texts, [painted] * len(texts))
    if as_json:
        rows = [{"text": text, "cosine": one.cosine, "rank": one.rank} for text, one in zip(texts, scores, strict=True)]
        services.print_json({"whole": rows[0], "tags": rows[1:]})
        return 0
    for text, one in zip(texts, scores, strict=True):
        services.print(f"{one.cosine:+.3f}  better than {100 * one.rank:3.0f} %  {text}")
    return 0


def spoken(prompt: str) -> list[str]:
    """The text of a prompt at its end without its marks, then its tags one by one if there are several."""
    stage = compile(prompt, steps=1).stages[-1]
    pieces = [piece for part in stage.parts for piece in part.pieces]
    whole = "".join(piece.text if isinstance(piece, Run) else ", " for piece in pieces)
    tags = [tag for tag in (one.strip() for one in whole.split(",")) if tag]
    joined = ", ".join(tags)
    return [joined, *tags] if len(tags) > 1 else [joined]
