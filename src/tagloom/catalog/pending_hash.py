"""The hash of a model that is being painted with: computed beside the painting, ready when a picture is written."""

from pathlib import Path
from threading import Lock, Thread

from tagloom.catalog.hashes import Hashes
from tagloom.catalog.model_hash import computed_hash
from tagloom.engine import ModelFacts
from tagloom.errors import ModelError


class PendingHash:
    """Computes a hash in a thread of its own once it is told to begin; SHA-256 holds no lock that painting needs.

    The thread does not keep the process alive.
    """

    def __init__(self, model: ModelFacts, hashes: Hashes) -> None:
        """Nothing is read yet. A hash that the facts hold already is taken as it is."""
        self._path = Path(model.path)
        self._hashes = hashes
        self._hash = model.hash
        self._thread: Thread | None = None
        self._lock = Lock()

    def begin(self) -> None:
        """Compute, unless the hash is known or being computed."""
        self._begun()

    def result(self) -> str:
        """The hash, when it is there; "" if the files have become unreadable: no picture is lost over that."""
        if thread := self._begun():
            thread.join()
        return self._hash

    def _begun(self) -> Thread | None:
        with self._lock:
            if self._thread is None and not self._hash:
                self._thread = Thread(target=self._compute, name="model hash", daemon=True)
                self._thread.start()
            return self._thread

    def _compute(self) -> None:
        try:
            self._hash = computed_hash(self._path, self._hashes)
        except (OSError, ModelError):
            return
