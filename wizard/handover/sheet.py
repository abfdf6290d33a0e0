"""What a hand-over hands over: steps, fields to copy, and the files or the QR code a program takes."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from wizard.language import tr, tr_context
from wizard.model.account import VerifiedAccount


class TargetKind(StrEnum):
    """Who reads the result: a person filling in a dialog, or a program reading a file."""

    PERSON = "person"
    PROGRAM = "program"


class Target(Struct, frozen=True):
    """A program settings can be handed to; `id` is what `mailwright handover` takes and the button `target:<id>`.

    `english` is its name, marked for the translators where it is more than a maker's. `commands` start it: it is
    installed where one of them is found. None for what is on no computer. `takes_password`: one of its files has a
    place for the password, for who wants it there; its maker takes it as a second argument. `takes_command`: the
    program runs a command for the password, so that nobody needs it there.
    """

    id: str
    english: str
    kind: TargetKind
    commands: tuple[str, ...] = ()
    takes_password: bool = False
    takes_command: bool = False

    @property
    def name(self) -> str:
        """What people call it, in the language spoken now."""
        return tr(self.english)


class Row(Struct, frozen=True):
    """One field of that program's own dialog; `field_id` is unique on the sheet and names the button `copy:<field_id>`.

    `group` is the heading the row stands under; rows of one group follow each other.
    """

    field_id: str
    label: str
    value: str
    group: str


def tr_field(context: str, english: str, /, **values: object) -> str:
    """A word of the target program's own dialogs: as it says it in the language spoken now, the English in brackets.

    The person's program may be in either. `context` is "field of " and the target's id, so that translators look it up
    in that program.
    """
    source = english.format(**values) if values else english
    if tr_context(context, english) == english:
        return source
    return tr("{word} ({english})", word=tr_context(context, english, **values), english=source)


def rows_about_you(
    account: VerifiedAccount, name_label: str, address_label: str, group: str | None = None
) -> list[Row]:
    """Name and address, under “You” where no `group` is said; no name where none was given."""
    group = group or tr("You")
    rows = [Row("name", name_label, account.display_name, group)] if account.display_name else []
    return [*rows, Row("address", address_label, str(account.address), group)]


class HandoverFile(Struct, frozen=True):
    """A file the program takes; `say` tells what to do with it. It holds a password only where that was asked for.

    `told_in_steps`: the sheet's steps tell that already, in other words.
    """

    name: str
    media_type: str
    content: bytes
    say: str
    holds_secret: bool = False
    told_in_steps: bool = False

    @property
    def text(self) -> str:
        """The content as text; Windows' registry editor alone wants UTF-16."""
        return self.content.decode("utf-16" if self.content.startswith(b"\xff\xfe") else "utf-8")


class Note(Struct, frozen=True):
    """What nobody has to do, and some will look for; it stands at the fields of its `group`, where it has one."""

    text: str
    group: str = ""


class Sheet(Struct, frozen=True):
    """Everything one target needs; `qr` is the text of a QR code, `None` where no program reads one.

    Steps are what everybody does, six at most; what else may be good to know are `notes`.
    """

    target: Target
    title: str
    steps: tuple[str, ...]
    rows: tuple[Row, ...]
    qr: str | None = None
    files: tuple[HandoverFile, ...] = ()
    notes: tuple[Note, ...] = ()

    def notes_at(self, group: str = "") -> tuple[str, ...]:
        """The notes at the fields of this group; those without one where none is said."""
        return tuple(note.text for note in self.notes if note.group == group)
