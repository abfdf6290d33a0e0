"""A text is read as its author saw it, whatever wrote it; what is none is refused in a sentence (text_file.py)."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path

import pytest

from wizard.errors import UsageError
from wizard.text_file import decoded, read_first_line, read_text

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
    with pytest.raises(UsageError, match=r"is a folder, not a file\.$"):
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
def test_a_file_without_an_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="larger than 4 KiB"):
        read_text(Path("/dev/zero"), limit_bytes=LIMIT)
    with open("/dev/zero", "rb") as endless:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(endless))
        with pytest.raises(UsageError, match="larger than 4 KiB"):
            read_first_line("-", limit_bytes=LIMIT)
