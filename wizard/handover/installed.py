"""Which of the programs are on this computer."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from wizard.handover.sheet import Target


def is_installed(target: Target) -> bool:
    """Whether one of the target's commands can be started here; never for a phone or a web service."""
    return any(command_path(command) is not None for command in target.commands)


def command_path(command: str) -> Path | None:
    """Where the command is: on the PATH, or as macOS and Windows keep programs; `None` where it is not installed."""
    found = shutil.which(command)
    if found is not None:
        return Path(found)
    if sys.platform == "darwin":
        return _mac_application(command)
    if sys.platform == "win32":
        return _registered_program(command)
    return None


def _mac_application(command: str) -> Path | None:
    for folder in (Path("/Applications"), Path("/System/Applications"), Path.home() / "Applications"):
        # The file system ignores case: thunderbird is Thunderbird.app.
        application = folder / f"{command}.app"
        if os.path.isdir(application):
            return application
    return None


if sys.platform == "win32":

    def _registered_program(command: str) -> Path | None:
        """The program as Windows starts it from “Run”, by the registry's App Paths."""
        import winreg

        key = rf"SOFTWARE\Microsoft\Windows\CurrentVersion\App Paths\{command}.exe"
        for hive in (winreg.HKEY_CURRENT_USER, winreg.HKEY_LOCAL_MACHINE):
            try:
                path = Path(winreg.QueryValue(hive, key).strip('"'))
            except OSError:
                continue
            if os.path.isfile(path):
                return path
        return None

else:

    def _registered_program(command: str) -> Path | None:
        return None
