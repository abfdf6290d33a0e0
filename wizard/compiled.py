"""When a compiled file may stand for its sources.

A compiled file holds what many source files say, in a form that loads faster. It is built with the package (make, the
wheel, the bundle) and is never a source itself: whoever reads it compares the digest that stands in it with that of the
sources as they are now, so an edit counts at once, of whatever length, and a damaged or older file is passed over.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path


def digest(folder: Path, paths: Iterable[Path]) -> str:
    """BLAKE2b of the files' names below the folder and of their contents, in the order given; hex.

    Raises:
        OSError: when a file cannot be read.
    """
    whole = hashlib.blake2b(digest_size=16)
    for path in paths:
        content = path.read_bytes()
        whole.update(f"{path.relative_to(folder).as_posix()}\n{len(content)}\n".encode())
        whole.update(content)
    return whole.hexdigest()
