"""In which order a card's remedies stand, and what the button of the first one says."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from wizard.gui import words
from wizard.language import tr, tr_later
from wizard.language.formats import ended, paragraph
from wizard.model.diagnosis import AskAdministrator, ChangeSettings, Fix, Remedy, TrustCertificate, TryAgain, Wait

AGAIN: Final = tr_later("Check again")
ASK: Final = tr_later("Ask your administrator…")


def in_order(
    remedies: Sequence[Remedy],
) -> tuple[Remedy | None, tuple[Remedy, ...], Remedy | None, tuple[Remedy, ...]]:
    """The first one, the others, the message to the administrator, and what stands last and quiet.

    The message comes first where the diagnosis puts it first, or where nobody else can do anything.
    """
    last = tuple(each for each in remedies if each.last_resort or isinstance(each.action, TrustCertificate))
    asks = next((each for each in remedies if isinstance(each.action, AskAdministrator)), None)
    doing = [each for each in remedies if each not in last and each is not asks]
    if asks is not None and (not doing or remedies[0] is asks):
        return asks, tuple(doing), None, last
    if not doing:
        return None, (), None, last
    first, *others = doing
    if isinstance(first.action, Wait | TryAgain):  # it offers to check again already
        others = [each for each in others if not (isinstance(each.action, TryAgain) and _only_checks_again(each))]
    return first, tuple(others), asks, last


def words_of(remedy: Remedy, fix: Fix | None = None) -> str:
    """What the button says that does it; `fix` is the change that was tried and works."""
    match remedy.action:
        case ChangeSettings():
            return words.use(fix, remedy)
        case AskAdministrator():
            return tr(ASK)
        case TryAgain() | Wait():
            return tr(AGAIN)
        case _:
            return remedy.say


def said_before(remedy: Remedy, now: datetime) -> str:
    """The sentence that stands above a button which only checks again: what to do first, or until when to wait.

    "" where there is nothing to say, or where the button says it.
    """
    match remedy.action:
        case Wait(seconds) if seconds:
            until = words.wait_until(now + timedelta(seconds=seconds), now)
            return ended(remedy.say) if until in remedy.say else paragraph([ended(remedy.say), until])
        case Wait():
            return ended(remedy.say)
        case TryAgain() if not _only_checks_again(remedy):
            return ended(remedy.say)
        case _:
            return ""


def _only_checks_again(remedy: Remedy) -> bool:
    """Whether the remedy says nothing but what the button says; its words may not be translated yet."""
    return remedy.say in (AGAIN, tr(AGAIN))
