"""A diagnosis as one card: the cause, one sentence, the remedy as a button, everything else folded away."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QVBoxLayout, QWidget

from wizard.diagnosis.telephone_code import telephone_code
from wizard.gui import theme, words
from wizard.gui.accessibility import announce
from wizard.gui.theme import Role
from wizard.gui.widgets.buttons import Button, LinkButton
from wizard.gui.widgets.certificate_view import CertificateView
from wizard.gui.widgets.change_strip import CertificateStrip, ChangeStrip
from wizard.gui.widgets.diagnosis_parts import LaneLine, LikelyCauses, ServerWords, Steps
from wizard.gui.widgets.flow import Flow, flow_of
from wizard.gui.widgets.fold import FoldArea, FoldButton, WrappingPrimaryButton, WrappingSecondaryButton
from wizard.gui.widgets.heading import Heading
from wizard.gui.widgets.label import Label
from wizard.gui.widgets.paragraph import Paragraph
from wizard.gui.widgets.remedy_order import ASK, in_order, said_before, words_of
from wizard.gui.widgets.selectable import selectable
from wizard.gui.widgets.side_panel import in_a_line
from wizard.gui.widgets.state_disc import DiscState, StateDisc
from wizard.gui.widgets.surfaces import Card, Separator, Strip, Surface
from wizard.gui.widgets.veil import Veil
from wizard.language import tr
from wizard.model.diagnosis import (
    AskAdministrator,
    Diagnosis,
    Fix,
    OpenUrl,
    Remedy,
    TrustCertificate,
    TryAgain,
    Wait,
)

if TYPE_CHECKING:
    from wizard.setup.pack import Helpdesk


def local_now() -> datetime:
    """The time on this computer's clock."""
    return datetime.now(UTC).astimezone()


