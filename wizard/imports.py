"""What takes long to load is loaded in a thread, while what was asked of the network is under way.

One thread for all of it: two would have the loop wait for Python's lock twice as often.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from importlib import import_module
from typing import TypeVar

T = TypeVar("T")

_thread = ThreadPoolExecutor(1, "imports")  # starts with its first work
_modules: dict[str, Future[object]] = {}


def begin_import(*names: str) -> None:
    """Begins to import modules, after all that was begun before."""
    for name in names:
        if name not in _modules:
            _modules[name] = _thread.submit(import_module, name)


def begin(load: Callable[[], object]) -> None:
    """Begins to load something, after all that was begun before. What it raises, whoever needs it hears again."""
    _thread.submit(load)


async def imported(*names: str) -> None:
    """Returns once these modules can be imported at no cost; the loop goes on meanwhile.

    The import statement follows all the same: it is what readers, type checkers and the makers of bundles see, and what
    raises where a module cannot be imported.
    """
    begin_import(*names)
    under_way = [asyncio.wrap_future(_modules[name]) for name in names if not _modules[name].done()]
    if under_way:
        await asyncio.gather(*under_way, return_exceptions=True)


async def loaded(load: Callable[[], T]) -> T:
    """What `load` returns or raises; it is called in that thread, in its turn."""
    return await asyncio.wrap_future(_thread.submit(load))
