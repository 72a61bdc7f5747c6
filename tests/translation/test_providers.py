"""Services and models that a user names; nothing here opens a connection."""

import io
import json
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from email.message import Message
from pathlib import Path

import pytest

from tagloom.translation import Answer, ChatProvider, LocalProvider

URL = "http://localhost:1/v1"


def answering(content: object) -> Callable[[urllib.request.Request, float], bytes]:
    body = json.dumps({"choices": [{"message": {"content": content}}]}).encode()
    return lambda _request, _timeout: body


def test_a_service_is_asked_in_the_usual_way() -> None:
    sent: list[tuple[urllib.request.Request, float]] = []

    def post(request: urllib.request.Request, timeout: float) -> bytes:
        sent.append((request, timeout))
        return answering('["thunder"]')(request, timeout)

    provider = ChatProvider(url=f"{URL}/", model="m", key="secret", timeout=3, post=post)
    assert provider.translate(["靐"], "en") == Answer(texts=("thunder",))
    ((request, timeout),) = sent
    assert (request.full_url, request.get_method(), timeout) == (f"{URL}/chat/completions", "POST", 3)
    assert request.get_header("Authorization") == "Bearer secret"
    assert isinstance(request.data, bytes)
    body = json.loads(request.data)
    assert (body["model"], json.loads(body["messages"][1]["content"])) == ("m", ["靐"])
    assert "English" in body["messages"][0]["content"]


def test_an_answer_may_be_wrapped_and_may_have_gaps() -> None:
    provider = ChatProvider(url=URL, model="m", post=answering('Here:\n```json\n["a", "", 3]\n```'))
    assert provider.translate(["x", "y", "z"], "en") == Answer(texts=("a", None, None))


@pytest.mark.parametrize("content", ["no list", '["one", "two"]', None, '{"a": 1}', "[broken]"])
def test_an_answer_that_is_none_is_told(content: object) -> None:
    answer = ChatProvider(url=URL, model="m", post=answering(content)).translate(["x"], "en")
    assert answer.texts == (None,)
    assert "did not translate" in answer.problems[0]


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (urllib.error.URLError("refused"), "did not translate"),
        (TimeoutError("timed out"), "timed out"),
        (
            urllib.error.HTTPError(URL, 401, "Unauthorized", Message(), io.BytesIO()),
            "refused to translate: 401 Unauthorized",
        ),
        (ValueError("bad body"), "bad body"),
    ],
)
def test_what_goes_wrong_outside_is_told(error: Exception, message: str) -> None:
    def post(_request: urllib.request.Request, _timeout: float) -> bytes:
        raise error

    answer = ChatProvider(url=URL, model="m", post=post).translate(["x"], "en")
    assert answer.texts == (None,)
    assert message in answer.problems[0]


def test_only_http_addresses_are_asked() -> None:
    answer = ChatProvider(url="file:///etc/passwd", model="m").translate(["x"], "en")
    assert answer == Answer(texts=(None,), problems=("the translation service 'file:///etc/passwd' is no http address",))


def test_a_model_translates_in_one_batch(tmp_path: Path) -> None:
    def load(folder: Path) -> Callable[[Sequence[str]], Sequence[str]]:
        assert folder == tmp_path
        return lambda texts: [f"The {text}." for text in texts]

    assert LocalProvider(folder=tmp_path, load=load).translate(["A", "B"], "en") == Answer(texts=("the a", "the b"))


@pytest.mark.parametrize(
    ("error", "message"), [(ImportError("transformers"), "pip install"), (OSError("no config.json"), "no config.json")]
)
def test_a_model_that_cannot_be_read_is_told(error: Exception, message: str, tmp_path: Path) -> None:
    def load(_folder: Path) -> Callable[[Sequence[str]], Sequence[str]]:
        raise error

    answer = LocalProvider(folder=tmp_path, load=load).translate(["A"], "en")
    assert answer.texts == (None,)
    assert message in answer.problems[0]


def test_a_folder_that_is_none_is_told(tmp_path: Path) -> None:
    assert "there is no folder" in LocalProvider(folder=tmp_path / "none").translate(["A"], "en").problems[0]
