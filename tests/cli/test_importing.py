from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from tests.cli.commands import run
from tests.handover.accounts import account
from tests.lab.account import ADA
from tests.lab.certificates import Authority
from tests.lab.mail_server import MailServer
from wizard.cli import importing
from wizard.errors import UsageError
from wizard.handover.targets import sheet
from wizard.model.server import Protocol, Security, ServerCandidate, Source


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("HOME", "USERPROFILE", "APPDATA"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / ".config"))
    return tmp_path


def test_a_computer_without_mail_programs_has_none(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(importing) == 0
    assert "No account was found" in capsys.readouterr().out
    assert run(importing, "--json") == 0
    assert json.loads(capsys.readouterr().out) == {"accounts": []}


@pytest.mark.skipif(sys.platform == "win32", reason="these programs keep their files so on Linux")
def test_the_accounts_of_every_program_are_listed(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / ".msmtprc").write_bytes(sheet("msmtp", account()).files[0].content)
    (home / ".mbsyncrc").write_bytes(sheet("mbsync", account()).files[0].content)
    assert run(importing, "--json") == 0
    listed = json.loads(capsys.readouterr().out)["accounts"]
    assert [(one["program"], one["address"]) for one in listed] == [
        ("msmtp", "ada@example.org"),
        ("mbsync", "ada@example.org"),
    ]
    assert listed[0]["outgoing"] == {
        "protocol": "smtp",
        "host": "smtp.example.org",
        "port": 465,
        "security": "tls",
        "username": "ada@example.org",
        "sign_in": "Normal password",
    }
    assert run(importing, "mbsync") == 0
    assert capsys.readouterr().out == (
        "ada@example.org  (mbsync)\n"
        "  Receiving  imap imap.example.org:993, SSL/TLS, user ada@example.org\n"
        f"  in {home / '.mbsyncrc'}\n"
    )


def test_a_profile_is_a_file_to_name(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = home / "ada.mobileconfig"
    path.write_bytes(sheet("apple-mail", account()).files[0].content)
    assert run(importing, "apple-mail", "--file", str(path), "--json") == 0
    (found,) = json.loads(capsys.readouterr().out)["accounts"]
    assert found["incoming"]["host"] == "imap.example.org"
    with pytest.raises(UsageError, match="Say which file"):
        run(importing, "apple-mail")
    with pytest.raises(UsageError, match="Say whose file"):
        run(importing, "--file", str(path))
    with pytest.raises(UsageError, match="is not there"):
        run(importing, "msmtp", "--file", str(home / "missing"))


def test_an_account_that_no_program_has_is_said(home: Path) -> None:
    (home / ".msmtprc").write_bytes(sheet("msmtp", account()).files[0].content)
    with pytest.raises(UsageError, match=r"eve@example\.net is in none"):
        run(importing, "--account", "eve@example.net")


@pytest.mark.slow
def test_what_a_program_has_is_checked_without_typing(
    mail_server: MailServer, authority: Authority, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def server(protocol: Protocol, where: tuple[str, int]) -> ServerCandidate:
        return ServerCandidate(protocol, *where, Security.TLS, ADA.address, Source.GIVEN, trusted=True)

    works = account(
        incoming=server(Protocol.IMAP, mail_server.imaps), outgoing=server(Protocol.SMTP, mail_server.submissions)
    )
    (home / ".muttrc").write_bytes(sheet("neomutt", works).files[0].content)
    (home / "password").write_text(ADA.password)
    words = ("neomutt", "--check", "--ca-file", str(authority.ca_file), "--json")
    assert run(importing, *words, "--password-file", str(home / "password")) == 0
    (checked,) = json.loads(capsys.readouterr().out)["accounts"]
    assert checked["program"] == "neomutt"
    assert checked["check"]["verdict"] == "works"
    assert checked["check"]["incoming"]["status"] == checked["check"]["outgoing"]["status"] == "verified"
    (home / "password").write_text("wrong")
    assert run(importing, *words, "--password-file", str(home / "password")) == 1
    (checked,) = json.loads(capsys.readouterr().out)["accounts"]
    assert checked["check"]["diagnoses"][0]["cause"] == "bad-credentials"
    # Without a password nobody signs in, and the servers are reached all the same.
    run(importing, *words)
    shown = capsys.readouterr()
    (checked,) = json.loads(shown.out)["accounts"]
    assert checked["check"]["sign_in_attempts"] == {}
    assert checked["check"]["incoming"]["status"] == "reached"
    assert "nobody signs in" in shown.err
