"""The command line's entry: help for all, no traceback for anybody."""

from __future__ import annotations

import pytest

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
