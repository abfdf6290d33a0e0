"""Calendars and contacts of one's own domain, found beside the check and shown on Done; mail waits for none of it."""

from __future__ import annotations

import asyncio
import plistlib
import threading

import pytest
from msgspec.structs import replace
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from tests.accounts.keyrings import MemoryKeyring
from tests.gui.conftest import SECONDS
from tests.gui.samples import DRAFT, WORKS
from tests.gui.test_domain_check import asking
from tests.gui.test_flow import ACCOUNTS, SignUp, press, to_the_check
from tests.lab.names import NameServer
from wizard.accounts.saved_accounts import SavedAccounts
from wizard.accounts.secret_store import SecretStore
from wizard.accounts.store import AccountBook
from wizard.gui.app import Wizard
from wizard.gui.hand_over_dialog import HandOverDialog
from wizard.gui.saved_accounts import SavedAccountsPresenter
from wizard.gui.widgets.hand_over_panel import HandOverPanel
from wizard.model.address import Address
from wizard.model.dav import DavKind, DavService, DavSource
from wizard.setup.look_ups import LookUps

pytestmark = pytest.mark.slow

ZONES = {
    "example.net": [
        "dav A 192.0.2.30",
        "_caldavs._tcp SRV 0 1 443 dav",
        '_caldavs._tcp TXT "path=/calendars/"',
        "_carddavs._tcp SRV 0 1 8443 dav.example.com.",
    ]
}
CALENDARS = "https://dav.example.net/calendars/"
CONTACTS = "https://dav.example.com:8443/.well-known/carddav"
DOUBT = "Name servers alone say where the contacts are, at another company"
FOUND = (DavService(DavKind.CALENDARS, CALENDARS, DavSource.SRV, True),)


def values(panel: HandOverPanel, target: str) -> list[str]:
    panel.programs.touched = True
    panel.choose(target)
    QApplication.processEvents()
    assert panel.sheet is not None
    return [row.value for row in panel.sheet.rows]


def check_and_pass(wizard: Wizard, qtbot: QtBot, *, ask_nobody: bool = False) -> HandOverPanel:
    """Begins a check, whose servers nobody knows here, and goes on as if the account were proven."""
    draft = replace(DRAFT, ask_nobody=ask_nobody)
    wizard.state.set_address(draft.address, ask_nobody=ask_nobody)
    wizard.state.set_draft(draft)
    while wizard.window.current_page() is not wizard.check:
        wizard.window.skip_step()
    qtbot.waitUntil(lambda: wizard.flow.checking._running is not None, timeout=SECONDS)
    return proven(wizard, replace(WORKS, draft=draft))


def proven(wizard: Wizard, result: object) -> HandOverPanel:
    wizard.state.set_result(result)  # type: ignore[arg-type]
    while wizard.window.current_page() is not wizard.done:
        wizard.window.skip_step()
    QApplication.processEvents()
    return wizard.done.panel


def test_they_stand_below_the_mail_and_in_the_profile_if_they_can_be_trusted(
    wizard: Wizard, qapp: QApplication, qtbot: QtBot
) -> None:
    with NameServer(ZONES) as names, asking(wizard, qapp, names.option):
        panel = check_and_pass(wizard, qtbot)
        qtbot.waitUntil(lambda: CALENDARS in values(panel, "thunderbird"), timeout=SECONDS)
        shown = values(panel, "thunderbird")
        assert shown.index("imap.example.net") < shown.index(CALENDARS) < shown.index(CONTACTS)
        assert panel.sheet is not None
        assert any(note.startswith(DOUBT) for note in panel.sheet.notes_at("Calendars and contacts"))
        assert len(panel.sheet.steps) <= 6
        values(panel, "iphone")
        assert panel.sheet is not None
        (file,) = panel.sheet.files
        kinds = [one["PayloadType"] for one in plistlib.loads(file.content)["PayloadContent"]]
        assert kinds == ["com.apple.mail.managed", "com.apple.caldav.account"], "what is in doubt is in no file"
        assert CALENDARS not in values(panel, "env")
        asked = [name for name, kind in names.questions if kind == "SRV"]
        assert "_caldavs._tcp.example.net" in asked


