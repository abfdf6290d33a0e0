from __future__ import annotations

import asyncio
import errno
import sys
from pathlib import Path

import pytest

from wizard.accounts.file_lock import locked
from wizard.errors import ResourceError


async def test_one_at_a_time_and_the_next_when_it_is_let_go(tmp_path: Path) -> None:
    order: list[str] = []

    async def hold(name: str) -> None:
        async with locked(tmp_path / "lock"):
            order.append(f"{name} in")
            await asyncio.sleep(0)
            order.append(f"{name} out")

    await asyncio.gather(hold("a"), hold("b"), hold("c"))
    assert [step.split()[1] for step in order] == ["in", "out"] * 3


async def test_who_does_not_let_go_is_told_of(tmp_path: Path) -> None:
    async with locked(tmp_path / "lock"):
        with pytest.raises(ResourceError, match="Another Mailwright is changing the saved accounts"):
            async with locked(tmp_path / "lock", wait_s=0.05):
                pass
    async with locked(tmp_path / "lock", wait_s=0.0):  # it was let go
        pass


async def test_an_error_inside_lets_go(tmp_path: Path) -> None:
    with pytest.raises(KeyError):
        async with locked(tmp_path / "lock"):
            raise KeyError
    async with locked(tmp_path / "lock", wait_s=0.0):
        pass


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has locks on every drive")
@pytest.mark.parametrize("code", [errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS])
async def test_a_drive_without_locks_is_written_to_as_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    def refuse(descriptor: int, how: int) -> None:
        raise OSError(code, "no locks here")

    monkeypatch.setattr("fcntl.flock", refuse)
    async with locked(tmp_path / "lock", wait_s=0.0):
        pass


async def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ResourceError, match="could not be saved"):
        async with locked(tmp_path / "file" / "lock"):
            pass
