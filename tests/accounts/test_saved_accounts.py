"""Settings and secrets under one roof: both or neither, whatever fails, whoever else is at work."""

from __future__ import annotations

import asyncio
import errno
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from keyring.errors import KeyringLocked
from msgspec.structs import replace

from tests.accounts.books import put
from tests.accounts.keyrings import (
    LockedKeyring,
    MemoryKeyring,
    RefusingKeyring,
    WaitingKeyring,
    WeakKeyring,
)
from tests.handover.accounts import ADDRESS, CANARY, WHEN, account, failed, smtp, works
from tests.lab.processes import wait_until
from wizard.accounts.saved_accounts import SavedAccounts
from wizard.accounts.secret_store import SecretKind, SecretStore
from wizard.accounts.store import AccountBook
from wizard.errors import ResourceError, SecretStoreError
from wizard.model.account import CheckResult
from wizard.model.address import Address
from wizard.model.draft import AccountDraft
from wizard.model.secret import Secret
from wizard.model.server import Security

PASSWORD, OUTGOING, TOKEN = SecretKind.PASSWORD, SecretKind.OUTGOING_PASSWORD, SecretKind.REFRESH_TOKEN


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "accounts.json"


def accounts_in(path: Path, keyring: MemoryKeyring, *, limit_s: float = 20.0) -> SavedAccounts:
    return SavedAccounts(AccountBook(path), SecretStore(keyring, limit_s=limit_s))


class Answers:
    """A checker that gives one result, and what it was asked with."""

    def __init__(self, result: CheckResult) -> None:
        self.result = result
        self.drafts: list[AccountDraft] = []
        self.permissions: list[Secret | None] = []

    async def __call__(
        self, draft: AccountDraft, *, permission: Secret | None = None, spent_s: float = 0.0
    ) -> CheckResult:
        self.drafts.append(draft)
        self.permissions.append(permission)
        return self.result


def content(path: Path) -> str:
    return path.read_text()


def damage(path: Path) -> None:
    path.write_text("{")


@contextmanager
def unusable(path: Path) -> Iterator[None]:
    """A folder in the file's place: nothing can be read or written there."""
    held = path.read_bytes()
    path.unlink()
    path.mkdir()
    yield
    path.rmdir()
    path.write_bytes(held)


def secrets(**given: str) -> Mapping[SecretKind, Secret]:
    return {SecretKind(kind.replace("_", "-")): Secret(value) for kind, value in given.items()}


async def test_settings_go_into_the_file_and_secrets_into_the_keyring(path: Path) -> None:
    kept = accounts_in(path, keyring := MemoryKeyring())
    saved = await kept.save(account(), secrets(password=CANARY, outgoing_password="second"))
    assert saved.secrets == {PASSWORD, OUTGOING}
    assert await kept.list() == (saved,)
    assert await kept.store.load(ADDRESS) == secrets(password=CANARY, outgoing_password="second")
    assert CANARY not in content(path)
    assert await kept.forget(ADDRESS)
    assert await kept.list() == ()
    assert keyring.kept == {}
    assert not await kept.forget(ADDRESS)


async def test_an_unsafe_keyring_leaves_nothing_behind(path: Path) -> None:
    kept = accounts_in(path, WeakKeyring())
    with pytest.raises(SecretStoreError, match="no safe keyring"):
        await kept.save(account(), secrets(password=CANARY))
    assert await kept.list() == ()


async def test_settings_alone_need_no_keyring_and_are_forgotten_without_one(path: Path) -> None:
    kept = accounts_in(path, WeakKeyring())
    assert (await kept.save(account())).secrets == frozenset()
    assert await kept.forget(ADDRESS)


async def test_a_secret_that_cannot_be_deleted_keeps_its_account_listed(path: Path) -> None:
    await accounts_in(path, MemoryKeyring()).save(account(), secrets(password=CANARY))
    kept = accounts_in(path, LockedKeyring())
    with pytest.raises(SecretStoreError):
        await kept.forget(ADDRESS)
    assert len(await kept.list()) == 1


