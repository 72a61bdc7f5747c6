"""What many tests need: the bundled model, and an engine that paints with it in float32."""

import pytest

from tagloom.catalog import Catalog
from tagloom.engine import ModelFacts


@pytest.fixture(scope="session")
def paperdoll() -> ModelFacts:
    """The bundled model."""
    return Catalog().find("paperdoll")
