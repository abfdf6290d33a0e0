"""What this user may not open, as after a `sudo` that left root's files in a home: a sentence, and the rest goes on."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.lab.users import bound_by_modes
from wizard.cli.main import main

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="there the folder's own rules say who may open it"),
]

ADDRESS = "ada@all-well.example"
PRACTICE = (ADDRESS, "--practice", "--password-env", "PASSWORD", "--quiet")
NOWHERE = ("check", "ada@example.org", "--ask-nobody", "--nameserver", "127.0.0.1:1", "--password-env", "PASSWORD")
EXAMPLE = Path(__file__).parents[2] / "resources" / "pack-example"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with an account saved in it."""
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("config", "data", "state", "cache"):
        (tmp_path / name).mkdir()
        monkeypatch.setenv(f"XDG_{name.upper()}_HOME", str(tmp_path / name))
    monkeypatch.setenv("PASSWORD", "practice-all-well")
    assert main(["accounts", "add", *PRACTICE, "--without-password"]) == 0
    return tmp_path


@contextmanager
def locked(place: Path, mode: int = 0) -> Iterator[None]:
    """The place has this mode."""
    before = place.stat().st_mode
    place.chmod(mode)
    try:
        yield
    finally:
        place.chmod(before)


def run(*words: str) -> tuple[int, str, str]:
    """Exit code, output and errors of the program, held to the modes of files."""
    done = subprocess.run(
        bound_by_modes(sys.executable, "-m", "wizard", *words),
        capture_output=True, text=True, timeout=60, check=False, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="the places are the freedesktop's")
def test_a_locked_folder_of_settings(home: Path) -> None:
    unit = home / "config" / "systemd" / "user" / "mailwright-check.service"
    with locked(home / "config"):
        for words in ((), ("--off",)):
            assert run("accounts", "schedule", *words) == (
                2,
                "",
                f"mailwright: “{unit}” cannot be read: Permission denied.\n",
            )
        assert run("import")[0] == 0
        assert run("handover", "msmtp", "--account", ADDRESS, "--install")[0] == 0
        code, _, err = run("handover", "evolution", "--account", ADDRESS, "--install")
    assert (code, "Permission denied" in err) == (1, True)
    assert "smtp.all-well.example" in (home / ".msmtprc").read_text()


def test_a_budget_that_cannot_be_kept_holds_for_the_run(home: Path) -> None:
    (home / "state" / "mailwright" / "sign-ins").mkdir(parents=True)
    for place in (home / "state" / "mailwright" / "sign-ins", home / "state"):
        with locked(place):
            code, out, _ = run(*NOWHERE, "--json", "--quiet")
        assert (code, json.loads(out)["verdict"]) == (1, "fails")


def test_what_a_check_could_not_note_is_told(home: Path) -> None:
    with locked(home / "data" / "mailwright", 0o500):
        code, out, _ = run("accounts", "check", *PRACTICE)
        (note,) = out.splitlines()[1:]
        assert (code, note) == (
            0,
            f"  Note: The accounts could not be saved in {home}/data/mailwright/accounts.json: Permission denied.",
        )
        code, out, _ = run("accounts", "check", *PRACTICE, "--json")
    (shown,) = json.loads(out)["accounts"]
    assert (code, f"  Note: {shown['note']}") == (0, note)


def test_an_account_that_cannot_be_kept_is_still_told_to_work(home: Path) -> None:
    with locked(home / "data" / "mailwright", 0o500):
        code, out, err = run("accounts", "add", *PRACTICE, "--without-password")
        assert (code, "could not be saved in" in err) == (2, True)
        assert out.startswith("ada@all-well.example: Sending and receiving work.")
        assert "Saved" not in out
        code, out, err = run("accounts", "add", *PRACTICE, "--without-password", "--json")
    document = json.loads(out)
    assert (code, document["saved"], document["check"]["verdict"]) == (2, False, "works")
    assert "could not be saved in" in err


@pytest.mark.parametrize("command", [("check",), ("accounts", "check")], ids=" ".join)
@pytest.mark.parametrize("option", ["--report", "--metrics", "--junit", "--json-log"])
def test_a_file_that_cannot_be_written_is_wrong_input_and_the_check_is_told(
    command: tuple[str, ...], option: str, home: Path
) -> None:
    (home / "out").mkdir()
    for mode in (0, 0o500):
        with locked(home / "out", mode):
            code, out, err = run(*command, *PRACTICE, option, str(home / "out" / "it.txt"))
        assert (code, ADDRESS in out) == (2, True)
        assert "it.txt" in err
        assert "Permission denied" in err


def test_a_locked_cache_is_told_where_a_pack_is_to_be_unpacked(home: Path) -> None:
    pack = shutil.make_archive(str(home / "pack"), "zip", EXAMPLE)
    with locked(home / "cache"):
        told = "mailwright: The helpdesk pack pack.zip cannot be unpacked: Permission denied.\n"
        assert run("explain", "535 no", "--pack", pack) == (2, "", told)


def test_where_no_keyring_is_safe_it_is_told_what_can_be_kept(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As for whoever comes through ssh, or starts it from cron."""
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    code, out, err = run("accounts", "add", *PRACTICE)
    assert code == 1
    assert out.startswith("ada@all-well.example: Sending and receiving work.")
    assert err.startswith("mailwright: This computer has no safe keyring for the password")
    assert err.endswith(" With --without-password the settings alone are kept.\n")


HOMELESS = """
import pwd, sys
def nobody(uid):
    raise KeyError(uid)  # the system knows no such user
pwd.getpwuid = nobody
from wizard.__main__ import main
sys.exit(main())
"""


def test_a_user_without_a_home_checks_and_is_told_that_nothing_can_be_kept() -> None:
    """As whoever a container or a service runs as: no entry in the list of users, and no HOME."""
    environment = {name: value for name, value in os.environ.items() if name != "HOME" and not name.startswith("XDG_")}
    environment["PASSWORD"] = "practice-all-well"

    def homeless(*words: str) -> tuple[int, str]:
        done = subprocess.run(
            bound_by_modes(sys.executable, "-c", HOMELESS, *words), env=environment,
            capture_output=True, text=True, timeout=60, check=False, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        assert "Traceback" not in done.stderr
        return done.returncode, done.stdout + done.stderr

    assert homeless("check", *PRACTICE)[0] == 0
    code, told = homeless("accounts")
    assert (code, told) == (0, "No account is saved.\n")
    assert homeless("import")[0] == 0
    assert homeless("accounts", "schedule")[0] == 0
