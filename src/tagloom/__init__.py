"""tagloom: a text-to-image engine that speaks the whole Stable Diffusion prompt language.

    from tagloom import Catalog, RequestInput, open_engine, resolve, vocabulary

    model = Catalog().find("paperdoll")
    said = RequestInput(prompt="1girl, pink hair, (smile:1.2)")
    request = resolve(said, model=model, vocabulary=vocabulary(), random_seed=1, wildcards={}).request
    *_, finished = open_engine(model).generate(request)

Importing tagloom imports neither torch nor numpy; a name is imported when it is first asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tagloom.artifact import read, write
    from tagloom.catalog import Catalog
    from tagloom.diffusion import open_engine, vocabulary
    from tagloom.engine import Request, RequestInput, resolve
    from tagloom.errors import TagloomError
    from tagloom.prompt import compile, parse

__all__ = [
    "Catalog",
    "Request",
    "RequestInput",
    "TagloomError",
    "compile",
    "open_engine",
    "parse",
    "read",
    "resolve",
    "vocabulary",
    "write",
]

_HOMES = {
    "Catalog": "catalog",
    "Request": "engine",
    "RequestInput": "engine",
    "TagloomError": "errors",
    "compile": "prompt",
    "open_engine": "diffusion",
    "parse": "prompt",
    "read": "artifact",
    "resolve": "engine",
    "vocabulary": "diffusion",
    "write": "artifact",
}


def __getattr__(name: str) -> object:
    """Import a public name from the package it lives in (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module 'tagloom' has no attribute '{name}'")
    return getattr(import_module(f"tagloom.{_HOMES[name]}"), name)
