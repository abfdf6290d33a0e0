"""The person's name as the system knows it, so that nobody types what this computer was told already."""

from __future__ import annotations

import os
import sys
from typing import Final

_NOBODYS: Final = frozenset(
    {"root", "user", "users", "admin", "administrator", "guest", "owner", "live user", "ubuntu"}
)
_NAME_DISPLAY: Final = 3  # EXTENDED_NAME_FORMAT.NameDisplay in Windows' secext.h


def system_name() -> str:
    """The full name of whoever is signed in to this computer; "" where the system knows none."""
    return of_a_person(*_known())


def of_a_person(full_name: str, login: str) -> str:
    """The full name, unless it names no person: a role's, the system's own, or the login name over again."""
    name = " ".join(full_name.split())
    plain = name.casefold()
    if plain in _NOBODYS or plain == login.casefold() or "live" in plain.split() or not name.isprintable():
        return ""
    return name


if sys.platform == "win32":

    def _known() -> tuple[str, str]:
        """Full name and login name."""
        import ctypes

        login = os.environ.get("USERNAME", "")
        size = ctypes.c_ulong(0)
        tell = ctypes.windll.secur32.GetUserNameExW
        tell(_NAME_DISPLAY, None, ctypes.byref(size))
        text = ctypes.create_unicode_buffer(max(1, size.value))
        known = tell(_NAME_DISPLAY, text, ctypes.byref(size))
        return (text.value if known else ""), login

else:

    def _known() -> tuple[str, str]:
        """Full name and login name, by the account's GECOS field (passwd(5)); macOS keeps the full name there too."""
        import pwd

        try:
            entry = pwd.getpwuid(os.getuid())
        except KeyError:  # a user id without an account, as in containers
            return "", ""
        # By old custom "&" stands for the login name with a capital.
        return entry.pw_gecos.split(",")[0].replace("&", entry.pw_name.capitalize()), entry.pw_name
