from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.commands import run
from tests.lab.names import NameServer
from wizard.cli import domain
from wizard.errors import UsageError

pytestmark = pytest.mark.slow


@pytest.fixture
def names() -> Iterator[NameServer]:
    lines = ["@ MX 10 mail", "mail A 192.0.2.10", '@ TXT "v=spf1 mx -all"']
    with NameServer({"example.org": lines, "xn--bcher-kva.example": []}) as server:
        yield server


def test_a_domain_is_judged_and_told_what_to_publish(names: NameServer, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("--nameserver", names.option, "--offline")
    assert run(domain, "example.org", *words, "--json") == 1
    document = json.loads(capsys.readouterr().out)
    assert document["domain"] == "example.org"
    states = {finding["id"]: finding["state"] for finding in document["findings"]}
    assert states == {
        "mx": "ok",
        "spf": "ok",
        "dkim": "warning",
        "dmarc": "wrong",
        "ptr": "wrong",
        "mta-sts": "absent",
        "tls-rpt": "absent",
    }
    assert run(domain, "ada@example.org", *words) == 1
    out = capsys.readouterr().out
    assert out.startswith("Mail of example.org\n===================\n2 of 7 things are wrong. Checked on ")
    assert "SPF: who may send: good\n" in out
    assert "    now: v=spf1 mx -all\n" in out
    assert "    publish: _dmarc.example.org  TXT  v=DMARC1; p=none; rua=mailto:postmaster@example.org\n" in out


def test_the_result_is_a_file_to_send_on(names: NameServer, tmp_path: Path) -> None:
    page = tmp_path / "domain.html"
    assert run(domain, "bücher.example", "--nameserver", names.option, "--offline", "--output", str(page)) == 1
    text = page.read_text("utf-8")
    assert "<h1>Mail of bücher.example</h1>" in text
    assert "_dmarc.xn--bcher-kva.example" in text
    with pytest.raises(UsageError, match=r"\.html or \.txt"):
        run(domain, "example.org", "--output", str(tmp_path / "domain.pdf"))


@pytest.mark.parametrize("name", ["", "a b", "@", "http://example.org/x y"])
def test_what_is_no_domain_is_said(name: str) -> None:
    with pytest.raises(UsageError):
        run(domain, name, "--offline")


def test_the_practice_network_has_none() -> None:
    with pytest.raises(UsageError, match="practice network has no domains"):
        run(domain, "example.org", "--practice")


@pytest.mark.parametrize("also", [(), ("--sending-server", "mail.example.org")])
def test_silence_is_no_praise(also: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    with NameServer({"example.org": []}) as names:
        gone = names.option
    assert run(domain, "example.org", "--nameserver", gone, "--offline", *also) == 4
    assert "Nobody could say anything: no name server answered." in capsys.readouterr().out
