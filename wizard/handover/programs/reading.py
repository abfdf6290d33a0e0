"""The programs whose accounts can be read here, by the id of their hand-over target."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

from wizard.errors import UsageError
from wizard.handover.programs import apple_profile, claws, evolution, text_configs, thunderbird
from wizard.handover.programs.found import FoundAccount, differences
from wizard.language import tr
from wizard.model.account import VerifiedAccount

Read = Callable[[], Iterator[FoundAccount]]


def _files(places: Callable[[], Sequence[Path]], read: Callable[[Path], Iterator[FoundAccount]]) -> Read:
    """Reads each of the places that is there."""

    def every() -> Iterator[FoundAccount]:
        for path in places():
            if os.path.isfile(path):  # not Path's, which raises where a folder on the way is locked
                yield from read(path)

    return every


_ON_THIS_COMPUTER: Final[dict[str, Read]] = {
    "thunderbird": thunderbird.accounts,
    "evolution": evolution.accounts,
    "claws": claws.accounts,
    "msmtp": _files(text_configs.msmtp_places, text_configs.msmtp_accounts),
    "mbsync": _files(text_configs.mbsync_places, text_configs.mbsync_accounts),
    "neomutt": _files(text_configs.neomutt_places, text_configs.neomutt_accounts),
    "git": _files(text_configs.git_places, text_configs.git_accounts),
}
_FROM_A_FILE: Final[dict[str, Callable[[Path], Iterator[FoundAccount]]]] = {
    "thunderbird": thunderbird.accounts_of,
    "evolution": evolution.accounts,
    "claws": claws.accounts,
    "msmtp": text_configs.msmtp_accounts,
    "mbsync": text_configs.mbsync_accounts,
    "neomutt": text_configs.neomutt_accounts,
    "git": text_configs.git_accounts,
    "apple-mail": apple_profile.accounts,
}
_FOLDERS: Final = frozenset({"thunderbird", "evolution", "claws"})


def readable_programs() -> tuple[str, ...]:
    """The ids of the programs whose accounts can be read."""
    return tuple(_FROM_A_FILE)


def accounts_of(program: str) -> tuple[FoundAccount, ...]:
    """The accounts that program has on this computer; none where it was never used.

    Raises:
        UsageError: nobody can read that program's accounts, or only those of a file that is named.
    """
    _require_known(program)
    if program not in _ON_THIS_COMPUTER:
        raise UsageError(tr("Say which file: {command}", command=f"mailwright import {program} --file FILE"))
    return tuple(_ON_THIS_COMPUTER[program]())


def accounts_in(program: str, place: Path) -> tuple[FoundAccount, ...]:
    """The accounts in that program's file, or in its folder where it keeps them in several.

    Raises:
        UsageError: nobody can read that program's accounts, or the place is not there.
    """
    _require_known(program)
    if program in _FOLDERS and os.path.isfile(place):
        place = place.parent
    if not (os.path.isdir(place) if program in _FOLDERS else os.path.isfile(place)):
        raise UsageError(
            tr("“{path}” is not there, or is not what {program} keeps its accounts in.", path=place, program=program)
        )
    return tuple(_FROM_A_FILE[program](place))


def every_account() -> tuple[FoundAccount, ...]:
    """The accounts of every program on this computer."""
    return tuple(account for read in _ON_THIS_COMPUTER.values() for account in read())


def read_back(program: str, account: VerifiedAccount) -> tuple[str, ...] | None:
    """What the program has otherwise than it was proven; empty where it took the settings, `None` where it has none.

    Raises:
        UsageError: nobody can read that program's accounts.
    """
    same = [found for found in accounts_of(program) if found.address == account.address]
    told = sorted((differences(found, account) for found in same), key=len)
    return told[0] if told else None


def _require_known(program: str) -> None:
    if program not in _FROM_A_FILE:
        known = ", ".join(_FROM_A_FILE)
        raise UsageError(
            tr("The accounts of “{program}” cannot be read. Those of these can: {known}.", program=program, known=known)
        )
