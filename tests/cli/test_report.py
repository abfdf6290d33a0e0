from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.commands import run
from tests.handover.accounts import diagnosis_document, failed
from wizard.cli import report
from wizard.cli.main import main
from wizard.errors import UsageError
from wizard.handover.report import report_document, write_report


@pytest.fixture
def saved(tmp_path: Path) -> str:
    path = tmp_path / "report.json"
    write_report(path, report_document(failed("\x1b[2J gone"), diagnosis_document=diagnosis_document))
    return str(path)


def test_a_saved_report_is_shown_as_text(saved: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(report, "open", saved) == 0
    out = capsys.readouterr().out
    assert "It does not work yet." in out
    assert "535" in out
    assert "\x1b" not in out


def test_json_gives_the_document_back(saved: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(report, "open", saved, "--json") == 0
    assert json.loads(capsys.readouterr().out) == json.loads(Path(saved).read_text())


def test_another_file_is_refused_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text("{}")
    with pytest.raises(UsageError, match="not a report"):
        run(report, "open", str(tmp_path / "x.json"))


@pytest.mark.slow
def test_check_saves_one_that_opens_again_by_its_case(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pack = tmp_path / "pack"
    pack.mkdir()
    (pack / "helpdesk.toml").write_text('[helpdesk]\nname = "Example helpdesk"\nphone = "+49 30 1234"\n')
    words = ["check", "ada@expired.example", "--practice", "--pack", str(pack), "--json", "--report"]
    folder = tmp_path / "reports"
    folder.mkdir()
    assert main([*words, str(folder)]) == 1
    checked = json.loads(capsys.readouterr().out)
    (path,) = folder.iterdir()
    assert path.name == f"mailwright-{checked['case']}.html"
    assert main(["report", "open", str(path)]) == 0
    text = capsys.readouterr().out
    assert "Phone  +49 30 1234" in text
    assert "a***@expired.example" in text
    assert "ada@expired.example" not in text
    assert main(["check", "ada@expired.example", "--practice", "--pack", str(pack), "--quiet"]) == 1
    assert capsys.readouterr().out.endswith("\n\nWhom to ask: Example helpdesk, +49 30 1234\n")
    assert main([*words, str(tmp_path / "r.html"), "--with-address"]) == 1
    capsys.readouterr()
    assert main(["report", "open", str(tmp_path / "r.html")]) == 0
    assert "ada@expired.example" in capsys.readouterr().out


@pytest.mark.slow
def test_check_writes_the_letter_where_something_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "letter.txt"
    assert main(["check", "ada@all-well.example", "--practice", "--quiet", "--letter", str(path)]) == 0
    assert not path.exists()
    assert main(["check", "ada@expired.example", "--practice", "--json", "--letter", str(path)]) == 1
    checked = json.loads(capsys.readouterr().out.splitlines()[-1])
    letter = path.read_text("utf-8")
    assert letter.startswith("Subject: Mail for ada@expired.example: The server's certificate ran out")
    assert f"Case: {checked['case']}\n" in letter
    texts = [remedy.get("text") for remedy in checked["diagnoses"][0]["remedies"]]
    assert letter in texts
