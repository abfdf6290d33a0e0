"""The sunken strip of a diagnosis: before and after of a change that was tried, or what a certificate says."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from wizard.gui import words
from wizard.gui.theme import Role
from wizard.gui.widgets.flow import Flow
from wizard.gui.widgets.label import Label, named_by_its_value
from wizard.gui.widgets.paragraph import Paragraph
from wizard.gui.widgets.state_disc import DiscState, StateDisc
from wizard.gui.widgets.surfaces import Icon, Surface
from wizard.language import tr, tr_context
from wizard.language.formats import date_text
from wizard.model.diagnosis import Fix
from wizard.model.evidence import CertificateFacts, CertificateProblem


class ChangeStrip(Surface):
    """ "User name: ada@example.net, struck through, arrow, ada; tried, works"."""

    def __init__(self, fix: Fix, *, parent: QWidget | None = None) -> None:
        super().__init__("sunken", radius=8, parent=parent)
        self.setObjectName("change-strip")
        rows = QGridLayout()
        rows.setHorizontalSpacing(14)
        rows.setVerticalSpacing(6)
        rows.setColumnStretch(1, 1)
        for row, (label, before, after) in enumerate(words.change_strip(fix)):
            change = Flow(gap=10, row_gap=2, least_gap=6)
            if before:
                struck = StruckLabel(before)
                struck.setAccessibleName(tr("{label} before: {value}", label=label, value=before))
                change.addWidget(struck)
            new = Paragraph(words.breakable_name(after), Role.STRONG)
            new.setAccessibleName(tr("{label} now: {value}", label=label, value=after))
            change.addWidget(_led_to(new) if before else new)
            rows.addWidget(named_by_its_value(Label(label, tone="ink2")), row, 0)
            rows.addLayout(change, row, 1)
        _lay_out(self, rows, _works(tr("Tried, works")), air=11)


class CertificateStrip(Surface):
    """What was asked for and what the certificate says, with the two names or the two dates under each other."""

    def __init__(
        self, facts: CertificateFacts, host: str, today: datetime, *, fits: str | None, parent: QWidget | None = None
    ) -> None:
        super().__init__("sunken", radius=8, parent=parent)
        self.setObjectName("certificate-strip")
        rows = QGridLayout()
        rows.setHorizontalSpacing(16)
        rows.setVerticalSpacing(3)
        rows.setColumnStretch(1, 1)
        for row, (label, value) in enumerate(_certificate_rows(facts, host, today, fits)):
            name = named_by_its_value(Label(label, tone="ink2"))
            rows.addWidget(name, row, 0, Qt.AlignmentFlag.AlignTop)
            shown = Paragraph(words.breakable_name(value), Role.LABEL)
            shown.setAccessibleName(f"{label}: {value}")
            rows.addWidget(shown, row, 1)
        side = QVBoxLayout()
        side.setSpacing(3)
        if facts.problem not in (CertificateProblem.EXPIRED, CertificateProblem.NOT_YET_VALID):
            until = Label(tr("Valid until {date}", date=date_text(facts.not_after.date())), Role.SMALL, "ink2")
            side.addWidget(until, 0, Qt.AlignmentFlag.AlignRight)
        if fits:
            side.addLayout(_works(tr("Certificate fits")))
        side.addStretch(1)
        _lay_out(self, rows, side, air=8)


class StruckLabel(Label):
    """A value that no longer holds."""

    def __init__(self, text: str, *, parent: QWidget | None = None) -> None:
        super().__init__(text, tone="ink2", parent=parent)

    def _retheme(self) -> None:
        super()._retheme()
        font = self.font()
        font.setStrikeOut(True)
        self.setFont(font)


def _led_to(new: QWidget) -> QWidget:
    """What it was changed to, with the arrow before it: they go to another line together."""
    held = QWidget()
    row = QHBoxLayout(held)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(8)
    row.addWidget(Icon("arrow-right", 16))
    row.addWidget(new, 1)
    return held


def _certificate_rows(
    facts: CertificateFacts, host: str, today: datetime, fits: str | None
) -> tuple[tuple[str, str], tuple[str, str]]:
    made_out_to = facts.names[0] if facts.names else facts.subject
    match facts.problem:
        case CertificateProblem.EXPIRED:
            return (tr("Valid until"), date_text(facts.not_after.date())), (tr("Today"), date_text(today.date()))
        case CertificateProblem.NOT_YET_VALID:
            return (tr("Valid from"), date_text(facts.not_before.date())), (tr("Today"), date_text(today.date()))
        case CertificateProblem.NAME_MISMATCH:
            return (tr("We asked for"), host), (tr("It is made out to"), fits or made_out_to)
        case _:
            issuer = tr_context("issuer of a certificate", "itself") if facts.self_signed else facts.issuer
            return (tr("It is made out to"), made_out_to), (tr("Issued by"), issuer)


def _works(text: str) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(10)
    row.addStretch(1)
    row.addWidget(StateDisc(DiscState.OK, 18))
    row.addWidget(Label(text, Role.LABEL, "ok"))
    return row


def _lay_out(strip: Surface, rows: QGridLayout, right: QHBoxLayout | QVBoxLayout, air: int) -> None:
    line = QHBoxLayout(strip)
    line.setContentsMargins(14, air, 14, air)
    line.setSpacing(12)
    line.addLayout(rows, 1)
    line.addLayout(right)
    strip.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
