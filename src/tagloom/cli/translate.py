"""`tagloom translate`: a prompt in Chinese -> in English, and back; its syntax stays."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

from tagloom.cli.parameter import Parameter
from tagloom.cli.prompts import read_prompt
from tagloom.cli.services import Services
from tagloom.cli.translating import told
from tagloom.errors import RequestError
from tagloom.tags.groups import Language
from tagloom.translation import ChatProvider, LocalProvider, Provider, load_dictionary, translate_prompt

_HELP = "Further help, for what tagloom itself does not know"
_LANGUAGES: dict[str, Language] = {"en": "en", "zh-hans": "zh-Hans", "zh-hant": "zh-Hant", "zh": "zh-Hans"}


def translate(
    prompt: Annotated[str, Parameter(allow_leading_hyphen=True)],
    /,
    *,
    to: Annotated[str, Parameter(help="en, zh-Hans or zh-Hant.")] = "en",
    as_json: Annotated[bool, Parameter("--json", negative="", help="The text and its pieces as JSON.")] = False,
    dictionary: Annotated[Path | None, Parameter(group=_HELP, help="A file in CC-CEDICT's format.")] = None,
    provider: Annotated[str, Parameter(group=_HELP, help="URL of a chat service of OpenAI's kind.")] = "",
    provider_model: Annotated[str, Parameter(group=_HELP, help="The model to ask there.")] = "",
    provider_key: Annotated[Path | None, Parameter(group=_HELP, help="A file that holds its key.")] = None,
    timeout: Annotated[float, Parameter(group=_HELP, help="Seconds to wait for it.")] = 20.0,
    model_folder: Annotated[Path | None, Parameter(group=_HELP, help="A MarianMT model for transformers.")] = None,
    services: Annotated[Services, Parameter(parse=False)],
) -> int:
    """Write a prompt in another language: its tags are translated, its syntax stays.

    It needs no network: tags and a grammar come with tagloom. Standard output holds the translated prompt alone; where
    each piece came from goes to standard error. A prompt of - is read from standard input.

    Parameters
    ----------
    prompt
        What to translate.
    """
    language = _LANGUAGES.get(to.lower())
    if language is None:
        raise RequestError(f"there is no language '{to}'", field="to", hint="take en, zh-Hans or zh-Hant")
    if timeout <= 0:
        raise RequestError(f"timeout {timeout:g} is not above 0", field="timeout")
    fallback = load_dictionary(dictionary) if dictionary else None
    text = read_prompt(prompt, services.read_input)
    helper = _provider(provider, provider_model, provider_key, timeout, model_folder)
    translated = translate_prompt(text, language, fallback=fallback, provider=helper)
    for problem in translated.problems:
        services.say(f"notice: {problem}")
    if as_json:
        pieces = [asdict(piece) for piece in translated.pieces]
        document = {"text": translated.text, "to": language, "pieces": pieces, "problems": list(translated.problems)}
        services.print(json.dumps(document, ensure_ascii=False, indent=2))
        return 0
    services.print(translated.text)
    for piece in translated.pieces:
        services.say(told(piece))
    return 0


def _provider(url: str, model: str, key: Path | None, timeout: float, folder: Path | None) -> Provider | None:
    """Whom the user names to be asked.

    Raises:
        RequestError: two are named, or the key cannot be read.
    """
    if url and folder:
        raise RequestError("--provider and --model-folder are both named", field="provider", hint="take one of them")
    if folder:
        return LocalProvider(folder=folder)
    if not url:
        return None
    return ChatProvider(url=url, model=model, key=_read_key(key) if key else "", timeout=timeout)


def _read_key(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise RequestError(f"the key in {path} cannot be read: {error}", field="provider_key") from error
