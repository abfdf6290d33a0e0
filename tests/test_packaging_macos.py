"""The app for macOS: what its Info.plist says, and in which order what is inside is signed and notarised.

Nothing of Apple's is here. The real script runs; codesign, xcrun, ditto, hdiutil and file are stand-ins that write
down what they were asked.
"""

from __future__ import annotations

import os
import runpy
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[1]
MACOS = CHECKOUT / "packaging" / "macos"
pytestmark = [
    pytest.mark.skipif(not MACOS.exists(), reason="an installed copy has no packaging folder"),
    pytest.mark.skipif(sys.platform == "win32", reason="the script is bash's"),
]
APP = "dist/Mailwright.app"
MACH_O = (
    "Contents/Frameworks/libssl.3.dylib",
    "Contents/Frameworks/PySide6/QtCore.abi3.so",
    "Contents/Frameworks/PySide6/Qt/lib/QtCore.framework/Versions/A/QtCore",
    "Contents/Frameworks/Python",  # no ending says what it is
)
PROGRAMS = ("Contents/MacOS/mailwright", "Contents/MacOS/mailwright-gui")
TEXTS = ("Contents/Resources/resources/notes.txt", "Contents/Info.plist")
STAND_IN = """#!/bin/bash
name=$(basename "$0")
echo "$name $*" >>"$CALLS"
case "$name $*" in
file*) grep -q "^Mach-O" "${@: -1}" && echo "Mach-O 64-bit executable arm64" || echo "ASCII text" ;;
"xcrun notarytool submit"*) echo "{\\"id\\":\\"2efe2717\\",\\"status\\":\\"$ACCEPTED\\"}" ;;
"xcrun notarytool log"*) echo "The signature of the binary is invalid." ;;
ditto\\ -c*) touch "${@: -1}" ;;
ditto*) cp -R "$1" "$2" ;;
hdiutil*) touch "${@: -1}" ;;
codesign*) [[ "${@: -1}" != *"${REFUSED:-nothing is refused}" ]] ;;
esac
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with an app as PyInstaller lays it out, and the stand-ins."""
    for folder in ("packaging/macos", "wizard"):
        (tmp_path / folder).mkdir(parents=True)
    for name in ("build-dmg.sh", "entitlements.plist"):
        shutil.copy(MACOS / name, tmp_path / "packaging/macos" / name)
    (tmp_path / "wizard/__init__.py").write_text('__version__ = "1.2.3"\n')
    for inside in (*MACH_O, *PROGRAMS, *TEXTS):
        path = tmp_path / APP / inside
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("Mach-O" if inside not in TEXTS else "text")
    (tmp_path / "bin").mkdir()
    for name in ("codesign", "xcrun", "ditto", "hdiutil", "file"):
        stand_in = tmp_path / "bin" / name
        stand_in.write_text(STAND_IN)
        stand_in.chmod(0o755)
    (tmp_path / "bin/uname").write_text("#!/bin/sh\necho arm64\n")
    (tmp_path / "bin/uname").chmod(0o755)
    return tmp_path


