from __future__ import annotations

import json
import re
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.accounts.books import note, put
from tests.accounts.keyrings import LockedKeyring, MemoryKeyring
from tests.cli.commands import run
from tests.handover.accounts import ADDRESS, CANARY, WHEN, account, failed, smtp, works
from wizard import assets, wiring
from wizard.accounts.recheck import Recheck
from wizard.accounts.saved_accounts import Checker, SavedAccounts
from wizard.accounts.secret_store import SecretKind, SecretStore
from wizard.accounts.store import AccountBook, SavedAccount, default_path
from wizard.cli import accounts
from wizard.cli.main import main
from wizard.errors import UsageError
from wizard.model.account import CheckResult, Verdict
from wizard.model.address import Address
from wizard.model.draft import AccountDraft
from wizard.model.secret import Secret
from wizard.model.server import Security
from wizard.practice.scenarios import load_scenarios
from wizard.wiring import Settings

EVE = Address.parse("eve@example.net")


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AccountBook:
    for name in ("XDG_DATA_HOME", "WIN_PD_OVERRIDE_LOCAL_APPDATA"):
        monkeypatch.setenv(name, str(tmp_path / "data"))
    return AccountBook(default_path())


def answering(*results: CheckResult) -> tuple[Checker, list[Secret | None]]:
    """A checker that gives these results in turn, and the secrets it was given."""
    left = list(results)
    secrets: list[Secret | None] = []

    async def check(draft: AccountDraft, *, permission: Secret | None = None, spent_s: float = 0.0) -> CheckResult:
        secrets.append(draft.secret)
        return left.pop(0)

    return check, secrets


