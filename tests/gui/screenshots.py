"""Draws the five pages and a diagnosis, or eight cards, into docs/screenshots/: `python -m tests.gui.screenshots`.

Arguments: --out FOLDER, --cards, --font-size PIXELS (14), --size WIDTHxHEIGHT (860x620), --scheme light|dark (both),
--suffix WORD for the names, --language TAG, --only NAME for some of them (repeatable), --few-colours for small files;
QT_SCALE_FACTOR is 2 unless it is set.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from msgspec.structs import replace

os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ.setdefault("QT_SCALE_FACTOR", "2")

from PySide6.QtCore import QDeadlineTimer, Qt
from PySide6.QtGui import QFont, QImage
from PySide6.QtWidgets import QApplication

from tests.gui.tour import rest, until
from wizard import assets, wiring
from wizard.gui import theme
from wizard.gui.app import Wizard, make_application
from wizard.gui.bridge import Bridge, Job
from wizard.gui.engine import Engine
from wizard.gui.widgets.veil import Veil
from wizard.handover.targets import sheet
from wizard.language import choice
from wizard.model.account import (
    CheckResult,
    RoundTrip,
    RoundTripStatus,
    SideResult,
    Status,
    Verdict,
)
from wizard.model.address import Address
from wizard.model.diagnosis import Change, ChangeSettings, Fix, ServerChange
from wizard.model.draft import AccountDraft
from wizard.model.evidence import Detail, ErrorKind, Evidence, Outcome, ProbeReport, Reply, Stage, Surroundings
from wizard.model.plan import Asked, Plan
from wizard.model.provider import AppPassword, Provider, SignInWay
from wizard.model.secret import Secret
from wizard.model.server import Protocol, Security, ServerCandidate, Source
from wizard.practice.scenarios import PracticeAccount, load_scenarios
from wizard.setup.pack import Helpdesk
from wizard.wiring import Settings

ADDRESS = Address.parse("ada@example.net")
IMAP = ServerCandidate(
    Protocol.IMAP, "imap.example.net", 993, Security.TLS, str(ADDRESS), Source.AUTOCONFIG, trusted=True
)
SMTP = ServerCandidate(
    Protocol.SMTP, "smtp.example.net", 587, Security.STARTTLS, str(ADDRESS), Source.AUTOCONFIG, trusted=True
)
FIXED = ServerCandidate(
    Protocol.SMTP, "smtp.example.net", 587, Security.STARTTLS, "ada", Source.AUTOCONFIG, trusted=True
)
SECOND = ServerCandidate(Protocol.SMTP, "smtp.example.net", 465, Security.TLS, str(ADDRESS), Source.ISPDB, trusted=True)
NOW = datetime(2026, 11, 21, 14, 2, 13, tzinfo=UTC)
GOOGLE = Provider(
    id="google",
    name="Google",
    country="United States",
    category="webmail",
    domains=("gmail.com",),
    mx_suffixes=(),
    servers=(),
    sign_in=(SignInWay.APP_PASSWORD, SignInWay.OAUTH2),
    app_password=AppPassword("https://example.org/", ("Open your account", "Make an app password"), "[a-z]{16}", True),
)

GOOGLES = (
    ServerCandidate(Protocol.IMAP, "imap.gmail.com", 993, Security.TLS, "ada@example.org", Source.PRESET, trusted=True),
    ServerCandidate(Protocol.SMTP, "smtp.gmail.com", 465, Security.TLS, "ada@example.org", Source.PRESET, trusted=True),
)


def _passed(candidate: ServerCandidate, *, until: Stage = Stage.AUTH) -> list[Evidence]:
    seconds = {Stage.DNS: 0.1, Stage.CONNECT: 0.2, Stage.TLS: 0.1, Stage.GREETING: 0.1, Stage.AUTH: 0.4}
    made, t = [], 0.0
    for stage, took in seconds.items():
        if stage.order > until.order:
            break
        t += took
        detail = Detail(tls="TLSv1.3") if stage is Stage.TLS else Detail()
        made.append(
            Evidence(stage, Outcome.OK, candidate.protocol, candidate.endpoint, seconds=took, t_s=t, detail=detail)
        )
    return made


def _side(candidate: ServerCandidate) -> SideResult:
    report = ProbeReport(candidate, tuple(_passed(candidate)), auth="PLAIN")
    return SideResult(candidate, Status.VERIFIED, auth="PLAIN", report=report)


def _result(trip: RoundTrip | None = None) -> CheckResult:
    """A check that found the user name the server wants."""
    refused = Evidence(
        Stage.AUTH,
        Outcome.FAILED,
        Protocol.SMTP,
        SMTP.endpoint,
        error=ErrorKind.REPLY,
        reply=Reply("Error: authentication failed", 535, "5.7.8"),
        seconds=0.4,
        t_s=0.9,
        detail=Detail(other_form_works=True, other_username="ada", username=str(ADDRESS)),
    )
    on_the_way = (*_passed(SMTP, until=Stage.GREETING), refused)
    timeline = (*on_the_way, *_passed(IMAP))
    (told,) = wiring.diagnoser().of_reports(
        (ProbeReport(SMTP, on_the_way, sign_in_attempts=1),),
        provider=None,
        surroundings=Surroundings(),
        address=ADDRESS,
    )
    change = ChangeSettings(Change.OTHER_USERNAME_FORM, FIXED)
    remedies = tuple(
        replace(remedy, action=change) if isinstance(remedy.action, ChangeSettings) else remedy
        for remedy in told.remedies
    )
    diagnosis = replace(told, remedies=remedies)
    fix = Fix(
        told.cause,
        told.remedies[0].id,
        Protocol.SMTP,
        ServerChange(username=str(ADDRESS)),
        ServerChange(username="ada"),
    )
    draft = AccountDraft(ADDRESS, "Ada Example", Secret("not-a-real-one"), IMAP, FIXED)
    return CheckResult(
        draft=draft,
        verdict=Verdict.WORKS_AFTER_FIX,
        started_at=NOW,
        elapsed_s=2.0,
        outgoing=_side(FIXED),
        incoming=_side(IMAP),
        round_trip=trip or RoundTrip(),
        diagnoses=(diagnosis,),
        fixes=(fix,),
        timeline=timeline,
    )


TRIP = RoundTrip(
    RoundTripStatus.ARRIVED,
    folder="INBOX",
    seconds=3.0,
    spf="pass",
    dkim="pass",
    dmarc="pass",
    token="4F7K-2Q9D",
    sent_at=NOW - timedelta(seconds=3),
    accepted_at=NOW - timedelta(seconds=2),
    arrived_at=NOW + timedelta(seconds=1),
)


class NoEngine:
    """Begins nothing: the pictures are made from what stands above."""

    def start(self, *_: object) -> Job:
        """A job that never ends."""
        return Job()


class Session:
    """One window, taken from page to page; `shoot` is called at each that is worth a picture."""

    def __init__(self, app: QApplication, shoot: Callable[[str, Wizard], None], size: tuple[int, int]) -> None:
        self._app = app
        self._shoot = shoot
        self._wizard = Wizard()
        self._wizard.add_other_steps(lambda: NOW)
        self._wizard.flow.attach(NoEngine())
        self._wizard.state.set_helpdesk(Helpdesk("Helpdesk", "555 0100", "Mon to Fri, 8:00–17:00"))
        self._wizard.account.offer_saved_accounts(True)
        self._wizard.window.resize(*size)
        self._wizard.window.show()
        self._wizard.window.activateWindow()
        app.processEvents()  # it has the keyboard before anything is typed, as on a desktop

    def run(self) -> None:
        """All pages, in order."""
        self._account()
        self._settings()
        self._check()
        self._test()
        self._done()
        self._wizard.window.abandon()

    def _account(self) -> None:
        page, state = self._wizard.account, self._wizard.state
        page.name_field.set_text("Ada Example")
        page.address_field.set_text("ada@example.org")
        page.look_up()
        asked = (
            Asked(Source.AUTOCONFIG, "autoconfig.example.org", "found", 0.1),
            Asked(Source.ISPDB, "the database", "nothing", 0.1),
        )
        state.set_plan(Plan(Address.parse("ada@example.org"), GOOGLES, GOOGLE, asked=asked))
        page.password_field.set_text("abcdefghijklmnop")
        page.password_field.input.setFocus()
        self._take("01-account")

    def _settings(self) -> None:
        page, state = self._wizard.account, self._wizard.state
        page.address_field.set_text(str(ADDRESS))
        page.look_up()
        state.set_plan(Plan(ADDRESS, (IMAP, SMTP, SECOND)))
        self._wizard.window.go_on_to("settings")
        self._take("02-settings")
        self._wizard.settings.sending.open_editor()
        self._take("02b-settings-edit")
        self._wizard.settings.sending.close_editor()

    def _check(self) -> None:
        self._wizard.state.set_result(_result())
        self._wizard.window.next()
        self._wizard.check.begin(AccountDraft(ADDRESS, incoming=IMAP, outgoing=SMTP))
        self._wizard.check.show_result(_result())
        self._take("03-check-diagnosis")
        primary = self._wizard.check.cards[0].primary
        if primary is not None:
            primary.click()
        until(self._app, lambda: not self._wizard.check.cards)
        self._wizard.state.set_result(_result())

    def _test(self) -> None:
        self._wizard.window.skip_step()
        self._wizard.test.begin(_result())
        self._wizard.test.show_result(_result(TRIP))
        self._take("04-test-message")

    def _done(self) -> None:
        account = _result().verified_account()
        if account is None:
            raise RuntimeError("the sample result proves nothing")
        self._wizard.window.skip_step()
        self._wizard.done.begin(account)
        self._wizard.done.panel.begin(lambda target: sheet(target, account))
        self._wizard.done.offer_remembering("GNOME Keyring")
        self._wizard.done.choose("phone")
        self._take("05-done")

    def _take(self, name: str) -> None:
        deadline = QDeadlineTimer(400)  # a card fades in
        while not deadline.hasExpired():
            self._app.processEvents()
        until(self._app, lambda: not self._wizard.window.findChildren(Veil))
        for _ in range(20):  # a busy computer may not have come to lay it all out
            self._app.processEvents()
        self._shoot(name, self._wizard)


CARDS: Final = (
    "wrong-password",
    "port-587-blocked",
    "certificate-expired",
    "certificate-self-signed",
    "certificate-other-name",
    "app-password",
    "mailbox-full",
    "lands-in-junk",
)


def shoot_cards(
    app: QApplication, shoot: Callable[[str, Wizard], None], size: tuple[int, int], only: Sequence[str] | None
) -> None:
    """What the practice accounts of CARDS end with, by the real engine."""
    accounts = {one.account.scenario: one.account for one in load_scenarios(assets.resources() / "practice")}
    for number, scenario in enumerate(CARDS, 1):
        name = f"card-{number}-{scenario}"
        if only is None or name in only:
            _shoot_card(app, shoot, size, name, accounts[scenario])


def _shoot_card(
    app: QApplication,
    shoot: Callable[[str, Wizard], None],
    size: tuple[int, int],
    name: str,
    account: PracticeAccount,
) -> None:
    wizard = Wizard()
    wizard.add_other_steps()
    engine = Engine(lambda: Settings(practice=True))
    engine.start()
    bridge = Bridge(engine, app)
    wizard.flow.attach(bridge)
    bridge.start(engine.opened, wizard.welcome, wizard.account.engine_failed)
    wizard.window.resize(*size)
    wizard.window.show()
    wizard.window.activateWindow()
    until(app, lambda: wizard.account.practice is not None)
    wizard.account.name_field.set_text("Ada Example")
    wizard.account.address_field.input.setText(account.address)
    wizard.account.password_field.input.setText(account.password)
    until(app, lambda: wizard.state.plan is not None)
    wizard.window.next()
    if wizard.window.current_page() is wizard.settings:
        wizard.settings.agree.setChecked(True)
        wizard.window.next()
    until(app, lambda: bool(wizard.check.cards) or wizard.test.shows_verdict)
    rest(app)
    shoot(name, wizard)
    wizard.window.abandon()
    bridge.close()
    wizard.window.deleteLater()
    app.processEvents()


def with_few_colours(picture: QImage) -> QImage:
    """The picture in its 256 most frequent colours: a fifth of the bytes, and no difference to be seen."""
    plain = picture.convertToFormat(QImage.Format.Format_RGB32)
    pixels = memoryview(plain.constBits()).cast("I")
    table = [colour for colour, _ in Counter(pixels).most_common(256)]
    return plain.convertToFormat(QImage.Format.Format_Indexed8, table, Qt.ImageConversionFlag.ThresholdDither)


def main(argv: list[str] | None = None) -> int:
    """Writes the pictures; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("docs/screenshots"))
    parser.add_argument("--font-size", type=int, default=14)
    parser.add_argument("--size", default="860x620")
    parser.add_argument("--cards", action="store_true")
    parser.add_argument("--suffix", default="")
    parser.add_argument("--language")
    parser.add_argument("--only", action="append", metavar="NAME")
    parser.add_argument("--few-colours", action="store_true")
    parser.add_argument("--scheme", choices=("light", "dark"))
    options = parser.parse_args(argv)
    choice.begin(options.language)
    app = make_application()
    font = QFont("Inter")
    font.setPixelSize(options.font_size)
    app.setFont(font)
    options.out.mkdir(parents=True, exist_ok=True)
    width, _, height = options.size.partition("x")
    for scheme in ("light", "dark"):
        if options.scheme in (None, scheme):
            theme.current().prefer(Qt.ColorScheme.Dark if scheme == "dark" else Qt.ColorScheme.Light)

            def shoot(name: str, wizard: Wizard, scheme: str = scheme) -> None:
                if options.only is not None and name not in options.only:
                    return
                path = options.out / f"{name}-{scheme}{options.suffix}.png"
                picture = wizard.window.grab().toImage()
                if options.few_colours:
                    picture = with_few_colours(picture)
                if not picture.save(str(path)):
                    raise OSError(f"{path} could not be written")
                print(path)

            if options.cards:
                shoot_cards(app, shoot, (int(width), int(height)), options.only)
            else:
                Session(app, shoot, (int(width), int(height))).run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
