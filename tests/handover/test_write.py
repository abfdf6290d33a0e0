from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from wizard.errors import ResourceError
from wizard.handover.write import write_file


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no modes of files as POSIX has them")
def test_a_file_is_whole_and_private(tmp_path: Path) -> None:
    path = tmp_path / "settings.env"
    write_file(path, b"SMTP_HOST=smtp.example.org\n")
    assert path.read_bytes() == b"SMTP_HOST=smtp.example.org\n"
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no modes of files as POSIX has them")
def test_settings_for_a_program_can_be_read_by_the_program(tmp_path: Path) -> None:
    path = tmp_path / "example.org.xml"
    before = os.umask(0o022)
    try:
        write_file(path, b"<clientConfig/>", others_may_read=True)
    finally:
        os.umask(before)
    assert path.stat().st_mode & 0o777 == 0o644


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no modes of files as POSIX has them")
def test_an_open_file_becomes_private_when_it_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "settings.env"
    path.write_text("old")
    path.chmod(0o644)
    write_file(path, b"new")
    assert path.read_bytes() == b"new"
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_link_is_replaced_and_its_target_left_alone(tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.write_text("somebody's")
    link = tmp_path / "link"
    link.symlink_to(target)
    write_file(link, b"ours")
    assert target.read_text() == "somebody's"
    assert not link.is_symlink()


def test_a_folder_that_is_not_there_is_said_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ResourceError, match="could not be written"):
        write_file(tmp_path / "missing" / "file", b"x")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on the size of files")
def test_a_file_that_keeps_less_than_was_written_is_refused(tmp_path: Path) -> None:
    """A limit on the size of files stands in for a full disk."""
    import resource
    import signal

    path = tmp_path / "settings"
    path.write_bytes(b"before")
    old_limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    old_handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, old_limit[1]))
    try:
        with pytest.raises(ResourceError, match="could not be written"):
            write_file(path, os.urandom(5000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, old_limit)
        signal.signal(signal.SIGXFSZ, old_handler)
    assert path.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("path", ["", ".", "/", "a\0b", "missing/file", ".."])
def test_what_is_no_name_of_a_file_is_a_sentence(path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ResourceError, match="could not be written"):
        write_file(Path(path), b"x")
    assert list(tmp_path.iterdir()) == []
