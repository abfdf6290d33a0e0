"""What the command line and the window say of the same servers: the cause, its title, and what is offered first."""

from __future__ import annotations

import json
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication
from pytestqt.qtbot import QtBot

from tests.gui.conftest import SECONDS
from tests.gui.test_flow import causes, press, remedy, to_the_check
from tests.gui.test_promises_in_the_window import ADDRESS, NOBODY, connected, standing, type_account
from tests.lab.certificates import Authority, Issued
from tests.lab.names import NameServer
from tests.lab.scripted import Conversation as Talk
from tests.probe.issuer import Issuer
from tests.probe.talk import PASSWORD, Mail
from tests.probe.test_certificates import LATE, sockets_with_tls
from wizard.cli.main import main
from wizard.gui.app import Wizard
from wizard.model.diagnosis import AskAdministrator
from wizard.model.server import Protocol
from wizard.setup.options import Options
from wizard.wiring import Settings

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def certificate(authority: Authority) -> Issued:
    return authority.issue("127.0.0.1")


@dataclass
class Card:
    """One face's first card."""

    cause: str
    title: str
    why: str
    remedies: list[tuple[str, str]]


@dataclass
class Faces:
    """Both faces, each of which checks these servers."""

    qtbot: QtBot
    qapp: QApplication
    wizard: Wizard
    roots: tuple[Path, ...]
    capsys: pytest.CaptureFixture[str]

    def command_line(self, receiving: str, sending: str, *more: str) -> dict[str, Any]:
        """The document of `mailwright check`."""
        options = ["--nameserver", NOBODY, "--ask-nobody", "--no-autofix", "--password-env", "THE_PASSWORD", "--json"]
        for root in self.roots:
            options += ["--ca-file", str(root)]
        main(["check", ADDRESS, "--incoming", receiving, "--outgoing", sending, *options, *more])
        document: dict[str, Any] = json.loads(self.capsys.readouterr().out)
        return document

    def cards(self, receiving: str, sending: str) -> tuple[Card, Card]:
        """The command line's and the window's first card."""
        told = self.command_line(receiving, sending)["diagnoses"][0]
        remedies = [(one["id"], one["say"]) for one in told["remedies"]]
        said = Card(told["cause"], told["title"], told["why"], remedies)
        options = Options(ask_nobody=True, autofix=False)
        with connected(self.wizard, self.qapp, Settings(nameserver=NOBODY, ca_files=self.roots, options=options)):
            receiving = receiving.replace("imap:", "imap://").replace("pop3:", "pop3://")
            type_account(self.qtbot, self.wizard, PASSWORD, receiving, sending)
            press(self.qtbot, self.wizard)
            self.qtbot.waitUntil(lambda: self.wizard.check.result is not None, timeout=SECONDS)
            shown = self.wizard.check.cards[0]
            buttons = [each for each in shown.findChildren(QAbstractButton) if each.objectName().startswith("remedy:")]
            named = [(each.objectName().removeprefix("remedy:"), each.text()) for each in buttons]
            result = self.wizard.check.result
            assert result is not None
            card = Card(shown.objectName().removeprefix("diagnosis:"), shown.accessibleName(), "", named)
            card.why = result.diagnoses[0].why
        return said, card


@pytest.fixture
def faces(
    qtbot: QtBot,
    qapp: QApplication,
    wizard: Wizard,
    authority: Authority,
    issuer: Issuer,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Faces:
    monkeypatch.setenv("THE_PASSWORD", PASSWORD)
    return Faces(qtbot, qapp, wizard, (authority.ca_file, issuer.ca_file), capsys)


@pytest.fixture
def issuer(tmp_path: Path) -> Issuer:
    return Issuer(tmp_path)


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, pytest.param(ssl.TLSVersion.TLSv1_3, marks=LATE)])
def test_a_server_that_wants_a_client_certificate(
    faces: Faces, certificate: Issued, issuer: Issuer, version: ssl.TLSVersion
) -> None:
    demanding = issuer.issue(versions=(version, version), wants_client=True)
    with sockets_with_tls(demanding) as (port, said), standing(certificate, Mail(Protocol.IMAP)) as (imap,):
        one, other = faces.cards(f"imap:127.0.0.1:{imap}/tls", f"127.0.0.1:{port}/tls")
    assert said == []
    assert one.cause == other.cause == "tls-handshake-failed"
    assert one.title == other.title == "127.0.0.1 wants a certificate from this computer"
    assert "it never saw a name or password" in one.why
    assert one.why == other.why
    assert one.remedies[0][0] == other.remedies[0][0] == "ask-administrator"
    result = faces.wizard.check.result
    assert result is not None
    action = result.diagnoses[0].remedies[0].action
    assert isinstance(action, AskAdministrator)
    assert "smtpd_tls_req_ccert" in action.request


def _refusing(reply: bytes, command: str = "rcpt") -> Mail:
    async def refuse(talk: Talk, line: bytes) -> None:
        await talk.send_raw(reply + b"\r\n")

    return Mail(Protocol.SMTP, at={command: refuse})


