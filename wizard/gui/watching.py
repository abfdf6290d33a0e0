"""Saved accounts checked again by the system's scheduler: the question before its files are written, and the doing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, TypeVar

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QHBoxLayout, QWidget

from wizard.accounts.schedule import NO_RULE, Every, Schedule, ScheduleRule, check_command, schedule, switched_on
from wizard.gui.place_question import breakable_paths
from wizard.gui.widgets.buttons import PrimaryButton, SecondaryButton
from wizard.gui.widgets.fitted_dialog import FittedDialog
from wizard.gui.widgets.flow import Flow
from wizard.gui.widgets.fold import FoldArea, FoldButton
from wizard.gui.widgets.heading import Heading
from wizard.gui.widgets.paragraph import Paragraph
from wizard.gui.widgets.text_box import TextBox
from wizard.language import tr, tr_later, tr_plural
from wizard.language.formats import paragraph

if TYPE_CHECKING:
    from wizard.gui.bridge import Starts
    from wizard.gui.widgets.switch import Switch
    from wizard.model.progress import Listener
    from wizard.setup.session import SetupSession

T = TypeVar("T")

EVERY_DAY: Final = Every(24)
NOTE: Final = tr_later("You are told when something breaks, and when it works again.")


def switch_words(every: Every) -> str:
    """What the switch says; `NOTE` stands beside it."""
    if every.hours == EVERY_DAY.hours:
        return tr("Check every day")
    if every.hours > EVERY_DAY.hours:
        return tr("Check every week")
    return tr_plural("Check every hour", "Check every {n} hours", every.hours)


def _question(every: Every) -> str:
    if every.hours == EVERY_DAY.hours:
        return tr("Check the saved accounts every day?")
    if every.hours > EVERY_DAY.hours:
        return tr("Check the saved accounts every week?")
    return tr_plural("Check the saved accounts every hour?", "Check the saved accounts every {n} hours?", every.hours)


class WatchQuestion(FittedDialog):
    """Accepted when the schedule's files may be written.

    No is filled and has the keyboard, so that a second Enter writes nothing.
    """

    def __init__(self, every: Every, planned: Schedule, *, parent: QWidget | None = None) -> None:
        super().__init__(480, parent=parent)
        self.setObjectName("watch-question")
        self.setWindowTitle("Mailwright")
        self.yes = SecondaryButton(tr("Yes"))
        self.yes.setObjectName("watch-yes")
        self.yes.setAutoDefault(False)
        self.yes.clicked.connect(self.accept)
        self.no = PrimaryButton(tr("No"))
        self.no.setObjectName("watch-no")
        self.no.setDefault(True)
        self.no.clicked.connect(self.reject)
        title = Heading(_question(every))
        said = Paragraph(
            tr(
                "Your computer does it by itself, also while Mailwright is closed. You hear of it only when an account "
                "breaks, and when it works again. Its scheduler gets these files; switching it off removes them:"
            ),
            tone="ink2",
        )
        paths = "\n".join(str(path) for path, _ in planned.files)
        files = Paragraph(breakable_paths(paths), tone="ink2")
        files.setObjectName("watch-files")
        files.setAccessibleName(paths)
        self.show_files = FoldButton(tr("Show what is written"))
        self.show_files.setObjectName("watch-show")
        self.show_files.setAutoDefault(False)
        self._content = TextBox(tr("The files"), columns=True)
        self._content.input.setReadOnly(True)
        self._content.input.setPlainText(planned.text())
        self._content.setMinimumHeight(180)
        self._area = FoldArea()
        self._area.box.addWidget(self._content)
        self.show_files.turned.connect(self._area.set_open)
        self._area.opened.connect(self.fit)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addStretch(1)
        buttons.addWidget(self.yes)
        buttons.addWidget(self.no)
        for part in (title, said, files):
            self.body.addWidget(part)
        folding = Flow()
        folding.addWidget(self.show_files)
        self.body.addLayout(folding)
        self.body.addWidget(self._area)
        self.add_buttons(buttons)
        self.setAccessibleDescription(f"{title.text()} {said.text()} {paths}")
        self.no.setFocus()


class Watching(QObject):
    """Asks, and puts or takes away the schedule, which is touched in the engine's threads only.

    `rule` is what a helpdesk pack says of it: the time that is offered, the only one, or that there is none.
    """

    def __init__(self, bridge: Starts, window: QWidget, rule: ScheduleRule = NO_RULE) -> None:
        super().__init__(window)
        self.rule, self.every = rule, rule.default
        self._bridge = bridge

    def note(self) -> str:
        """What stands beside the switch: what the check is good for, and what the helpdesk wants."""
        return paragraph([tr(NOTE), self.rule.words()] if self.rule.words() else [tr(NOTE)])

    def serve(self, switch: Switch, tell: Callable[[str], None]) -> None:
        """The switch shows whether the accounts are watched, and does what it says; `tell` takes what went wrong."""
        switch.setText(switch_words(self.every))
        switch.clicked.connect(lambda on: self._switch_on(switch, tell) if on else self._switch_off(switch, tell))

    def show_state(self, switch: Switch, on_told: Callable[[bool], None]) -> None:
        """Shows whether the accounts are watched now and how often, which another program or time may have chosen."""

        def show(found: tuple[bool, Every | None]) -> None:
            is_on, every = found
            switch.setChecked(is_on)
            if is_on:
                switch.setText(switch_words(every) if every is not None else tr("Check regularly"))
            on_told(is_on)

        self._run(lambda _: switched_on(check_command()), show, lambda _: None)

    def tell_state(self, on_told: Callable[[bool], None]) -> None:
        """Tells whether the accounts are watched now."""
        self._run(lambda planned: planned.is_on, on_told, lambda _: None)

    def ask(self, window: QWidget, on_yes: Callable[[], None], on_no: Callable[[], None]) -> None:
        """Shows what would be written, and asks."""
        question = WatchQuestion(self.every, schedule(self.every, check_command()), parent=window)
        question.accepted.connect(on_yes)
        question.rejected.connect(on_no)
        question.finished.connect(question.deleteLater)
        question.open()

    def begin(self, on_done: Callable[[], None], on_error: Callable[[str], None]) -> None:
        """Writes the files and switches the schedule on: they were shown before."""
        self._run(Schedule.put, lambda _: on_done(), on_error)

    def _switch_on(self, switch: Switch, tell: Callable[[str], None]) -> None:
        def refused(why: str) -> None:
            switch.setChecked(False)
            tell(why)

        if self.rule.every is None:
            refused(self.rule.words())
            return
        self.ask(switch.window(), lambda: self.begin(lambda: None, refused), lambda: switch.setChecked(False))

    def _switch_off(self, switch: Switch, tell: Callable[[str], None]) -> None:
        def refused(why: str) -> None:
            switch.setChecked(True)
            tell(why)

        self._run(Schedule.take_away, lambda _: switch.setText(switch_words(self.every)), refused)

    def _run(self, act: Callable[[Schedule], T], on_done: Callable[[T], None], on_error: Callable[[str], None]) -> None:
        async def work(_session: SetupSession, _listener: Listener) -> T:
            return await asyncio.to_thread(lambda: act(schedule(self.every, check_command())))

        self._bridge.start(work, on_done, on_error)
