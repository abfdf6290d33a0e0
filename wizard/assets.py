"""Finds resources/ in a checkout, in an installed wheel and in a frozen bundle."""

from __future__ import annotations

import os
import sys
from functools import cache
from pathlib import Path


@cache
def resources() -> Path:
    """The folder with presets, diagnoses, practice accounts, icons and languages."""
    package = Path(__file__).resolve().parent
    bundle = Path(getattr(sys, "_MEIPASS", package))
    for folder in (bundle / "resources", package / "resources", package.parent / "resources"):
        if os.path.isdir(folder / "diagnoses"):
            return folder
    raise FileNotFoundError("the resources folder of Mailwright is missing: install it again")


def lines(name: str) -> tuple[str, ...]:
    """The lines of a text file there, without blank ones and those that begin with "#".

    Raises:
        OSError: it is not there.
    """
    written = (resources() / name).read_text(encoding="utf-8").splitlines()
    return tuple(line for line in written if line and not line.startswith("#"))
