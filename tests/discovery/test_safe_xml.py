"""XML as attackers write it, and as careless people do."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard.discovery.answer import Refused
from wizard.discovery.safe_xml import MAX_BYTES, MAX_DEPTH, parse

ENTITY = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'
BOMB = (
    b'<!DOCTYPE a [<!ENTITY a0 "lol">'
    + b"".join(b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 10))
    + b"]><a>&a9;</a>"
)
EXTERNAL = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'
EXTERNAL_DTD = b'<!DOCTYPE a SYSTEM "https://example.net/evil.dtd"><a/>'
BARE_DTD = b"<!DOCTYPE a><a/>"


@pytest.mark.parametrize("body", [ENTITY, BOMB, EXTERNAL, EXTERNAL_DTD, BARE_DTD])
def test_any_document_type_is_refused(body: bytes) -> None:
    with pytest.raises(Refused, match="document type"):
        parse(body)


def test_depth_is_refused_while_it_is_read() -> None:
    assert parse(b"<a>" * MAX_DEPTH + b"</a>" * MAX_DEPTH).tag == "a"
    with pytest.raises(Refused, match="deeper than 20"):
        parse(b"<a>" * (MAX_DEPTH + 1) + b"</a>" * (MAX_DEPTH + 1))
    with pytest.raises(Refused, match="deeper than 20"):
        parse(b"<a>" * 60_000)  # never closed: the parser must not have got to the end


def test_size_and_number_are_capped() -> None:
    with pytest.raises(Refused, match="larger than 256 KiB"):
        parse(b"<a>" + b" " * MAX_BYTES + b"</a>")
    with pytest.raises(Refused, match="too many"):
        parse(b"<a>" + b"<b/>" * 30_000 + b"</a>")


@pytest.mark.parametrize(
    "body",
    [b"", b"  ", b"hello", b"<a>", b"<a></b>", b"<a>&unknown;</a>", b'<?xml version="1.0" encoding="klingon"?><a/>',
     b"<html><body>No such page<br></body></html>", b'{"a": 1}', b"\x1f\x8b\x08\x00", b"<a>\x00</a>"],
)  # fmt: skip
def test_what_is_not_xml_is_refused_by_name(body: bytes) -> None:
    with pytest.raises(Refused):
        parse(body)


def test_xml_as_the_world_writes_it() -> None:
    root = parse(
        b'\n\r\n <?xml version="1.0" encoding="ISO-8859-1"?>\n'
        b'<c:Config xmlns:c="urn:x"><!-- note --><c:Name Lang="de"> M\xfcller \n</c:Name><c:name/></c:Config>'
    )
    assert root.tag == "Config"
    assert root.text_of("NAME") == "Müller"
    first = root.first("name")
    assert first is not None
    assert first.attributes == {"lang": "de"}
    assert [element.tag for element in root.find("name")] == ["Name", "name"]
    assert parse("\ufeff<a>é</a>".encode()).text == "é"
    assert parse('<?xml version="1.0" encoding="utf-16"?><a>é</a>'.encode("utf-16")).text == "é"


@given(st.binary(max_size=400) | st.text(alphabet="<>/a&;!?[]\"'= x-DOCTYPE\n", max_size=200).map(str.encode))
def test_no_input_gets_past_refused(body: bytes) -> None:
    with contextlib.suppress(Refused):
        parse(body)
