"""What the command line prints: one JSON document or plain text on stdout, progress on stderr."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import TextIO

from wizard.errors import UsageError
from wizard.language import tr

_quiet = False


def be_quiet(quiet: bool) -> None:
    """Whether there is no progress from now on."""
    global _quiet
    _quiet = quiet


def is_quiet() -> bool:
    """Whether there is no progress."""
    return _quiet


def print_json(document: object) -> None:
    """One JSON document on one line; lone surrogates and control characters are escaped.

    Raises:
        UsageError: as `print_text`.
    """
    import json  # at the end; a check asks its first question before it is loaded

    _print(json.dumps(document, ensure_ascii=True, separators=(", ", ": ")))


def print_text(text: str) -> None:
    """Text for people, on stdout; what the terminal cannot show is replaced.

    Raises:
        UsageError: there is no standard output, or no room on the disk it goes to.
        BrokenPipeError: who read it has gone.
    """
    _print(_shown(text, sys.stdout.encoding if sys.stdout is not None else None))


def progress(text: str) -> None:
    """A line about what is being done now, on stderr; nothing with --quiet."""
    if not _quiet:
        warn(text)


def warn(text: str) -> None:
    """A sentence that must be seen, on stderr; also with --quiet. Where that cannot be written to, nobody is told."""
    if sys.stderr is not None:
        try:
            sys.stderr.write(_shown(text, sys.stderr.encoding) + "\n")
            sys.stderr.flush()
        except OSError:
            _let_go(sys.stderr)
        except ValueError:  # it was closed
            return


def _print(text: str) -> None:
    if sys.stdout is None or sys.stdout.closed:
        raise UsageError(tr("There is no standard output to print to."))
    try:
        sys.stdout.write(text + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        _let_go(sys.stdout)
        raise
    except OSError as error:
        _let_go(sys.stdout)
        reason = error.strerror or error
        raise UsageError(tr("Standard output cannot be written to: {reason}.", reason=reason)) from None


def _let_go(stream: TextIO) -> None:
    """What could not be written is kept by the stream, and fails once more when the program ends: it goes nowhere."""
    with contextlib.suppress(OSError, ValueError):  # no stream of the system's
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


def _shown(text: str, encoding: str | None) -> str:
    from wizard.model.text import harmless

    encoding = encoding or "utf-8"
    return harmless(text).encode(encoding, "replace").decode(encoding, "replace")
