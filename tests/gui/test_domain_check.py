"""“Check the domain”, on Done and beside a message that went to Junk: a real name server's answers in a dialog."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec.structs import replace
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from tests.gui.conftest import SECONDS
from tests.gui.samples import ARRIVED, DRAFT, WORKS
from tests.lab.names import NameServer
from wizard import wiring
from wizard.gui.app import Wizard
from wizard.gui.bridge import Bridge
from wizard.gui.domain_dialog import DomainDialog, FindingCard
from wizard.gui.engine import Engine
from wizard.gui.engine import Opened as EngineOpened
from wizard.gui.state import PracticeAccount
from wizard.gui.widgets.state_disc import StateDisc
from wizard.language import SOURCE, choice, speak
from wizard.model.account import CheckResult
from wizard.model.address import Address
from wizard.setup.domain_report import DomainReport
from wizard.setup.pack import WindowRules
from wizard.wiring import Settings

pytestmark = [
    pytest.mark.slow,
    pytest.mark.qt_log_level_fail("WARNING"),
    pytest.mark.qt_log_ignore("propagateSizeHints"),
]

ZONES = {
    "example.net": ["@ MX 10 mail", "mail A 192.0.2.10", "smtp A 192.0.2.20", '@ TXT "v=spf1 mx -all"'],
    "2.0.192.in-addr.arpa": ["20 PTR smtp.example.net."],
}
JUNK = replace(ARRIVED, folder="Junk", is_junk=True, spf="fail")
PUBLISH = "v=DMARC1; p=none; rua=mailto:postmaster@example.net"


@pytest.fixture
def names() -> Iterator[NameServer]:
    with NameServer(ZONES) as server:
        yield server


@contextmanager
def asking(wizard: Wizard, qapp: QApplication, nameserver: str) -> Iterator[None]:
    """The window's engine asks that name server."""
    engine = Engine(lambda: Settings(nameserver=nameserver))
    engine.start()
    bridge = Bridge(engine, qapp)
    wizard.flow.attach(bridge)
    try:
        yield
    finally:
        wizard.window.abandon()
        bridge.close()


def arrive(wizard: Wizard, result: CheckResult, page: object) -> None:
    """Passes over the pages up to that one, the account proven."""
    wizard.state.set_result(result)
    while wizard.window.current_page() is not page:
        wizard.window.skip_step()
    QApplication.processEvents()


def opened(wizard: Wizard, link: QPushButton) -> DomainDialog:
    assert link.isVisible()
    link.setFocus()
    link.click()
    dialog = wizard.window.findChild(DomainDialog)
    assert dialog is not None
    assert dialog.isVisible()
    return dialog


def looked_at(wizard: Wizard, qtbot: QtBot, link: QPushButton) -> DomainDialog:
    dialog = opened(wizard, link)
    qtbot.waitUntil(lambda: dialog.copy.isEnabled(), timeout=SECONDS)
    return dialog


def read(dialog: DomainDialog, finding: str) -> tuple[str, list[str]]:
    """The mark of one thing and all that its card says."""
    card = dialog.findChild(FindingCard, f"finding:{finding}")
    assert card is not None
    mark = card.findChild(StateDisc)
    assert mark is not None
    return mark.state.value, [label.text().replace("\u200b", "") for label in card.findChildren(QLabel)]


def test_done_shows_what_the_domain_publishes_and_what_to_publish(
    wizard: Wizard, qapp: QApplication, qtbot: QtBot, names: NameServer
) -> None:
    with asking(wizard, qapp, names.option):
        arrive(wizard, WORKS, wizard.done)
        assert wizard.done.domain_link.text() == "Check the domain example.net…"
        dialog = looked_at(wizard, qtbot, wizard.done.domain_link)
        assert dialog.summary.text().startswith("One of 8 things is wrong. 1 could not be looked at. Checked on ")
        order = [card.objectName() for card in dialog.findChildren(FindingCard)]
        assert order[:4] == ["finding:mx", "finding:spf", "finding:dkim", "finding:dmarc"]
        assert read(dialog, "spf") == (
            "ok",
            ["SPF: who may send", "good", "One record, 1 of at most 10 look-ups.", "v=spf1 mx -all"],
        )
        mark, said = read(dialog, "dmarc")
        assert mark == "failed"
        assert said[:2] == ["DMARC: what becomes of forged mail", "wrong"]
        assert said[-2:] == ["Publish as TXT at _dmarc.example.net", PUBLISH]
        # The server that sends for it is the domain's own: its name is looked at, not that of the exchanger.
        assert "smtp.example.net, 192.0.2.20: the name leads there and back." in read(dialog, "ptr")[1]
        copy = dialog.findChild(QPushButton, "copy:publish-dmarc-0")
        assert copy is not None
        copy.click()
        assert QGuiApplication.clipboard().text() == PUBLISH
        asked = {name.lower() for name, _ in names.questions}
        assert "_dmarc.example.net" in asked


