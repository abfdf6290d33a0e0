"""What a computer's administrator lays down for everybody who uses Mailwright there.

Windows: the registry's values in `Software\\Policies\\Mailwright`, HKLM before HKCU, which people without rights cannot
write. macOS: the managed preferences `org.mailwright.Mailwright`. Elsewhere: `policy.toml` in /etc/xdg/mailwright.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

from wizard.places import site_config

MANAGED = Path("/Library/Managed Preferences/org.mailwright.Mailwright.plist")  # macOS' own place
_NO: Final = frozenset({"", "0", "false"})


def is_set(name: str) -> bool:
    """Whether a policy that is on or off is on."""
    return (policy(name) or "").strip().lower() not in _NO


if sys.platform == "win32":
    import winreg

    _KEY: Final = r"Software\Policies\Mailwright"

    def broken_file() -> Path | None:
        """The file of policies, where there is one that cannot be read: the registry is none."""
        return None

    def policy(name: str) -> str | None:
        """What the policy of that name says; `None` where there is none."""
        return registry_value(_KEY, name)

    def registry_value(key: str, name: str) -> str | None:
        """The value, the computer's before the person's."""
        for root in (winreg.HKEY_LOCAL_MACHINE, winreg.HKEY_CURRENT_USER):
            try:
                with winreg.OpenKey(root, key, access=winreg.KEY_READ | winreg.KEY_WOW64_64KEY) as place:
                    value, _ = winreg.QueryValueEx(place, name)
            except OSError:
                continue
            return "\n".join(map(str, value)) if isinstance(value, list) else str(value)
        return None

else:

    def broken_file() -> Path | None:
        """The file of policies, where there is one that cannot be read."""
        try:
            is_read = isinstance(_read(), dict)
        except (OSError, ValueError):
            is_read = False
        return None if is_read else _path()

    def policy(name: str) -> str | None:
        """What the policy of that name says; `None` where there is none.

        One that cannot be read counts as none: a broken file must not stop a person who needs their mail. Where it
        would let something in that a policy keeps out, `broken_file` is asked too.
        """
        value = _file().get(name)
        if isinstance(value, list):
            return "\n".join(map(str, value))
        return str(value) if value is not None else None

    def _file() -> dict[str, object]:
        try:
            read = _read()
        except (OSError, ValueError):
            return {}
        return read if isinstance(read, dict) else {}

    def _path() -> Path:
        if MANAGED.is_file():
            return MANAGED
        return site_config() / "policy.toml"

    def _read() -> object:
        path = _path()
        if not path.is_file():
            return {}
        content = path.read_bytes()
        if path == MANAGED:
            import plistlib

            return plistlib.loads(content)
        import tomllib

        return tomllib.loads(content.decode())