async def test_forget_asks_the_keyring_whatever_the_file_says(path: Path) -> None:
    kept = accounts_in(path, keyring := MemoryKeyring())
    await kept.save(account())
    for kind in SecretKind:
        await kept.store.save(ADDRESS, {kind: Secret(CANARY)})
        assert await kept.forget(ADDRESS)  # the second time the file has no such account any more
        assert keyring.kept == {}


@pytest.mark.parametrize("is_in_the_file", [True, False])
async def test_where_the_keyring_refuses_nobody_is_told_that_it_holds_nothing(path: Path, is_in_the_file: bool) -> None:
    class Locked(MemoryKeyring):
        def delete_password(self, service: str, username: str) -> None:
            raise KeyringLocked("locked")

    kept = accounts_in(path, keyring := Locked())
    if is_in_the_file:
        await kept.save(account(), secrets(password=CANARY))
    else:
        await kept.store.save(ADDRESS, {SecretKind.PASSWORD: Secret(CANARY)})
    with pytest.raises(SecretStoreError, match="locked"):
        await kept.forget(ADDRESS)
    assert keyring.kept
    assert (await kept.get(ADDRESS) is not None) == is_in_the_file


async def test_a_damaged_file_does_not_keep_secrets_in_the_keyring(path: Path) -> None:
    kept = accounts_in(path, keyring := MemoryKeyring())
    await kept.save(account(), secrets(password=CANARY))
    damage(path)
    with pytest.raises(ResourceError, match="no secret in the keyring any more"):
        await kept.forget(ADDRESS)
    assert keyring.kept == {}


