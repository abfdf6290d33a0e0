"""Every dialog in every language, at the usual size of text and at twice that: as tests/gui/test_language_walk.py has
the pages.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Final

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from tests.gui import fits
from tests.gui.test_language_walk import SPOKEN, STILL_MS, TWICE
from tests.handover.accounts import account, certificate, failed
from wizard import wiring
from wizard.accounts.recheck import Recheck
from wizard.accounts.store import SavedAccount, after_check, proven_now
from wizard.diagnosis.document import diagnosis_document
from wizard.gui import languages, theme
from wizard.gui.about_dialog import AboutDialog
from wizard.gui.administrator_dialog import AdministratorDialog
from wizard.gui.bring_dialog import BringDialog
from wizard.gui.browser_dialog import BrowserDialog
from wizard.gui.close_question import CloseQuestion
from wizard.gui.code_dialog import CodeDialog
from wizard.gui.crash_dialog import CrashDialog
from wizard.gui.exception_dialog import ExceptionDialog
from wizard.gui.explain_dialog import ExplainDialog
from wizard.gui.place_question import PlaceQuestion
from wizard.gui.provider_picker import ProviderPicker
from wizard.gui.report_dialog import ReportDialog
from wizard.gui.saved_accounts import SavedAccountsDialog
from wizard.gui.state import Loss
from wizard.handover.administrator_message import administrator_letter
from wizard.handover.report import report_document
from wizard.language import SOURCE, choice, speak, tr
from wizard.language.choice import PSEUDO

pytestmark = pytest.mark.slow

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


def _provider(parent: QWidget) -> QDialog:
    return ProviderPicker(wiring.presets().search, "example.org", parent=parent)


def _place(parent: QWidget) -> QDialog:
    return PlaceQuestion(tr("Taken out again."), tr("{program} took these settings.", program="msmtp"), parent=parent)


def _close(loss: Loss, parent: QWidget) -> QDialog:
    return CloseQuestion(loss, parent=parent)


def _browser(parent: QWidget) -> QDialog:
    dialog = BrowserDialog("Gmail", "ada@example.org", parent=parent)
    dialog.copy.setEnabled(True)
    return dialog


DIALOGS: Final[dict[str, Callable[[QWidget], QDialog]]] = {
    "about": lambda parent: AboutDialog(None, parent=parent),
    "administrator": _asked_of_the_administrator,
    "bring": lambda parent: BringDialog("/home/ada", parent=parent),
    "browser": _browser,
    "code": lambda parent: CodeDialog("smtp.example.org:587", parent=parent),
    "crash": lambda parent: CrashDialog("ValueError\n  wizard/x.py:1", parent=parent),
    "exception": lambda parent: ExceptionDialog(certificate(), "imap.example.org:993", parent=parent),
    "explain": _explained,
    "place": _place,
    "provider": _provider,
    "report": _report,
    "saved accounts": _saved_accounts,
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