def test_who_wants_nobody_asked_is_obeyed(wizard: Wizard, qapp: QApplication, qtbot: QtBot) -> None:
    with NameServer(ZONES) as names, asking(wizard, qapp, names.option):
        check_and_pass(wizard, qtbot, ask_nobody=True)
        qtbot.waitUntil(lambda: wizard.flow.hand_over.calendars._job is not None, timeout=SECONDS)
        job = wizard.flow.hand_over.calendars._job
        assert job is not None
        qtbot.waitUntil(lambda: job.is_over, timeout=SECONDS)
        assert [name for name, _ in names.questions if "dav" in name] == []


def test_a_saved_account_has_them_too(wizard: Wizard, qapp: QApplication, qtbot: QtBot, tmp_path: object) -> None:
    accounts = SavedAccounts(AccountBook(tmp_path / "accounts.json"), SecretStore(MemoryKeyring()))  # type: ignore[operator]
    account = WORKS.verified_account()
    assert account is not None
    with NameServer(ZONES) as names, asking(wizard, qapp, names.option):
        done: list[object] = []

        async def keep(_session: object, _listener: object) -> None:
            await accounts.save(account, {})

        wizard.flow._jobs.start(keep, done.append, done.append)
        qtbot.waitUntil(lambda: done == [None], timeout=SECONDS)
        served = SavedAccountsPresenter(wizard.flow._jobs, accounts, wizard.window)
        served.open()
        qtbot.waitUntil(lambda: "ada@example.net" in served.dialog.cards, timeout=SECONDS)
        button = served.dialog.findChild(QPushButton, "hand-over:ada@example.net")
        assert button is not None
        button.click()
        dialog = served.dialog.findChild(HandOverDialog)
        assert dialog is not None
        qtbot.waitUntil(lambda: CALENDARS in values(dialog.panel, "thunderbird"), timeout=SECONDS)
        served.dialog.close()


def hold(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """The search ends once this is set."""
    gate = threading.Event()

    async def calendars(*_: object, **__: object) -> tuple[DavService, ...]:
        await asyncio.to_thread(gate.wait, 30)
        return FOUND

    monkeypatch.setattr(LookUps, "calendars", calendars)
    return gate


def test_no_verdict_waits_for_them_and_what_comes_late_moves_no_keyboard(
    sign_up: SignUp, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = hold(monkeypatch)
    account = next(one for one in ACCOUNTS if one.cause is None)
    wizard = sign_up(account.address, account.password)
    wizard.flow.hand_over.calendars.can_search = True  # practice has none: here it is a search that hangs
    to_the_check(qtbot, wizard)
    press(qtbot, wizard)
    wizard.window.skip_step()
    panel = wizard.done.panel
    qtbot.waitUntil(lambda: panel.sheet is not None, timeout=SECONDS)
    job = wizard.flow.hand_over.calendars._job
    assert job is not None
    assert not job.is_over, "the check is over, and the search is not"
    assert CALENDARS not in values(panel, "thunderbird")
    card = panel.sheet_card
    assert card is not None
    card.copy_all.setFocus()
    gate.set()
    qtbot.waitUntil(lambda: panel.sheet_card is not card, timeout=SECONDS)
    assert panel.sheet_card is not None
    assert CALENDARS in [row.value for row in panel.sheet_card.sheet.rows]
    assert wizard.window.focusWidget() is panel.sheet_card.copy_all


def test_practice_and_another_account_find_nothing_of_it(wizard: Wizard, qapp: QApplication, qtbot: QtBot) -> None:
    with NameServer(ZONES) as names, asking(wizard, qapp, names.option):
        panel = check_and_pass(wizard, qtbot)
        qtbot.waitUntil(lambda: CALENDARS in values(panel, "thunderbird"), timeout=SECONDS)
        other = replace(WORKS, draft=replace(DRAFT, address=Address.parse("eve@example.org")))
        wizard.state.set_result(other)
        wizard.done.entered.emit()
        assert CALENDARS not in values(panel, "thunderbird")
        search = wizard.flow.hand_over.calendars
        wizard.flow.practise()
        search.begin(replace(DRAFT, address=Address.parse("eve@example.org")))
        assert search.services(Address.parse("eve@example.org")) == ()
        assert "_caldavs._tcp.example.org" not in [name for name, _ in names.questions]