def test_the_result_can_be_sent_on(
    wizard: Wizard,
    qapp: QApplication,
    qtbot: QtBot,
    names: NameServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    target = tmp_path / "domain"
    offered: list[str] = []

    def answer(_parent: object, _title: str, name: str, _kinds: str) -> tuple[str, str]:
        offered.append(name)
        return str(target), "Page (*.html)"

    monkeypatch.setattr(QFileDialog, "getSaveFileName", answer)
    with asking(wizard, qapp, names.option):
        arrive(wizard, WORKS, wizard.done)
        dialog = looked_at(wizard, qtbot, wizard.done.domain_link)
        dialog.copy.click()
        text = QGuiApplication.clipboard().text()
        assert text.startswith("Mail of example.net\n===================\nOne of 8 things is wrong.")
        assert f"publish: _dmarc.example.net  TXT  {PUBLISH}" in text
        dialog.save.click()
        page = tmp_path / "domain.html"
        qtbot.waitUntil(page.exists, timeout=SECONDS)
        assert offered == ["mail-of-example.net.html"]
        assert "<h1>Mail of example.net</h1>" in page.read_text("utf-8")
        assert PUBLISH in page.read_text("utf-8")


def test_a_message_in_junk_leads_there(wizard: Wizard, qapp: QApplication, qtbot: QtBot, names: NameServer) -> None:
    with asking(wizard, qapp, names.option):
        arrive(wizard, WORKS, wizard.test)
        assert not wizard.test.domain_link.isVisible()
        wizard.test.show_result(replace(WORKS, round_trip=ARRIVED))
        QApplication.processEvents()
        assert not wizard.test.domain_link.isVisible(), "where every check passed nobody needs it"
        wizard.state.set_result(replace(WORKS, round_trip=JUNK))
        wizard.test.show_result(replace(WORKS, round_trip=JUNK))
        QApplication.processEvents()
        dialog = looked_at(wizard, qtbot, wizard.test.domain_link)
        assert read(dialog, "mx")[0] == "ok"


def test_silence_is_no_praise_and_closing_gives_the_search_up(wizard: Wizard, qapp: QApplication, qtbot: QtBot) -> None:
    with NameServer({"example.net": []}) as gone:
        nobody = gone.option
    with asking(wizard, qapp, nobody):
        arrive(wizard, WORKS, wizard.done)
        dialog = opened(wizard, wizard.done.domain_link)
        assert dialog.summary.text() == "Asking the name servers what example.net publishes…"
        assert not dialog.copy.isEnabled()
        assert not dialog.save.isEnabled()
        dialog.reject()
        QTest.qWait(0)
        dialog = looked_at(wizard, qtbot, wizard.done.domain_link)
        assert dialog.summary.text().startswith("Nobody could say anything: no name server answered. Checked on ")
        assert all(read(dialog, card.objectName()[8:])[0] == "not-tried" for card in dialog.findChildren(FindingCard))


def test_a_big_providers_own_domain_and_one_of_practice_are_left_alone(wizard: Wizard) -> None:
    gmail = wiring.presets().for_domain("gmail.com")
    assert gmail is not None
    address = Address.parse("ada@gmail.com")
    at_gmail = replace(WORKS, draft=replace(DRAFT, address=address), known_provider=gmail)
    wizard.done.domain_link.follow(at_gmail)
    assert wizard.done.domain_link.isHidden()
    own_domain_there = replace(at_gmail, draft=DRAFT)
    wizard.done.domain_link.follow(own_domain_there)
    assert not wizard.done.domain_link.isHidden()
    accounts = (PracticeAccount("ada@works.example", "secret", "It works."),)
    wizard.welcome(EngineOpened(accounts, None, frozenset(), lambda _: (), WindowRules()))
    wizard.done.domain_link.follow(own_domain_there)
    assert wizard.done.domain_link.isHidden()


@pytest.mark.parametrize(
    ("tag", "said"),
    [
        ("en", "Checked on 26 November 2026, 10:04 UTC."),
        ("de", "Geprüft am 26. November 2026, 10:04 UTC."),
        ("ja", "2026年11月26日、10:04（UTC）にチェックしました。"),
    ],
)
def test_the_day_it_was_checked_is_in_words(tag: str, said: str) -> None:
    report = DomainReport("example.org", (), datetime(2026, 11, 26, 10, 4, tzinfo=UTC))
    choice.begin(tag)
    try:
        assert said in report.summary
    finally:
        choice.begin("en")
        speak(SOURCE)
