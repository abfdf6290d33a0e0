"""“Set it up for me”: an account put into a program's own files, read back, and taken out again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from msgspec import Struct
from PySide6.QtCore import QObject

from wizard.errors import HandoverError, MailwrightError
from wizard.language import tr
from wizard.language.formats import and_list

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from wizard.gui.bridge import Starts
    from wizard.gui.engine import Work
    from wizard.gui.widgets.hand_over_panel import HandOverPanel
    from wizard.gui.widgets.sheet_card import SheetCard
    from wizard.handover.programs.placing import Placed
    from wizard.model.account import VerifiedAccount
    from wizard.model.progress import Listener
    from wizard.setup.session import SetupSession

T = TypeVar("T")


class Outcome(Struct, frozen=True):
    """What the program's files say once the account is in them, and what the person does then."""

    verdict: str
    then: tuple[str, ...]


class Placing(QObject):
    """Serves the button and its undo; the files are touched in the engine's threads only.

    The engine and its records are those of `mailwright handover --install`: what one put in the other takes out.
    """

    def __init__(self, jobs: Starts, panel: HandOverPanel, window: QWidget) -> None:
        super().__init__(window)
        self._jobs, self._panel, self._window = jobs, panel, window
        self._account: VerifiedAccount | None = None
        self._offered: frozenset[str] = frozenset()
        self._placed: set[str] = set()  # the programs that have the account
        self._is_busy = False  # from the press to the answer: a second press meanwhile does nothing
        self._is_asked = False  # the question stands: its answer counts once
        panel.target_chosen.connect(lambda _: self._show_state())
        panel.place_requested.connect(self._plan)
        panel.undo_requested.connect(self._undo)

    def begin(self, account: VerifiedAccount | None) -> None:
        """Another account; nothing is offered until `offer`, and nothing at all where there is `None`."""
        self._account, self._offered = account, frozenset()
        self._placed.clear()

    @property
    def has_placed(self) -> bool:
        """Whether a program has the account, as far as has been looked."""
        return bool(self._placed)

    def offer(self, installed: Iterable[str]) -> None:
        """Offers it for those of the installed programs whose files can be written from here."""
        from wizard.handover.programs.putting import can_be_placed

        self._offered = frozenset(target for target in installed if can_be_placed(target))
        self._show_state()

    def _show_state(self) -> None:
        account, card = self._account, self._panel.sheet_card
        if account is None or card is None or card.sheet.target.id not in self._offered:
            return
        target = card.sheet.target.id
        self._panel.offer_placing()

        def show(outcome: Outcome | None) -> None:
            here = self._card(target, account)
            if here is not None and outcome is not None:
                self._placed.add(target)
                here.show_placed(outcome.verdict, outcome.then)
                self._panel.grew.emit()

        self._jobs.start(_in_thread(lambda: placed_before(target, account)), show, lambda _: None)

    def _plan(self) -> None:
        """Says which files it is about, and asks."""
        account, card = self._account, self._panel.sheet_card
        if account is None or card is None or self._is_busy:
            return
        self._is_busy = True
        target = card.sheet.target
        work = _in_thread(lambda: files_of(target.id, account))
        self._jobs.start(
            work, partial(self._ask, target.id, target.name, account), partial(self._failed, target.id, account)
        )

    def _ask(self, target: str, name: str, account: VerifiedAccount, paths: Sequence[Path]) -> None:
        from wizard.gui.place_question import PlaceQuestion

        if self._card(target, account) is None:  # another program was chosen meanwhile
            self._is_busy = False
            return
        question = PlaceQuestion(tr("Set up {program}?", program=name), files_sentence(paths), parent=self._window)
        question.accepted.connect(lambda: self._put(target, account))
        question.rejected.connect(self._no)
        question.finished.connect(question.deleteLater)
        self._is_asked = True
        question.open()

    def _no(self) -> None:
        self._is_asked = self._is_busy = False

    def _put(self, target: str, account: VerifiedAccount) -> None:
        if not self._is_asked:
            return
        self._is_asked = False

        def done(outcome: Outcome) -> None:
            self._is_busy = False
            if account is self._account:
                self._placed.add(target)
            here = self._card(target, account)
            if here is not None:
                here.show_placed(outcome.verdict, outcome.then)
            self._panel.tell_about_placing(outcome.verdict)

        self._jobs.start(_in_thread(lambda: put(target, account)), done, partial(self._failed, target, account))

    def _undo(self) -> None:
        account, card = self._account, self._panel.sheet_card
        if account is None or card is None or self._is_busy:
            return
        self._is_busy = True
        target = card.sheet.target.id

        def done(sentence: str) -> None:
            self._is_busy = False
            self._placed.discard(target)
            here = self._card(target, account)
            if here is not None:
                here.show_taken_out(sentence)
            self._panel.tell_about_placing(sentence)

        self._jobs.start(_in_thread(lambda: undo(target, account)), done, partial(self._failed, target, account))

    def _failed(self, target: str, account: VerifiedAccount, sentence: str) -> None:
        self._is_busy = False
        card = self._card(target, account)
        if card is not None:
            card.say_about_placing(sentence)
        self._panel.tell_about_placing(sentence, urgent=True)

    def _card(self, target: str, account: VerifiedAccount) -> SheetCard | None:
        """The card that is shown, if it is still that program's and that account's."""
        card = self._panel.sheet_card
        return card if card is not None and card.sheet.target.id == target and account is self._account else None


