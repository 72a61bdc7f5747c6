import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagloom.artifact.xmp import parse_packet, parse_pointer, print_packet, print_pointer
from tagloom.errors import UnreadableError

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
printable_ascii = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E))


@given(printable_ascii)
def test_any_printable_text_comes_back(text: str) -> None:
    packet = print_packet(text)
    assert parse_packet(packet) == text
    assert parse_pointer(packet) is None


def test_a_pointer_comes_back() -> None:
    packet = print_pointer("0123456789ABCDEF")
    assert parse_pointer(packet) == "0123456789ABCDEF"
    assert parse_packet(packet) is None


def test_a_packet_that_another_program_has_written_anew_is_read() -> None:
    packet = (
        f'<r:RDF xmlns:r="{RDF}"><r:Description xmlns:t="urn:tagloom:1.0/" xmlns:d="http://purl.org/dc/elements/1.1/" '
        't:document="{&quot;a&quot;: 1}"><d:title>x</d:title></r:Description></r:RDF>' + "\n" * 100 + "\0"
    ).encode()
    assert parse_packet(packet) == '{"a": 1}'


@pytest.mark.parametrize("packet", [b"", b"<", b"no xml", b'<a b="c"/>', "<é/>".encode("utf-16")])
def test_a_packet_of_others_is_not_ours_however_damaged(packet: bytes) -> None:
    assert parse_packet(packet) is None
    assert parse_pointer(packet) is None


def test_a_damaged_packet_of_ours_is_refused() -> None:
    with pytest.raises(UnreadableError, match="XMP packet is damaged"):
        parse_packet(print_packet("{}")[:-40])


def test_a_packet_that_defines_entities_is_refused() -> None:
    bomb = b'<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;">]>' + print_packet("&c;").replace(b"&amp;", b"&")
    with pytest.raises(UnreadableError, match="defines entities"):
        parse_packet(bomb)
