"""How far a bulk run is."""

from __future__ import annotations

import io

import pytest

from wizard.cli import bulk_progress, render
from wizard.cli.bulk_progress import Bar


class Clock:
    """Time that a test turns on."""

    now = 100.0

    def monotonic(self) -> float:
        return self.now


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(bulk_progress, "time", clock)
    return clock


def failed(cause: str) -> dict[str, object]:
    return {"row": 1, "verdict": "fails", "diagnoses": [{"cause": cause}]}


def test_a_plain_line_now_and_then(clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    bar = Bar(1200, done=100, stream=io.StringIO())
    for number in range(30):
        clock.now += 1
        bar.add(failed("bad-credentials") if number % 3 else {"row": 1, "verdict": "works"})
    bar.end()
    assert capsys.readouterr().err.splitlines() == [
        "110 of 1,200, 1.0 a second, 18 min left; bad-credentials 6, works 4",
        "120 of 1,200, 1.0 a second, 18 min left; bad-credentials 13, works 7",
        "130 of 1,200, 1.0 a second, 18 min left; bad-credentials 20, works 10",
        "130 of 1,200, 1.0 a second, 18 min left; bad-credentials 20, works 10",
    ]


def test_a_terminal_has_a_bar_that_stays_on_its_line(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    terminal = Terminal()
    bar = Bar(4, stream=terminal)
    for _ in range(4):
        clock.now += 2
        bar.add({"row": 1, "verdict": None, "error": "no"})
    bar.end()
    shown = terminal.getvalue().split("\r")
    assert {len(part.rstrip("\n")) for part in shown[1:]} == {59}
    assert shown[1].startswith("[#####               ] 1 of 4, 30 a minute, 6 s left; not-")
    assert shown[-1].startswith("[####################] 4 of 4")
    assert terminal.getvalue().endswith("\n")


def test_how_many_are_left_is_not_said_where_nobody_knows(clock: Clock) -> None:
    bar = Bar(None, stream=io.StringIO())
    clock.now += 10
    bar.add(failed("x"))
    assert bar.line(clock.now) == "1, 6 a minute; x 1"


def test_quiet_is_quiet(clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    render.be_quiet(True)
    try:
        terminal = Terminal()
        for stream in (terminal, io.StringIO()):
            bar = Bar(2, stream=stream)
            clock.now += 20
            bar.add(failed("x"))
            bar.end()
    finally:
        render.be_quiet(False)
    assert terminal.getvalue() == capsys.readouterr().err == ""
