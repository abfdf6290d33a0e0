"""What each program's files need to be when an account is put in place there."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Final

from msgspec import Struct

from wizard.errors import HandoverError, UsageError
from wizard.handover import autoconfig_xml
from wizard.handover import claws as claws_sheet
from wizard.handover import evolution as evolution_sheet
from wizard.handover.inert import file_stem
from wizard.handover.installed import command_path
from wizard.handover.programs import claws, evolution, text_configs, thunderbird
from wizard.handover.targets import sheet, target
from wizard.language import tr
from wizard.model.account import VerifiedAccount
from wizard.model.secret import Secret
from wizard.model.server import Protocol


class PartKind(StrEnum):
    """How a part of the settings goes into a file."""

    FILE = "file"  # a file of its own
    BLOCK = "block"  # lines between two marks at the end of a file that is the person's
    PROFILE = "profile"  # an entry of Thunderbird's profiles.ini; the content is the profile's name


class Part(Struct, frozen=True):
    """One file that is made or changed; `private` is for its owner alone, `for_everybody` whatever the umask says."""

    kind: PartKind
    path: Path
    content: bytes
    private: bool = False
    for_everybody: bool = False


class Placement(Struct, frozen=True):
    """Everything that puts an account into a program, and what a person does then."""

    parts: tuple[Part, ...]
    then: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()  # these must not run meanwhile


def placement(target_id: str, account: VerifiedAccount, secret: Secret | None = None) -> Placement:
    """What puts the account into that program on this computer.

    Raises:
        UsageError: there is no such target, or nothing of it can be put in place.
        HandoverError: this account cannot be written down for it, or the program is used for others already.
    """
    wanted = target(target_id)
    make = _MAKERS.get(target_id)
    if make is None:
        known = ", ".join(_MAKERS)
        raise UsageError(
            tr(
                "{program} cannot be set up from here; its steps say how. These can: {known}.",
                program=wanted.name,
                known=known,
            )
        )
    if secret is not None and not wanted.takes_password:
        raise UsageError(
            tr("{program} takes no file with a password in it; it asks for the password itself.", program=wanted.name)
        )
    sheet(target_id, account, secret)  # refuses what no file of that program can say
    return make(account, secret)


def _thunderbird(account: VerifiedAccount, secret: Secret | None) -> Placement:
    root = next((root for root in thunderbird.roots() if os.path.isfile(root / "profiles.ini")), thunderbird.roots()[0])
    name = f"Mailwright {account.address.wire}"
    folder = f"mailwright-{hashlib.sha256(account.address.wire.encode()).hexdigest()[:10]}"
    preferences = thunderbird.profile_preferences(account)
    return Placement(
        (
            Part(PartKind.FILE, root / folder / "user.js", preferences),
            Part(PartKind.PROFILE, root / "profiles.ini", f"{folder}\n{name}".encode()),
        ),
        (
            tr(
                "Start Thunderbird with the new profile: {command}. Your other profiles are as they were.",
                command=f'thunderbird -P "{name}"',
            ),
            tr("It asks for the password once and keeps it if you say so."),
        ),
        ("thunderbird", "thunderbird-bin"),
    )


def _isp(account: VerifiedAccount, secret: Secret | None) -> Placement:
    (file,) = autoconfig_xml.files(account) or (None,)
    folder = _thunderbird_program()
    if file is None or folder is None:
        raise HandoverError(tr("Thunderbird's program folder is not where it usually is on this computer."))
    return Placement(
        (Part(PartKind.FILE, folder / "isp" / file.name, file.content, for_everybody=True),),
        (
            tr(
                "In Thunderbird choose New Account, Email, and type name and address: it finds these settings by "
                "itself, for every user of this computer."
            ),
        ),
    )


def _thunderbird_program() -> Path | None:
    command = command_path("thunderbird")
    places = [Path("/usr/lib/thunderbird"), Path("/usr/lib64/thunderbird"), Path("/opt/thunderbird")]
    if command is not None:
        places.insert(0, command.resolve().parent)
        places.insert(1, command / "Contents" / "Resources")
    return next((place for place in places if os.path.isfile(place / "omni.ja")), None)


def _evolution(account: VerifiedAccount, secret: Secret | None) -> Placement:
    files = evolution_sheet.files(account)
    if not files:
        raise HandoverError(
            tr(
                "{program}'s files need both directions and a password; its steps say how to do it there.",
                program="Evolution",
            )
        )
    parts = tuple(Part(PartKind.FILE, evolution.folder() / file.name, file.content, True) for file in files)
    then = (tr("Open Evolution: the account is there, and it asks for the password once."),)
    return Placement(parts, then, ("evolution",))


def _claws(account: VerifiedAccount, secret: Secret | None) -> Placement:
    files = claws_sheet.profile_files(account)
    if not files:
        raise HandoverError(
            tr(
                "{program}'s files need both directions and a password; its steps say how to do it there.",
                program="Claws Mail",
            )
        )
    if os.path.exists(claws.folder() / "accountrc"):
        raise HandoverError(tr("Claws Mail is in use here already; add the account there by its steps."))
    parts = tuple(Part(PartKind.FILE, claws.folder() / file.name, file.content, True) for file in files)
    then = [tr("Open Claws Mail: it makes its folders, and asks for the password.")]
    if account.incoming is not None and account.incoming.protocol is Protocol.IMAP:
        then.append(
            tr(
                "Then right-click the account's name in its list of folders and choose Rebuild folder tree: all "
                "folders of the server appear, and what you send is kept there too."
            )
        )
    return Placement(parts, tuple(then), ("claws-mail",))


def _block(target_id: str, places: Callable[[], tuple[Path, ...]], new: int = 0) -> _Maker:
    """Lines in the file that the program takes, or in a new one at the place of this number."""

    def make(account: VerifiedAccount, secret: Secret | None) -> Placement:
        written = sheet(target_id, account, secret)
        (file,) = written.files
        then = (*written.steps[1:], *written.notes_at())
        path = next((place for place in places() if os.path.isfile(place)), places()[new])
        return Placement((Part(PartKind.BLOCK, path, file.content, file.holds_secret),), then)

    return make


_Maker = Callable[[VerifiedAccount, Secret | None], Placement]
_MAKERS: Final[dict[str, _Maker]] = {
    "thunderbird": _thunderbird,
    "autoconfig-xml": _isp,
    "evolution": _evolution,
    "claws": _claws,
    "msmtp": _block("msmtp", text_configs.msmtp_places),
    "mbsync": _block("mbsync", text_configs.mbsync_places),
    # ~/.muttrc is what both NeoMutt and Mutt read.
    "neomutt": _block("neomutt", text_configs.neomutt_places, new=2),
    "git": _block("git", text_configs.git_places),
}


def record_name(target_id: str, account: VerifiedAccount) -> str:
    """What the notes about this placement are called, for the undo."""
    return f"{target_id}-{file_stem(account.address.wire)}"


def can_be_placed(target_id: str) -> bool:
    """Whether “set it up for me” exists for this target."""
    return target_id in _MAKERS
