"""The rows that are more than a card: accounts that are kept, limits, the way that works, networks compared.

Each is shown by both faces, over real sockets. `python -m tests.seeds` prints the table.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QFileDialog, QLabel, QPlainTextEdit, QWidget

from tests.accounts.keyrings import MemoryKeyring
from tests.lab.scripted import Conversation
from tests.lab.stage import PASSWORD, imap, smtp
from tests.seeds import faces, test_rows
from tests.seeds.__main__ import FACES, SCENARIO, SEEDS
from tests.seeds.faces import CommandLine, Program, words
from tests.seeds.rows import ADA, GMAIL, GMAIL_IN, IN, OUT
from wizard.accounts.store import AccountBook, default_path
from wizard.cli import accounts, check, report
from wizard.discovery.presets import PresetBook
from wizard.model.evidence import ErrorKind
from wizard.model.provider import DatedFact, Provider
from wizard.net.dial import Dialed, DialFailed
from wizard.practice import certificates
from wizard.practice.network import PracticeNetwork
from wizard.practice.scenarios import CertificateKind, FoundBy

pytestmark = pytest.mark.slow

CHANGED = "another-tulip-65"
LIMITS = (
    "500 messages in any 24 hours; 100 recipients in one message sent from a mail program; "
    "largest message 25 MB with attachments"
)
Start = Callable[[], Program]


@pytest.fixture
def line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    return CommandLine(monkeypatch, capsys)


@pytest.fixture
def ada(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Puts Ada's two servers on the stage; they take the password that is handed in."""

    def served(accepted: str = PASSWORD) -> None:
        faces.put_on_stage(monkeypatch, ADA, OUT, IN, accepted=accepted)

    return served


# I10: it worked, and the password was changed since


def test_seed_I10_password_changed_since_on_the_command_line(
    line: CommandLine, ada: Callable[..., None], safe: MemoryKeyring
) -> None:
    ada()
    assert line.run(accounts, "add", ADA) == 0
    ada(CHANGED)
    assert line.run(accounts, "check", ADA, password=None) == 1
    told = line.out.splitlines()
    assert told[0].startswith(f"{ADA}: Not verified: The server did not accept the user name or password, ")
    assert "(worked until " in told[0]
    assert told[1] == "  The server did not accept the user name or password"
    assert "With the same settings it worked until " in told[2]
    assert told[3:] == ["  → Type the password again"]
    assert list(safe.kept.values()) == [PASSWORD], "one that is refused now may be right tomorrow"
    assert line.run(accounts, "check", ADA, password=CHANGED) == 0
    assert line.out.startswith(f"{ADA}: Verified, ")
    assert list(safe.kept.values()) == [CHANGED]


def test_seed_I10_password_changed_since_in_the_window(
    start: Start, ada: Callable[..., None], safe: MemoryKeyring
) -> None:
    ada()
    start().set_up(ADA)
    ada(CHANGED)
    program = start()
    program.press_link("saved-accounts")
    dialog = program.dialog("saved-accounts-dialog")
    program.wait(lambda: "Verified, " in words(dialog))
    program.press(f"check-now:{ADA}", dialog)
    program.wait(lambda: "Not verified: The server did not accept the user name or password, " in words(dialog))
    assert "With the same settings it worked until " in words(dialog)
    assert list(safe.kept.values()) == [PASSWORD]
    program.press(f"remedy:edit-password:{ADA}", dialog)
    field = dialog.findChild(QWidget, f"new-password:{ADA}")
    assert field is not None
    QTest.keyClicks(field, CHANGED)
    program.press(f"reconnect-now:{ADA}", dialog)
    program.wait(lambda: "\nVerified, " in words(dialog))
    assert "Not verified" not in words(dialog)
    assert list(safe.kept.values()) == [CHANGED]
    dialog.close()


# I14: removed and connected again: same settings, a fresh password, the whole check


