"""Where this system keeps what is a program's own.

platformdirs knows it of every system; on Linux two of its answers are given here, which each command asks for before it
does anything: loading it takes as long as a look-up on a near line.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Final

_IS_LINUX: Final = sys.platform.startswith("linux")  # a word of its own: type checkers would see but one way


def site_config() -> Path:
    """What a computer's administrator lays down for everybody."""
    if _IS_LINUX:  # as XDG's base directory specification says
        named = [path for path in os.environ.get("XDG_CONFIG_DIRS", "").split(os.pathsep) if os.path.isabs(path)]
        return Path(next(iter(named), "/etc/xdg"), "mailwright")
    import platformdirs

    return platformdirs.site_config_path("mailwright", appauthor=False)


def user_state() -> Path:
    """What is remembered for the next run; nobody would miss it."""
    home = os.environ.get("HOME", "")
    if _IS_LINUX and os.path.isabs(home):
        named = os.environ.get("XDG_STATE_HOME", "")
        return Path(named if os.path.isabs(named) else f"{home}/.local/state", "mailwright")
    import platformdirs

    return platformdirs.user_state_path("mailwright", appauthor=False)
