"""An XMP packet that carries one text of ours, and back (ISO 16684-1).

XMP is the one place that JPEG and WebP share, that other programs keep when they edit a picture, and whose names
cannot clash: the text is a property of a namespace of our own.
"""

from typing import Final
from xml.parsers import expat

from tagloom.errors import UnreadableError

_RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_OURS: Final = "urn:tagloom:1.0/"
_PROPERTY: Final = f"{_OURS} document"
_NOTE: Final = "http://ns.adobe.com/xmp/note/"
_EXTENDED: Final = f"{_NOTE} HasExtendedXMP"


def print_packet(document: str) -> bytes:
    """Write a packet with our property; the text must be printable ASCII, as `print_document` writes it."""
    escaped = document.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _packet(f'xmlns:tagloom="{_OURS}"', f"<tagloom:document>{escaped}</tagloom:document>")


def print_pointer(digest: str) -> bytes:
    """Write the short packet that says: the real one is elsewhere, and this is its MD5 in hexadecimal."""
    return _packet(f'xmlns:xmpNote="{_NOTE}"', f"<xmpNote:HasExtendedXMP>{digest}</xmpNote:HasExtendedXMP>")


def parse_packet(packet: bytes) -> str | None:
    """Read our property from any program's packet; None when it has none.

    Raises:
        UnreadableError: the packet is damaged, or defines entities.
    """
    return _properties(packet).get(_PROPERTY)


def parse_pointer(packet: bytes) -> str | None:
    """Read which extended packet belongs to this one; None when it stands alone."""
    return _properties(packet).get(_EXTENDED)


def _packet(namespace: str, content: str) -> bytes:
    return (
        '<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
        f'<rdf:RDF xmlns:rdf="{_RDF}"><rdf:Description rdf:about="" {namespace}>'
        f'{content}</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="r"?>'
    ).encode("ascii")


def _properties(packet: bytes) -> dict[str, str]:
    """Our property and the pointer by "namespace name", written as elements or (the RDF shorthand) as attributes.

    A packet that names neither is not looked into: it may be as damaged as it likes.
    """
    found: dict[str, str] = {}
    if _OURS.encode() not in packet and _NOTE.encode() not in packet:
        return found
    pieces: list[str] = []

    def begin(_name: str, attributes: dict[str, str]) -> None:
        pieces.clear()
        found.update({key: value for key, value in attributes.items() if key in (_PROPERTY, _EXTENDED)})

    def end(name: str) -> None:
        if name in (_PROPERTY, _EXTENDED):
            found[name] = "".join(pieces)
        pieces.clear()

    def refuse(*_: object) -> None:
        raise UnreadableError("the picture's XMP packet defines entities")

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = begin
    parser.EndElementHandler = end
    parser.CharacterDataHandler = pieces.append
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(packet.strip(b"\0 \r\n\t"), True)
    except expat.ExpatError as error:
        raise UnreadableError("the picture's XMP packet is damaged") from error
    return found
