"""Passwords and roots as files and variables hold them: read as they were meant, or refused in words."""

from __future__ import annotations

import argparse
import codecs
import io
import os
import sys
from pathlib import Path

import pytest

from tests.lab.certificates import Authority
from wizard.cli.main import main
from wizard.cli.options import add_password_arguments, password_from, read_password
from wizard.errors import UsageError
from wizard.model.secret import Secret

WORD = "Grün-wagon 64"


@pytest.mark.parametrize(
    "content",
    [
        WORD.encode(),
        WORD.encode() + b"\r\n",
        codecs.BOM_UTF8 + WORD.encode() + b"\r\nsecond line\r\n",
        WORD.encode("utf-16"),
        codecs.BOM_UTF16_BE + (WORD + "\r\n").encode("utf-16-be"),
        b"\t" + WORD.encode() + b"\t\n",
        WORD.encode() + b"\r",
    ],
)
def test_a_password_file_of_any_editor(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "word").write_bytes(content)
    assert read_password(str(tmp_path / "word")) == Secret(WORD)


@pytest.mark.parametrize(
    "content", [WORD.encode(), (WORD + "\n").encode("utf-16"), codecs.BOM_UTF8 + WORD.encode() + b"\n"]
)
def test_a_password_from_standard_input(content: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
    assert read_password("-") == Secret(WORD)


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "empty"), (b"\r\n\t", "empty"), ("Grün".encode("latin-1"), "UTF-8"), (b"\0" * 70_000, "larger")],
)
def test_a_password_file_that_is_none(content: bytes, words: str, tmp_path: Path) -> None:
    (tmp_path / "word").write_bytes(content)
    with pytest.raises(UsageError, match=words) as told:
        read_password(str(tmp_path / "word"))
    assert told.value.field == "password"


@pytest.mark.parametrize("around", ["{}", "{}\n", "\t{}\r\n", "\ufeff{}"])
def test_a_password_in_a_variable(around: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORD", around.format(WORD))
    parser = argparse.ArgumentParser()
    add_password_arguments(parser)
    assert password_from(parser.parse_args(["--password-env", "WORD"]), ask_for=None) == Secret(WORD)


@pytest.mark.skipif(sys.platform == "win32", reason="variables are text there")
def test_a_variable_that_is_not_utf8_keeps_its_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environb, b"WORD", b"gr\xfcn-64")
    parser = argparse.ArgumentParser()
    add_password_arguments(parser)
    secret = password_from(parser.parse_args(["--password-env", "WORD"]), ask_for=None)
    assert secret is not None
    assert secret.as_bytes() == b"gr\xfcn-64"


@pytest.mark.parametrize(
    "content", ["no certificate here\n", "", "-----BEGIN CERTIFICATE-----\nabc\n-----END CERTIFICATE-----\n"]
)
def test_roots_without_a_certificate(content: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "roots.pem").write_text(content)
    assert main(["check", "ada@example.org", "--no-sign-in", "--ca-file", str(tmp_path / "roots.pem")]) == 2
    assert "roots.pem holds no certificate" in capsys.readouterr().err


def test_roots_with_words_around_the_certificate(
    authority: Authority, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "roots.pem").write_bytes("# Főtanúsítvány\n".encode() + authority.ca_file.read_bytes())
    assert main(["discover", "ada@gmail.com", "--ca-file", str(tmp_path / "roots.pem")]) == 0
    assert "imap.gmail.com" in capsys.readouterr().out
