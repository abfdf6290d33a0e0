"""A text is read as its author saw it, whatever wrote it; what is none is refused in a sentence (text_file.py)."""

from __future__ import annotations

import io
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from wizard.errors import UsageError
from wizard.text_file import decoded, read_bytes, read_first_line, read_lines, read_text

LIMIT = 4096
WORDS = "Zoë's pässwörd €\r\nsecond line\r\n"


@pytest.mark.parametrize(
    ("encoding", "ansi"),
    [
        ("utf-8", False),
        ("utf-8-sig", False),  # Notepad, PowerShell 5's Out-File -Encoding utf8
        ("utf-16", False),  # PowerShell 5's `>`
        ("utf-16-le-bom", False),
        ("utf-16-be-bom", False),
        ("cp1252", True),  # Notepad's ANSI
    ],
)
def test_what_an_editor_or_shell_wrote_reads_as_it_was_typed(encoding: str, ansi: bool, tmp_path: Path) -> None:
    path = tmp_path / "words.txt"
    if encoding.endswith("-bom"):
        content = f"\ufeff{WORDS}".encode(encoding.removesuffix("-bom"))
    else:
        content = WORDS.encode(encoding)
    path.write_bytes(content)
    assert read_text(path, limit_bytes=LIMIT, ansi=ansi) == WORDS
    assert read_first_line(str(path), limit_bytes=LIMIT, ansi=ansi) == "Zoë's pässwörd €"


@pytest.mark.parametrize("ends", ["", "\n", "\r\n", "\r", "\nmore", "\r\nmore\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_pipe_gives_its_first_line_as_a_file_does(
    ends: str, encoding: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    content = f"grün{ends}".encode(encoding)
    (tmp_path / "file").write_bytes(content)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content), encoding="ascii"))
    assert read_first_line("-", limit_bytes=LIMIT) == "grün"
    assert read_first_line(str(tmp_path / "file"), limit_bytes=LIMIT) == "grün"


def test_a_pipe_that_stays_open_gives_its_first_line(monkeypatch: pytest.MonkeyPatch) -> None:
    reading, writing = os.pipe()
    with os.fdopen(writing, "wb", buffering=0) as pipe, os.fdopen(reading, "rb") as file:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(file))
        pipe.write("\ufeffgrün\r\n".encode("utf-16-le"))
        assert read_first_line("-", limit_bytes=LIMIT) == "grün"


@pytest.mark.parametrize(
    "content",
    [
        WORDS.encode("cp1252"),
        WORDS.encode("utf-16-le"),  # without its mark
        b"PK\x03\x04\x00\x00\x00",
        "\ufeffx".encode("utf-32"),
        b"\xff\xfe\x00",  # half a character
    ],
)
def test_what_is_no_text_is_refused_in_a_sentence(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "words.txt"
    path.write_bytes(content)
    with pytest.raises(UsageError) as refused:
        read_text(path, limit_bytes=LIMIT, field="password")
    assert str(refused.value) == (
        "The file words.txt is not text in UTF-8. Save it as UTF-8 in your editor, and try again."
    )
    assert refused.value.field == "password"


@pytest.mark.parametrize("content", [b"PK\x03\x04\x00\x00\x00", WORDS.encode("utf-16-le")])
def test_ansi_is_no_way_in_for_what_is_no_text(content: bytes) -> None:
    with pytest.raises(UsageError):
        decoded(content, "It", limit_bytes=LIMIT, ansi=True)


def test_a_file_that_is_not_there_and_a_folder(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"^The file gone\.txt does not exist\.$"):
        read_text(tmp_path / "gone.txt", limit_bytes=LIMIT)
    with pytest.raises(UsageError, match=r"cannot be read: it is a folder\.$"):
        read_text(tmp_path, limit_bytes=LIMIT)
    with pytest.raises(UsageError, match="cannot be read"):
        read_text(tmp_path / "a\0b", limit_bytes=LIMIT)


def test_too_much_is_refused_at_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "long.txt"
    path.write_bytes(b"x" * LIMIT)
    assert len(read_text(path, limit_bytes=LIMIT)) == LIMIT
    path.write_bytes(b"x" * (LIMIT + 1))
    with pytest.raises(UsageError, match="larger than 4 KiB"):
        read_text(path, limit_bytes=LIMIT)


@pytest.mark.skipif(not os.path.exists("/dev/zero"), reason="this system has no file without an end")
def test_standard_input_without_an_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with open("/dev/zero", "rb") as endless:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(endless))
        with pytest.raises(UsageError, match="larger than 4 KiB"):
            read_first_line("-", limit_bytes=LIMIT)


def test_a_program_without_standard_input_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    for read in (read_text, read_first_line, lambda *how, **limits: list(read_lines(*how, **limits))):
        with pytest.raises(UsageError, match="no standard input"):
            read("-", limit_bytes=LIMIT)


