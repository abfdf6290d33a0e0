"""An account put into a program's own files, and taken out again: all that was there before stays as it was."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.handover.accounts import account, imap
from wizard.errors import HandoverError, UsageError
from wizard.handover.programs import thunderbird
from wizard.handover.programs.placing import Placed, running_program
from wizard.handover.programs.putting import Placement, can_be_placed, placement, record_name
from wizard.handover.programs.reading import read_back
from wizard.handover.targets import targets
from wizard.model.address import Address
from wizard.model.secret import Secret

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="these programs keep their files so on Linux")

PLACED = tuple(target.id for target in targets() if can_be_placed(target.id) and target.id != "autoconfig-xml")
BLOCKS = {"msmtp": ".msmtprc", "mbsync": ".mbsyncrc", "neomutt": ".muttrc", "git": ".gitconfig"}


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder / ".config"))
    return folder


def placed(tmp_path: Path, target: str) -> Placed:
    return Placed(tmp_path / "records", record_name(target, account()))


def everything(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {
        str(path.relative_to(folder)): (path.read_bytes(), path.stat().st_mode)
        for path in folder.rglob("*")
        if path.is_file()
    }


def quiet(made: Placement) -> Placement:
    """Without the look for a running program: whoever runs the tests may read mail meanwhile."""
    return Placement(made.parts, made.then)


def test_the_programs_that_can_be_set_up() -> None:
    assert PLACED == ("thunderbird", "evolution", "claws", "msmtp", "neomutt", "git", "mbsync")


@pytest.mark.parametrize("target", PLACED)
def test_put_in_place_read_back_and_taken_out_without_a_trace(target: str, tmp_path: Path, home: Path) -> None:
    record = placed(tmp_path, target)
    assert read_back(target, account()) is None
    paths = record.put(quiet(placement(target, account())))
    assert paths
    assert all(path.is_file() for path in paths)
    assert read_back(target, account()) == ()
    assert read_back(target, account(incoming=imap(port=1993), outgoing=None)) in (
        (),
        ("Receiving: port is 993, proven was 1993",),
    )
    assert placed(tmp_path, target).exists
    assert record.undo() == ()
    assert everything(home) == {}
    assert not placed(tmp_path, target).exists
    assert read_back(target, account()) is None


@pytest.mark.parametrize("target", BLOCKS)
def test_what_a_person_wrote_there_stays_byte_for_byte(target: str, tmp_path: Path, home: Path) -> None:
    mine = home / BLOCKS[target]
    mine.write_bytes(b"# mine\n\n# without an end of line: \xc3\xbc")
    mine.chmod(0o640)
    before = everything(home)
    record = placed(tmp_path, target)
    record.put(quiet(placement(target, account())))
    assert mine.read_bytes().startswith(b"# mine\n\n# without an end of line: \xc3\xbc\n\n# >>> Mailwright: ")
    assert read_back(target, account()) == ()
    record.undo()
    assert everything(home) == before


@pytest.mark.parametrize("target", BLOCKS)
def test_what_is_changed_after_us_stays_too(target: str, tmp_path: Path, home: Path) -> None:
    mine = home / BLOCKS[target]
    mine.write_text("# first\n")
    record = placed(tmp_path, target)
    record.put(quiet(placement(target, account())))
    mine.write_text(f"{mine.read_text()}# later\n")
    record.undo()
    assert [line for line in mine.read_text().splitlines() if line] == ["# first", "# later"]


@pytest.mark.parametrize("target", PLACED)
def test_put_twice_is_put_once(target: str, tmp_path: Path, home: Path) -> None:
    record = placed(tmp_path, target)
    record.put(quiet(placement(target, account())))
    once = everything(home)
    if target == "claws":
        with pytest.raises(HandoverError, match="in use here already"):
            placement(target, account())
    else:
        record.put(quiet(placement(target, account())))
        assert everything(home) == once


def test_two_accounts_stand_beside_each_other(tmp_path: Path, home: Path) -> None:
    eve = account(address=Address.parse("eve@example.net"))
    first, second = placed(tmp_path, "msmtp"), Placed(tmp_path / "records", record_name("msmtp", eve))
    first.put(quiet(placement("msmtp", account())))
    second.put(quiet(placement("msmtp", eve)))
    assert read_back("msmtp", account()) == ()
    assert read_back("msmtp", eve) == ()
    first.undo()
    assert read_back("msmtp", account()) is None
    assert read_back("msmtp", eve) == ()


def test_a_file_of_somebody_else_is_not_replaced(tmp_path: Path, home: Path) -> None:
    made = quiet(placement("evolution", account()))
    path = made.parts[1].path
    path.parent.mkdir(parents=True)
    path.write_text("somebody's")
    before = everything(home)
    with pytest.raises(HandoverError, match="is there already, and not from here"):
        placed(tmp_path, "evolution").put(made)
    assert everything(home) == before
    assert not placed(tmp_path, "evolution").exists


@pytest.mark.skipif(sys.platform != "linux", reason="a folder in which even root makes no file")
def test_a_folder_that_may_not_be_written_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/proc")
    record = placed(tmp_path, "msmtp")
    with pytest.raises(HandoverError, match=r"^“/proc/[^”]+” could not be written: [A-Z][a-z ]+\.$"):
        record.put(quiet(placement("msmtp", account())))
    assert not record.exists


def test_a_file_that_cannot_be_made_takes_the_others_back(tmp_path: Path, home: Path) -> None:
    made = quiet(placement("evolution", account()))
    broken = Placement((*made.parts[:2], type(made.parts[2])(made.parts[2].kind, home / "file" / "x", b"")))
    (home / "file").write_text("in the way of a folder")
    with pytest.raises(HandoverError, match=r"cannot be read|could not be written"):
        placed(tmp_path, "evolution").put(broken)
    assert set(everything(home)) == {"file"}
    assert not placed(tmp_path, "evolution").exists


def test_a_link_stays_a_link(tmp_path: Path, home: Path) -> None:
    kept = tmp_path / "dotfiles"
    kept.write_text("# kept elsewhere\n")
    (home / ".gitconfig").symlink_to(kept)
    record = placed(tmp_path, "git")
    record.put(quiet(placement("git", account())))
    assert (home / ".gitconfig").is_symlink()
    assert "smtpServer" in kept.read_text()
    record.undo()
    assert kept.read_text() == "# kept elsewhere\n"


def test_a_password_makes_the_file_private(tmp_path: Path, home: Path) -> None:
    mine = home / ".mbsyncrc"
    mine.write_text("# mine\n")
    mine.chmod(0o644)
    record = placed(tmp_path, "mbsync")
    record.put(quiet(placement("mbsync", account(), Secret("only-letters-9"))))
    assert 'Pass "only-letters-9"' in mine.read_text()
    assert mine.stat().st_mode & 0o777 == 0o600
    record.undo()
    assert "only-letters-9" not in "".join(path.read_text() for path in tmp_path.rglob("*") if path.is_file())


def test_thunderbirds_other_profiles_stay(tmp_path: Path, home: Path) -> None:
    root = home / ".thunderbird"
    (root / "abc.default").mkdir(parents=True)
    ini = "[Profile0]\nName=default\nIsRelative=1\nPath=abc.default\nDefault=1\n\n[General]\nVersion=2\n"
    (root / "profiles.ini").write_text(ini)
    record = placed(tmp_path, "thunderbird")
    record.put(quiet(placement("thunderbird", account())))
    assert len(thunderbird.profiles(root)) == 2
    # Thunderbird keeps mail there, and writes its list anew.
    profile = thunderbird.profiles(root)[1]
    (profile / "Mail").mkdir()
    (root / "profiles.ini").write_text((root / "profiles.ini").read_text() + "\n[Install1]\nDefault=abc.default\n")
    assert record.undo() == (profile,)
    assert (profile / "Mail").is_dir()
    assert thunderbird.profiles(root) == (root / "abc.default",)
    assert "[Install1]" in (root / "profiles.ini").read_text()


@pytest.mark.parametrize("is_there", [True, False], ids=["folder", "no folder yet"])
def test_what_is_for_every_user_is_readable_whatever_the_umask_of_who_puts_it_there(
    is_there: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "thunderbird"
    (program / "isp" if is_there else program).mkdir(parents=True)
    for name in ("thunderbird", "omni.ja"):
        (program / name).touch(0o755)
    monkeypatch.setenv("PATH", str(program))
    before = os.umask(0o077)
    try:
        (path,) = placed(tmp_path, "autoconfig-xml").put(placement("autoconfig-xml", account()))
    finally:
        os.umask(before)
    assert path.parent == program / "isp"
    assert path.stat().st_mode & 0o777 == 0o644
    assert path.parent.stat().st_mode & 0o055 == 0o055
    assert placed(tmp_path, "autoconfig-xml").undo() == ()
    assert not path.exists()


@pytest.mark.parametrize("content", [b"[Profile0]\nName=Gro\xdf\nPath=abc\n", b"no section\n"])
def test_profiles_that_cannot_be_read_are_not_lost(content: bytes, tmp_path: Path, home: Path) -> None:
    root = home / ".thunderbird"
    root.mkdir()
    (root / "profiles.ini").write_bytes(content)
    record = placed(tmp_path, "thunderbird")
    with pytest.raises(HandoverError, match="is not as Thunderbird writes it, and the profiles in it would be lost"):
        record.put(quiet(placement("thunderbird", account())))
    assert (root / "profiles.ini").read_bytes() == content
    assert list(root.iterdir()) == [root / "profiles.ini"]
    assert not record.exists


@contextmanager
def runs(*words: str, **options: Any) -> Iterator[None]:
    """The program runs, by its own name and not by that of who started it."""
    process = subprocess.Popen(words, **options)
    end = time.monotonic() + 10
    try:
        while Path(f"/proc/{process.pid}/comm").read_text().strip() != words[0] and time.monotonic() < end:
            time.sleep(0.01)
        yield
    finally:
        process.kill()
        process.wait()


def test_a_running_program_is_left_alone(tmp_path: Path) -> None:
    with runs("sleep", "60"):
        assert running_program(("sleep",)) == "sleep"
        made = placement("msmtp", account())
        with pytest.raises(HandoverError, match="Close sleep first"):
            placed(tmp_path, "msmtp").put(Placement(made.parts, (), ("sleep",)))


def test_a_program_with_another_home_is_in_nobodys_way(tmp_path: Path) -> None:
    with runs("sleep", "60", env={**os.environ, "HOME": str(tmp_path / "elsewhere")}):
        assert running_program(("sleep",)) is None
    with runs("tail", "-f", os.devnull, env={}):
        assert running_program(("tail",)) == "tail"  # which home it has is not known


SEALED = """
import ctypes, os, signal, time
from pathlib import Path
from wizard.handover.programs.placing import running_program
libc = ctypes.CDLL(None)
if os.getuid() == 0:
    os.setuid(65534)  # root looks into everything