def test_seed_I14_remove_and_reconnect_on_the_command_line(
    line: CommandLine, ada: Callable[..., None], safe: MemoryKeyring
) -> None:
    ada()
    assert line.run(accounts, "add", ADA, "--json") == 0
    before = json.loads(line.out)["check"]
    ada(CHANGED)
    assert line.run(accounts, "forget", ADA, password=None) == 0
    assert line.run(accounts, "list", password=None) == 0
    assert line.out == "No account is saved.\n"
    assert safe.kept == {}
    assert line.run(accounts, "add", ADA) == 1, "the old password is not taken any more"
    assert "The server did not accept the user name or password" in line.out
    assert line.run(accounts, "add", ADA, "--json", password=CHANGED) == 0
    after = json.loads(line.out)["check"]
    assert after["verdict"] == "works"
    for side in ("incoming", "outgoing"):
        assert {name: after[side][name] for name in ("status", "host", "port", "security", "username")} == {
            name: before[side][name] for name in ("status", "host", "port", "security", "username")
        }
    assert list(safe.kept.values()) == [CHANGED]


def test_seed_I14_remove_and_reconnect_in_the_window(
    start: Start, ada: Callable[..., None], safe: MemoryKeyring
) -> None:
    ada()
    start().set_up(ADA)
    (before,) = AccountBook(default_path()).list()
    program = start()
    program.press_link("saved-accounts")
    dialog = program.dialog("saved-accounts-dialog")
    program.wait(lambda: ADA in words(dialog))
    program.press(f"forget:{ADA}", dialog)
    assert "The mailbox is not touched." in words(dialog)
    program.press(f"forget-now:{ADA}", dialog)
    program.wait(lambda: "No account is saved yet." in words(dialog))
    assert (AccountBook(default_path()).list(), safe.kept) == ((), {})
    program.press("close", dialog)
    ada(CHANGED)
    start().set_up(ADA, CHANGED)
    (after,) = AccountBook(default_path()).list()
    assert (after.incoming, after.outgoing, after.is_verified) == (before.incoming, before.outgoing, True)
    assert list(safe.kept.values()) == [CHANGED]


# F14: checked regularly, told of what changes


@dataclass
class Scheduler:
    """The system's own: its programs note what they were told, and its files land in a folder of the test's."""

    folder: Path

    @property
    def command(self) -> list[str]:
        """The words behind `mailwright accounts` that its timer runs."""
        service = (self.folder / "systemd" / "user" / "mailwright-check.service").read_text()
        (run,) = (text for text in service.splitlines() if text.startswith("ExecStart="))
        return run.split("accounts", 1)[1].replace('"', "").split()

    @property
    def said(self) -> str:
        """What systemctl was asked."""
        noted = self.folder / "systemctl.told"
        return noted.read_text() if noted.exists() else ""

    @property
    def told(self) -> list[str]:
        """The notifications, a line each."""
        noted = self.folder / "notify-send.told"
        return noted.read_text().splitlines() if noted.exists() else []