@pytest.mark.parametrize(
    "line",
    ["\u010a\u0a05 Ċ\r\n", "\u0a0a\n", "\u0a05\u0105"],  # each has a byte that alone would end a line
)
@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_a_line_of_utf_16_ends_at_its_end(line: str, encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "words.txt"
    path.write_bytes(f"\ufeff{line}".encode(encoding))
    assert read_first_line(path, limit_bytes=LIMIT) == line.rstrip("\r\n")


needs_posix = pytest.mark.skipif(os.name == "nt", reason="Windows keeps pipes and devices elsewhere")


def _through(read: str, path: Path) -> str:
    """What one of the readers has of a file."""
    if read == "lines":
        return "".join(read_lines(path, limit_bytes=LIMIT))
    if read == "bytes":
        return read_bytes(path, limit_bytes=LIMIT).decode()
    return {"text": read_text, "first line": read_first_line}[read](path, limit_bytes=LIMIT)


READERS = ("text", "first line", "lines", "bytes")


@needs_posix
@pytest.mark.parametrize("read", READERS)
def test_devices_sockets_and_loops_are_refused_in_a_sentence(read: str, tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    (tmp_path / "device").symlink_to("/dev/zero")
    leader, follower = os.openpty()
    with socket.socket(socket.AF_UNIX) as sock:
        sock.bind(str(tmp_path / "socket"))
        for path, why in (
            (Path("/dev/zero"), "it is a device"),
            (Path("/dev/null"), "it is a device"),
            (Path("/dev/tty"), "it is a device"),
            (Path(os.ttyname(follower)), "it is a device"),
            (tmp_path / "device", "it is a device"),
            (tmp_path / "socket", "it is a socket"),
            (tmp_path / "loop", "Too many levels of symbolic links"),
            (tmp_path / ("x" * 300), "File name too long"),
            (tmp_path, "it is a folder"),
        ):
            with pytest.raises(UsageError) as refused:
                _through(read, path)
            assert str(refused.value) == f"The file {path.name} cannot be read: {why}."
    os.close(leader)
    os.close(follower)


@needs_posix
@pytest.mark.parametrize("read", READERS)
def test_a_pipe_that_nobody_writes_to_is_waited_for_but_not_for_ever(
    read: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wizard.text_file.WAIT_S", 0.05)
    path = tmp_path / "pipe"
    os.mkfifo(path)
    with pytest.raises(
        UsageError, match=r"^The file pipe cannot be read: what it holds did not come within 0 seconds\.$"
    ):
        _through(read, path)


@needs_posix
@pytest.mark.parametrize("read", READERS)
def test_a_pipe_whose_writer_comes_later_is_read_whole(read: str, tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    writer = subprocess.Popen(["sh", "-c", f"sleep 0.2; exec > {path}; printf 'tulip-'; sleep 0.2; echo wagon; echo x"])
    assert _through(read, path).split("\n")[0] == "tulip-wagon"
    writer.terminate()
    writer.wait()


@pytest.mark.slow
@needs_posix
def test_a_pipe_that_drips_has_its_time_and_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wizard.text_file.WAIT_S", 0.3)
    path = tmp_path / "pipe"
    os.mkfifo(path)
    for drop, read in (("x", "text"), ("x", "lines"), ("x", "first line"), ("xy\\n", "text")):
        dripping = ["sh", "-c", f"exec > {path}; while printf '{drop}'; do sleep 0.05; done 2>/dev/null"]
        with subprocess.Popen(dripping), pytest.raises(UsageError, match="did not come within"):
            _through(read, path)


@needs_posix
def test_what_the_shell_substitutes_is_read(tmp_path: Path) -> None:
    script = (
        "import sys; from wizard.text_file import read_first_line; print(read_first_line(sys.argv[1], limit_bytes=99))"
    )
    command = f'"{sys.executable}" -c "{script}" <(echo tulip-wagon)'
    assert subprocess.check_output(["bash", "-c", command], text=True) == "tulip-wagon\n"


def test_a_file_that_grows_is_read_as_far_as_it_went(tmp_path: Path) -> None:
    path = tmp_path / "grows.jsonl"
    path.write_bytes(b"one\n")
    with path.open("a", newline="\n") as file:
        seen = []
        for line in read_lines(path, limit_bytes=LIMIT):
            seen.append(line)
            file.write("more\n")
            file.flush()
    assert seen == ["one\n"]


@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="this system makes up no such files")
def test_a_file_that_the_system_makes_up_is_read() -> None:
    assert "Pid:" in read_text(Path("/proc/self/status"), limit_bytes=LIMIT)
    with pytest.raises(UsageError, match="cannot be read"):
        read_text(Path("/proc/self/mem"), limit_bytes=LIMIT)