def _build(checkout: Path, **variables: str) -> tuple[subprocess.CompletedProcess[str], list[str]]:
    calls = checkout / "calls"
    calls.touch()
    environment = {"PATH": f"{checkout / 'bin'}:{os.environ['PATH']}", "CALLS": str(calls), "ACCEPTED": "Accepted"}
    done = subprocess.run(
        ["bash", "packaging/macos/build-dmg.sh"],
        cwd=checkout,
        env={**environment, **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    return done, [line for line in calls.read_text().splitlines() if not line.startswith("file ")]


def _signed(calls: list[str]) -> list[str]:
    """What was signed, in order."""
    return [line.rpartition(" ")[2] for line in calls if line.startswith("codesign --force")]


def test_everything_that_runs_is_signed_from_the_inside_out(checkout: Path) -> None:
    done, calls = _build(checkout, SIGN_IDENTITY="Developer ID Application: Example")
    assert done.returncode == 0, done.stderr
    signed = _signed(calls)
    framework = f"{APP}/Contents/Frameworks/PySide6/Qt/lib/QtCore.framework"
    image = "dist/Mailwright-1.2.3-macos-arm64.dmg"
    assert set(signed[:4]) == {f"{APP}/{one}" for one in MACH_O}
    assert signed[4] == framework
    assert set(signed[5:7]) == {f"{APP}/{one}" for one in PROGRAMS}
    assert signed[7:] == [APP, image]
    orders = [line for line in calls if line.startswith("codesign --force")]
    assert all("--options runtime --timestamp --sign Developer ID Application: Example" in line for line in orders)
    assert ["--entitlements" in line for line in orders] == [False] * 5 + [True] * 3 + [False]
    assert (checkout / image).exists()


def test_without_an_identity_the_image_is_made_unsigned(checkout: Path) -> None:
    done, calls = _build(checkout)
    assert done.returncode == 0, done.stderr
    assert _signed(calls) == []
    assert [line.split()[0] for line in calls] == ["ditto", "hdiutil"]
    assert (checkout / "build/dmg/Applications").is_symlink()
    assert os.readlink(checkout / "build/dmg/Applications") == "/Applications"


def test_what_apple_accepts_is_stapled_the_app_before_its_image(checkout: Path) -> None:
    done, calls = _build(checkout, SIGN_IDENTITY="Example", NOTARY_PROFILE="example")
    assert done.returncode == 0, done.stderr
    submitted = [line.split()[3] for line in calls if "notarytool submit" in line]
    stapled = [line.split()[3] for line in calls if "stapler staple" in line]
    assert submitted == ["build/notarize.zip", "dist/Mailwright-1.2.3-macos-arm64.dmg"]
    assert stapled == [APP, "dist/Mailwright-1.2.3-macos-arm64.dmg"]
    assert calls.index(f"xcrun stapler validate {APP}") < next(
        number for number, line in enumerate(calls) if line.startswith("hdiutil")
    )


def test_what_apple_refuses_ends_the_build_with_apples_log(checkout: Path) -> None:
    done, calls = _build(checkout, SIGN_IDENTITY="Example", NOTARY_PROFILE="example", ACCEPTED="Invalid")
    assert done.returncode == 1
    assert "The signature of the binary is invalid." in done.stderr
    assert "xcrun notarytool log 2efe2717 --keychain-profile example" in calls
    assert not [line for line in calls if "stapler" in line or line.startswith("hdiutil")]


@pytest.mark.parametrize("refused", [MACH_O[0], MACH_O[2], PROGRAMS[0], "Mailwright.app"])
def test_what_cannot_be_signed_ends_the_build(checkout: Path, refused: str) -> None:
    done, calls = _build(checkout, SIGN_IDENTITY="Example", REFUSED=refused)
    assert done.returncode != 0
    assert not [line for line in calls if line.startswith("hdiutil")]


@pytest.mark.parametrize("version", ["1.2.3", "1.2.3rc1", "1.2.3.dev4"])
def test_the_info_plist_says_what_macos_asks_for(version: str) -> None:
    entries = runpy.run_path(str(MACOS / "info_plist.py"))["entries"](version)
    # Apple, CFBundleVersion: one to three numbers, separated by dots.
    assert entries["CFBundleVersion"] == entries["CFBundleShortVersionString"] == "1.2.3"
    assert entries["CFBundleExecutable"] in {Path(one).name for one in PROGRAMS}
    assert entries["LSBackgroundOnly"] is False
    assert entries["LSMinimumSystemVersion"] == "13.0"
    assert "mail server" in entries["NSLocalNetworkUsageDescription"]
    assert entries["NSHumanReadableCopyright"].startswith("The Mailwright authors")


def test_a_version_without_numbers_has_no_info_plist() -> None:
    with pytest.raises(ValueError, match="begins with no number"):
        runpy.run_path(str(MACOS / "info_plist.py"))["entries"]("rc1")
