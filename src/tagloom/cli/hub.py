"""A repository on a model hub -> a model here; the only place that reaches for the network, and only when called."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final, Protocol

from tagloom.errors import ModelNotFoundError, RequestError, RuntimeUnavailableError

_PARTS: Final = ("unet", "vae", "text_encoder", "text_encoder_2", "scheduler")
_STEMS: Final = ("model", "diffusion_pytorch_model")
_INDEX: Final = "model_index.json"
_SAFE: Final = ".safetensors"


class Hub(Protocol):
    """Where models are kept on the network. Both methods raise `ModelNotFoundError` if it or the repository is not there."""

    def files(self, repository: str) -> Sequence[str]:
        """The paths of all files of a repository."""
        ...

    def download(self, repository: str, file: str, folder: Path) -> None:
        """Put one file into a folder, under its path."""
        ...


class _Client(Protocol):
    """What of the hub's own client is used."""

    def list_repo_files(self, repo_id: str) -> list[str]: ...
    def hf_hub_download(self, repo_id: str, filename: str, *, local_dir: Path) -> str: ...


class HuggingFace:
    """The Hugging Face hub, by its own client. Satisfies `Hub`."""

    def files(self, repository: str) -> Sequence[str]:
        """See `Hub`.

        Raises:
            RuntimeUnavailableError: the client is not installed.
        """
        client = _client()
        try:
            return client.list_repo_files(repository)
        except (OSError, ValueError, RuntimeError) as error:
            raise _unreachable(repository, error) from error

    def download(self, repository: str, file: str, folder: Path) -> None:
        """See `Hub`.

        Raises:
            RuntimeUnavailableError: the client is not installed.
        """
        client = _client()
        try:
            client.hf_hub_download(repository, file, local_dir=folder)
        except (OSError, ValueError, RuntimeError) as error:
            raise _unreachable(repository, error) from error


def chosen_files(files: Sequence[str], file: str, repository: str) -> list[str]:
    """What of a repository's files to fetch: the one that was named, or a diffusers folder, or its only single file.

    Of a folder it is what painting needs, in full precision where there is a choice.

    Raises:
        RequestError: there is no such file, or there are several to choose from.
    """
    if file:
        if file not in files:
            raise RequestError(f"'{repository}' has no file '{file}'", field="file", hint=_some(files))
        return [file]
    if "unet/config.json" in files:
        return [name for name in files if name == _INDEX] + [name for part in _PARTS for name in _of_part(files, part)]
    single = [name for name in files if name.endswith(_SAFE) and "/" not in name]
    if len(single) != 1:
        what = "several models" if single else "no model that tagloom reads"
        raise RequestError(f"'{repository}' holds {what}", field="file", hint=_some(single or files))
    return single


def _of_part(files: Sequence[str], part: str) -> list[str]:
    """The configuration and the weights of one part: those of the first variant that is there, with all its shards."""
    inside = [name for name in files if name.startswith(f"{part}/") and name.count("/") == 1]
    configurations = [name for name in inside if name.endswith("config.json")]
    for variant in ("", ".fp16"):
        for stem in _STEMS:
            index = f"{part}/{stem}{_SAFE}.index{variant}.json"
            if f"{part}/{stem}{variant}{_SAFE}" in inside:
                return [*configurations, f"{part}/{stem}{variant}{_SAFE}"]
            if index in inside:
                shards = [name for name in inside if name.startswith(f"{part}/{stem}") and "-of-" in name]
                return [*configurations, index, *(name for name in shards if (".fp16" in name) == bool(variant))]
    return configurations


def _some(files: Sequence[str]) -> str:
    shown = [name for name in files if name.endswith(_SAFE)][:5] or list(files[:5])
    return f"name one: {', '.join(shown)}" if shown else ""


def _client() -> _Client:
    try:
        from huggingface_hub import HfApi
    except ImportError as error:
        hint = "pip install 'tagloom[hub]'"
        raise RuntimeUnavailableError("the hub's client, huggingface_hub, is not installed", hint=hint) from error
    client: _Client = HfApi()
    return client


def _unreachable(repository: str, error: Exception) -> ModelNotFoundError:
    reason = str(error).strip().partition("\n")[0]
    hint = "check the name and the connection; models that ask for it need `hf auth login`"
    return ModelNotFoundError(f"'{repository}' cannot be fetched: {reason}", hint=hint)
