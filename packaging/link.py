"""Makes this checkout importable, and the `mailwright` command runnable, in the environment whose Python runs this."""

from __future__ import annotations

import sys
import sysconfig
from pathlib import Path

checkout = Path(__file__).resolve().parents[1]
Path(sysconfig.get_path("purelib"), "mailwright.pth").write_text(f"{checkout}\n")
if sys.platform != "win32":
    command = Path(sysconfig.get_path("scripts"), "mailwright")
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m wizard "$@"\n')
    command.chmod(0o755)
