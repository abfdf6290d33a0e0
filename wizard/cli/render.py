"""What the command line prints: one JSON document or plain text on stdout, progress on stderr."""

from __future__ import annotations

import json
import sys
from typing import TextIO

_quiet = False


def be_quiet(quiet: bool) -> None:
    """Whether there is no progress from now on."""
    global _quiet
    _quiet = quiet


def is_quiet() -> bool:
    """Whether there is no progress."""
    return _quiet


def print_json(document: object) -> None:
    """One JSON document on one line; lone surrogates and control characters are escaped."""
    sys.stdout.write(json.dumps(document, ensure_ascii=True, separators=(", ", ": ")) + "\n")
    sys.stdout.flush()


def print_text(text: str) -> None:
    """Text for people, on stdout; what the terminal cannot show is replaced."""
    _write(sys.stdout, text)


def progress(text: str) -> None:
    """A line about what is being done now, on stderr; nothing with --quiet."""
    if not _quiet:
        _write(sys.stderr, text)


def warn(text: str) -> None:
    """A sentence that must be seen, on stderr; also with --quiet."""
    _write(sys.stderr, text)


def _write(stream: TextIO, text: str) -> None:
    from wizard.model.text import harmless

    text = harmless(text)
    encoding = stream.encoding or "utf-8"
    stream.write(text.encode(encoding, "replace").decode(encoding, "replace") + "\n")
    stream.flush()
