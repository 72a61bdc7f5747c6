"""What many tests need: the bundled model."""

from pathlib import Path

import pytest

from tagloom.catalog import Catalog
from tagloom.engine import ModelFacts


@pytest.fixture(scope="session")
def paperdoll() -> ModelFacts:
    """The bundled model."""
    return Catalog().find("paperdoll")


@pytest.fixture(scope="session")
def paperdoll_folder(paperdoll: ModelFacts) -> Path:
    """Where its files are."""
    return Path(paperdoll.path)
