"""Links that open a mail program with a message already written (RFC 6068), and whether any program takes them."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from typing import Final
from urllib.parse import quote

from wizard.handover.sheet import Sheet
from wizard.language import tr, without_isolates
from wizard.tool import run_tool

# What Windows hands to a mail program at most, less some room for the program's own words.
MAX_MAILTO: Final = 1900
_ASKS_S: Final = 5.0


def mail_link(subject: str, bodies: Sequence[str], to: str = "") -> str:
    """The link to a message with the first of the bodies that is not too long for Windows to hand over, else the last.

    Args:
        to: an address as it is written in a message; empty where the person says whom it is for.
    """
    subject = without_isolates(subject)
    lines = (without_isolates(body).replace("\r\n", "\n").replace("\n", "\r\n") for body in bodies)
    links = [f"mailto:{quote(to, safe='@')}?subject={quote(subject, safe='')}&body={quote(body)}" for body in lines]
    return next((link for link in links if len(link) <= MAX_MAILTO), links[-1])


def sheet_link(sheet: Sheet, to: str) -> str:
    """The link to a message with the sheet; without its steps where both are too long, or with a place to paste it.

    A sheet has no password in it; its files, which may have one, stay out.
    """
    steps = "".join(f"{number}. {step}\n" for number, step in enumerate(sheet.steps, 1))
    steps += "".join(f"{note}\n" for note in sheet.notes_at())
    fields = "\n".join(_fields(sheet))
    bodies = (f"{steps}\n{fields}", fields, tr("(Press “Copy all” and paste it here.)"))
    return mail_link(sheet.title, bodies, to)


def _fields(sheet: Sheet) -> Iterator[str]:
    """The fields without columns, which a mail program's font would not keep and whose blanks cost three signs each."""
    group = None
    for row in sheet.rows:
        if row.group != group:
            yield row.group if group is None else f"\n{row.group}"
            group = row.group
            yield from sheet.notes_at(group)
        yield tr("{name}: {value}", name=row.label, value=row.value)


def takes_mail_links() -> bool:
    """Whether a program is set up for them; where the system does not tell, opening one will show it. May take a while.

    Without one, Linux opens a browser or nothing at all, and says that all went well.
    """
    command = shutil.which("xdg-mime") if sys.platform.startswith(("linux", "freebsd", "openbsd")) else None
    if command is None:
        return True
    try:
        return bool(run_tool([command, "query", "default", "x-scheme-handler/mailto"], _ASKS_S).stdout.strip())
    except (OSError, subprocess.TimeoutExpired):
        return True
