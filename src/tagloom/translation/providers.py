"""Who else may be asked to translate: a service that the user names, or a model in a folder. Neither is, unless named."""

import json
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from tagloom.tags.groups import Language

DEFAULT_TIMEOUT: Final = 20.0
_MOST_BYTES: Final = 4_000_000
_NAMES: Final[dict[Language, str]] = {
    "en": "English",
    "zh-Hans": "Simplified Chinese",
    "zh-Hant": "Traditional Chinese (Taiwan)",
}
_TASK: Final = (
    "You translate tags of text-to-image prompts into {language}. The user sends a JSON array of strings. Answer with a "
    "JSON array of as many strings, each the translation of the string in its place, as a short tag in lower case, in "
    "Danbooru's wording where there is one. Answer with the array alone."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a provider said to each text, None where it had nothing; and what went wrong, in the user's words."""

    texts: tuple[str | None, ...]
    problems: tuple[str, ...] = ()


class Provider(Protocol):
    """Somebody who translates."""

    def translate(self, texts: Sequence[str], to: Language) -> Answer:
        """Translate texts. Never raises for what goes wrong outside: it is told in the answer."""
        ...


Post = Callable[[urllib.request.Request, float], bytes]
"""Sends a request, waits so many seconds at most, and gives the body of the answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatProvider:
    """A chat endpoint of the kind that OpenAI made usual: `url` is its base, such as http://localhost:11434/v1.

    key: sent as a bearer token, if there is one. The prompt's untranslated tags leave this machine; nothing else does.
    """

    url: str
    model: str
    key: str = ""
    timeout: float = DEFAULT_TIMEOUT
    post: Post | None = None

    def translate(self, texts: Sequence[str], to: Language) -> Answer:
        """Ask for all texts at once."""
        nothing: tuple[str | None, ...] = (None,) * len(texts)
        if not self.url.startswith(("http://", "https://")):
            return Answer(texts=nothing, problems=(f"the translation service '{self.url}' is no http address",))
        try:
            body = (self.post or _post)(self._request(texts, to), self.timeout)
            said = _read(body, len(texts))
        except urllib.error.HTTPError as error:
            return Answer(texts=nothing, problems=(f"{self.url} refused to translate: {error.code} {error.reason}",))
        except (OSError, ValueError) as error:  # no connection, a timeout, an address or an answer that is none
            return Answer(texts=nothing, problems=(f"{self.url} did not translate: {error}",))
        return Answer(texts=said)

    def _request(self, texts: Sequence[str], to: Language) -> urllib.request.Request:
        address = self.url.rstrip("/")
        if not address.endswith("/chat/completions"):
            address += "/chat/completions"
        messages = [
            {"role": "system", "content": _TASK.format(language=_NAMES[to])},
            {"role": "user", "content": json.dumps(list(texts), ensure_ascii=False)},
        ]
        body = json.dumps({"model": self.model, "messages": messages, "temperature": 0}).encode()
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {self.key}"} if self.key else {})
        return urllib.request.Request(address, data=body, headers=headers, method="POST")  # noqa: S310  # http(s) alone


def _post(request: urllib.request.Request, timeout: float) -> bytes:
    with urllib.request.urlopen(request, timeout=timeout) as response:  # noqa: S310  # the address was looked at
        body: bytes = response.read(_MOST_BYTES)
        return body


def _read(body: bytes, count: int) -> tuple[str | None, ...]:
    """The translations in a service's answer.

    Raises:
        ValueError: the answer is none.
    """
    try:
        content = json.loads(body)["choices"][0]["message"]["content"]
        said = json.loads(content[content.index("[") : content.rindex("]") + 1])
    except (KeyError, IndexError, TypeError, AttributeError, ValueError) as error:
        raise ValueError("its answer is no list of translations") from error
    if not isinstance(said, list) or len(said) != count:
        raise ValueError(f"it answered {len(said) if isinstance(said, list) else 'no'} translations for {count} tags")
    return tuple(one if isinstance(one, str) and one.strip() else None for one in said)


Translate = Callable[[Sequence[str]], Sequence[str]]
"""Texts -> their translations."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalProvider:
    """A MarianMT model in a folder (such as opus-mt-zh-en), run by `transformers` if that is installed."""

    folder: Path
    load: Callable[[Path], Translate] | None = None

    def translate(self, texts: Sequence[str], to: Language) -> Answer:
        """Translate all texts in one batch."""
        nothing: tuple[str | None, ...] = (None,) * len(texts)
        if not self.folder.is_dir():
            return Answer(texts=nothing, problems=(f"there is no folder {self.folder} with a translation model",))
        try:
            said = (self.load or _load_marian)(self.folder)(texts)
        except ImportError:
            message = (
                "a translation model needs transformers, sentencepiece and torch: pip install transformers sentencepiece"
            )
            return Answer(texts=nothing, problems=(message,))
        except (OSError, ValueError, RuntimeError) as error:
            return Answer(texts=nothing, problems=(f"{self.folder} did not translate into {_NAMES[to]}: {error}",))
        return Answer(texts=tuple(one.strip().rstrip(".。").lower() or None for one in said))


def _load_marian(folder: Path) -> Translate:
    """Read the model; transformers is imported here alone, and asks no network."""
    from transformers import MarianMTModel, MarianTokenizer  # noqa: PLC0415  # a large library, for whoever names a model

    tokenizer = MarianTokenizer.from_pretrained(str(folder), local_files_only=True)
    model = MarianMTModel.from_pretrained(str(folder), local_files_only=True)

    def translate(texts: Sequence[str]) -> Sequence[str]:
        batch = tokenizer(list(texts), return_tensors="pt", padding=True)
        said: list[str] = tokenizer.batch_decode(model.generate(**batch, max_new_tokens=64), skip_special_tokens=True)
        return said

    return translate
