from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from wizard.private_file import read_private, remove_leftovers, write_private, write_public


@pytest.mark.parametrize("write", [write_private, write_public])
def test_a_file_is_whole_and_nothing_else_is_left(tmp_path: Path, write: object) -> None:
    assert callable(write)
    path = tmp_path / "file"
    for content in (b"one\r\n", b"", b"\0" * 100_000):
        write(path, content)
        assert path.read_bytes() == content
        assert list(tmp_path.iterdir()) == [path]


def test_what_cannot_be_replaced_stays_and_the_attempt_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "folder"
    (folder / "full").mkdir(parents=True)
    monkeypatch.setattr("wizard.private_file._MAY_BE_HELD", False)
    with pytest.raises(OSError, match=r"directory|denied"):
        write_private(folder, b"x")
    assert list(tmp_path.iterdir()) == [folder]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such names in its folders")
@pytest.mark.parametrize("write", [write_private, write_public])
def test_what_is_no_file_is_not_replaced(tmp_path: Path, write: Callable[[Path, bytes], None]) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "device").symlink_to(os.devnull)
    (tmp_path / "stdout").symlink_to("/proc/self/fd/1")
    for name in ("pipe", "device", "stdout"):
        before = (tmp_path / name).lstat()
        with pytest.raises(OSError, match=rf"{name} is not a file"):
            write(tmp_path / name, b"x")
        assert os.path.samestat((tmp_path / name).lstat(), before)  # a link's time of reading changes by following it
    assert len(list(tmp_path.iterdir())) == 3


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right of their own there")
def test_a_link_is_replaced_and_what_it_led_to_stays(tmp_path: Path) -> None:
    (tmp_path / "kept").write_bytes(b"somebody's")
    (tmp_path / "report").symlink_to(tmp_path / "kept")
    write_public(tmp_path / "report", b"x")
    assert (tmp_path / "kept").read_bytes() == b"somebody's"
    assert not (tmp_path / "report").is_symlink()


def test_leftovers_of_this_file_alone_are_removed(tmp_path: Path) -> None:
    stays = [tmp_path / "a.json", tmp_path / ".b.json.0011.tmp", tmp_path / ".a.json"]
    for file in (*stays, tmp_path / ".a.json.0011.tmp", tmp_path / ".a.json.ffee.tmp"):
        file.touch()
    remove_leftovers(tmp_path / "a.json")
    assert sorted(tmp_path.iterdir()) == sorted(stays)


def held(monkeypatch: pytest.MonkeyPatch, times: int) -> list[float]:
    """Another program has the file open for so many tries, as Windows has it; the pauses that were made."""
    pauses: list[float] = []
    original = Path.replace

    def replace(path: Path, target: Path) -> Path:
        if len(pauses) < times:
            raise PermissionError(13, "in use")
        return original(path, target)

    monkeypatch.setattr(Path, "replace", replace)
    monkeypatch.setattr("wizard.private_file.time.sleep", pauses.append)
    return pauses


def test_a_file_that_another_program_reads_on_windows_is_replaced_a_moment_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wizard.private_file._MAY_BE_HELD", True)
    pauses = held(monkeypatch, 2)
    write_private(tmp_path / "file", b"new")
    assert (tmp_path / "file").read_bytes() == b"new"
    assert len(pauses) == 2


def test_a_file_that_stays_held_or_may_not_be_replaced_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    monkeypatch.setattr("wizard.private_file._MAY_BE_HELD", False)
    pauses = held(monkeypatch, 1000)
    with pytest.raises(PermissionError):
        write_private(path, b"new")
    assert pauses == []  # elsewhere a refusal is final
    monkeypatch.setattr("wizard.private_file._MAY_BE_HELD", True)
    with pytest.raises(PermissionError):
        write_private(path, b"new")
    assert 0 < len(pauses) < 100
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_no_more_is_read_than_the_limit(tmp_path: Path) -> None:
    write_private(tmp_path / "file", b"0123456789")
    assert read_private(tmp_path / "file", limit_bytes=4) == b"0123"
    assert read_private(tmp_path / "file", limit_bytes=40) == b"0123456789"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such names in its folders")
@pytest.mark.parametrize("what", ["pipe", "endless", "folder", "nothing", "circle"])
def test_what_takes_a_files_place_is_refused_at_once(tmp_path: Path, what: str) -> None:
    place = tmp_path / "file"
    match what:
        case "pipe":
            os.mkfifo(place)
        case "endless":
            place.symlink_to("/dev/zero")
        case "folder":
            place.mkdir()
        case "circle":
            place.symlink_to(place)
    with pytest.raises(OSError, match=r"not a file|directory|No such|symbolic"):
        read_private(place, limit_bytes=10)
