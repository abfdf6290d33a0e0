"""`mailwright presets` as it is typed."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import pytest

from wizard.cli import presets
from wizard.errors import UsageError

PRESET = """\
name = "Example Mail"
country = "WW"
category = "hoster"
status = "ok"
domains = ["example.org"]
checked = 2026-11-21
sources = ["https://mail.example.org/help"]

[smtp]
servers = ["smtp.example.org:465/tls"]
"""


def run(*words: str) -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--json", action="store_true")
    presets.add_arguments(parser)
    return presets.run(parser.parse_args(words))


def run_json(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, Any]:
    code = run(*words, "--json")
    return code, json.loads(capsys.readouterr().out)


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    folder = tmp_path / "pack"
    folder.mkdir()
    (folder / "example.toml").write_text(PRESET, "utf-8")
    return folder


def test_the_list_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    code, document = run_json(capsys)
    assert code == 0
    assert len(document["presets"]) >= 220
    gmail = next(each for each in document["presets"] if each["id"] == "gmail")
    assert (gmail["name"], gmail["country"], gmail["category"]) == ("Gmail", "WW", "freemail")
    assert gmail["status"] == "preparation"
    assert gmail["domains"] == ["gmail.com", "googlemail.com"]
    assert gmail["servers"][0]["host"] == "imap.gmail.com"


def test_the_list_for_people_is_by_country(capsys: pytest.CaptureFixture[str]) -> None:
    assert run() == 0
    lines = capsys.readouterr().out.splitlines()
    countries = [line.split()[0] for line in lines]
    assert countries == sorted(countries)
    assert "AT" in countries


def test_one_provider_is_shown_in_full(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("ada@gmail.com") == 0
    shown = capsys.readouterr().out
    assert shown.startswith("Gmail  (gmail, WW, freemail, preparation)")
    assert "Google wants an app password, not your everyday one." in shown
    assert "  1. Open myaccount.google.com/apppasswords" in shown
    assert "smtp.gmail.com:465/tls" in shown


def test_nothing_found_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("no", "such", "thing") == 0
    assert capsys.readouterr().out == "No preset matches “no such thing”.\n"


def test_a_pack_is_listed(capsys: pytest.CaptureFixture[str], pack: Path) -> None:
    _, document = run_json(capsys, "example.org", "--pack", str(pack))
    assert [each["id"] for each in document["presets"]] == ["example"]


def test_check_says_valid_or_names_file_and_key(capsys: pytest.CaptureFixture[str], pack: Path) -> None:
    good = pack / "example.toml"
    assert run("check", str(good)) == 0
    assert capsys.readouterr().out == "example.toml: valid\n"
    good.write_text(PRESET.replace("hoster", "shop"), "utf-8")
    other = pack / "other.toml"
    other.write_text(PRESET, "utf-8")
    assert run("check", str(good), str(other)) == 1
    wrong, right = capsys.readouterr().out.splitlines()
    assert wrong.startswith("example.toml: category: ")
    assert right == "other.toml: valid"
    code, document = run_json(capsys, "check", str(good), str(other))
    assert (code, document) == (1, {"valid": ["other"], "faults": [wrong]})
    with pytest.raises(UsageError):
        run("check")


def test_diff_prints_differences_and_exits_1(capsys: pytest.CaptureFixture[str], pack: Path, tmp_path: Path) -> None:
    theirs = tmp_path / "ispdb"
    theirs.mkdir()
    (theirs / "example.org").write_text(
        '<clientConfig><emailProvider id="example.org"><domain>example.org</domain><outgoingServer type="smtp">'
        "<hostname>smtp.example.org</hostname><port>587</port><socketType>STARTTLS</socketType>"
        "<username>%EMAILADDRESS%</username></outgoingServer></emailProvider></clientConfig>",
        "utf-8",
    )
    code, document = run_json(capsys, "diff", "--against", str(theirs), "--pack", str(pack))
    assert code == 1
    assert document["differences"] == [
        {
            "file": "example.org",
            "provider": "example",
            "what": "smtp",
            "preset": "smtp.example.org:465/tls",
            "theirs": "smtp.example.org:587/starttls",
        }
    ]
    with pytest.raises(UsageError):
        run("diff")
