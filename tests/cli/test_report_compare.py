"""`report compare`: what was saved in one network beside what was saved in another."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.commands import run
from wizard.cli import report
from wizard.errors import UsageError


def saved(folder: Path, name: str, **check: object) -> str:
    path = folder / f"{name}.json"
    around = {"open_ports": check.pop("open_ports", []), "blocked_ports": check.pop("blocked_ports", [])}
    path.write_text(json.dumps({"schema": "mailwright/report/1", "surroundings": around, "check": check}))
    return str(path)


SENDING = {"status": "verified", "host": "smtp.example.org", "port": 465, "security": "tls"}
SILENT = {"cause": "connection-timed-out", "title": "Nothing comes back"}


def test_what_differs_is_said_and_laid_side_by_side(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = saved(tmp_path, "home", verdict="works", outgoing=SENDING, open_ports=[465, 993])
    hotel = saved(tmp_path, "hotel", verdict="fails", diagnoses=[SILENT], open_ports=[993], blocked_ports=[465, 587])
    assert run(report, "compare", hotel, home) == 0
    told = capsys.readouterr().out
    assert "It works from home and not from hotel: the account is good; the network of hotel is in the way" in told
    rows = {line.split("  ")[0]: line for line in told.splitlines()}
    assert rows["Verdict"].split()[1:] == ["fails", "works"]
    assert rows["Ports that stayed silent"].rstrip().endswith("-")
    assert "465, 587" in rows["Ports that stayed silent"]
    assert "verified at smtp.example.org:465/tls" in rows["Sending"]


def test_the_same_failure_everywhere_is_no_networks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = [saved(tmp_path, name, verdict="fails", diagnoses=[SILENT]) for name in ("home", "phone")]
    assert run(report, "compare", *files, "--json") == 0
    document = json.loads(capsys.readouterr().out)
    assert document["says"].startswith("It fails everywhere for the same reason")
    assert document["rows"]["Cause"] == {"home": "connection-timed-out", "phone": "connection-timed-out"}


@pytest.mark.parametrize(
    ("names", "sentence"),
    [(("home",), "two reports or more"), (("home", "home"), "different names")],
)
def test_what_cannot_be_compared_is_said(names: tuple[str, ...], sentence: str, tmp_path: Path) -> None:
    files = [saved(tmp_path, name, verdict="fails") for name in names]
    with pytest.raises(UsageError, match=sentence):
        run(report, "compare", *files)


def test_words_of_a_stranger_are_inert(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = saved(tmp_path, "bad", verdict="\x1b[2J", diagnoses=[{"cause": "\u202e", "title": ["x"]}], outgoing="no")
    good = saved(tmp_path, "good", verdict="works")
    assert run(report, "compare", bad, good) == 0
    told = capsys.readouterr().out
    assert "\x1b" not in told
    assert "\u202e" not in told
