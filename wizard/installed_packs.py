"""The helpdesk packs that a computer's administrator has laid down for everybody who uses Mailwright there."""

from __future__ import annotations

import sys
from pathlib import Path

MANAGED = Path("/Library/Managed Preferences/org.mailwright.Mailwright.plist")  # macOS' own place

if sys.platform == "win32":
    import os
    import winreg

    # A policy goes before what an installer wrote (its /PACK= or PACK=), the computer before the person.
    _KEYS = (r"Software\Policies\Mailwright", r"Software\Mailwright")
    _PLACES = [(root, key) for key in _KEYS for root in (winreg.HKEY_LOCAL_MACHINE, winreg.HKEY_CURRENT_USER)]

    def installed_packs() -> tuple[Path, ...]:
        """The packs that the registry's value "Pack" names (several by ";"), in the first place that has one.

        Without one it is what is called pack or pack.zip beside the program. ProgramData is not looked into: everybody
        may put a folder there, and a pack says where passwords go.
        One that is not there now is left out: the server that holds it may be out of reach.
        """
        for root, key in _PLACES:
            try:
                with winreg.OpenKey(root, key, access=winreg.KEY_READ | winreg.KEY_WOW64_64KEY) as place:
                    named, _ = winreg.QueryValueEx(place, "Pack")
            except OSError:
                continue
            paths = [os.path.expandvars(part.strip()) for part in str(named).split(";")]
            if any(paths):
                return tuple(Path(path) for path in paths if path and Path(path).exists())
        return _beside_the_program()

else:

    def installed_packs() -> tuple[Path, ...]:
        """The pack among the system's configuration: /etc/xdg/mailwright/pack or pack.zip, on macOS in /Library.

        macOS' managed preferences (org.mailwright.Mailwright, key "Pack") go before; what lies beside the program is
        the last that is looked for.
        """
        import platformdirs

        place = platformdirs.site_config_path("mailwright", appauthor=False)
        return _managed() or _first(place) or _beside_the_program()


def _managed() -> tuple[Path, ...]:
    """The packs that a macOS profile names."""
    if not MANAGED.is_file():
        return ()
    import plistlib

    try:
        named = str(plistlib.loads(MANAGED.read_bytes()).get("Pack", ""))
    except (OSError, ValueError, AttributeError):
        return ()
    return tuple(path for part in named.split(";") if part.strip() and (path := Path(part.strip())).exists())


def _beside_the_program() -> tuple[Path, ...]:
    """A pack that was put next to the program's own file, as on a stick; a checkout has none."""
    return _first(Path(sys.executable).parent) if getattr(sys, "frozen", False) else ()


def _first(place: Path) -> tuple[Path, ...]:
    return next(((place / name,) for name in ("pack", "pack.zip") if (place / name).exists()), ())