class DiagnosisCard(Card):
    """Shows one diagnosis.

    Args:
        diagnosis: what to show; `diagnosis:<cause id>` becomes the card's id.
        fix: the change that was tried and works, if there is one: shown as before and after.
        is_open: whether more than the heading is shown at first.
        links: whether the administrator's message and the report are offered below.
        may_go_on: whether the way on is open without this card; then none of its buttons is the primary one.
        helpdesk: whom people can ask; named below unless the card is about a change that already works.
    """

    remedy_chosen = Signal(object)  # Remedy
    fold_opened = Signal(object)  # QWidget
    administrator_wanted = Signal()
    report_wanted = Signal()

    def __init__(
        self,
        diagnosis: Diagnosis,
        fix: Fix | None = None,
        *,
        is_open: bool = True,
        links: bool = True,
        may_go_on: bool = False,
        helpdesk: Helpdesk | None = None,
        now: Callable[[], datetime] = local_now,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("btnline", parent=parent)
        self.diagnosis, self.fix, self._helpdesk, self._now = diagnosis, fix, helpdesk, now
        self.setObjectName(f"diagnosis:{diagnosis.cause}")
        self.setAccessibleName(diagnosis.title)
        self.primary: WrappingPrimaryButton | None = None
        self._wide: list[Button] = []
        self._folds: list[tuple[FoldButton, FoldArea]] = []
        self._checks_again, self._may_go_on = False, may_go_on

        self.title = Heading(diagnosis.title)
        self.title.setObjectName("diagnosis-title")
        self.disc = StateDisc(DiscState.FAILED, 22)
        self._lane_line = LaneLine(diagnosis)
        self._body = QWidget()
        self._column = QVBoxLayout(self._body)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._actions = Flow(gap=12, least_gap=2)
        self._stacks: list[Flow] = []
        self._strip = self._make_strip()
        self._build_body(links)
        self._build_head(is_open)
        self.set_compact(False)

    def set_compact(self, compact: bool) -> None:
        """One column: no strip, no disc beside the heading, buttons as wide as the card."""
        self._lane_line.setVisible(compact and self.diagnosis.protocol is not None)
        self.disc.setVisible(not compact)
        if self._strip is not None:
            self._strip.setVisible(not compact)
        for flow in (self._actions, *self._stacks):
            flow.set_stacked(compact)
        for button in self._wide:
            button.set_wide(compact)
            if isinstance(button, FoldButton):
                button.set_bordered(compact)
        self._indent.setSpacing(0 if compact else 12)
        self._column.setContentsMargins(0 if compact else theme.mark(22) + 12, 0, 0, 0)
        self.box.setContentsMargins(*((18, 12, 18, 14) if compact else (20, 16, 20, 10)))

    def lead_to(self) -> QWidget:
        """Where the keyboard belongs: what helps, else what can be read or opened, else the heading."""
        offered = (self.primary, *self._wide)
        return next((each for each in offered if each is not None and each.isEnabled()), self.title)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl+C copies the card: what a helpdesk is told."""
        if event.matches(QKeySequence.StandardKey.Copy):
            QGuiApplication.clipboard().setText(self.text())
            announce(self, tr("Card copied."))
        else:
            super().keyPressEvent(event)

    def text(self) -> str:
        """What the card says, in lines: the cause, why, where, and the server's words."""
        told = self.diagnosis
        lines = [told.title, told.why, words.where(told)]
        lines += [f"{each.title}: {each.question}" for each in told.likely]
        if told.reply is not None and told.reply.text:
            lines.append(words.reply_text(told.reply))
        return "\n".join(line for line in lines if line)

    def appear(self) -> None:
        """Fades in, where motion is wanted."""
        if theme.animates():
            Veil(self)

    @property
    def checks_again(self) -> bool:
        """Whether it offers to check again in full view, so that nobody else need offer it."""
        return self._checks_again

    @property
    def has_pending_primary(self) -> bool:
        """Whether a remedy waits to be pressed before the way on is free."""
        return self.primary is not None

    # What is on it

    def _build_head(self, is_open: bool) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(0, 0, 0, 0)
        head.addWidget(self.disc, 0, Qt.AlignmentFlag.AlignTop)
        head.addWidget(self.title, 1)
        self._indent: QBoxLayout = head
        self.box.addWidget(self._lane_line)
        self.box.addLayout(head)
        if is_open:
            self.box.addWidget(self._body)
            return
        fold = FoldButton(tr("Show"))
        fold.setAccessibleName(tr("Show: {title}", title=self.diagnosis.title))
        area = FoldArea()
        area.box.addWidget(self._body)
        fold.turned.connect(area.set_open)
        area.opened.connect(lambda: self.fold_opened.emit(area))
        head.addWidget(fold, 0, Qt.AlignmentFlag.AlignTop)
        self.box.addWidget(area)

    def _build_body(self, links: bool) -> None:
        diagnosis = self.diagnosis
        why = selectable(Paragraph(diagnosis.why, tone="ink2"))
        why.setObjectName("diagnosis-why")
        self._column.addSpacing(3)
        self._column.addWidget(why)
        if self._strip is not None:
            self._column.addWidget(self._strip)
        if diagnosis.likely:
            self._column.addWidget(LikelyCauses(diagnosis.likely))
        first, others, asks, last = in_order(diagnosis.remedies)
        if asks is not None and not links:
            others = (*others, asks)
        areas = []
        if first is not None:
            self._add_first(first)
            if first.steps:
                steps = self._add_fold(tr("Show me how"))
                steps.box.addWidget(Steps(first.steps))
                areas.append(steps)
                if isinstance(first.action, OpenUrl) and self.primary is not None:
                    # Back from the provider's page, the person finds the steps open.
                    self.primary.clicked.connect(self._folds[-1][0].click)
        if others:
            area = self._add_fold(tr("Other options"))
            for remedy in others:
                area.box.addWidget(self._other(remedy))
            areas.append(area)
        if diagnosis.reply is not None and diagnosis.reply.text:
            area = self._add_fold(tr("Server’s reply"))
            area.box.addWidget(ServerWords(diagnosis))
            areas.append(area)
        if diagnosis.certificate is not None:
            area = self._add_fold(tr("Show certificate"))
            box = Strip()
            box.row.addWidget(CertificateView(diagnosis.certificate))
            area.box.addWidget(box)
            areas.append(area)
        if self._actions.count():
            self._column.addSpacing(14)
            self._column.addLayout(self._actions)
        for area in areas:
            self._column.addWidget(area)
        if links:
            self._add_links(asks, last, asks_first=first is not None and isinstance(first.action, AskAdministrator))

    def _add_first(self, remedy: Remedy) -> None:
        said = said_before(remedy, self._now())
        if said:
            self._column.addSpacing(6)
            self._column.addWidget(Paragraph(said))
        self._checks_again = isinstance(remedy.action, Wait | TryAgain)
        text = words_of(remedy, self.fix)
        if self._may_go_on or isinstance(remedy.action, Wait):
            self._add_button(remedy, WrappingSecondaryButton(text))
            return
        self.primary = WrappingPrimaryButton(text)
        self._add_button(remedy, self.primary)

    def _add_button(self, remedy: Remedy, button: Button) -> None:
        button.setObjectName(f"remedy:{remedy.id}")
        button.setAccessibleDescription(remedy.say if button.text() != remedy.say else "")  # else heard twice
        if isinstance(remedy.action, AskAdministrator):
            button.clicked.connect(lambda: self.administrator_wanted.emit())
        else:
            button.clicked.connect(lambda: self.remedy_chosen.emit(remedy))
        self._actions.addWidget(button)
        self._wide.append(button)

    def _add_fold(self, text: str) -> FoldArea:
        button, area = FoldButton(text), FoldArea()
        area.box.setContentsMargins(0, 10, 0, 4)
        button.turned.connect(lambda is_open: self._toggle(button, is_open))
        area.opened.connect(lambda: self.fold_opened.emit(area))
        self._actions.addWidget(button)
        self._wide.append(button)
        self._folds.append((button, area))
        return area

    def _toggle(self, pressed: FoldButton, is_open: bool) -> None:
        """One fold at a time, so that the card stays in view."""
        for button, area in self._folds:
            if button is pressed:
                area.set_open(is_open)
            elif is_open:
                button.turn(False)

    def _other(self, remedy: Remedy) -> QWidget:
        held = QWidget()
        column = QVBoxLayout(held)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        button = WrappingSecondaryButton(remedy.say)
        button.setObjectName(f"remedy:{remedy.id}")
        button.clicked.connect(lambda: self.remedy_chosen.emit(remedy))
        flow = flow_of(button)
        column.addLayout(flow)
        self._stacks.append(flow)
        self._wide.append(button)
        if remedy.steps:
            column.addWidget(Steps(remedy.steps))
        return held

    def _add_links(self, asks: Remedy | None, last: Sequence[Remedy], *, asks_first: bool) -> None:
        links = Flow(gap=14 if last else 24, row_gap=4)
        if self.diagnosis.concerns_others and not asks_first:
            ask = LinkButton(tr(ASK), "message")
            ask.setObjectName(f"remedy:{asks.id}" if asks is not None else "ask-administrator")
            ask.clicked.connect(lambda: self.administrator_wanted.emit())
            links.addWidget(ask)
        save = LinkButton(tr("Save a report…"), "file")
        save.setObjectName("save-report")
        save.clicked.connect(lambda: self.report_wanted.emit())
        links.addWidget(save)
        for remedy in last:
            trusts = isinstance(remedy.action, TrustCertificate)
            link = LinkButton(tr("Make an exception…") if trusts else remedy.say, "shield-x")
            link.set_tone("ink2")
            link.setObjectName(f"remedy:{remedy.id}")
            link.setAccessibleDescription(remedy.say if link.text() != remedy.say else "")
            link.clicked.connect(lambda _=False, remedy=remedy: self.remedy_chosen.emit(remedy))
            links.addWidget(link)
        if self.fix is None:
            code = Label(tr("Code {code}", code=telephone_code(self.diagnosis)), Role.SMALL, "ink2")
            code.setObjectName("telephone-code")
            code.setToolTip(tr("Your helpdesk sees this card when you read the code to them."))
            links.addWidget(code)
        if self._helpdesk is not None and self.fix is None:
            whom = Label(in_a_line(self._helpdesk), Role.SMALL, "ink2")
            whom.setObjectName("helpdesk")
            links.addWidget(whom)
        self._column.addSpacing(12)
        self._column.addWidget(Separator())
        self._column.addSpacing(8)
        self._column.addLayout(links)

    def _make_strip(self) -> QWidget | None:
        """The strip and the room above it, which go together."""
        strip = self._strip_of_facts()
        if strip is None:
            return None
        held = QWidget()
        column = QVBoxLayout(held)
        column.setContentsMargins(0, 11, 0, 0)
        column.addWidget(strip)
        return held

    def _strip_of_facts(self) -> Surface | None:
        diagnosis, fix = self.diagnosis, self.fix
        if diagnosis.certificate is not None and diagnosis.certificate.problem is not None:
            fits = fix.after.host if fix is not None else None
            host = (diagnosis.server or "").rpartition(":")[0]
            return CertificateStrip(diagnosis.certificate, host, self._now(), fits=fits)
        return ChangeStrip(fix) if fix is not None and words.change_strip(fix) else None
