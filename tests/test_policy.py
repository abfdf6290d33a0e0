"""What an administrator lays down for a whole computer (policy.py)."""

from __future__ import annotations

import plistlib
import shutil
import sys
from pathlib import Path

import pytest

from wizard import assets, policy
from wizard.cli.main import main

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="the registry says it there: tests/test_installed_packs.py"
)


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_DIRS", str(tmp_path))
    (tmp_path / "mailwright").mkdir()
    return tmp_path / "mailwright" / "policy.toml"


@pytest.mark.parametrize(
    ("content", "said", "is_on"),
    [
        ("NoUpdateCheck = true", "True", True),
        ("NoUpdateCheck = false", "False", False),
        ("NoUpdateCheck = 1", "1", True),
        ("NoUpdateCheck = 0", "0", False),
        ('NoUpdateCheck = ["a", "b"]', "a\nb", True),
        ("Pack = 'x'", None, False),
        ("what is this", None, False),
        (b"\xff\xfe".decode("latin-1"), None, False),
    ],
)
def test_a_file_says_it(file: Path, content: str, said: str | None, is_on: bool) -> None:
    file.write_text(content, "latin-1")
    assert policy.policy("NoUpdateCheck") == said
    assert policy.is_set("NoUpdateCheck") is is_on


def test_a_managed_mac_says_it(file: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    managed = tmp_path / "managed.plist"
    managed.write_bytes(plistlib.dumps({"NoUpdateCheck": True}))
    monkeypatch.setattr(policy, "MANAGED", managed)
    assert policy.is_set("NoUpdateCheck")
    managed.write_bytes(b"no property list")
    assert not policy.is_set("NoUpdateCheck")


def test_where_nothing_is_laid_down_nothing_is_said(file: Path) -> None:
    assert policy.policy("NoUpdateCheck") is None
    assert not policy.is_set("NoUpdateCheck")


@pytest.mark.parametrize("content", ["PackSigner = ", "what is this", "\xff"])
def test_where_policies_cannot_be_read_no_pack_is_taken(
    content: str, file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text(content, "latin-1")
    pack = shutil.copytree(assets.resources() / "pack-example", tmp_path / "pack")  # what was read once is remembered
    assert main(["explain", "535", "--pack", str(pack)]) == 2
    assert f"{file} cannot be read: no helpdesk pack is taken until they can." in capsys.readouterr().err
    assert main(["explain", "535"]) == 0  # who needs their mail and has no pack goes on
    file.write_text("")
    assert main(["explain", "535", "--pack", str(pack)]) == 0
