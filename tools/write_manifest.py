"""A diffusers folder -> its manifest.json: the SHA-256 of every file, and the model's hash.

Usage: python tools/write_manifest.py src/tagloom/bundled/paperdoll
"""

import json
import sys
from pathlib import Path

from tagloom.catalog import MANIFEST, file_hashes, model_hash


def main(folder: Path) -> None:
    """Write the manifest of a folder anew."""
    hashes = file_hashes(folder)
    manifest = {"hash": model_hash(hashes), "files": hashes}
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
