"""`mailwright discover` as people and scripts call it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from tests.lab.names import NameServer
from tests.lab.web import LabDialer, Page, WebServer
from wizard.cli import render
from wizard.cli.main import main

FIELDS = {"protocol", "host", "port", "security", "username", "auth", "source", "trusted"}
ISPDB = "autoconfig.thunderbird.net"
COUNT = 300


def settings(number: int) -> tuple[str, list[tuple[str, str, int, str, str]]]:
    """A domain and its servers, all different: protocol, host, port, security, user name."""
    domain = f"d{number:03}.example"
    user = f"ada@{domain}" if number % 3 else "ada"
    incoming = [("imap", 993, "tls"), ("imap", 143, "starttls"), ("pop3", 995, "tls"), ("pop3", 110, "starttls")]
    kind, port, security = incoming[number % 4]
    out, out_security = ((465, "tls"), (587, "starttls"))[number % 2]
    return domain, [
        (kind, f"in{number}.{domain}", port, security, user),
        ("smtp", f"out{number}.{domain}", out, out_security, f"ada@{domain}"),
    ]


def file_of(number: int) -> bytes:
    """The database's file for that domain."""
    _, servers = settings(number)
    written = ""
    for protocol, host, port, security, user in servers:
        side = "outgoingServer" if protocol == "smtp" else "incomingServer"
        name = "%EMAILADDRESS%" if "@" in user else "%EMAILLOCALPART%"
        socket = {"tls": "SSL", "starttls": "STARTTLS"}[security]
        written += (
            f'<{side} type="{protocol}"><hostname>{host}</hostname><port>{port}</port>'
            f"<socketType>{socket}</socketType><username>{name}</username></{side}>"
        )
    return f'<clientConfig version="1.1"><emailProvider id="x">{written}</emailProvider></clientConfig>'.encode()


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[NameServer, WebServer, Path]]:
    ca = trustme.CA()
    ca_file = tmp_path_factory.mktemp("ca") / "ca.pem"
    ca.cert_pem.write_to_path(str(ca_file))
    pages = {(ISPDB, f"/v1.1/{settings(number)[0]}"): Page(file_of(number)) for number in range(COUNT)}
    zones = {"thunderbird.net": ["autoconfig A 127.0.0.1"], "example.org": ["_imaps._tcp SRV 0 1 993 imap"]}
    with NameServer(zones) as names, WebServer(ca, pages) as web:
        yield names, web, ca_file


@pytest.fixture
def lab(servers: tuple[NameServer, WebServer, Path], monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The options that lead every question to the test's own servers."""
    names, web, ca_file = servers
    # Port 443 needs privileges; the test's server listens elsewhere.
    monkeypatch.setattr(render, "_quiet", False)
    monkeypatch.setattr("wizard.net.dial.SystemDialer", lambda *_, **__: LabDialer(names, web.port))
    return ["--nameserver", names.option, "--ca-file", str(ca_file)]


@pytest.mark.slow
def test_three_hundred_domains_of_the_database(
    lab: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = tmp_path / "lines"
    lines.write_text("".join(json.dumps({"address": f"ada@{settings(n)[0]}"}) + "\n" for n in range(COUNT)))
    assert main(["discover", "--lines", str(lines), "--json", *lab]) == 0
    answers = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [answer["address"] for answer in answers] == [f"ada@{settings(n)[0]}" for n in range(COUNT)]
    for number, answer in enumerate(answers):
        found = [(c["protocol"], c["host"], c["port"], c["security"], c["username"]) for c in answer["candidates"]]
        assert found == settings(number)[1]
        assert {(c["source"], c["trusted"]) for c in answer["candidates"]} == {("ispdb", True)}


def test_one_address_as_json(lab: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["discover", "ada@d001.example", "--json", "--quiet", *lab]) == 0
    out, err = capsys.readouterr()
    (line,) = out.splitlines()
    document = json.loads(line)
    assert set(document) == {"address", "provider", "candidates", "notes", "asked"}
    assert all(set(candidate) == FIELDS for candidate in document["candidates"])
    assert err == ""
    assert {"source": "ispdb", "whom": f"{ISPDB} for d001.example", "answer": "found"}.items() <= next(
        one for one in document["asked"] if one["source"] == "ispdb"
    ).items()


def test_one_address_for_people(lab: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["discover", "ada@d001.example", *lab]) == 0
    out, err = capsys.readouterr()
    lines = out.splitlines()
    assert lines[0] == "Settings for ada@d001.example"
    assert lines_of(out)[1] == "imap in1.d001.example:143 starttls ada@d001.example from ispdb"
    assert f"Asking {ISPDB} for d001.example" in err
    assert main(["discover", "ada@example.org", *lab]) == 0
    out = capsys.readouterr().out
    first = "imap imap.example.org:993 tls ada@example.org from srv"
    assert lines_of(out)[1] == first


def lines_of(out: str) -> list[str]:
    """The lines with their columns put together."""
    return [" ".join(line.split()) for line in out.splitlines()]


def test_asking_nobody(
    lab: list[str], servers: tuple[NameServer, WebServer, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    before = len(servers[0].questions), len(servers[1].requests)
    assert main(["discover", "ada@d001.example", "--ask-nobody", "--json", *lab]) == 0
    assert {c["source"] for c in json.loads(capsys.readouterr().out)["candidates"]} == {"guess"}
    assert main(["discover", "ada@gmail.com", "--ask-nobody", "--json", *lab]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["provider"] == "gmail"
    assert {(c["source"], c["trusted"]) for c in document["candidates"]} == {("preset", True)}
    assert (len(servers[0].questions), len(servers[1].requests)) == before


def test_incoming_protocol(lab: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["discover", "ada@d001.example", "--incoming-protocol", "pop3", "--json", *lab]) == 0
    assert {c["protocol"] for c in json.loads(capsys.readouterr().out)["candidates"]} == {"pop3", "smtp"}


def test_broken_lines_are_answered_in_their_place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = tmp_path / "lines"
    deep = "[" * 30_000
    lines.write_text(f'{{"address": "nobody"}}\nnot json\n\n{deep}\n{{"address": "ada@example.org"}}\n', "utf-16")
    assert main(["discover", "--lines", str(lines), "--json", "--ask-nobody"]) == 0
    answers = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [bool(answer["candidates"]) for answer in answers] == [False, False, False, True]
    assert all(set(answer) == {"address", "provider", "candidates", "notes"} for answer in answers)
    assert answers[0]["notes"] == ["An email address has an @ in the middle, such as ada@example.org."]


@pytest.mark.parametrize(
    "words",
    [[], ["ada@example.org", "--lines", "x", "--json"], ["--lines", "x"], ["--lines", "/nonexistent/x", "--json"],
     ["nobody"], ["ada@example.org", "--nameserver", "ns.example.org"]],
)  # fmt: skip
def test_wrong_usage(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["discover", *words]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert len(err.splitlines()) == 1
