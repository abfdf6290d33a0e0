"""The helpdesk packs that a computer's administrator has laid down for everybody who uses Mailwright there."""

from __future__ import annotations

import sys
from pathlib import Path

if sys.platform == "win32":
    import os
    import winreg

    # A policy goes before what an installer wrote (its /PACK= or PACK=), the computer before the person.
    _KEYS = (r"Software\Policies\Mailwright", r"Software\Mailwright")
    _PLACES = [(root, key) for key in _KEYS for root in (winreg.HKEY_LOCAL_MACHINE, winreg.HKEY_CURRENT_USER)]

    def installed_packs() -> tuple[Path, ...]:
        """The packs that the registry's value "Pack" names (several by ";"), in the first place that has one.

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
        return ()

else:

    def installed_packs() -> tuple[Path, ...]:
        """The folder "pack" among the system's configuration: /etc/xdg/mailwright/pack, on macOS in /Library."""
        import platformdirs

        path = platformdirs.site_config_path("mailwright", appauthor=False) / "pack"
        return (path,) if path.exists() else ()
