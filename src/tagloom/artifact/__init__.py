"""A picture and how it was painted, in one file: written, read back, and understood by other tools."""

from tagloom.artifact.document import Document
from tagloom.artifact.encode import encode
from tagloom.artifact.filename import name_of, safe_name
from tagloom.artifact.image_parameters import RecalledImage
from tagloom.artifact.infotext import Infotext, parse_infotext, print_infotext, quote, unquote
from tagloom.artifact.metadata import Format
from tagloom.artifact.parameters import Recollection, format_infotext, recall
from tagloom.artifact.placement import check_folder
from tagloom.artifact.read import Artifact, pixels, read
from tagloom.artifact.source import read_image, read_mask
from tagloom.artifact.write import SUFFIXES, Destination, write

__all__ = [
    "SUFFIXES",
    "Artifact",
    "Destination",
    "Document",
    "Format",
    "Infotext",
    "RecalledImage",
    "Recollection",
    "check_folder",
    "encode",
    "format_infotext",
    "name_of",
    "parse_infotext",
    "pixels",
    "print_infotext",
    "quote",
    "read",
    "read_image",
    "read_mask",
    "recall",
    "safe_name",
    "unquote",
    "write",
]
