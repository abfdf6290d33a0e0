"""A pack is begun, checked and found."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest

from wizard import assets, installed_packs
from wizard.cli.main import main

EXAMPLE = assets.resources() / "pack-example"


def test_a_pack_is_begun_and_is_right_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "ours"
    words = ["pack", "new", str(folder), "--name", 'The "A" team', "--phone", "+1 202 555 0143"]
    assert main(words) == 0
    out = capsys.readouterr().out
    assert out.startswith('ok    helpdesk: The "A" team, +1 202 555 0143\n')
    assert main(words) == 2
    assert "is there already" in capsys.readouterr().err
    # What its own page says comes next.
    (folder / "presets" / "README.txt").rename(folder / "presets" / "example-org.toml")
    (folder / "helpdesk.toml").write_text((folder / "helpdesk.toml").read_text().replace("# targets", "targets"))
    assert main(["pack", "check", str(folder)]) == 0
    assert capsys.readouterr().out.splitlines()[1:] == [
        "ok    targets: thunderbird, outlook",
        "ok    provider: Example organisation (example.org)",
    ]
    archive = shutil.make_archive(str(tmp_path / "ours"), "zip", tmp_path, "ours")
    assert main(["pack", "check", archive, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["faults"] == []
    assert main(["presets", "list", "Example organisation", "--pack", archive]) == 0
    assert "imap.example.org:993" in capsys.readouterr().out


WRONG_SAMPLE = """\
title = "x"
why = "y"
[[match]]
text = "odd words"
[[remedy]]
id = "try-again"
say = "Again"
do = "try-again"
[[sample]]
text = "535 authentication failed"
"""


@pytest.mark.parametrize(
    ("file", "content", "told"),
    [
        ("helpdesk.toml", '[helpdesk]\nname = "Us"\nfax = "1"\n', "helpdesk.fax"),
        ("helpdesk.toml", '[window]\ntargets = ["eudora"]\n', "“eudora” is no target"),
        ("presets/example-org.toml", 'name = "x"\n', "example-org.toml"),
        ("diagnoses/auth/new-cause.toml", 'title = "x"\n', "new-cause.toml"),
        (
            "diagnoses/auth/new-cause.toml",
            'title = "x"\nwhy = "y"\n[[match]]\ntext = "odd words"\n[[remedy]]\nid = "try-again"\n'
            'say = "Again"\ndo = "try-again"\n[[sample]]\ntext = "535 authentication failed"\n',
            "new-cause",
        ),
    ],
)
def test_what_is_wrong_is_told_by_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], file: str, content: str, told: str
) -> None:
    folder = tmp_path / "ours"
    shutil.copytree(EXAMPLE, folder)
    (folder / file).parent.mkdir(parents=True, exist_ok=True)
    (folder / file).write_text(content, encoding="utf-8")
    assert main(["pack", "check", str(folder)]) == 1
    wrong = [line for line in capsys.readouterr().out.splitlines() if line.startswith("wrong")]
    assert len(wrong) == 1
    assert told in wrong[0]


def test_a_logo_must_be_a_picture(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "helpdesk.toml").write_text('[helpdesk]\nname = "Us"\nlogo = "logo.png"\n')
    (tmp_path / "logo.png").write_text("hello")
    assert main(["pack", "check", str(tmp_path)]) == 1
    assert "is no PNG" in capsys.readouterr().out


@pytest.mark.skipif(sys.platform != "linux", reason="the place is this system's")
def test_which_pack_counts_here(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_DIRS", str(tmp_path))
    assert main(["pack"]) == 0
    assert capsys.readouterr().out == "No pack is laid down on this computer.\n"
    (tmp_path / "mailwright").mkdir()
    archive = shutil.make_archive(str(tmp_path / "mailwright" / "pack"), "zip", EXAMPLE)
    assert main(["pack", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["packs"] == [archive]


def test_a_managed_mac_and_what_lies_beside_the_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import plistlib

    if sys.platform == "win32":
        pytest.skip("the registry says it there")
    monkeypatch.setenv("XDG_CONFIG_DIRS", str(tmp_path / "nowhere"))
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "mailwright"))
    assert installed_packs.installed_packs() == ()
    shutil.copytree(EXAMPLE, tmp_path / "pack")
    assert installed_packs.installed_packs() == (tmp_path / "pack",)
    managed = tmp_path / "managed.plist"
    managed.write_bytes(plistlib.dumps({"Pack": f"{EXAMPLE};{tmp_path / 'gone'}"}))
    monkeypatch.setattr(installed_packs, "MANAGED", managed)
    assert installed_packs.installed_packs() == (EXAMPLE,)
    managed.write_bytes(b"no plist")
    assert installed_packs.installed_packs() == (tmp_path / "pack",)
