"""The text of a data file that comes with this package."""

import pkgutil


def shipped_text(path: str) -> str:
    """The text of a file, by its path in the package. `importlib.resources` would take 5 ms to import."""
    data = pkgutil.get_data("tagloom.tags", path)
    assert data is not None  # only a loader without files would say so
    return data.decode("utf-8")