@pytest.mark.parametrize(
    "reply",
    [
        b"452 4.5.3 Error: too many recipients",
        b"451 4.7.1 Too many recipients received this hour, try later",
        b"550 5.5.3 Recipient limit exceeded",
        b"452 4.5.3 <ada@example.org>: too many recipients, user limit",
        b"421 4.7.0 Recipients limit reached for this account",
    ],
)
def test_too_many_recipients_of_a_message_with_one(faces: Faces, certificate: Issued, reply: bytes) -> None:
    with standing(certificate, Mail(Protocol.IMAP), _refusing(reply)) as (imap, smtp):
        one, other = faces.cards(f"imap:127.0.0.1:{imap}/tls", f"127.0.0.1:{smtp}/tls")
    assert one.cause == other.cause == "sending-limit-exceeded"
    assert (one.title, one.why) == (other.title, other.why)
    assert "in one message" not in one.title
    assert "fewer" not in one.why
    assert one.remedies[0][0] == other.remedies[0][0] == "wait"
    assert "split-recipients" not in dict(one.remedies) | dict(other.remedies)


@pytest.mark.parametrize(
    "reply",
    [
        b"556 5.1.10 <ada@example.org>: Recipient address rejected: Domain example.org does not accept mail (nullMX)",
        b"550 5.1.10 Recipient address has null MX",
        b"550 The domain example.org has a null MX record",
        b"556 Domain does not accept mail",
    ],
)
def test_a_server_that_tells_of_the_own_domains_null_mx(faces: Faces, certificate: Issued, reply: bytes) -> None:
    with standing(certificate, Mail(Protocol.IMAP), _refusing(reply)) as (imap, smtp):
        one, other = faces.cards(f"imap:127.0.0.1:{imap}/tls", f"127.0.0.1:{smtp}/tls")
    assert one.cause == other.cause == "recipient-domain-invalid"
    assert one.title == other.title == "example.org says that it takes no mail"
    assert one.remedies[0] == ("edit-address", "Correct the email address")
    assert other.remedies[0][0] == "edit-address"


def test_a_server_that_takes_no_mail_from_a_domain_with_a_null_mx(faces: Faces, certificate: Issued) -> None:
    reply = b"550 5.7.27 Sender address has null MX"
    with standing(certificate, Mail(Protocol.IMAP), _refusing(reply, "mail")) as (imap, smtp):
        one, other = faces.cards(f"imap:127.0.0.1:{imap}/tls", f"127.0.0.1:{smtp}/tls")
    assert one.cause == other.cause == "sender-address-rejected"
    assert one.title == other.title == "Mail from example.org is refused: it says that it takes none"


def test_a_recipient_whose_domain_takes_no_mail(faces: Faces, certificate: Issued) -> None:
    async def only_here(talk: Talk, line: bytes) -> bool | None:
        if b"example.net" not in line:
            return True
        await talk.send_raw(b"556 5.1.10 <bob@example.net>: Recipient address has null MX\r\n")
        return None

    smtp = Mail(Protocol.SMTP, at={"rcpt": only_here})
    with standing(certificate, Mail(Protocol.IMAP), smtp) as (imap, port):
        servers = f"imap:127.0.0.1:{imap}/tls", f"127.0.0.1:{port}/tls"
        document = faces.command_line(*servers, "--test-message", "bob@example.net")
    first = document["diagnoses"][0]
    assert (first["cause"], first["title"]) == ("recipient-domain-invalid", "The recipient's domain takes no mail")
    assert "null MX" in first["why"]
    assert [one["id"] for one in first["remedies"]][:2] == ["edit-recipient", "test-to-yourself"]


@pytest.mark.parametrize("has_website", [True, False])
def test_the_own_domain_takes_no_mail_and_has_nothing_but_a_website(
    faces: Faces, monkeypatch: pytest.MonkeyPatch, has_website: bool
) -> None:
    zone = ["@ MX 0 .", *["@ A 127.0.0.9"] * has_website]
    with (
        NameServer({"example.org": zone}) as names,
        connected(faces.wizard, faces.qapp, Settings(nameserver=names.option)) as wizard,
    ):
        options = ["--nameserver", names.option, "--password-env", "THE_PASSWORD", "--json"]
        assert main(["check", ADDRESS, *options]) == 1
        told = json.loads(faces.capsys.readouterr().out)["diagnoses"]
        QTest.keyClicks(wizard.account.address_field.input, ADDRESS)
        wizard.account.password_field.input.setText(PASSWORD)
        faces.qtbot.waitUntil(lambda: wizard.state.plan is not None, timeout=SECONDS)
        to_the_check(faces.qtbot, wizard)
        assert causes(wizard) == ["diagnosis:server-name-not-found"] == [f"diagnosis:{one['cause']}" for one in told]
        title = "example.org says that it takes no mail"
        assert wizard.check.cards[0].accessibleName() == title == told[0]["title"]
        edit = remedy(wizard, "server-name-not-found", "edit-address")
        edit.click()
        assert wizard.window.currentPage() is wizard.account
        assert wizard.account.address_field.input.hasFocus()
