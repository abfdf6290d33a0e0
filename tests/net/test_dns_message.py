"""DNS messages: what dnspython writes is read as dnspython reads it; what is damaged or of others is no answer."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rrset
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard.net.dns_message import (
    KINDS,
    CutOff,
    NoSuchName,
    NoSuchRecord,
    NotTheAnswer,
    ServerFailed,
    answer,
    name_servers,
    question,
)

NAME = "_imaps._tcp.example.org"
RECORDS = {
    "A": ["192.0.2.1", "192.0.2.2"],
    "AAAA": ["2001:db8::1", "::ffff:192.0.2.1"],
    "MX": ["10 Mail.Example.ORG.", "0 ."],
    "SRV": ["1 2 993 imap.example.org.", "0 0 0 ."],
    "TXT": ['"v=spf1 " "-all"', r'"caf\195\169"', '""'],
    "NS": [r"a\.b.example.org.", "ns.example.org."],
    "PTR": [r"h\195\182st.example.org."],
}


def _response(kind: str, *texts: str, name: str = NAME, before: tuple[str, ...] = ()) -> dns.message.Message:
    response = dns.message.make_response(dns.message.from_wire(question(NAME, kind, 77)))
    for alias in before:
        owner, _, target = alias.partition(" ")
        response.answer.append(dns.rrset.from_text(owner, 60, "IN", "CNAME", target))
    if texts:
        response.answer.append(dns.rrset.from_text(f"{name}.", 60, "IN", kind, *texts))
    return response


def _as_dnspython_has_it(kind: str, record: Any) -> Any:
    def host(name: dns.name.Name) -> str:
        return name.to_text().lower().strip(".")

    match kind:
        case "A" | "AAAA":
            return record.address
        case "MX":
            return record.preference, host(record.exchange)
        case "SRV":
            return record.priority, record.weight, record.port, host(record.target)
        case "TXT":
            return b"".join(record.strings)
        case _:
            return host(record.target)


@pytest.mark.parametrize("kind", KINDS)
def test_a_question_is_what_dnspython_asks(kind: str) -> None:
    query = dns.message.make_query(f"{NAME}.", kind, id=77)
    assert question(NAME, kind, 77) == question(f"{NAME}.", kind, 77) == query.to_wire()


@pytest.mark.parametrize("kind", KINDS)
def test_an_answer_is_read_as_dnspython_reads_it(kind: str) -> None:
    wire = _response(kind, *RECORDS[kind]).to_wire()
    said = [_as_dnspython_has_it(kind, record) for record in dns.message.from_wire(wire).answer[0]]
    assert sorted(answer(wire, question(NAME, kind, 77))) == sorted(said)
    assert sorted(answer(wire, question(NAME.upper(), kind, 77))) == sorted(said)


def test_aliases_are_followed() -> None:
    chain = (f"{NAME}. a.example.net.", "a.example.net. b.example.net.")
    asked = question(NAME, "A", 77)
    assert answer(_response("A", "192.0.2.1", name="b.example.net", before=chain).to_wire(), asked) == ["192.0.2.1"]
    circle = (f"{NAME}. a.example.net.", f"a.example.net. {NAME}.")
    for before in (circle, chain):
        with pytest.raises(NoSuchRecord):
            answer(_response("A", before=before).to_wire(), asked)


@pytest.mark.parametrize(
    ("code", "error"),
    [
        (dns.rcode.NXDOMAIN, NoSuchName),
        (dns.rcode.SERVFAIL, ServerFailed),
        (dns.rcode.REFUSED, ServerFailed),
        (dns.rcode.NOERROR, NoSuchRecord),
    ],
)
def test_an_answer_without_records_says_why(code: dns.rcode.Rcode, error: type[Exception]) -> None:
    response = _response("MX")
    response.set_rcode(code)
    with pytest.raises(error):
        answer(response.to_wire(), question(NAME, "MX", 77))


def test_an_answer_that_was_cut_off_is_none() -> None:
    response = _response("TXT", *RECORDS["TXT"])
    response.flags |= dns.flags.TC
    with pytest.raises(CutOff):
        answer(response.to_wire(), question(NAME, "TXT", 77))


@pytest.mark.parametrize(
    ("name", "kind", "number"), [("other.example.org", "A", 77), (NAME, "AAAA", 77), (NAME, "A", 78)]
)
def test_an_answer_to_another_question_is_none(name: str, kind: str, number: int) -> None:
    with pytest.raises(NotTheAnswer):
        answer(_response("A", "192.0.2.1").to_wire(), question(name, kind, number))
    with pytest.raises(NotTheAnswer):
        answer(question(NAME, "A", 77), question(NAME, "A", 77))  # our own words


@pytest.mark.parametrize("name", ["", ".", "a..b", "a" * 64 + ".example", ".".join(["a" * 60] * 5), "é.example"])
def test_what_is_no_name_is_not_asked_for(name: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whose words nobody reads
        question(name, "A", 1)


@given(st.sampled_from([*KINDS]), st.data())
def test_no_damage_is_taken_for_anything_else(kind: str, data: st.DataObject) -> None:
    wire = bytearray(_response(kind, *RECORDS[kind], before=(f"other. {NAME}.",)).to_wire())
    for _ in range(data.draw(st.integers(0, 6))):
        wire[data.draw(st.integers(0, len(wire) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(wire)))
    with suppress(NoSuchName, NoSuchRecord, ServerFailed, CutOff, NotTheAnswer):
        assert answer(bytes(wire[:cut]), question(NAME, kind, 77))


@given(st.binary(max_size=600))
def test_whatever_follows_the_question_ends(rest: bytes) -> None:
    asked = question(NAME, "MX", 77)
    message = asked[:2] + b"\x81\x80\0\1\xff\xff\0\0\0\0" + asked[12:] + rest
    with suppress(NoSuchRecord, NotTheAnswer):
        answer(message, asked)


def test_a_name_that_points_at_itself_ends() -> None:
    asked = question(NAME, "NS", 77)
    head = asked[:2] + b"\x81\x80\0\1\0\1\0\0\0\0" + asked[12:]
    for pointer in (len(head), len(head) + 12):
        with pytest.raises(NotTheAnswer):
            answer(head + bytes([0xC0, pointer]) + b"\0\2\0\1\0\0\0\0\0\2" + bytes([0xC0, pointer]), asked)


def test_the_systems_name_servers() -> None:
    text = "# a comment\nsearch example.org\nnameserver 192.0.2.53\nnameserver\nnameserver fe80::1%eth0 # near\n"
    assert name_servers(text) == ["192.0.2.53", "fe80::1%eth0"]
    assert name_servers("") == ["127.0.0.1"]
