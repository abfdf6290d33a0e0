"""What takes long to load is loaded in turn, beside the loop; what it raises is heard where it is needed."""

from __future__ import annotations

import asyncio
import sys
import threading
from pathlib import Path

import pytest

from wizard.imports import begin, begin_import, imported, loaded


async def test_a_module_is_imported_once_in_another_thread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "slow_to_import.py").write_text("import threading\nWHERE = threading.current_thread()\n")
    begin_import("slow_to_import")
    await asyncio.gather(imported("slow_to_import"), imported("slow_to_import"))
    assert sys.modules["slow_to_import"].WHERE is not threading.current_thread()
    del sys.modules["slow_to_import"]


async def test_what_cannot_be_imported_says_so_at_its_own_import_statement() -> None:
    await imported("wizard.no_such_module")
    with pytest.raises(ModuleNotFoundError):
        import wizard.no_such_module  # type: ignore[import-untyped] # noqa: F401


async def test_what_is_loaded_comes_in_turn_and_with_its_error() -> None:
    done: list[int] = []

    def fail() -> None:
        raise ValueError("no")

    begin(lambda: done.append(1))
    begin(fail)
    assert await loaded(lambda: [*done, 2]) == [1, 2]
    with pytest.raises(ValueError, match="no"):
        await loaded(fail)
