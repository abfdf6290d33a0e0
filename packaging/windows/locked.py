"""Prints a lock file's packages that Windows needs, without markers: locked.py LOCK_FILE PYTHON (such as 3.13).

pip, told to fetch for another system, still reads the markers as this system's.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from pip._vendor.packaging.markers import Marker, default_environment


def windows_packages(lock: str, python: str) -> str:
    """The entries whose marker holds on 64-bit Windows, each with its hashes."""
    environment = {**default_environment(), "os_name": "nt", "sys_platform": "win32", "platform_system": "Windows"}
    environment |= {"platform_machine": "AMD64", "python_version": python, "python_full_version": f"{python}.9"}
    kept = []
    for entry in re.split(r"\n(?=\S)", lock.strip()):
        first, slash, hashes = entry.partition(" \\\n")
        requirement, _, marker = first.partition(" ; ")
        if not marker or Marker(marker).evaluate(environment):
            kept.append(f"{requirement}{slash}{hashes}")
    return "\n".join(kept)


if __name__ == "__main__":
    print(windows_packages(Path(sys.argv[1]).read_text(), sys.argv[2]))