def files_of(target: str, account: VerifiedAccount) -> tuple[Path, ...]:
    """The files that will be written.

    Raises:
        HandoverError: this account cannot be put into that program.
    """
    from wizard.handover.programs.putting import placement

    return tuple(part.path for part in placement(target, account).parts)


def files_sentence(paths: Sequence[Path]) -> str:
    """One sentence: what is written, and that nothing is lost by it."""
    names = [_short(path) for path in paths]
    return tr("This writes {files}, with a backup of what is there and without your password.", files=and_list(names))


def put(target: str, account: VerifiedAccount) -> Outcome:
    """Puts the account in place, without its password, and reads it back.

    Raises:
        HandoverError: the program runs or a file cannot be written; nothing was changed then.
    """
    from wizard.handover.programs.putting import placement

    planned = placement(target, account)
    _record(target, account).put(planned)
    return Outcome(_verdict(target, account), planned.then)


def placed_before(target: str, account: VerifiedAccount) -> Outcome | None:
    """What the program has by now of an account that was put in place and not taken out; else `None`."""
    from wizard.handover.programs.putting import placement

    if not _record(target, account).exists:
        return None
    try:
        then = placement(target, account).then
    except HandoverError:  # such as Claws Mail's, which is in use by now: with this account
        then = ()
    return Outcome(_verdict(target, account), then)


def undo(target: str, account: VerifiedAccount) -> str:
    """Takes the account out again, and says so.

    Raises:
        HandoverError: a file cannot be changed back.
    """
    kept = _record(target, account).undo()
    more = [tr("Kept, because there is more in it by now: {path}", path=_short(path)) for path in kept]
    return "\n".join([tr("Taken out again."), *more])


def _record(target: str, account: VerifiedAccount) -> Placed:
    from wizard.accounts.store import default_path
    from wizard.handover.programs.placing import Placed
    from wizard.handover.programs.putting import record_name

    return Placed(default_path().parent / "handover", record_name(target, account))


def _verdict(target_id: str, account: VerifiedAccount) -> str:
    """What the program's files say, in words; that they cannot be read is no reason to say that nothing was written."""
    from wizard.handover.programs.reading import read_back, readable_programs
    from wizard.handover.targets import target

    name = target(target_id).name
    if target_id not in readable_programs():
        return tr("The files for {program} are written.", program=name)
    try:
        told = read_back(target_id, account)
    except (MailwrightError, OSError) as error:
        return tr("{program}'s files are written, but could not be read back: {reason}", program=name, reason=error)
    if told is None:
        return tr("{program} has no account of this address in its own files.", program=name)
    if told:
        return "\n".join([tr("{program} has other settings:", program=name), *told])
    return tr("{program} has these settings now.", program=name)


def _short(path: Path) -> str:
    """The path as people write it: what is in their own folder begins with ~."""
    try:
        return str(Path("~") / path.relative_to(Path.home()))
    except ValueError:
        return str(path)


def _in_thread(work: Callable[[], T]) -> Work[T]:
    async def begun(_session: SetupSession, _listener: Listener) -> T:
        return await asyncio.to_thread(work)

    return begun
