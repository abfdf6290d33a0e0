"""A notification on the desktop, by what the system has for it, with a button that opens the wizard."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Sequence
from typing import Final

from wizard.accounts.watch import News
from wizard.language import tr
from wizard.model.text import inert
from wizard.tool import run_tool

_LIMIT_S: Final = 20
_SHOWN: Final = 400  # characters; desktops cut longer ones anywhere
# How long the button is there: the service that runs us ends with it.
_BUTTON_S: Final = 3600
_opened: Final[list[subprocess.Popen[bytes]]] = []  # windows that outlive this check; nobody waits for them


def notify(item: News, wizard_command: Sequence[str]) -> bool:
    """Shows it, and opens the wizard where the person asks for that; False where nothing here shows notifications."""
    title, body = inert(item.title, _SHOWN), inert(item.body, _SHOWN)
    if sys.platform == "win32":
        return _ran(_powershell(title, body))
    if sys.platform == "darwin":
        script = ("on run argv", "display notification (item 2 of argv) with title (item 1 of argv)", "end run")
        return _ran(("osascript", *(word for line in script for word in ("-e", line)), title, body))
    return _freedesktop(title, body, item, wizard_command)


def _freedesktop(title: str, body: str, item: News, wizard_command: Sequence[str]) -> bool:
    program = shutil.which("notify-send")
    if program is None:
        return False
    urgency = "critical" if item.is_trouble else "normal"
    plain = (program, "--app-name=Mailwright", f"--urgency={urgency}", "--icon=mail-unread", "--", title, _markup(body))
    if not item.is_trouble:
        return _ran(plain)
    button = tr("Open Mailwright")
    with_button = (*plain[:4], f"--action=open={button}", *plain[4:])
    try:
        done = run_tool(with_button, _BUTTON_S)
    except (OSError, subprocess.TimeoutExpired):
        return True
    if done.returncode:
        return _ran(plain)  # before libnotify 0.8 there are no buttons
    if done.stdout.strip() == b"open":
        opened = subprocess.Popen(  # noqa: S603 - this program
            [*wizard_command, str(item.address)], stdin=subprocess.DEVNULL, start_new_session=True
        )
        _opened.append(opened)
    return True


def _markup(body: str) -> str:
    """The body as notification servers read it: a little markup, of which it has none."""
    return body.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _powershell(title: str, body: str) -> tuple[str, ...]:
    """Windows' own toast; the texts come as arguments, so that nothing in them is a command."""
    script = (
        "param($title,$body);"
        "[void][Windows.UI.Notifications.ToastNotificationManager,Windows.UI.Notifications,ContentType=WindowsRuntime];"
        "$x=[Windows.UI.Notifications.ToastNotificationManager]::GetTemplateContent(1);"
        "$t=$x.GetElementsByTagName('text');[void]$t[0].AppendChild($x.CreateTextNode($title));"
        "[void]$t[1].AppendChild($x.CreateTextNode($body));"
        "[Windows.UI.Notifications.ToastNotificationManager]::CreateToastNotifier('Mailwright').Show("
        "[Windows.UI.Notifications.ToastNotification]::new($x))"
    )
    quoted = [f"'{text.replace(chr(39), chr(39) * 2)}'" for text in (title, body)]
    return ("powershell", "-NoProfile", "-NonInteractive", "-Command", f"& {{{script}}} {' '.join(quoted)}")


def _ran(command: Sequence[str]) -> bool:
    try:
        return run_tool(command, _LIMIT_S).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False
