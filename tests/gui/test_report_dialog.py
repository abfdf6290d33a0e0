"""The report before it is saved."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from PySide6.QtGui import QFontInfo
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from tests.gui.samples import FAILS
from wizard.diagnosis.document import diagnosis_document
from wizard.gui.app import Wizard
from wizard.gui.report_dialog import ReportDialog
from wizard.handover.report import load_report, report_document, report_name
from wizard.setup.pack import Helpdesk


def document(masked: bool) -> Mapping[str, object]:
    return report_document(
        FAILS,
        diagnosis_document=diagnosis_document,
        mask_addresses=masked,
        helpdesk={"name": "Example helpdesk", "phone": "+49 30 1234"},
    )


@pytest.fixture
def dialog(qtbot: QtBot) -> ReportDialog:
    dialog = ReportDialog(document)
    qtbot.addWidget(dialog)
    return dialog


def answers(monkeypatch: pytest.MonkeyPatch, path: Path, kind: str = "Page (*.html)") -> list[str]:
    """The system's dialog answers with this file; the names it was offered."""
    offered: list[str] = []

    def answer(_parent: object, _title: str, name: str, _kinds: str) -> tuple[str, str]:
        offered.append(name)
        return str(path), kind

    monkeypatch.setattr(QFileDialog, "getSaveFileName", answer)
    return offered


def test_what_is_in_it_is_seen_before_with_the_address_by_choice(dialog: ReportDialog) -> None:
    address = str(FAILS.draft.address)
    text = dialog.text.toPlainText()
    assert "+49 30 1234" in text
    assert address not in text
    dialog.address.setChecked(True)
    assert address in dialog.text.toPlainText()
    dialog.address.setChecked(False)
    assert dialog.text.toPlainText() == text


def test_its_columns_stand_below_each_other(dialog: ReportDialog) -> None:
    assert QFontInfo(dialog.text.font()).fixedPitch()


@pytest.mark.parametrize(
    ("name", "kind", "wanted", "begin"),
    [
        ("r.html", "Page (*.html)", "r.html", b"<!doctype html>"),
        ("r", "PDF (*.pdf)", "r.pdf", b"%PDF-"),
        ("r.PDF", "Page (*.html)", "r.PDF", b"%PDF-"),
        ("r.json", "Page (*.html)", "r.json", b"{"),
        ("r", "Text (*.txt)", "r.txt", b"Mailwright report"),
        ("r.docx", "Page (*.html)", "r.docx.html", b"<!doctype html>"),
    ],
)
def test_the_file_is_what_its_name_or_the_chosen_kind_says(
    dialog: ReportDialog, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, name: str, kind: str, wanted: str, begin: bytes
) -> None:
    offered = answers(monkeypatch, Path(name), kind)
    with qtbot.waitSignal(dialog.chosen) as told:
        dialog.save.click()
    assert told.args is not None
    path, content = told.args
    assert path == wanted
    assert content.startswith(begin)
    assert offered == [f"{report_name(document(True))}.html"]
    assert "-" in report_name(document(True)).removeprefix("mailwright-")


def test_a_report_saved_in_the_window_opens_again(
    practising: Wizard, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with qtbot.waitSignal(practising.state.helpdesk_changed):
        pass  # the engine is there and has told what it knows
    practising.state.set_helpdesk(Helpdesk("Example helpdesk", phone="+49 30 1234"))
    practising.state.set_result(FAILS)
    path = tmp_path / "r.html"
    answers(monkeypatch, path)
    practising.flow.hand_over.save_report()
    dialog = practising.window.findChild(ReportDialog)
    assert dialog is not None
    dialog.save.click()
    qtbot.waitUntil(path.exists)
    opened = load_report(path)
    assert opened["helpdesk"] == {"name": "Example helpdesk", "phone": "+49 30 1234"}
    assert opened == json.loads(json.dumps(document(True)))