def test_list_shows_the_mark_the_date_and_the_cause(book: AccountBook, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(accounts) == 0
    assert capsys.readouterr().out == "No account is saved.\n"
    put(book, account())
    note(book, put(book, account(address=EVE)), replace(failed(), started_at=WHEN + timedelta(days=2)))
    assert run(accounts, "list") == 0
    assert capsys.readouterr().out == (
        "ada@example.org  Verified, 21 November 2026\n"
        "eve@example.net  Not verified: The server refused this password, 23 November 2026 "
        "(worked until 21 November 2026)\n"
    )
    assert run(accounts, "list", "--json") == 0
    ada, eve = json.loads(capsys.readouterr().out)["accounts"]
    assert (ada["verified"], ada["outgoing"], ada["password_kept"]) == (True, "smtp.example.org:465", False)
    assert (eve["last_status"], eve["last_cause"]) == ("fails", "bad-credentials")


@pytest.mark.parametrize("words", [("check",), ("forget",), ("check", "ada@example.org", "--all")])
def test_one_account_or_all_must_be_named(book: AccountBook, words: tuple[str, ...]) -> None:
    with pytest.raises(UsageError, match="or say --all"):
        run(accounts, *words)


def test_an_account_that_is_not_saved_is_said(book: AccountBook) -> None:
    with pytest.raises(UsageError, match="not a saved account"):
        run(accounts, "check", "ada@example.org")


def test_forgetting_what_is_not_there_is_said(book: AccountBook, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(accounts, "forget", "ada@example.org") == 1
    assert capsys.readouterr().err == "ada@example.org is not saved, and the keyring holds nothing of it\n"


def test_forget_deletes(book: AccountBook, capsys: pytest.CaptureFixture[str]) -> None:
    put(book, account())
    assert run(accounts, "forget", "ada@example.org", "--json") == 0
    assert json.loads(capsys.readouterr().out) == {"forgotten": ["ada@example.org"], "not_forgotten": []}
    assert book.list() == ()


async def test_check_uses_the_kept_password_and_records_the_outcome(
    book: AccountBook, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = SavedAccounts(book, SecretStore(MemoryKeyring()))
    saved = await kept.save(account(), {SecretKind.PASSWORD: Secret(CANARY)})
    checker, secrets = answering(failed())
    assert accounts.show_checked(await accounts.check_accounts((saved,), checker, kept), as_json=True) == 1
    assert secrets == [Secret(CANARY)]
    (shown,) = json.loads(capsys.readouterr().out)["accounts"]
    assert shown["diagnoses"][0]["cause"] == "bad-credentials", "it is the document of a check"
    assert {name: shown[name] for name in ("address", "verdict", "cause", "worked_until", "note")} == {
        "address": "ada@example.org",
        "verdict": "fails",
        "cause": "bad-credentials",
        "worked_until": "2026-11-21T12:30:00+00:00",
        "note": None,
    }
    after = book.get(ADDRESS)
    assert after is not None
    assert after.last_cause == "bad-credentials"


async def test_the_card_of_a_failed_check_says_until_when_it_worked(
    book: AccountBook, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = SavedAccounts(book, SecretStore(MemoryKeyring()))
    saved = await kept.save(account(), {SecretKind.PASSWORD: Secret(CANARY)})
    accounts.show_checked(await accounts.check_accounts((saved,), answering(failed())[0], kept))
    out = capsys.readouterr().out
    assert "The server refused this password" in out
    assert "it worked until " in out
    assert "→ Type the password once more" in out


@pytest.mark.parametrize(
    ("verdicts", "code"),
    [
        ((Verdict.WORKS, Verdict.WORKS), 0),
        ((Verdict.WORKS, Verdict.WORKS_AFTER_FIX), 3),
        ((Verdict.UNDECIDED, Verdict.WORKS_AFTER_FIX), 4),
        ((Verdict.UNDECIDED, Verdict.FAILS), 1),
    ],
)
async def test_the_worst_verdict_is_the_exit_code(book: AccountBook, verdicts: tuple[Verdict, ...], code: int) -> None:
    kept = SavedAccounts(book, SecretStore(MemoryKeyring()))
    saved = [
        await kept.save(account(address=address), {SecretKind.PASSWORD: Secret(CANARY)}) for address in (ADDRESS, EVE)
    ]
    checker, _ = answering(*(replace(works(), verdict=verdict) for verdict in verdicts))
    assert accounts.show_checked(await accounts.check_accounts(saved, checker, kept)) == code


async def test_a_new_password_that_works_is_kept_in_place_of_the_old(book: AccountBook) -> None:
    kept = SavedAccounts(book, SecretStore(MemoryKeyring()))
    saved = await kept.save(account(), {SecretKind.PASSWORD: Secret("old")})
    checker, secrets = answering(works())
    accounts.show_checked(await accounts.check_accounts((saved,), checker, kept, new_secret=Secret("new")))
    assert secrets == [Secret("new")]
    assert await kept.store.load(ADDRESS) == {SecretKind.PASSWORD: Secret("new")}


async def test_a_new_password_that_works_and_cannot_be_kept_says_both(book: AccountBook) -> None:
    class Full(MemoryKeyring):
        def set_password(self, service: str, username: str, password: str) -> None:
            if self.kept:
                raise OSError("no room")
            super().set_password(service, username, password)

    kept = SavedAccounts(book, SecretStore(Full()))
    saved = await kept.save(account(), {SecretKind.PASSWORD: Secret("old")})
    done = await kept.check(saved, answering(works())[0], new_secret=Secret("new"))
    assert done.result is not None
    assert done.why_not is not None
    assert done.saved.is_verified


async def test_a_new_password_that_is_refused_replaces_nothing(book: AccountBook) -> None:
    kept = SavedAccounts(book, SecretStore(MemoryKeyring()))
    saved = await kept.save(account(), {SecretKind.PASSWORD: Secret("old")})
    accounts.show_checked(
        await accounts.check_accounts((saved,), answering(failed())[0], kept, new_secret=Secret("new"))
    )
    assert await kept.store.load(ADDRESS) == {SecretKind.PASSWORD: Secret("old")}


async def test_without_a_password_the_others_are_still_checked(
    book: AccountBook, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = SavedAccounts(book, SecretStore(MemoryKeyring()))
    ada = await kept.save(account())
    eve = await kept.save(account(address=EVE), {SecretKind.PASSWORD: Secret(CANARY)})
    checker, secrets = answering(works())
    assert accounts.show_checked(await accounts.check_accounts((ada, eve), checker, kept)) == 4
    assert len(secrets) == 1
    told = capsys.readouterr().out
    assert "ada@example.org: not checked. No password is kept for it. Give one with --password-env" in told


async def test_what_signs_in_in_clear_says_how_to_say_yes_once(
    book: AccountBook, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = SavedAccounts(book, SecretStore(MemoryKeyring()))
    in_clear = account(outgoing=smtp(host="127.0.0.1", port=1025, security=Security.NONE))
    saved = await kept.save(in_clear, {SecretKind.PASSWORD: Secret(CANARY)})
    checker, secrets = answering(works())
    assert accounts.show_checked(await accounts.check_accounts((saved,), checker, kept)) == 4
    told = "It signs in without encryption, and a yes to that is never remembered."
    line = f"ada@example.org: not checked. {told} Say yes for this one time with --allow-unencrypted."
    assert capsys.readouterr().out.strip() == line
    assert secrets == []
    await accounts.check_accounts((saved,), checker, kept, may_be_in_clear=True)
    assert len(secrets) == 1


@pytest.mark.parametrize(("words", "agreed"), [([], False), (["--allow-unencrypted"], True)])
def test_the_option_is_what_says_yes(
    book: AccountBook, monkeypatch: pytest.MonkeyPatch, words: list[str], agreed: bool
) -> None:
    put(book, account())
    seen: list[bool] = []

    async def check(
        self: SavedAccounts, saved: SavedAccount, checker: Checker, *, new_secret: Secret | None, may_be_in_clear: bool
    ) -> Recheck:
        seen.append(may_be_in_clear)
        return Recheck(saved, works())

    monkeypatch.setattr(SavedAccounts, "check", check)
    assert run(accounts, "check", "--all", *words) == 3
    assert seen == [agreed]


async def test_a_locked_keyring_is_said_for_the_account(book: AccountBook, capsys: pytest.CaptureFixture[str]) -> None:
    saved = put(book, account(), SecretKind.PASSWORD)
    kept = SavedAccounts(book, SecretStore(LockedKeyring()))
    (checked,) = await accounts.check_accounts((saved,), answering()[0], kept)
    assert checked.needs_password
    assert accounts.show_checked([checked]) == 4
    assert "is locked, or did not let Mailwright in. Unlock it and try again." in capsys.readouterr().out


def test_a_new_password_comes_from_a_file_or_variable_and_belongs_to_one_account(
    book: AccountBook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(book, account())
    put(book, account(address=EVE))
    monkeypatch.setenv("NEW_PASSWORD", CANARY)
    with pytest.raises(UsageError, match="belongs to one account"):
        run(accounts, "check", "--all", "--password-env", "NEW_PASSWORD")
    with pytest.raises(UsageError, match="UNSET is empty"):
        run(accounts, "check", "ada@example.org", "--password-env", "UNSET")
    with pytest.raises(UsageError, match="does not exist"):
        run(accounts, "check", "ada@example.org", "--password-file", str(tmp_path / "missing"))
    (tmp_path / "empty").write_text("\nsecond line")
    with pytest.raises(UsageError, match="password is empty"):
        run(accounts, "check", "ada@example.org", "--password-file", str(tmp_path / "empty"))


async def test_a_practice_account_works_today_and_is_refused_after_its_password_changed(
    book: AccountBook, capsys: pytest.CaptureFixture[str]
) -> None:
    """The whole circuit over real sockets: check, remember, check again, check with a password that no longer holds."""
    settings = Settings(practice=True)
    scenarios = load_scenarios(assets.resources() / "practice")
    practice = next(scenario.account for scenario in scenarios if scenario.account.address == "ada@all-well.example")
    address, kept = Address.parse(practice.address), SavedAccounts(book, SecretStore(MemoryKeyring()))
    async with wiring.session(settings) as session:
        result = await session.check(AccountDraft(address, secret=Secret(practice.password)))
    proven = result.verified_account()
    assert proven is not None
    saved = await kept.save(proven, {SecretKind.PASSWORD: Secret(practice.password)})
    checker = accounts.session_checker(settings)
    assert accounts.show_checked(await accounts.check_accounts((saved,), checker, kept)) == 0
    assert (
        accounts.show_checked(await accounts.check_accounts((saved,), checker, kept, new_secret=Secret("yesterday's")))
        == 1
    )
    out = capsys.readouterr().out
    assert "Verified, " in out
    assert "With the same settings it worked until" in out
    after = book.get(address)
    assert after is not None
    assert after.last_cause == "bad-credentials"
    assert await kept.store.load(address) == {SecretKind.PASSWORD: Secret(practice.password)}


def practised(name: str) -> tuple[str, str]:
    """Address and password of a practice account."""
    (found,) = (scenario for scenario in load_scenarios(assets.resources() / "practice") if scenario.id == name)
    return found.account.address, found.account.password


@pytest.mark.parametrize("what", ["check", "forget", "token"])
def test_a_sign_in_in_the_browser_belongs_to_adding(what: str, book: AccountBook) -> None:
    with pytest.raises(UsageError, match=r"belongs to `accounts add`, which also keeps a new one"):
        run(accounts, what, "ada@example.org", "--browser-sign-in")


def saved_practice_account(name: str, folder: Path) -> tuple[str, str]:
    """Its address, and the file with its password."""
    address, password = practised(name)
    file = folder / "password"
    file.write_text(password)
    words = ("add", address, "--practice", "--without-password", "--password-file", str(file), "--quiet")
    assert run(accounts, *words) == 0
    return address, str(file)


@pytest.mark.slow
def test_the_check_of_a_saved_account_sends_a_test_message_and_sees_it_arrive(
    book: AccountBook, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    address, password = saved_practice_account("all-well", tmp_path)
    words = ("check", address, "--practice", "--password-file", password)
    capsys.readouterr()
    assert run(accounts, *words, "--test-message", "--json") == 0
    (shown,) = json.loads(capsys.readouterr().out)["accounts"]
    assert (shown["round_trip"]["status"], shown["round_trip"]["folder"]) == ("arrived", "INBOX")
    assert shown["sign_in_attempts"] == {"imap": 1, "smtp": 1}, "the message goes over the lines of the check"
    assert run(accounts, *words, "--test-message", "ben@example.org", "--json") == 1
    (shown,) = json.loads(capsys.readouterr().out)["accounts"]
    assert "<ben@example.org>" in shown["diagnoses"][0]["reply"]["text"], "nothing leaves the practice network"
    assert run(accounts, *words, "--test-message") == 0
    assert re.fullmatch(r"  Message  arrived in INBOX after \d+\.\d s", capsys.readouterr().out.splitlines()[1])
    assert run(accounts, *words, "--json") == 0
    (shown,) = json.loads(capsys.readouterr().out)["accounts"]
    assert shown["round_trip"]["status"] == "skipped", "sent only where it is asked for"


@pytest.mark.slow
def test_a_refused_test_message_is_what_fails_and_not_the_settings(
    book: AccountBook, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    address, password = saved_practice_account("spam-filter", tmp_path)
    words = ("--practice", "--password-file", password, "--test-message")
    capsys.readouterr()
    assert run(accounts, "check", address, *words, "--json") == 1
    (shown,) = json.loads(capsys.readouterr().out)["accounts"]
    assert (shown["round_trip"]["status"], shown["cause"]) == ("failed", "message-rejected-as-spam")
    assert shown["worked_until"] is None, "the settings worked a moment before"
    (saved,) = book.list()
    assert (saved.is_verified, saved.last_cause) == (False, "message-rejected-as-spam")
    assert run(accounts, "check", address, *words, "--nagios") == 2
    assert "message-rejected-as-spam" in capsys.readouterr().out
    assert run(accounts, "forget", address, "--quiet") == 0
    capsys.readouterr()
    assert run(accounts, "add", address, "--without-password", *words) == 1
    told = capsys.readouterr().out
    assert "Message   failed" in told
    assert "Saved" not in told
    assert book.list() == ()


@pytest.mark.slow
def test_a_recipient_that_is_refused_says_nothing_of_the_account(
    book: AccountBook, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    address, password = saved_practice_account("all-well", tmp_path)
    words = ("--practice", "--password-file", password)
    capsys.readouterr()
    assert run(accounts, "check", address, *words, "--test-message", "nobody@example.org") == 1, "the message failed"
    (saved,) = book.list()
    assert (saved.is_verified, saved.last_cause) == (True, None)
    told = capsys.readouterr().out.splitlines()
    assert told[0].startswith(f"{address}: Verified, ")
    assert told[1].strip() != "", "and is told beside it"


@pytest.mark.slow
def test_the_test_message_waits_no_longer_than_the_deadline(
    book: AccountBook, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    address, password = saved_practice_account("all-well", tmp_path)
    monkeypatch.setattr("wizard.setup.round_trip.LOOKS_S", (30.0,))
    words = ("--practice", "--password-file", password, "--test-message", "--deadline", "5")
    capsys.readouterr()
    assert run(accounts, "check", address, *words, "--json") == 0
    (shown,) = json.loads(capsys.readouterr().out)["accounts"]
    assert shown["round_trip"]["status"] == "sent", "it is there, but the look at 30 s was not waited for"


@pytest.mark.parametrize("what", ["list", "forget", "schedule", "token"])
def test_a_test_message_belongs_to_a_check(what: str, book: AccountBook) -> None:
    with pytest.raises(UsageError, match=r"A test message belongs to `accounts add` and `accounts check`\."):
        run(accounts, what, "--test-message")


def test_whom_it_goes_to_is_read_before_anything_is_asked(book: AccountBook) -> None:
    put(book, account(), SecretKind.PASSWORD)
    with pytest.raises(UsageError):
        run(accounts, "check", "--all", "--test-message", "nobody")


@pytest.mark.slow
def test_an_account_is_added_once_it_is_proven(
    book: AccountBook, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    address, password = practised("all-well")
    (tmp_path / "password").write_text(password)
    words = ("add", address, "--practice", "--without-password", "--password-file", str(tmp_path / "password"))
    assert run(accounts, *words, "--name", "Ada Example", "--json") == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["saved"] is True
    assert shown["check"]["verdict"] == "works"
    (saved,) = book.list()
    assert (str(saved.address), saved.display_name, saved.is_verified) == (address, "Ada Example", True)
    assert saved.secrets == frozenset()
    assert password not in "".join(path.read_text() for path in (tmp_path / "data").rglob("*") if path.is_file())
    assert run(accounts, *words) == 0
    assert capsys.readouterr().out.endswith(f"Saved: {address}\n")


@pytest.mark.slow
def test_an_account_that_does_not_work_is_not_added(
    book: AccountBook, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    address, _ = practised("wrong-password")
    (tmp_path / "password").write_text("wrong")
    assert run(accounts, "add", address, "--practice", "--password-file", str(tmp_path / "password")) == 1
    assert "Saved" not in capsys.readouterr().out
    assert book.list() == ()


def test_the_schedule_is_shown_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("HOME", "USERPROFILE", "XDG_CONFIG_HOME", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(tmp_path / name))
    assert run(accounts, "schedule") == 0
    out = capsys.readouterr().out
    assert out.startswith("Off. With --every 1d these files would be written:\n# ")
    assert "accounts" in out
    assert "--notify" in out
    assert run(accounts, "schedule", "--show", "--json") == 0
    document = json.loads(capsys.readouterr().out)
    assert document["on"] is False
    assert all("content" in file for file in document["files"])
    assert run(accounts, "schedule", "--off") == 0
    assert capsys.readouterr().out == "It was not on.\n"
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


@pytest.mark.skipif(sys.platform != "linux", reason="the stand-in plays systemctl")
def test_the_schedule_is_switched_on_and_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "systemctl").write_text(f'#!/bin/sh\necho "$@" >>{tmp_path}/asked\n')
    (programs / "systemctl").chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:/usr/bin:/bin")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    assert run(accounts, "schedule", "--every", "6h") == 0
    out = capsys.readouterr().out
    assert out.index("OnCalendar=*-*-* 00/6:00:00") < out.index("Switched on: every 6h.")
    assert run(accounts, "schedule") == 0
    assert "00/6:00:00" in capsys.readouterr().out
    assert run(accounts, "schedule", "--off") == 0
    assert not [path for path in (tmp_path / "config").rglob("*") if path.is_file()]
    assert (tmp_path / "asked").read_text().splitlines() == [
        "--user daemon-reload",
        "--user enable --now mailwright-check.timer",
        "--user disable --now mailwright-check.timer",
        "--user daemon-reload",
    ]
    with pytest.raises(UsageError, match="Say one of"):
        run(accounts, "schedule", "--off", "--show")


def _pack(tmp_path: Path, table: str) -> list[str]:
    folder = tmp_path / f"pack{len(table)}"  # one that was read once is not read again
    folder.mkdir(exist_ok=True)
    (folder / "helpdesk.toml").write_text(f"[schedule]\n{table}\n", "utf-8")
    return ["--pack", str(folder)]


def test_a_helpdesk_says_how_often_and_switches_nothing_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("HOME", "USERPROFILE", "XDG_CONFIG_HOME", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(tmp_path / name))
    words = ["accounts", "schedule"]
    free = _pack(tmp_path, 'every = "6h"')
    assert main([*words, *free]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == [
        "Your helpdesk recommends: every 6h.",
        "Off. With --every 6h these files would be written:",
    ]
    assert main([*words, *free, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["helpdesk"] == {"every": "6h", "locked": False}
    assert main([*words, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["helpdesk"] is None
    assert not list(tmp_path.rglob("mailwright-check*"))


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ('every = "8h"\nlocked = true', "Your helpdesk allows one time only: every 8h."),
        ('every = "never"', "Your helpdesk wants no regular check of saved accounts on this computer."),
    ],
)
def test_a_helpdesk_locks_how_often(
    table: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("HOME", "USERPROFILE", "XDG_CONFIG_HOME", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(tmp_path / name))
    locked = _pack(tmp_path, table)
    assert main(["accounts", "schedule", "--every", "1h", *locked]) == 2
    assert capsys.readouterr() == ("", f"mailwright: {told}\n")
    assert main(["accounts", "schedule", *locked]) == 0
    out = capsys.readouterr().out
    assert ("would be written" in out) == ("8h" in table)
    assert out.splitlines()[0] == (told if "never" in table else "Your helpdesk sets how often: every 8h.")
    assert not list(tmp_path.rglob("mailwright-check*"))


@pytest.mark.skipif(sys.platform != "linux", reason="the stand-in plays systemctl")
def test_a_schedule_that_was_there_before_the_helpdesks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "systemctl").write_text("#!/bin/sh\n")
    (programs / "systemctl").chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:/usr/bin:/bin")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    assert main(["accounts", "schedule", "--every", "1h"]) == 0
    capsys.readouterr()
    locked = _pack(tmp_path, 'every = "8h"\nlocked = true')
    assert main(["accounts", "schedule", *locked]) == 0
    out = capsys.readouterr().out
    assert "On, but not as your helpdesk sets it; --every 8h does. These are its files:" in out
    assert "00/1:00:00" in out
    assert main(["accounts", "schedule", *_pack(tmp_path, 'every = "never"')]) == 0
    assert "mailwright accounts schedule --off switches it off" in capsys.readouterr().out
    assert main(["accounts", "schedule", *_pack(tmp_path, 'every = "8h"\nlocked = true'), "--every", "8h"]) == 0
    assert main(["accounts", "schedule", *locked]) == 0
    assert "\nOn. These are its files:\n" in capsys.readouterr().out
    assert main(["accounts", "schedule", "--off", *_pack(tmp_path, 'every = "never"')]) == 0
    assert not [path for path in (tmp_path / "config").rglob("*") if path.is_file()]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="the stand-in plays notify-send")
def test_a_saved_account_is_told_of_when_it_breaks_and_when_it_works_again(
    book: AccountBook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its life by the timer's own command: proven, its password changed, changed still, right again."""
    address, password = practised("all-well")
    programs, told = tmp_path / "bin", tmp_path / "told"
    programs.mkdir()
    (programs / "notify-send").write_text(f'#!/bin/sh\nprintf "%s|" "$@" >>{told}\necho >>{told}\n')
    (programs / "notify-send").chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:/usr/bin:/bin")
    (tmp_path / "right").write_text(password)
    (tmp_path / "changed").write_text("wrong-password-0")
    right, changed = str(tmp_path / "right"), str(tmp_path / "changed")
    assert run(accounts, "add", address, "--practice", "--without-password", "--password-file", right) == 0
    told.touch()
    codes = [
        run(accounts, "check", address, "--practice", "--notify", "--password-file", given)
        for given in (right, changed, changed, right, right)
    ]
    assert codes == [0, 1, 1, 0, 0]
    failure, recovery = told.read_text().splitlines()
    assert f"|--|{address}: " in failure
    assert "--urgency=critical" in failure
    assert "--action=open=Open Mailwright" in failure
    assert f"|--|{address} works again|" in recovery
    assert password not in failure + recovery


@pytest.mark.slow
async def test_a_domain_that_ends_is_told_once_a_week() -> None:
    import trustme

    from tests.lab.names import NameServer
    from tests.lab.web import LabDialer, Page, WebServer, trust_of
    from wizard.accounts.recheck import Recheck
    from wizard.accounts.store import proven_now
    from wizard.accounts.watch import Told
    from wizard.cli.accounts_watched import ending_domains
    from wizard.net.fetch import Fetcher

    now = WHEN
    until = (now + timedelta(days=9)).isoformat()
    events = {"events": [{"eventAction": "expiration", "eventDate": until}]}
    registries = {"services": [[["org"], ["https://rdap.example.net/"]]]}
    pages = {
        ("data.iana.org", "/rdap/dns.json"): Page(json.dumps(registries).encode()),
        ("rdap.example.net", "/domain/example.org"): Page(json.dumps(events).encode()),
    }
    checked = [
        Recheck(proven_now(account(address=Address.parse(f"{name}@example.org")), frozenset()))
        for name in ("ada", "eve")
    ]
    ca, told = trustme.CA(), dict[str, Told]()
    zones = {"iana.org": ["data A 127.0.0.1"], "example.net": ["rdap A 127.0.0.1"]}
    with NameServer(zones) as names, WebServer(ca, pages) as web:
        fetcher = Fetcher(LabDialer(names, web.port), trust_of(ca))
        (first,) = await ending_domains(checked, told, fetcher, now)
        assert first.title == "example.org: something will end soon"
        assert first.body.startswith("The registration of example.org ends on 30 November 2026.")
        asked = len(web.requests)
        assert await ending_domains(checked, told, fetcher, now + timedelta(days=6)) == []
        assert len(web.requests) == asked
        assert len(await ending_domains(checked, told, fetcher, now + timedelta(days=7))) == 1


@pytest.mark.slow
def test_a_check_of_saved_accounts_writes_the_report_of_each(
    book: AccountBook, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    address, password = practised("all-well")
    (tmp_path / "password").write_text(password)
    words = ("--practice", "--without-password", "--password-file", str(tmp_path / "password"))
    assert run(accounts, "add", address, *words) == 0
    (tmp_path / "password").write_text("yesterday's")
    folder = tmp_path / "reports"
    folder.mkdir()
    assert run(accounts, "check", address, "--practice", *words[2:], "--report", str(folder)) == 1
    (report,) = folder.iterdir()
    capsys.readouterr()
    assert main(["report", "open", str(report)]) == 0
    shown = capsys.readouterr().out
    assert "a***@all-well.example" in shown
    assert address not in shown + report.read_text("utf-8")
    assert "yesterday's" not in report.read_text("utf-8")
    put(book, account())
    with pytest.raises(UsageError, match="go into a folder"):
        run(accounts, "check", "--all", "--practice", "--report", str(tmp_path / "all.html"))
    with pytest.raises(UsageError, match="There is no folder"):
        run(accounts, "check", address, "--practice", "--report", str(tmp_path / "none" / "ada.html"))