child = os.fork()
if not child:
    libc.prctl(4, 0, 0, 0, 0)  # PR_SET_DUMPABLE: nobody but root looks into it
    libc.prctl(15, b"sealed-mailer", 0, 0, 0)  # PR_SET_NAME
    time.sleep(60)
    os._exit(0)
while Path(f"/proc/{child}/comm").read_text().strip() != "sealed-mailer":
    time.sleep(0.01)
print(running_program(("sealed-mailer",)))
os.kill(child, signal.SIGKILL)
os.waitpid(child, 0)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")
def test_a_program_that_nobody_may_look_into_is_left_alone(tmp_path: Path) -> None:
    environment = {**os.environ, "HOME": str(tmp_path), "PYTHONPATH": str(Path(__file__).parents[3])}
    done = subprocess.run(
        [sys.executable, "-c", SEALED],
        env=environment, capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    assert done.stdout == "sealed-mailer\n"


def test_nothing_to_undo_is_said(tmp_path: Path) -> None:
    with pytest.raises(HandoverError, match="nothing to undo"):
        placed(tmp_path, "git").undo()


def test_a_target_that_is_set_up_by_hand_says_so() -> None:
    with pytest.raises(UsageError, match="Outlook cannot be set up from here"):
        placement("outlook", account())
    with pytest.raises(UsageError, match="is not a program settings can be written for"):
        placement("pine", account())
    with pytest.raises(UsageError, match="Thunderbird takes no file with a password"):
        placement("thunderbird", account(), Secret("x"))
    with pytest.raises(HandoverError, match="both directions"):
        placement("thunderbird", account(incoming=None))
