"""No arguments: the window; otherwise the command line."""

from __future__ import annotations

import atexit
import gc
import io
import os
import sys
from contextlib import suppress


def main() -> int:
    """The `mailwright` command."""
    from wizard.cli.main import main as run
    from wizard.internal_error import prepare_process

    prepare_process()
    have_home()
    atexit.register(gc.freeze)  # or Python looks through all there is before it ends: a tenth of a second
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a console of an old code page lacks a character or two
    code = run()
    _leave(code)
    return code


def _leave(code: int) -> None:
    """Ends the process at once: Python takes as long to take apart what was loaded as a result takes to be printed.

    Not where that is to be seen, for then it is told what nobody closed; nor where the window was open.
    """
    if sys.flags.dev_mode or sys.warnoptions or "PySide6" in sys.modules:
        return
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError, OSError, ValueError):  # there is none, or nobody reads it any more
            stream.flush()
    os._exit(code)


def gui_main() -> int:
    """The window's entry point on systems that start programs without a terminal.

    Windows gives such a program nowhere to print to: there a box shows what a terminal would have.
    """
    from wizard.cli.main import main as run
    from wizard.internal_error import prepare_process

    printed = io.StringIO()
    if sys.stderr is None:
        sys.stdout = sys.stderr = printed
    prepare_process()
    have_home()
    code = run(["gui", *sys.argv[1:]])
    if said := printed.getvalue().strip():
        show_box(said, is_error=code != 0)
    return code


def have_home() -> None:
    """A user without a home folder, as in a container, has one where nothing can be kept, as Debian's nobody has."""
    if sys.platform != "win32" and os.path.expanduser("~") == "~":
        os.environ["HOME"] = "/nonexistent"


def show_box(text: str, *, is_error: bool) -> None:
    """A box of the system's own with a text and an OK button; it needs no Qt, which may be what failed."""
    if sys.platform == "win32":
        import ctypes

        icon = 0x10 if is_error else 0x40  # MB_ICONERROR, MB_ICONINFORMATION
        ctypes.windll.user32.MessageBoxW(None, text[:2000], "Mailwright", icon)


if __name__ == "__main__":
    sys.exit(main())
