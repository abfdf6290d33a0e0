"""Every dialog in every language, at the usual size of text and at twice that: as tests/gui/test_language_walk.py has
the pages.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final

import pytest
from msgspec.structs import replace
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QPushButton, QWidget

from tests.gui import fits
from tests.gui.test_language_walk import SPOKEN, STILL_MS, TWICE
from tests.handover.accounts import account, certificate, failed
from wizard import wiring
from wizard.accounts.recheck import Recheck
from wizard.accounts.schedule import schedule
from wizard.accounts.store import SavedAccount, after_check, proven_now
from wizard.diagnosis.document import diagnosis_document
from wizard.domain.finding import Finding, Record, State
from wizard.gui import languages, theme
from wizard.gui.about_dialog import AboutDialog
from wizard.gui.administrator_dialog import AdministratorDialog
from wizard.gui.bring_dialog import BringDialog
from wizard.gui.browser_dialog import BrowserDialog
from wizard.gui.close_question import CloseQuestion
from wizard.gui.code_dialog import CodeDialog
from wizard.gui.crash_dialog import CrashDialog
from wizard.gui.domain_dialog import DomainDialog
from wizard.gui.exception_dialog import ExceptionDialog
from wizard.gui.explain_dialog import ExplainDialog
from wizard.gui.hand_over_dialog import HandOverDialog
from wizard.gui.phone_link_dialog import PhoneLinkDialog
from wizard.gui.place_question import PlaceQuestion
from wizard.gui.provider_picker import ProviderPicker
from wizard.gui.report_dialog import ReportDialog
from wizard.gui.saved_accounts import SavedAccountsDialog
from wizard.gui.state import Loss
from wizard.gui.watching import EVERY_DAY, WatchQuestion
from wizard.gui.widgets.buttons import PrimaryButton
from wizard.handover.administrator_message import administrator_letter
from wizard.handover.programs.found import FoundAccount
from wizard.handover.report import report_document
from wizard.handover.targets import sheet
from wizard.language import SOURCE, choice, speak, tr
from wizard.language.choice import PSEUDO
from wizard.setup.domain_report import DomainReport

pytestmark = pytest.mark.slow

ADDRESSES: Final = ("192.168.178.20", "10.0.0.7")
REFUSED: Final = "535 5.7.8 Error: authentication failed"


def _saved() -> SavedAccount:
    return proven_now(account(), frozenset())


def _explained(parent: QWidget) -> QDialog:
    dialog = ExplainDialog(parent=parent)
    dialog.show_diagnosis(wiring.diagnoser().of_text(REFUSED))
    return dialog


def _asked_of_the_administrator(parent: QWidget) -> QDialog:
    told = wiring.diagnoser().of_cause("smtp-auth-disabled")
    assert told is not None
    return AdministratorDialog(lambda: str(administrator_letter(told)), parent=parent)


def _report(parent: QWidget) -> QDialog:
    def document(masked: bool) -> dict[str, object]:
        return dict(report_document(failed(), diagnosis_document=diagnosis_document, mask_addresses=masked))

    return ReportDialog(document, parent=parent)


def _saved_accounts(parent: QWidget) -> QDialog:
    dialog = SavedAccountsDialog(parent=parent)
    told = wiring.diagnoser().of_cause("bad-credentials")
    assert told is not None
    result = replace(failed(), diagnoses=(told,))
    broken = after_check(_saved(), result)
    dialog.show_accounts((broken,))
    dialog.show_recheck(Recheck(broken, result))
    return dialog


def _domain(parent: QWidget) -> QDialog:
    """One of each state, with all that a card can show."""
    findings = tuple(
        Finding(
            state.value,
            tr("DMARC: what becomes of forged mail"),
            state,
            tr("There must be one record, with rua=mailto:…"),
            (Record("_dmarc.example.org", "TXT", "rua=mailto:postmaster@a-rather-long-name-of-a-company.example.org"),),
            ("include:_spf.example.net",),
        )
        for state in State
    )
    dialog = DomainDialog("example.org", parent=parent)
    dialog.show_report(DomainReport("example.org", findings, datetime(2026, 11, 26, 10, 4, tzinfo=UTC)))
    return dialog


def _bring(parent: QWidget) -> QDialog:
    dialog = BringDialog("/home/ada", parent=parent)
    verified = account()
    dialog.offer_accounts([FoundAccount("thunderbird", Path("/home/ada/.thunderbird"), verified.address)])
    return dialog


def _hand_over(parent: QWidget) -> QDialog:
    dialog = HandOverDialog(after_check(_saved(), failed()), parent=parent)
    dialog.panel.begin(lambda target: sheet(target, account()))
    return dialog


def _phone_link(parent: QWidget) -> QDialog:
    dialog = PhoneLinkDialog("ada@example.org", ADDRESSES, 5, parent=parent)
    dialog.opened.emit("http://192.168.178.20:54321/4yIkc_qcsQPjvZPuYkrFOg")
    dialog.taken.emit()
    return dialog


def _provider(parent: QWidget) -> QDialog:
    return ProviderPicker(wiring.presets().search, "example.org", parent=parent)


def _place(parent: QWidget) -> QDialog:
    return PlaceQuestion(tr("Taken out again."), tr("{program} took these settings.", program="msmtp"), parent=parent)


def _watch(parent: QWidget) -> QDialog:
    dialog = WatchQuestion(EVERY_DAY, schedule(EVERY_DAY, ("/usr/bin/mailwright",)), parent=parent)
    dialog.show_files.turn(True)
    return dialog


def _close(loss: Loss, parent: QWidget) -> QDialog:
    return CloseQuestion(loss, parent=parent)


def _browser(parent: QWidget) -> QDialog:
    dialog = BrowserDialog("Gmail", "ada@example.org", parent=parent)
    dialog.copy.setEnabled(True)
    return dialog


DIALOGS: Final[dict[str, Callable[[QWidget], QDialog]]] = {
    "about": lambda parent: AboutDialog(None, parent=parent),
    "administrator": _asked_of_the_administrator,
    "bring": _bring,
    "browser": _browser,
    "code": lambda parent: CodeDialog("smtp.example.org:587", parent=parent),
    "crash": lambda parent: CrashDialog("ValueError\n  wizard/x.py:1", parent=parent),
    "domain": _domain,
    "exception": lambda parent: ExceptionDialog(certificate(), "imap.example.org:993", parent=parent),
    "explain": _explained,
    "hand over": _hand_over,
    "phone link, before": lambda parent: PhoneLinkDialog("ada@example.org", ADDRESSES, 5, parent=parent),
    "phone link": _phone_link,
    "phone link, no network": lambda parent: PhoneLinkDialog("ada@example.org", (), 5, parent=parent),
    "place": _place,
    "provider": _provider,
    "report": _report,
    "saved accounts": _saved_accounts,
    "watch": _watch,
    **{f"close, {loss.value}": partial(_close, loss) for loss in Loss},
}


@pytest.fixture(params=SPOKEN)
def language(request: pytest.FixtureRequest, qapp: QApplication) -> Iterator[str]:
    """Each language in turn; English afterwards."""
    choice.begin(request.param)
    languages.follow()
    yield request.param
    theme.current().zoom(0)
    choice.begin("en")
    speak(SOURCE)
    languages.follow()


def test_what_is_filled_is_what_enter_presses(qapp: QApplication, parent: QWidget) -> None:
    wrong = {}
    for name, make in DIALOGS.items():
        dialog = make(parent)
        dialog.show()
        qapp.processEvents()
        buttons = [each for each in dialog.findChildren(QPushButton) if each.isVisible() and each.isEnabled()]
        filled = {each.objectName() for each in buttons if isinstance(each, PrimaryButton)}
        pressed = {each.objectName() for each in buttons if each.isDefault()}
        if filled and pressed and not pressed <= filled:
            wrong[name] = f"{filled} filled, {pressed} pressed"
        dialog.close()
        dialog.deleteLater()
    assert not wrong


def test_every_dialog_is_whole(language: str, qapp: QApplication) -> None:
    found = {}
    parent = QWidget()
    parent.resize(860, 620)
    parent.show()
    for zoom in (0, TWICE):
        theme.current().zoom(zoom)
        for name, make in DIALOGS.items():
            dialog = make(parent)
            dialog.show()
            for _ in range(6):
                qapp.processEvents()
            wrong = [*fits.cut(dialog), *fits.over_each_other(dialog)]
            if wrong:  # once it stands still
                QTest.qWait(STILL_MS)
                wrong = [*fits.cut(dialog), *fits.over_each_other(dialog)]
            if language == PSEUDO:
                wrong += fits.not_translated(dialog)
            if wrong:
                found[f"{language}: {name} at {100 if zoom == 0 else 200} %"] = wrong
            dialog.close()
            dialog.deleteLater()
    parent.close()
    parent.deleteLater()
    qapp.processEvents()
    assert not found, json.dumps(found, indent=1, ensure_ascii=False)
