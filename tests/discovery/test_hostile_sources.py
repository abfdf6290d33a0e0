"""Hostile names and pages, as data: whatever they say, no server outside mail's ports, no address of this computer, no
stranger trusted, nothing of the person sent abroad (T27, T30 to T33)."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Sequence

import pytest

from tests.discovery.conftest import Lab, Pages, StartLab, config
from tests.lab.web import Page, Request, moved
from wizard.discovery.candidate import MAIL_PORTS
from wizard.model.address import Address
from wizard.model.plan import Plan
from wizard.model.server import Security, Source
from wizard.net.reach import Reach, reach_of
from wizard.net.sites import same_site

ADA = Address.parse("ada@example.org")
CONFIG = "/mail/config-v1.1.xml"
POX = "/autodiscover/autodiscover.xml"
HERE = "autoconfig.example.org"
BOMB = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><clientConfig>&b;</clientConfig>'
XXE = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><clientConfig><emailProvider>&a;</emailProvider></clientConfig>'

Answer = Page | Callable[[Request], Page]


def _file(old: bytes, new: bytes) -> Page:
    return Page(config().replace(old, new))


RECORDS: dict[str, Sequence[str]] = {
    "no mail at all": ["@ MX 0 ."],
    "this computer": ["@ MX 10 localhost.", "_imaps._tcp SRV 0 1 993 localhost."],
    "this computer by number": ["@ MX 10 here", "here A 127.0.0.1", "_imaps._tcp SRV 0 1 993 here"],
    "the cloud's own address": ["@ MX 10 meta", "meta A 169.254.169.254", "_imaps._tcp SRV 0 1 993 meta"],
    "a printer": ["_imaps._tcp SRV 0 1 9100 printer", "printer A 192.168.1.9"],
    "ssh": ["_submissions._tcp SRV 0 1 22 mail", "_imaps._tcp SRV 0 1 22 mail"],
    "web servers": ["_submissions._tcp SRV 0 1 443 mail", "_imaps._tcp SRV 0 1 8080 mail"],
    "a hundred exchangers": [f"@ MX {n} mx{n}.example.net." for n in range(100)],
    "a hundred servers": [f"_imaps._tcp SRV {n} 1 993 imap{n}.example.net." for n in range(100)],
    "another domain": ["_imaps._tcp SRV 0 1 993 imap.example.net.", "_autodiscover._tcp SRV 0 0 443 ad.example.net."],
}
ANSWERS: dict[str, Answer] = {
    "an entity bomb": Page(BOMB),
    "a file of this computer": Page(XXE),
    "deep nesting": Page(b"<clientConfig>" + b"<a>" * 5_000),
    "a page without an end": Page(b"<clientConfig>" + b"x" * 400_000),
    "another's servers": Page(config("imap.example.net", "smtp.example.net")),
    "look-alike servers": Page(config("imap.examp1e.org", "smtp.example.org.evil.example")),
    "this computer": Page(config("localhost", "127.0.0.1")),
    "this computer, in odd forms": Page(config("127.1", "0x7f000001")),
    "this computer, in IPv6": Page(config("::1", "[::ffff:127.0.0.1]")),
    "the cloud's own address": Page(config("169.254.169.254", "fe80::1")),
    "the own network": Page(config("192.168.1.1", "10.0.0.1")),
    "a printer's port": _file(b"993", b"9100"),
    "ssh's port": _file(b"993", b"22"),
    "a port that is none": _file(b"993", b"99999"),
    "names that are none": Page(config("<script>alert(1)</script>", "a b c")),
    "a user name of controls": Page(config(username="ada&#10;x")),
    "a redirect to plain http": moved("http://autoconfig.example.org/x"),
    "a redirect to a number": moved("https://192.0.2.1/x"),
    "a redirect to another port": moved("https://autoconfig.example.org:8443/x"),
    "a redirect with a password": moved("https://ada:x@autoconfig.example.org/x"),
    "a redirect in circles": moved(f"https://{HERE}{CONFIG}"),
    "a redirect with the address": moved("https://evil.example.net/ada@example.org"),
    "a redirect to no address": moved("https://[/x"),
    "a sign-in": Page(b"who are you?", status=401),
}


def _judge(plan: Plan, lab: Lab) -> None:
    candidates = plan.candidates
    assert candidates, "there are guesses at least"
    for candidate in candidates:
        assert candidate.port in MAIL_PORTS
        assert candidate.host.isascii()
        if candidate.trusted:
            assert same_site(candidate.host, ADA.domain)
            assert candidate.security is not Security.NONE
        if ":" in candidate.host or candidate.host.replace(".", "").isdigit():
            assert reach_of(ipaddress.ip_address(candidate.host)) is not Reach.HERE
            assert not candidate.trusted
        assert candidate.username.isprintable()
    for request in lab.web.requests:
        assert "authorization" not in {name.lower() for name in request.headers}
        assert same_site(request.host, ADA.domain) or "ada" not in request.path
    assert all(note.isprintable() for note in plan.notes)
    assert all(one.answer.isprintable() for one in plan.asked)


@pytest.mark.parametrize("name", RECORDS)
async def test_hostile_records(name: str, start_lab: StartLab) -> None:
    lab = start_lab({"example.org": RECORDS[name], "example.net": []}, {})
    plan = await lab.planner.plan(ADA)
    _judge(plan, lab)
    assert len([one for one in plan.candidates if one.source in (Source.SRV, Source.MX)]) <= 10


@pytest.mark.slow
@pytest.mark.parametrize("name", ANSWERS)
@pytest.mark.parametrize("path", [CONFIG, POX])
async def test_hostile_pages(name: str, path: str, start_lab: StartLab) -> None:
    answer = ANSWERS[name]
    host = HERE if path == CONFIG else "autodiscover.example.org"
    pages: Pages = {(host, path): answer, ("evil.example.net", "/ada@example.org"): Page(config())}
    lab = start_lab({"example.org": [], "example.net": []}, pages)
    plan = await lab.planner.plan(ADA)
    _judge(plan, lab)
