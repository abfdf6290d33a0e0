"""A pack that the administrator laid down counts without an option (installed_packs.py)."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from wizard.cli.main import main
from wizard.installed_packs import installed_packs

EXAMPLE = Path(__file__).resolve().parents[1] / "resources" / "pack-example"


def _lay_down(pack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """As an administrator does; the path it then has."""
    if sys.platform == "win32":
        import winreg

        with winreg.CreateKey(winreg.HKEY_CURRENT_USER, r"Software\Mailwright") as key:
            winreg.SetValueEx(key, "Pack", 0, winreg.REG_SZ, str(pack))
        return pack
    if sys.platform == "darwin":
        pytest.skip("its place is the same for every program")
    monkeypatch.setenv("XDG_CONFIG_DIRS", str(tmp_path))
    shutil.copytree(pack, tmp_path / "mailwright" / "pack")
    return tmp_path / "mailwright" / "pack"


def test_it_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = _lay_down(EXAMPLE, tmp_path, monkeypatch)
    assert installed_packs() == (path,)


def test_its_presets_are_the_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _lay_down(EXAMPLE, tmp_path, monkeypatch)
    main(["discover", "ada@example.org", "--ask-nobody", "--json"])
    assert '"source": "pack"' in capsys.readouterr().out


def test_a_pack_out_of_reach_holds_nobody_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = _lay_down(EXAMPLE, tmp_path, monkeypatch)
    if sys.platform == "win32":
        import winreg

        with winreg.OpenKey(winreg.HKEY_CURRENT_USER, r"Software\Mailwright", access=winreg.KEY_WRITE) as key:
            winreg.SetValueEx(key, "Pack", 0, winreg.REG_SZ, str(tmp_path / "gone"))
    else:
        shutil.rmtree(path)
    assert installed_packs() == ()
