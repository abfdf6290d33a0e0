"""What is kept of an error of our own: its type and its places, never a value, which may hold a secret (promise 8)."""

from __future__ import annotations

import sys
from collections.abc import Callable, Coroutine
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar

from wizard import __version__
from wizard.language import tr

if TYPE_CHECKING:  # the window's first picture does not wait for asyncio
    import asyncio
    import threading
    from pathlib import Path

T = TypeVar("T")
_listener: Callable[[str], None] | None = None


def prepare_process() -> None:
    """Sees to it that this process leaves no value behind when something goes wrong in it.

    No core file is written, which would hold every password in memory; Python's own three reports of errors, with their
    messages, become ours, and its warnings are for nobody. For the program alone: a library that did this would take
    these from its user.
    """
    _no_core_files()
    import warnings

    warnings.showwarning = _untold
    sys.excepthook = _uncaught
    sys.unraisablehook = lambda unraisable: tell(unraisable.exc_value)
    import threading

    threading.excepthook = _uncaught_in_thread


def run(work: Coroutine[Any, Any, T]) -> T:
    """As `asyncio.run`; an error that nobody awaits is told by its type and places alone."""
    import asyncio

    with asyncio.Runner(loop_factory=new_loop) as runner:
        return runner.run(work)


def new_loop() -> asyncio.AbstractEventLoop:
    """A loop whose unawaited errors are told by type and places alone, as what libraries log is not told at all."""
    import asyncio
    import logging

    if not logging.root.handlers:  # or Python prints on standard error what a keyring's library, say, has to log
        logging.root.addHandler(logging.NullHandler())
    loop = asyncio.new_event_loop()
    loop.set_exception_handler(unawaited)
    return loop


def unawaited(_: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """A loop's exception handler; asyncio's own writes the traceback with its message."""
    error = context.get("exception")
    if isinstance(error, BaseException):
        tell(error)
    else:
        print(f"mailwright: {context.get('message')}", file=sys.stderr)  # words of asyncio's own, without a value


def places(error: BaseException, seen: set[int] | None = None) -> list[str]:
    """The types of an error and of what led to it, each with the places it came through, innermost last.

    What is in `seen` already is left out: what stands in a group may have come of the group.
    """
    import traceback
    from pathlib import Path

    lines: list[str] = []
    seen = set() if seen is None else seen
    chain: BaseException | None = error
    while chain is not None and id(chain) not in seen:
        seen.add(id(chain))
        lines.append(type(chain).__name__)
        frames = traceback.extract_tb(chain.__traceback__)
        lines += [f"  {Path(frame.filename).name}:{frame.lineno} in {frame.name}" for frame in frames]
        if isinstance(chain, BaseExceptionGroup):
            lines += [f"  | {line}" for inner in chain.exceptions for line in places(inner, seen)]
        chain = chain.__cause__ or chain.__context__
    return lines


def write_log(error: BaseException) -> Path | str:
    """Where the places of an internal error were kept."""
    from pathlib import Path

    import platformdirs

    try:
        path = Path(platformdirs.user_log_dir("mailwright", appauthor=False, ensure_exists=True)) / "error.log"
        path.write_text(report(error), encoding="utf-8")
    except OSError:
        return tr("no log: the log folder cannot be written")
    return path


def tell_also(listener: Callable[[str], None] | None) -> None:
    """Has the window told of errors of our own: the lines that the log gets, in whatever thread it happened."""
    global _listener
    _listener = listener


def report(error: BaseException) -> str:
    """What the log and the window keep of an error: our version, the types and the places."""
    return "\n".join([f"mailwright {__version__}", *places(error)]) + "\n"


def tell(error: BaseException | None) -> None:
    """Logs an error of our own, and says so on standard error and, where one is open, in the window."""
    if error is None or isinstance(error, KeyboardInterrupt):
        return
    where = write_log(error)
    if _listener is not None:
        _listener(report(error))
    said = tr("mailwright: something went wrong inside ({kind}). See {log}", kind=type(error).__name__, log=where)
    print(said, file=sys.stderr)


def is_out_of_means(error: BaseException) -> bool:
    """Whether this computer would not give the program another thread, or more memory: an error, but none of ours."""
    if isinstance(error, BaseExceptionGroup):
        return any(map(is_out_of_means, error.exceptions))
    # Python has no kind of its own for the first, which has been said in these words since 2.4.
    return isinstance(error, MemoryError) or (isinstance(error, RuntimeError) and "start new thread" in str(error))


def _untold(*_: object, **__: object) -> None:
    """Instead of a warning's text, which may hold a value."""


def _uncaught(_: type[BaseException], error: BaseException, __: TracebackType | None) -> None:
    try:
        tell(error)
    except Exception:  # without memory, say: Python would print the error itself then, with what it says
        print(type(error).__name__, file=sys.stderr)


def _uncaught_in_thread(thrown: threading.ExceptHookArgs) -> None:
    tell(thrown.exc_value)


def _no_core_files() -> None:
    if sys.platform != "win32":  # which keeps none unless its owner asked for them
        import resource

        # On Linux a program that takes core files from a pipe is sent one whatever the limit is, except at 1 (core(5)).
        limit = 1 if sys.platform == "linux" else 0
        _, hard = resource.getrlimit(resource.RLIMIT_CORE)
        resource.setrlimit(resource.RLIMIT_CORE, (limit if hard < 0 else min(limit, hard), hard))
