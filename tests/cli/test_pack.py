"""A pack is begun, checked and found."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.setup.test_pack_signature import made_key
from wizard import assets, installed_packs, policy
from wizard.cli.main import main
from wizard.setup import pack as setup_pack

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
        "ok    not signed",
        "ok    targets: thunderbird, outlook",
        "ok    provider: Example organisation (example.org)",
    ]
    archive = shutil.make_archive(str(tmp_path / "ours"), "zip", tmp_path, "ours")
    assert main(["pack", "check", archive, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["faults"] == []
    assert main(["presets", "list", "Example organisation", "--pack", archive]) == 0
    assert "imap.example.org:993" in capsys.readouterr().out


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="the shell's limit of a file's size stands for a full disk")
def test_a_pack_that_a_full_disk_stopped_can_be_begun_again(tmp_path: Path) -> None:
    command = f"{sys.executable} -m wizard pack new {tmp_path / 'ours'} --name Us"
    for limit, code, told in (("ulimit -f 0; ", 2, "helpdesk.toml cannot be written: File too large."), ("", 0, "")):
        done = subprocess.run(
            ["bash", "-c", f"{limit}{command}"], capture_output=True, text=True, timeout=60, check=False
        )
        assert (done.returncode, told in done.stderr) == (code, True), done


def test_the_schedule_of_a_pack_is_told_by_its_check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "ours"
    assert main(["pack", "new", str(folder), "--name", "Us"]) == 0
    capsys.readouterr()
    file = folder / "helpdesk.toml"
    begun = file.read_text("utf-8")
    for lines, told in (
        ("[schedule] every", "schedule: every 6h"),
        ("[schedule] every locked", "schedule: every 6h (locked)"),
        ("[schedule] never", "schedule: never"),
    ):
        text = begun.replace("# [schedule]", "[schedule]").replace("# every = ", "every = ")
        text = text.replace("# locked = true", "locked = true") if "locked" in lines else text
        text = text.replace('every = "6h"', 'every = "never"') if "never" in lines else text
        file.write_text(text, "utf-8")
        assert main(["pack", "check", str(folder)]) == 0
        assert f"ok    {told}" in capsys.readouterr().out.splitlines()


def test_a_pack_is_signed_checked_and_wanted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, key = tmp_path / "ours", tmp_path / "key"
    made_key(key)
    assert main(["pack", "new", str(folder), "--name", "Us"]) == 0
    assert "ok    not signed\n" in capsys.readouterr().out
    assert main(["pack", "sign", str(folder)]) == 2
    assert "pack sign needs the pack, and --key" in capsys.readouterr().err
    assert main(["pack", "sign", str(folder), "--key", str(key)]) == 0
    out = capsys.readouterr().out
    assert out.splitlines()[0] == f"2 files are signed: {folder / 'signature.txt'}"
    signer = out.split()[-1]
    assert signer.startswith("SHA256:")
    assert main(["pack", "check", str(folder)]) == 0
    assert f"ok    signed with the key {signer}\n" in capsys.readouterr().out
    archive = shutil.make_archive(str(tmp_path / "ours"), "zip", tmp_path, "ours")
    assert main(["pack", "check", archive]) == 0
    assert f"ok    signed with the key {signer}\n" in capsys.readouterr().out

    (folder / "helpdesk.toml").write_text('[helpdesk]\nname = "Them"\n', "utf-8")
    assert main(["pack", "check", str(folder)]) == 1
    assert capsys.readouterr().out.startswith("wrong The signature of the helpdesk pack ours does not fit: ")
    assert main(["discover", "ada@example.org", "--ask-nobody", "--pack", str(folder)]) == 2
    assert "does not fit: the pack was changed after it was signed" in capsys.readouterr().err

    assert main(["pack", "sign", str(folder), "--key", str(key), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document == {
        "schema": "mailwright/pack-sign/1",
        "file": str(folder / "signature.txt"),
        "key": signer,
        "files": 2,
    }
    assert main(["pack", "check", str(folder)]) == 0

    monkeypatch.setattr(setup_pack, "policy", lambda name: signer if name == "PackSigner" else None)
    capsys.readouterr()
    assert main(["pack", "check", str(folder)]) == 0
    (folder / "signature.txt").unlink()
    assert main(["pack", "check", str(folder)]) == 1
    assert "is not signed, and this computer takes signed packs only." in capsys.readouterr().out
    for command in ("discover", "check"):
        words = [command, "ada@example.org", "--ask-nobody", "--pack", f"{folder}{os.sep}."]
        assert main(words) == 2
        assert "is not signed, and this computer takes signed packs only." in capsys.readouterr().err
    assert main(["pack"]) == 0
    assert capsys.readouterr().out.endswith(f"Only packs signed with one of these keys count here: {signer}\n")


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
    monkeypatch.setattr(policy, "MANAGED", managed)
    assert installed_packs.installed_packs() == (EXAMPLE,)
    managed.write_bytes(b"no plist")
    assert installed_packs.installed_packs() == (tmp_path / "pack",)
