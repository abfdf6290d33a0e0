"""Signing in in the browser from the window: the link, the waiting, the token, the refusal, and giving it up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QObject, QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from tests.gui.samples import ADDRESS, BAD_CREDENTIALS, DRAFT, FAILS, IMAP, SMTP
from wizard.gui.app import Wizard
from wizard.gui.bridge import Job
from wizard.gui.browser_dialog import BrowserDialog
from wizard.model.account import CheckResult
from wizard.model.diagnosis import Remedy, SignIn
from wizard.model.draft import AccountDraft
from wizard.model.plan import Plan
from wizard.model.progress import nobody
from wizard.model.provider import Provider, SignInWay
from wizard.model.refusal import Refusal
from wizard.model.secret import Secret
from wizard.signin.refusals import SignInRefused

PROVIDER = Provider(
    "example", "Example Mail", "Germany", "webmail", ("example.net",), (), (), sign_in=(SignInWay.OAUTH2,)
)
PLAN = Plan(ADDRESS, (IMAP, SMTP), PROVIDER)
PAGE = "https://sign-in.example.net/authorize?state=x"
TOKEN = Secret("a-token-that-is-none")


class LookUps:
    """Nobody has calendars here."""

    async def calendars(self, *_: object, **__: object) -> tuple[()]:
        return ()


class Session:
    """Stands where the engine's session does: the person's part in the browser is scripted."""

    def __init__(self) -> None:
        self.look_ups = LookUps()
        self.answer: AccountDraft | SignInRefused = replace(DRAFT, oauth_token=TOKEN)
        self.checked: list[AccountDraft] = []
        self.refused: list[SignInRefused] = []

    async def sign_in(
        self, draft: AccountDraft, *, plan: Plan | None, open_browser: Callable[[str], Any]
    ) -> AccountDraft:
        open_browser(PAGE)
        if isinstance(self.answer, SignInRefused):
            raise self.answer
        return replace(draft, oauth_token=self.answer.oauth_token)

    async def check(self, draft: AccountDraft, **_: object) -> CheckResult:
        self.checked.append(draft)
        return replace(FAILS, draft=draft)

    async def check_without_token(self, draft: AccountDraft, refused: SignInRefused, **_: object) -> CheckResult:
        self.refused.append(refused)
        return replace(FAILS, draft=draft)


class Held:
    """Begins work when the test says so."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.waiting: list[tuple[Any, ...]] = []
        self.jobs: list[Job] = []

    def start(self, work: Any, on_done: Any, on_error: Any, on_progress: Any = None) -> Job:
        job = Job()
        self.waiting.append((work, on_done, job))
        self.jobs.append(job)
        return job

    def go_on(self) -> None:
        waiting, self.waiting = self.waiting, []
        for work, on_done, job in waiting:
            try:
                work(self._session, nobody).send(None)
            except StopIteration as stop:
                if not job.is_over:
                    on_done(stop.value)


class Pages(QObject):
    """Takes the pages that would be opened in the browser."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    @Slot(QUrl)
    def open(self, url: QUrl) -> None:
        self.seen.append(url.toString())


@pytest.fixture
def pages() -> Any:
    taken = Pages()
    QDesktopServices.setUrlHandler("https", taken, "open")  # type: ignore[arg-type]  # the stub says bytes
    yield taken
    QDesktopServices.unsetUrlHandler("https")


@pytest.fixture
def session() -> Session:
    return Session()


@pytest.fixture
def held(wizard: Wizard, session: Session) -> Held:
    made = Held(session)
    wizard.flow.attach(made)
    wizard.state.browser_providers = frozenset({"example"})
    wizard.account.address_field.set_text(str(ADDRESS))
    wizard.account.look_up()
    made.waiting.clear()
    wizard.state.set_plan(PLAN)
    return made


def link(wizard: Wizard) -> QPushButton:
    found = wizard.account.findChild(QPushButton, "browser-sign-in")
    assert found is not None
    return found


def dialog(wizard: Wizard) -> BrowserDialog:
    return wizard.window.findChildren(BrowserDialog)[-1]


def test_the_token_takes_the_passwords_place(wizard: Wizard, held: Held, pages: Pages) -> None:
    assert link(wizard).isVisible()
    assert not wizard.account.validatePage()
    link(wizard).click()
    assert dialog(wizard).isVisible()
    held.go_on()
    assert pages.seen == [PAGE]
    assert not dialog(wizard).isVisible()
    draft = wizard.state.draft()
    assert draft is not None
    assert draft.oauth_token == TOKEN
    assert wizard.account.validatePage()


def test_another_address_forgets_the_token(wizard: Wizard, held: Held, pages: Pages) -> None:
    link(wizard).click()
    held.go_on()
    wizard.account.address_field.input.setText("eve@example.org")
    assert wizard.state.oauth_token is None


def test_a_refusal_is_said_and_can_be_tried_once_more(
    wizard: Wizard, held: Held, session: Session, pages: Pages
) -> None:
    session.answer = SignInRefused(Refusal.DECLINED, provider="Example Mail")
    link(wizard).click()
    held.go_on()
    assert "cancelled" in wizard.account.banner.fact.text()
    assert link(wizard).isVisible()
    assert wizard.state.oauth_token is None


def test_cancel_gives_it_up_at_once(wizard: Wizard, held: Held, pages: Pages) -> None:
    link(wizard).click()
    close = dialog(wizard).findChild(QPushButton, "close")
    assert close is not None
    close.click()
    assert held.jobs[-1].is_over
    held.go_on()
    assert wizard.state.oauth_token is None


def test_the_page_can_be_copied(wizard: Wizard, held: Held, pages: Pages, qtbot: QtBot) -> None:
    link(wizard).click()
    shown = dialog(wizard)
    assert not shown.copy.isEnabled()
    shown.page_found.emit(PAGE)
    shown.copy.click()
    assert "Copied" in shown.copy.text()
    shown.reject()


def test_without_a_client_id_the_page_says_to_go_on_and_the_rest_is_proven(
    wizard: Wizard, held: Held, session: Session
) -> None:
    wizard.state.browser_providers = frozenset()
    wizard.state.set_plan(PLAN)
    assert "without a password" in wizard.account.banner.sentence.text()  # the programs are named on the card
    assert not link(wizard).isVisible()
    assert wizard.account.validatePage()
    wizard.flow.checking.check()
    held.go_on()
    assert [each.refusal for each in session.refused] == [Refusal.CLIENT_ID_MISSING]


def test_a_remedy_on_a_card_signs_in_and_checks_with_the_token(
    wizard: Wizard, held: Held, session: Session, pages: Pages
) -> None:
    remedy = Remedy("sign-in-with-browser", "Sign in in the browser", SignIn())
    wizard.check.remedy_chosen.emit(replace(BAD_CREDENTIALS, remedies=(remedy,)), remedy)
    held.go_on()
    held.go_on()
    assert [draft.oauth_token for draft in session.checked] == [TOKEN]
