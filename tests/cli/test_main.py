"""The command line's entry: help for all, no traceback for anybody."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from wizard import __main__ as program
from wizard.cli import main as entry
from wizard.cli import practice


@pytest.mark.parametrize("command", entry.COMMANDS)
def test_every_command_has_help_with_an_example(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert entry.main([command, "--help"]) == 0
    told = capsys.readouterr().out
    assert "Example:" in told
    assert "--json" in told
    assert f"mailwright {command}" in told


def test_the_overview_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert entry.main(["--help"]) == 0
    told = capsys.readouterr().out
    assert all(f"  {command}" in told for command in entry.COMMANDS)


def test_an_internal_error_is_one_sentence_and_a_log_without_values(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(_: object) -> int:
        secret = "canary-7"
        raise RuntimeError(f"failed with {secret}")

    monkeypatch.setattr(practice, "run", broken)
    assert entry.main(["practice", "list"]) == entry.EXIT_INTERNAL
    told = capsys.readouterr()
    assert told.out == ""
    assert "Traceback" not in told.err
    assert "canary-7" not in told.err
    path = told.err.rsplit(" is in ", 1)[1].strip()
    with open(path, encoding="utf-8") as log:
        kept = log.read()
    assert "RuntimeError" in kept
    assert "canary-7" not in kept


@pytest.mark.slow
@pytest.mark.parametrize("code_page", ["cp437", "cp850", "cp866", "cp1252", "cp932", "ascii"])
@pytest.mark.parametrize("command", ["discover", "check"])
def test_help_is_shown_on_a_console_of_any_code_page(command: str, code_page: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "wizard", command, "--help"],
        env={**os.environ, "PYTHONIOENCODING": code_page, "PYTHONUTF8": "0"},
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"Example:" in done.stdout


@pytest.mark.parametrize(
    ("words", "code", "told", "is_error"),
    [
        (["--nonsense"], entry.EXIT_USAGE, "unrecognized arguments: --nonsense", True),
        (["--help"], 0, "Example:", False),
        (["ada@example.org", "--ca-file", "/nowhere.pem"], entry.EXIT_USAGE, "nowhere.pem does not exist", True),
    ],
)
def test_what_the_windowed_program_would_print_stands_in_a_box(
    words: list[str], code: int, told: str, is_error: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Windows gives a program without a console no standard streams at all."""
    shown: list[tuple[str, bool]] = []
    monkeypatch.setattr("wizard.internal_error.prepare_process", lambda: None)
    monkeypatch.setattr(program, "show_box", lambda text, *, is_error: shown.append((text, is_error)))
    monkeypatch.setattr(sys, "argv", ["mailwright-gui", *words])
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", None)
    assert program.gui_main() == code
    assert len(shown) == 1
    assert told in shown[0][0]
    assert shown[0][1] is is_error


@pytest.mark.parametrize(
    "words",
    [
        ["check", "ada@example.org", "--no-such-option\x1b[31m\u202e"],
        ["presets", "zz\x1b]0;title\x07\u202e"],
        ["check", "ada@example.org", "--pack", "no\x1b[31m\u202esuch"],
        ["check", "ada@example.org", "--password-env", "NO\x1b[31m\u202eSUCH"],
        ["report", "open", "no\x1b[31m\u202esuch"],
    ],
)
def test_nothing_of_an_argument_reaches_a_terminal_as_an_order(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    entry.main(words)
    shown = capsys.readouterr()
    assert shown.out + shown.err
    assert not {"\x1b", "\x07", "\u202e"} & set(shown.out + shown.err)


@pytest.mark.slow
@pytest.mark.skipif(
    sys.platform == "win32" or not os.path.exists("/dev/full"), reason="this system has no full disk to write to"
)
@pytest.mark.parametrize("command", ["--version", "--help", "check --help", "presets gmail", "explain 535 --json"])
def test_a_full_disk_or_no_standard_output_is_told(command: str) -> None:
    for shell, told in ((">/dev/full", "No space left on device"), (">&-", "no standard output")):
        done = subprocess.run(
            ["sh", "-c", f'"{sys.executable}" -m wizard {command} {shell}'],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == entry.EXIT_USAGE, done
        assert told in done.stderr
        assert len(done.stderr.strip().splitlines()) == 1


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="the shell's pipes")
@pytest.mark.parametrize("command", ["--help", "check --help", "presets", "explain 535 --json"])
def test_who_reads_no_further_is_told_nothing(command: str) -> None:
    """As `head` does it; it has gone before the first word."""
    done = subprocess.run(
        ["bash", "-c", f"exec 3> >(exec <&-); wait $!; '{sys.executable}' -m wizard {command} >&3"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (entry.EXIT_FAILS, "")


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="the shell's signs for no input and no output")
@pytest.mark.parametrize("closed", ["<&- 2>&-", "2>/dev/full"])
def test_without_standard_input_or_error_the_answer_is_the_same(closed: str) -> None:
    checked = (
        "check ada@example.org --ask-nobody --incoming 127.0.0.1:1 --outgoing 127.0.0.1:1 --nameserver 127.0.0.1:1"
    )
    for command, code, shown in (
        ("discover ada@gmail.com --ask-nobody", 0, "imap.gmail.com"),
        (checked, 1, "does not work yet"),
        ("check nobody", 2, ""),
    ):
        done = subprocess.run(
            ["sh", "-c", f'"{sys.executable}" -m wizard {command} {closed}'],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert (done.returncode, shown in done.stdout) == (code, True), done


@pytest.mark.parametrize(
    "words",
    [
        ("check", "ada@example.org", "--offline", "--report", "{long}.html"),
        ("check", "ada@example.org", "--offline", "--pack", "{long}"),
        ("bulk", "{long}.csv"),
        ("explain", "--lines", "{long}"),
        ("report", "open", "{long}.json"),
        ("presets", "check", "{long}.toml"),
        ("pack", "check", "{long}"),
    ],
)
def test_a_file_name_that_is_too_long_is_input(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert entry.main([word.format(long="a" * 5000) for word in words]) in (1, 2)
    assert "inside" not in capsys.readouterr().err