async def test_a_file_that_cannot_be_written_does_not_hide_that_the_secret_is_gone(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = accounts_in(path, keyring := MemoryKeyring())
    await kept.save(account(), secrets(password=CANARY))

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("wizard.accounts.store.write_private", full)
    with pytest.raises(ResourceError, match=r"no secret in the keyring any more\. The accounts could not be saved"):
        await kept.forget(ADDRESS)
    assert keyring.kept == {}
    with pytest.raises(ResourceError, match=r"^The accounts could not be saved"):
        await kept.forget(ADDRESS)


async def test_saving_again_deletes_the_kinds_that_are_not_saved(path: Path) -> None:
    kept = accounts_in(path, keyring := MemoryKeyring())
    await kept.save(account(), secrets(password="one", outgoing_password="two"))
    await kept.save(account(), secrets(password="three"))
    assert list(keyring.kept.values()) == ["three"]
    assert (await kept.save(account(), secrets(refresh_token="token"))).secrets == {TOKEN}
    assert list(keyring.kept.values()) == ["token"]
    await kept.save(account())
    assert keyring.kept == {}


async def test_a_file_that_cannot_be_written_leaves_the_keyring_as_it_was(path: Path) -> None:
    kept = accounts_in(path, keyring := MemoryKeyring())
    await kept.save(account(), secrets(password="old", outgoing_password="second"))
    before = dict(keyring.kept)
    with unusable(path), pytest.raises(ResourceError):
        await kept.save(account(), secrets(refresh_token="token"))
    assert keyring.kept == before
    assert (await kept.list())[0].secrets == {PASSWORD, OUTGOING}


async def test_a_keyring_that_is_full_half_way_keeps_what_was_there(path: Path) -> None:
    kept = accounts_in(path, keyring := RefusingKeyring(room=1))
    await kept.save(account(), secrets(password="old"))
    with pytest.raises(SecretStoreError, match=r"refused \(OSError\)"):
        await kept.save(account(), secrets(password="new", outgoing_password="second"))
    assert list(keyring.kept.values()) == ["old"]
    assert (await kept.list())[0].secrets == {PASSWORD}


async def test_a_check_uses_what_is_kept(path: Path) -> None:
    kept = accounts_in(path, MemoryKeyring())
    saved = await kept.save(account(), secrets(password="one", outgoing_password="two"))
    checker = Answers(works())
    assert (await kept.check(saved, checker)).result == works()
    assert (checker.drafts[0].secret, checker.drafts[0].outgoing_secret) == (Secret("one"), Secret("two"))
    saved = await kept.save(account(), secrets(refresh_token="token"))
    await kept.check(saved, checker)
    assert (checker.drafts[1].secret, checker.permissions) == (None, [None, Secret("token")])


async def test_a_new_password_takes_the_place_of_a_browser_sign_in_once_it_works(path: Path) -> None:
    kept = accounts_in(path, keyring := MemoryKeyring())
    saved = await kept.save(account(), secrets(refresh_token="token"))
    await kept.check(saved, Answers(failed()), new_secret=Secret("new"))
    assert list(keyring.kept.values()) == ["token"]
    checker = Answers(works())
    after = (await kept.check(saved, checker, new_secret=Secret("new"))).saved
    assert (checker.drafts[0].secret, checker.permissions) == (Secret("new"), [None])
    assert list(keyring.kept.values()) == ["new"]
    assert after.secrets == (await kept.list())[0].secrets == {PASSWORD}


async def test_who_keeps_no_password_here_is_not_made_to(path: Path) -> None:
    kept = accounts_in(path, keyring := MemoryKeyring())
    saved = await kept.save(account())
    assert (await kept.check(saved, Answers(works()))).needs_password
    assert (await kept.check(saved, Answers(works()), new_secret=Secret("typed"))).result == works()
    assert keyring.kept == {}


async def test_a_refusing_keyring_asks_the_person_for_the_password(path: Path) -> None:
    saved = put(AccountBook(path), account(), PASSWORD)
    kept = accounts_in(path, LockedKeyring())
    refused = await kept.check(saved, Answers(works()))
    assert (refused.result, refused.needs_password) == (None, True)
    assert refused.why_not is not None
    assert "is locked" in refused.why_not
    typed = await kept.check(saved, Answers(works()), new_secret=Secret("typed"))
    assert typed.result == works()
    assert not typed.needs_password
    assert typed.why_not is not None
    assert "is locked" in typed.why_not  # the check was made, and why the password is not kept is said


async def test_an_account_that_was_forgotten_meanwhile_does_not_come_back(path: Path) -> None:
    kept = accounts_in(path, keyring := MemoryKeyring())
    saved = await kept.save(account(), secrets(password="old"))

    async def forgets(draft: AccountDraft, *, permission: Secret | None = None, spent_s: float = 0.0) -> CheckResult:
        await kept.forget(ADDRESS)
        return works()

    await kept.check(saved, forgets, new_secret=Secret("new"))
    assert await kept.list() == ()
    assert keyring.kept == {}


@pytest.mark.slow
async def test_checks_that_end_at_once_are_all_noted(path: Path) -> None:
    kept = accounts_in(path, MemoryKeyring())
    each = [
        await kept.save(account(address=Address.parse(f"ada{number}@example.org")), secrets(password="p"))
        for number in range(8)
    ]
    for _ in range(5):
        later = replace(failed(), started_at=datetime.now(UTC))
        await asyncio.gather(*(kept.check(saved, Answers(later)) for saved in each))
        assert {saved.last_checked_at for saved in await kept.list()} == {later.started_at}


async def test_a_keyring_that_never_answers_costs_its_limit_once(path: Path) -> None:
    each = [put(AccountBook(path), account(address=Address.parse(f"{name}@example.org")), PASSWORD) for name in "abcd"]
    kept = accounts_in(path, keyring := WaitingKeyring(), limit_s=0.2)
    checked = [await kept.check(saved, Answers(works())) for saved in each]
    assert all("may be waiting to be unlocked" in (done.why_not or "") for done in checked)
    assert keyring.asked == 1  # nobody is asked again as long as the first question is open
    keyring.answer.set()


async def test_what_is_answered_too_late_is_undone(path: Path) -> None:
    kept = accounts_in(path, keyring := WaitingKeyring(), limit_s=0.2)
    with pytest.raises(SecretStoreError, match="does not answer"):
        await kept.save(account(), secrets(password=CANARY, outgoing_password="second"))
    keyring.answer.set()
    call = kept.store._stuck
    assert call is not None
    await asyncio.to_thread(wait_until, lambda: not call.is_running, "the keyring's thread is over")
    assert keyring.kept == {}
    assert await kept.list() == ()
    await kept.save(account(), secrets(password=CANARY))  # and now it works
    assert list(keyring.kept.values()) == [CANARY]


_CHILD = """
import asyncio, sys
from pathlib import Path
from tests.accounts.keyrings import MemoryKeyring, WaitingKeyring
from tests.handover.accounts import account
from wizard.accounts.saved_accounts import SavedAccounts
from wizard.accounts.secret_store import SecretKind, SecretStore
from wizard.accounts.store import AccountBook
from wizard.model.address import Address
from wizard.model.secret import Secret
"""


def child(program: str, *words: str, **environment: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", _CHILD + program, *words],
        cwd=Path(__file__).parents[2],
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


_SAVE = """
async def main():
    kept = SavedAccounts(AccountBook(Path(sys.argv[1])), SecretStore(MemoryKeyring()))
    for number in range(int(sys.argv[3])):
        await kept.save(account(address=Address.parse(f"{sys.argv[2]}{number}@example.org")))
        print(number, flush=True)
asyncio.run(main())
"""


@pytest.mark.slow
async def test_two_programs_that_save_forty_each_keep_eighty(path: Path) -> None:
    both = [child(_SAVE, str(path), name, "40") for name in ("ada", "eve")]
    for one in both:
        _, errors = one.communicate()
        assert one.returncode == 0, errors
    assert len(AccountBook(path).list()) == 80


_KILLED = """
import os, signal
path = Path(sys.argv[1])
kept = SavedAccounts(AccountBook(path), SecretStore(MemoryKeyring()))

async def save(tells):
    for number in range(100):
        await kept.save(account(address=Address.parse(f"ada{number}@example.org")))
        os.write(tells, b".")

for kill in range(200):
    hears, tells = os.pipe()
    saver = os.fork()  # this program has no threads of its own: the copy is whole
    if saver == 0:
        try:
            asyncio.run(save(tells))
        finally:
            os._exit(0)
    os.close(tells)
    for _ in range(1 + kill % 3):
        os.read(hears, 1)
    os.kill(saver, signal.SIGKILL)
    os.waitpid(saver, 0)
    os.close(hears)
    print(len(AccountBook(path).list()), flush=True)
"""


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="only where a program can be copied and killed")
def test_killed_two_hundred_times_nothing_is_damaged(path: Path) -> None:
    """A copy of a program saves one account after another and is killed in the midst of it, 200 times."""
    killed = child(_KILLED, str(path))
    out, errors = killed.communicate()
    assert killed.returncode == 0, errors
    counts = [int(line) for line in out.split()]
    assert len(counts) == 200
    assert counts == sorted(counts)  # nothing that was there is ever lost
    asyncio.run(accounts_in(path, MemoryKeyring()).save(account()))
    names = sorted(file.name for file in path.parent.iterdir())
    assert names == ["accounts.json", "accounts.json.lock"]  # no temporary file is left


_WAIT = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell in the background has it ignored

async def main():
    keyring = WaitingKeyring()
    kept = SavedAccounts(AccountBook(Path(sys.argv[1])), SecretStore(keyring))
    saving = asyncio.ensure_future(kept.save(account(), {SecretKind.PASSWORD: Secret("a")}))
    while not keyring.asked:
        await asyncio.sleep(0.01)
    print("asked", flush=True)
    await saving
asyncio.run(main())
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C is sent to one process, which Windows cannot")
def test_ctrl_c_ends_a_program_whose_keyring_waits(path: Path) -> None:
    waiting = child(_WAIT, str(path))
    assert waiting.stdout is not None
    assert waiting.stdout.readline() == b"asked\n"
    waiting.send_signal(signal.SIGINT)
    _, errors = waiting.communicate(timeout=60)
    assert errors.strip().endswith(b"KeyboardInterrupt")
    assert not path.exists()
    kept = accounts_in(path, MemoryKeyring())
    asyncio.run(kept.save(account()))  # the lock went with the program that held it


def test_times_are_those_of_the_check(path: Path) -> None:
    saved = put(AccountBook(path), account())
    kept = accounts_in(path, MemoryKeyring())
    later = replace(failed(), started_at=WHEN + timedelta(days=1))
    done = asyncio.run(kept.check(saved, Answers(later), new_secret=Secret("x")))
    assert done.saved.last_checked_at == WHEN + timedelta(days=1)
    assert json.loads(path.read_text())["accounts"][0]["last_status"] == "fails"


_DEADLINE = """
import keyring
from wizard.cli.main import main
keyring.set_keyring(WaitingKeyring())
print(main(["accounts", "check", "--all", "--deadline", "1"]), flush=True)
"""


@pytest.mark.slow
def test_a_keyring_that_waits_is_inside_the_deadline_and_the_program_ends(path: Path) -> None:
    folder = path.parent / "mailwright"
    folder.mkdir()
    for name in "abcdef":
        put(AccountBook(folder / "accounts.json"), account(address=Address.parse(f"{name}@example.org")), PASSWORD)
    waiting = child(_DEADLINE, XDG_DATA_HOME=str(path.parent))
    out, errors = waiting.communicate(timeout=60)
    assert waiting.returncode == 0, errors
    assert out.splitlines()[-1] == b"4"
    assert out.count(b"does not answer. It may be waiting to be unlocked") == 6


_WINDOW = """
import keyring
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QPushButton
from wizard.gui import app
from wizard.gui.window import WizardWindow

waiting = WaitingKeyring()
keyring.set_keyring(waiting)

def press_or_close():
    # One after the other, as they appear: the link to the saved accounts, Check all; then the window is closed.
    if waiting.asked:
        timer.stop()
        next(each for each in QApplication.topLevelWidgets() if isinstance(each, WizardWindow)).close()
        return
    buttons = {each.objectName(): each for each in QApplication.allWidgets() if isinstance(each, QPushButton)}
    for name in ("check-all", "saved-accounts"):
        if name in buttons and buttons[name].isVisible() and buttons[name].isEnabled():
            buttons[name].click()
            return

made = app.make_application()
timer = QTimer()
timer.timeout.connect(press_or_close)
timer.start(50)
print(app.main(), flush=True)
"""


@pytest.mark.slow
def test_a_closed_window_ends_although_the_keyring_waits(path: Path) -> None:
    folder = path.parent / "mailwright"
    folder.mkdir()
    put(AccountBook(folder / "accounts.json"), account(), PASSWORD)
    window = child(_WINDOW, XDG_DATA_HOME=str(path.parent), QT_QPA_PLATFORM="offscreen")
    out, errors = window.communicate(timeout=60)
    assert (window.returncode, out) == (0, b"0\n"), errors


async def test_what_signs_in_in_clear_is_checked_only_after_a_yes_given_now(path: Path) -> None:
    kept = accounts_in(path, MemoryKeyring())
    in_clear = account(outgoing=smtp(host="127.0.0.1", port=1025, security=Security.NONE))
    saved = await kept.save(in_clear, secrets(password=CANARY))
    before, checker = content(path), Answers(works())
    done = await kept.check(saved, checker)
    assert done.why_not == "It signs in without encryption, and a yes to that is never remembered."
    assert (done.result, done.needs_password, done.saved) == (None, False, saved)
    assert not checker.drafts
    assert content(path) == before
    assert (await kept.check(saved, checker, may_be_in_clear=True)).result is not None
    assert len(checker.drafts) == 1
