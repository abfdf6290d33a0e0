"""Packages: Windows gets its own wheels, releases run the actions that were looked at, nothing inside is unnamed."""

from __future__ import annotations

import ast
import hashlib
import os
import re
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

CHECKOUT = Path(__file__).resolve().parents[1]
LOCK = CHECKOUT / "packaging" / "requirements" / "run.txt"
pytestmark = pytest.mark.skipif(not LOCK.exists(), reason="an installed copy has no packaging folder")


def _script(name: str) -> dict[str, Any]:
    return runpy.run_path(str(CHECKOUT / "packaging" / name))


@pytest.mark.slow
@pytest.mark.parametrize(("python", "needs_backport"), [("3.11", True), ("3.13", False)])
def test_windows_gets_its_own_packages_and_no_others(python: str, needs_backport: bool) -> None:
    chosen = _script("windows/locked.py")["windows_packages"](LOCK.read_text("utf-8"), python)
    names = re.findall(r"^([a-z0-9-]+)==", chosen, re.MULTILINE)
    assert "pywin32-ctypes" in names
    assert "secretstorage" not in names
    assert ("importlib-metadata" in names) is needs_backport
    assert ";" not in chosen
    assert chosen.count("--hash=sha256:") >= len(names)


def test_what_is_imported_by_tests_that_run_on_windows_is_there() -> None:
    """A file that cannot be imported there costs its whole folder: no test of it runs."""
    missing = {"curses", "fcntl", "grp", "posix", "pty", "pwd", "readline", "resource", "syslog", "termios", "tty"}
    folders = (*_script("windows/test.py")["FOLDERS"], "gui", "lab")
    found = [
        f"{path.relative_to(CHECKOUT)}:{node.lineno}"
        for folder in folders
        for path in (CHECKOUT / "tests" / folder).rglob("*.py")
        for node in ast.parse(path.read_text("utf-8")).body  # what stands in a function or below a condition may ask
        if isinstance(node, ast.Import | ast.ImportFrom)
        and missing & {getattr(node, "module", None), *(alias.name for alias in node.names)}
    ]
    assert found == []


def test_the_bill_of_materials_names_every_locked_package() -> None:
    document = _script("sbom.py")["document"]()
    listed = {one["name"] for one in document["components"]}
    assert listed == set(re.findall(r"^([A-Za-z0-9._-]+)==", LOCK.read_text("utf-8"), re.MULTILINE))
    assert all(one["externalReferences"] for one in document["components"])


@pytest.mark.parametrize("workflow", ["ci.yml", "release.yml"])
def test_a_workflow_runs_the_actions_that_were_looked_at(workflow: str) -> None:
    text = (CHECKOUT / ".github" / "workflows" / workflow).read_text("utf-8")
    used = re.findall(r"uses: *(\S+)", text)
    assert used
    assert [one for one in used if not re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", one)] == []


def test_no_two_programs_of_a_bundle_differ_by_case_alone() -> None:
    """macOS takes Mailwright and mailwright for the same file."""
    names = re.findall(
        r'^ +name="([\w-]+)"', (CHECKOUT / "packaging" / "mailwright.spec").read_text("utf-8"), re.MULTILINE
    )
    assert len(names) > 1
    assert len({name.lower() for name in names}) == len(names)


def test_a_manifest_names_the_files_of_the_release_and_their_digests(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script = _script("manifests.py")
    version = script["program_version"]()
    names = ("windows-x64-setup.exe", "windows-x64.msi", "macos-arm64.dmg", "linux-x86_64.tar.xz")
    files = [tmp_path / f"Mailwright-{version}-{name}" for name in names]
    for file in files:
        file.write_bytes(file.name.encode())
    base = "https://releases.example.org/v1"
    script["main"](tmp_path, base, tmp_path / "made")
    made = {
        path.relative_to(tmp_path / "made").as_posix(): path.read_text("utf-8")
        for path in (tmp_path / "made").rglob("*.*")
        if path.is_file()
    }
    assert sorted(made) == sorted(
        capsys.readouterr().out.replace(f"{tmp_path / 'made'}{os.sep}", "").replace(os.sep, "/").splitlines()
    )
    told = "\n".join(made.values())
    for file in files:
        assert told.count(f"{base}/{file.name}") == (2 if file.suffix == ".exe" else 1)
        assert re.search(hashlib.sha256(file.name.encode()).hexdigest(), told, re.IGNORECASE)
    assert len({name.split("/")[0] for name in made}) == 3
    assert "@VERSION@" not in told
    assert f"ProductCode: '{_script('windows/msi.py')['identity'](f'product {version}')}'" in told


def test_a_manifest_is_written_of_no_other_version(tmp_path: Path) -> None:
    (tmp_path / "Mailwright-0.0.0-macos-arm64.dmg").touch()
    with pytest.raises(SystemExit, match="no file of version"):
        _script("manifests.py")["main"](tmp_path, "https://releases.example.org", tmp_path / "made")


@pytest.mark.parametrize(
    ("module", "folder"), [("wizard.diagnosis.catalogue", "diagnoses"), ("wizard.discovery.preset_index", "presets")]
)
def test_what_is_compiled_is_the_same_on_every_computer(module: str, folder: str) -> None:
    code = (
        f"import sys, {module} as made_by; from wizard import assets; "
        f"sys.stdout.reconfigure(encoding='utf-8'); print(made_by.compiled(assets.resources() / {folder!r}))"
    )
    written = [
        subprocess.run(
            [sys.executable, "-c", code], env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("1", "2")
    ]
    assert written[0] == written[1]
