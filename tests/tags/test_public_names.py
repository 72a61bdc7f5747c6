"""The package itself."""

import subprocess
import sys

import pytest

import tagloom.tags


def test_a_name_that_is_not_public_is_refused() -> None:
    with pytest.raises(AttributeError, match=r"module 'tagloom.tags' has no attribute 'nothing'"):
        tagloom.tags.nothing  # noqa: B018  # the access is the test


def test_what_looks_a_tag_up_does_not_import_the_search() -> None:
    code = "import sys\nfrom tagloom.tags import load_lexicon\nsys.exit('tagloom.tags.search' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