@pytest.fixture
def scheduler(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scheduler:
    for name in ("systemctl", "notify-send"):
        program = tmp_path / name
        program.write_text(f'#!/bin/sh\nprintf "%s|" "$@" >>{program}.told\necho >>{program}.told\n')
        program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    return Scheduler(tmp_path)


ON_LINUX = pytest.mark.skipif(sys.platform != "linux", reason="the stand-ins play systemd and notify-send")
REFUSED = f"{ADA}: The server did not accept the user name or password"


@ON_LINUX
def test_seed_F14_a_check_again_tells_only_what_changed_on_the_command_line(
    line: CommandLine, ada: Callable[..., None], scheduler: Scheduler
) -> None:
    ada()
    assert line.run(accounts, "add", ADA) == 0
    assert line.run(accounts, "schedule", "--every", "1d", password=None) == 0
    assert scheduler.command[:2] == ["check", "--all"]
    codes = []
    for accepted in (PASSWORD, CHANGED, CHANGED, PASSWORD, PASSWORD):
        ada(accepted)
        codes.append(line.run(accounts, *scheduler.command, password=None))
        faces.a_day_passes()
    assert codes == [0, 1, 1, 0, 0]
    failure, recovery = scheduler.told
    assert f"|--|{REFUSED}" in failure
    assert f"|--|{ADA} works again|" in recovery
    assert PASSWORD not in failure + recovery


@ON_LINUX
def test_seed_F14_a_check_again_tells_only_what_changed_in_the_window(
    start: Start, line: CommandLine, ada: Callable[..., None], scheduler: Scheduler
) -> None:
    """Switched on in the window; what the timer's command finds is said there at its next start, and only then."""
    ada()
    start().set_up(ADA)
    program = start()
    program.press_link("saved-accounts")
    dialog = program.dialog("saved-accounts-dialog")
    program.wait(lambda: ADA in words(dialog))
    program.button("watch", dialog).click()
    question = program.dialog("watch-question")
    assert "mailwright-check.timer" in " ".join(each.accessibleName() for each in question.findChildren(QLabel))
    program.press("watch-yes", question)
    program.wait(lambda: "--now|mailwright-check.timer|" in scheduler.said)
    for accepted, code in ((PASSWORD, 0), (CHANGED, 1)):
        begun = start()
        begun.wait(partial(has_kept_account, begun))
        assert broken_in(begun) is None
        ada(accepted)
        assert line.run(accounts, *scheduler.command, password=None) == code
    (failure,) = scheduler.told
    assert f"|--|{REFUSED}" in failure
    ada()
    program = start()
    program.wait(lambda: broken_in(program) is not None)
    broken = broken_in(program)
    assert broken is not None
    assert ADA in words(broken)
    assert "Not verified: The server did not accept the user name or password, " in words(broken)
    program.press("show-broken", broken)
    dialog = program.dialog("saved-accounts-dialog")
    program.wait(lambda: "Not verified" in words(dialog))
    program.press(f"check-now:{ADA}", dialog)
    program.wait(lambda: "\nVerified, " in words(dialog))
    program = start()
    program.wait(partial(has_kept_account, program))
    assert broken_in(program) is None


def broken_in(program: Program) -> QWidget | None:
    """The first page's words about an account that does not work any more."""
    return program.wizard.account.findChild(QWidget, "broken-account")


def has_kept_account(program: Program) -> bool:
    """Whether the first page offers Ada's account."""
    offered = program.wizard.account.findChildren(QAbstractButton, "last-account")
    return any(each.text() == ADA for each in offered)


# I13: what may be sent, before there is trouble


def test_seed_I13_limits_before_trouble_on_the_command_line(line: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    faces.put_on_stage(monkeypatch, GMAIL, smtp("smtp.gmail.com"), GMAIL_IN)
    assert line.run(check, GMAIL) == 0
    assert f"\nLimits: {LIMITS}\n" in line.out
    assert line.run(check, GMAIL, "--json") == 0
    document = json.loads(line.out)
    assert document["limits"][-1] == "Largest message 25 MB with attachments"
    assert document["outgoing"]["max_message_bytes"] > 1_000_000, "what the server itself announces by SIZE"


def test_seed_I13_limits_before_trouble_in_the_window(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    faces.put_on_stage(monkeypatch, GMAIL, smtp("smtp.gmail.com"), GMAIL_IN)
    program = start()
    program.sign_up(GMAIL)
    settings, done = program.wizard.settings, program.wizard.done
    assert faces.plain(settings.limits.label.text()) == LIMITS
    assert settings.limits.isVisible()
    program.check()
    program.go_on()
    program.wizard.window.skip_step()
    program.wait(lambda: done.sheet is not None)
    # On Done they are one press away: whoever sets up a program now has enough to read.
    program.wait(lambda: any(each.isVisible() for each in done.findChildren(QAbstractButton, "good-to-know")))
    next(each for each in done.findChildren(QAbstractButton, "good-to-know") if each.isVisible()).click()
    told = [label for label in done.findChildren(QLabel) if faces.plain(label.text()) == LIMITS]
    program.wait(lambda: any(label.isVisible() for label in told))


# C1: it works, and what was proven is said


def test_seed_C1_the_test_passes_on_the_command_line(line: CommandLine, ada: Callable[..., None]) -> None:
    ada()
    assert line.run(check, ADA, "--test-message") == 0
    told = line.out.splitlines()
    assert told[0].startswith(f"{ADA}: Sending and receiving work. (")
    assert told[1] == f"  Receiving verified: imap.example.org:993 tls, user {ADA}, signed in with PLAIN"
    assert told[2] == f"  Sending   verified: smtp.example.org:465 tls, user {ADA}, signed in with PLAIN"
    assert told[3].startswith("  Message   arrived in INBOX after ")
    assert not [each for each in told if each.startswith("Note: ")]


def test_seed_C1_the_test_passes_in_the_window(start: Start, ada: Callable[..., None]) -> None:
    ada()
    program = start()
    program.sign_up(ADA)
    program.check()
    assert program.wizard.check.heading.text() == "Both servers work"
    assert "Sending and receiving are proven." in words(program.wizard.check)
    program.send()
    shown = words(program.wizard.test)
    assert "Arrived in Inbox after " in shown
    program.go_on()
    program.wait(lambda: program.wizard.done.sheet is not None)
    assert "Sending and receiving verified today at " in words(program.wizard.done)


# G13: names, certificates and the conversation, without any tool


def assert_holds_all(text: str) -> None:
    """Names and addresses, both certificates and what was said, without the password."""
    for each in ("smtp.example.org", "imap.example.org", "192.0.2.", "EHLO", "AUTH PLAIN ***", "Certificate"):
        assert each.casefold() in text.casefold(), each
    assert PASSWORD not in text


def test_seed_G13_details_on_the_command_line(line: CommandLine, ada: Callable[..., None], tmp_path: Path) -> None:
    ada()
    for kind in ("txt", "json", "html"):
        assert line.run(check, ADA, "--report", str(tmp_path / f"report.{kind}")) == 0
    assert_holds_all((tmp_path / "report.txt").read_text())
    assert line.run(report, "open", str(tmp_path / "report.html"), password=None) == 0
    assert_holds_all(line.out)
    assert line.run(check, ADA, "--json") == 0
    timeline = json.loads(line.out)["timeline"]
    shown = [each["detail"]["certificate"] for each in timeline if "certificate" in each["detail"]]
    names = {name for certificate in shown for name in certificate["names"]}
    assert names >= {"smtp.example.org", "imap.example.org"}


def test_seed_G13_details_in_the_window(start: Start, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    faces.put_on_stage(monkeypatch, ADA, OUT, imap("imap.example.org", open_reply="NO [CONTACTADMIN] Mailbox locked"))
    program = start()
    program.sign_up(ADA)
    program.check()
    card = program.wizard.check.cards[0]
    program.press("save-report", card)
    dialog = program.dialog("report-dialog")
    text = dialog.findChild(QPlainTextEdit, "report-text")
    assert text is not None
    assert_holds_all(text.toPlainText())
    path = tmp_path / "report.txt"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    program.press("report-save", dialog)
    program.wait(path.is_file)
    assert_holds_all(path.read_text())


# G14: asked here, saved; asked from elsewhere, saved; compared

CLOSED = (smtp("smtp.example.org", 465, blocked=True), smtp("smtp.example.org", 587, blocked=True), IN)
COMPARED = {
    "Verdict": ["fails", "works"],
    "Cause": ["connection-timed-out", "-"],
    "Ports that stayed silent": ["465, 587", "-"],
}


def test_seed_G14_compared_on_the_command_line(
    line: CommandLine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for place, servers, code in (("office", CLOSED, 1), ("phone", (OUT, IN), 0)):
        faces.put_on_stage(monkeypatch, ADA, *servers)
        assert line.run(check, ADA, "--report", str(tmp_path / f"{place}.json")) == code
        if place == "office":
            first = line.out[line.out.index("  - ") :].splitlines()
            assert first[0] == "  - Check again from another network, such as your phone's"
            assert first[1] == "      1. Save the report of this check."
    files = [str(tmp_path / f"{place}.json") for place in ("office", "phone")]
    assert line.run(report, "compare", *files, password=None) == 0
    assert "It works from office" not in line.out
    assert "It works from phone and not from office: the account is good" in " ".join(line.out.split())
    assert line.run(report, "compare", "--json", *files, password=None) == 0
    rows = json.loads(line.out)["rows"]
    assert {name: [rows[name][place] for place in ("office", "phone")] for name in COMPARED} == COMPARED


def test_seed_G14_compared_in_the_window(start: Start, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """On the same computer that was carried elsewhere: the window stays open."""
    networks: list[PracticeNetwork] = []
    open_ways = (OUT, IN)
    faces.put_on_stage(monkeypatch, ADA, *open_ways, on_network=networks.append)
    program = start()
    is_office, silent = True, {("smtp.example.org", 465), ("smtp.example.org", 587)}
    program.wait(lambda: bool(networks))
    monkeypatch.setattr(networks[0], "is_blocked", lambda host, port: is_office and (host, port) in silent)
    program.sign_up(ADA)
    program.check()
    card = program.wizard.check.cards[0]
    assert card.diagnosis.cause == "connection-timed-out"
    assert "Check again from another network, such as your phone's" in words(card)
    save_report(program, card, tmp_path / "office.html", monkeypatch)
    is_office = False
    before = program.wizard.check.result
    program.press("remedy:try-another-network", card)
    program.checked(before)
    assert program.wizard.check.cards == []
    save_report(program, program.wizard.check, tmp_path / "phone.html", monkeypatch)
    program.wizard.window.go_back_to("account")
    program.press_link("explain")
    dialog = program.dialog("explain-dialog")
    files = [str(tmp_path / f"{place}.html") for place in ("office", "phone")]
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_: (files, ""))
    program.press("open-report", dialog)
    program.wait(lambda: "It works from phone and not from office: the account is good" in words(dialog))
    table = dialog.findChild(QWidget, "side-by-side")
    assert table is not None
    told = [each.text() for each in table.findChildren(QLabel)]
    for name, values in COMPARED.items():
        place = told.index(name)
        assert told[place + 1 : place + 3] == values
    dialog.close()


def save_report(program: Program, where: QWidget, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Saves the report of the check that is shown, as a page."""
    program.press("save-report", where)
    dialog = program.dialog("report-dialog")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    program.press("report-save", dialog)
    program.wait(path.is_file)


# E7: no network at all; it comes back

LISTED = (smtp("mx7.example.org"), imap("mx7.example.org"))  # a name that nobody would guess


def test_seed_E7_no_network_on_the_command_line(line: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """A command ends with its answer; that it is asked again is `accounts schedule`'s, in row F14."""

    def cut_off(network: PracticeNetwork) -> None:
        monkeypatch.setattr(network, "has_no_route", lambda _host: True)

    faces.put_on_stage(monkeypatch, ADA, OUT, IN, on_network=cut_off)
    assert line.run(check, ADA, "--json") == 1
    document = json.loads(line.out)
    (told,) = document["diagnoses"]
    assert (told["cause"], told["title"]) == ("no-internet", "This computer has no internet connection")
    assert told["remedies"][0]["say"] == "Check again once the connection is back"
    assert document["sign_in_attempts"] == {}


def test_seed_E7_no_network_in_the_window(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once there is a network the settings are looked up anew and checked, and nobody has to press anything."""
    is_there, networks = False, list[PracticeNetwork]()
    faces.put_on_stage(monkeypatch, ADA, *LISTED, found_by=FoundBy.AUTOCONFIG, on_network=networks.append)
    program = start()
    program.wait(lambda: bool(networks))
    real = networks[0].dialer.dial

    async def dial(host: str, port: int, **how: Any) -> Dialed:
        """Names cannot be looked up and nothing gets out, until the network is there."""
        if is_there:
            return await real(host, port, **how)
        raise DialFailed(ErrorKind.DNS_UNAVAILABLE, stage_is_dns=True, no_route=True)

    monkeypatch.setattr(networks[0].dialer, "dial", dial)
    program.sign_up(ADA)
    program.check()
    (card,) = program.wizard.check.cards
    assert (card.diagnosis.cause, card.title.text()) == ("no-internet", "This computer has no internet connection")
    assert faces.remedies(card)[0].text() == "Check again"
    assert "Check again once the connection is back" in words(card)
    assert "The check begins again by itself once there is a network." in words(program.wizard.check)
    before = program.wizard.check.result
    is_there = True
    result = program.checked(before)
    assert program.wizard.check.heading.text() == "Both servers work"
    account = result.verified_account()
    assert account is not None
    assert account.outgoing is not None
    assert account.outgoing.host == "mx7.example.org"
    program.wizard.window.go_back_to("settings")
    assert words(program.wizard.settings).count("mx7.example.org") == 2, (
        "what is found now is shown in the place of guesses"
    )


# G19: what is temporary is tried again and said; what runs out is told before it does

BUSY = "smtp.example.org was busy at first and answered when it was asked once more."


def busy_at_first(monkeypatch: pytest.MonkeyPatch, times: int) -> None:
    """A sending server that turns its first visitor away for the moment; the window asks while one still types."""
    networks: list[PracticeNetwork] = []
    place, visits = ("smtp.example.org", 587), count(1)

    async def turns_away(conversation: Conversation) -> None:
        if next(visits) == times:
            networks[-1]._real_ports.pop(place)  # the next one gets to the server itself
        await conversation.send(b"421 4.3.2 smtp.example.org Too many connections, try again later")

    faces.put_on_stage(monkeypatch, ADA, smtp(*place), IN, played={place: turns_away}, on_network=networks.append)


def test_seed_G19_a_busy_server_is_asked_once_more_on_the_command_line(
    line: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    busy_at_first(monkeypatch, 1)
    assert line.run(check, ADA) == 0
    assert f"\nNote: {BUSY}\n" in line.out


def test_seed_G19_a_busy_server_is_asked_once_more_in_the_window(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    busy_at_first(monkeypatch, 2)
    program = start()
    program.sign_up(ADA)
    program.check()
    assert program.wizard.check.heading.text() == "Both servers work"
    assert BUSY in words(program.wizard.check)
    program.go_on()
    program.wizard.window.skip_step()
    program.wait(lambda: program.wizard.done.sheet is not None)
    assert BUSY in words(program.wizard.done)


@pytest.fixture
def ends_soon(monkeypatch: pytest.MonkeyPatch, ada: Callable[..., None]) -> None:
    """Certificates that are good for five more days; those of every other row are for longer."""
    monkeypatch.setitem(certificates._AGES, CertificateKind.GOOD, (-85, 5))
    ada()


def test_seed_G19_a_certificate_that_ends_is_told_before_on_the_command_line(
    line: CommandLine, ends_soon: None
) -> None:
    assert line.run(check, ADA) == 0
    for host in ("smtp.example.org", "imap.example.org"):
        assert f"\nNote: The certificate of {host} runs out on " in line.out


def test_seed_G19_a_certificate_that_ends_is_told_before_in_the_window(start: Start, ends_soon: None) -> None:
    program = start()
    program.sign_up(ADA)
    program.check()
    for page in (program.wizard.check, program.wizard.done):
        if page is program.wizard.done:
            program.go_on()
            program.wizard.window.skip_step()
            program.wait(lambda: program.wizard.done.sheet is not None)
        for host in ("smtp.example.org", "imap.example.org"):
            assert f"The certificate of {host} runs out on " in words(page)


@pytest.fixture
def announced(monkeypatch: pytest.MonkeyPatch) -> None:
    """A provider that has announced a change for tomorrow, and made another one yesterday."""
    today = datetime.now(UTC).date()
    day = timedelta(days=1)
    dated = (DatedFact(today + day, "Gmail ends."), DatedFact(today - day, "Gmail moved."))
    known = PresetBook.for_domain

    def for_domain(book: PresetBook, domain: str) -> Provider | None:
        provider = known(book, domain)
        return replace(provider, dated=dated) if provider is not None else None

    monkeypatch.setattr(PresetBook, "for_domain", for_domain)
    faces.put_on_stage(monkeypatch, GMAIL, smtp("smtp.gmail.com"), GMAIL_IN)


def test_seed_G19_what_a_provider_announced_is_told_before_on_the_command_line(
    line: CommandLine, announced: None
) -> None:
    assert line.run(check, GMAIL) == 0
    assert "\nNote: Gmail ends.\n" in line.out


def test_seed_G19_what_a_provider_announced_is_told_before_in_the_window(start: Start, announced: None) -> None:
    program = start()
    program.sign_up(GMAIL)
    program.check()
    assert "Gmail ends." in words(program.wizard.check)
    program.go_on()
    program.wizard.window.skip_step()
    program.wait(lambda: program.wizard.done.sheet is not None)
    assert "Gmail ends." in words(program.wizard.done)
    assert "Gmail moved." not in words(program.wizard.done), "what has happened is no warning"


def test_every_row_has_a_scenario_by_both_faces() -> None:
    names = [name for module in (test_rows, sys.modules[__name__]) for name in vars(module)]
    found = {(match[1], match[2], match[3]) for name in names if (match := SCENARIO.search(name)) is not None}
    assert {row for row, _, _ in found} == set(SEEDS)
    for row, what, _ in found:
        assert {face for a_row, a_what, face in found if (a_row, a_what) == (row, what)} == set(FACES), (row, what)
