from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.handover.accounts import ADDRESS, CANARY, WHEN, account, failed, imap, smtp, works
from wizard.accounts.migrations import CURRENT
from wizard.accounts.store import AccountBook, SavedAccount, default_path
from wizard.errors import ResourceError
from wizard.model.account import Verdict
from wizard.model.address import Address

FILES = Path(__file__).parent / "files"


@pytest.fixture
def book(tmp_path: Path) -> AccountBook:
    return AccountBook(tmp_path / "data" / "accounts.json")


def test_an_account_comes_back_as_it_was_saved(book: AccountBook) -> None:
    assert book.list() == ()
    saved = book.save(account(provider="example", outgoing_auth="LOGIN"), has_secret=True)
    assert book.list() == (saved,)
    assert book.get(ADDRESS) == saved
    assert saved.verified_account() == account(provider="example", outgoing_auth="LOGIN")
    assert saved.is_verified
    assert saved.has_secret


def test_the_file_is_private_versioned_and_holds_no_secret(book: AccountBook, tmp_path: Path) -> None:
    book.save(account(), has_secret=True)
    path = tmp_path / "data" / "accounts.json"
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert json.loads(path.read_text())["schema"] == CURRENT
    assert CANARY not in path.read_text()
    assert [file.name for file in path.parent.iterdir()] == ["accounts.json"]


def test_saving_again_replaces_and_others_stay(book: AccountBook) -> None:
    eve = replace(account(), address=Address.parse("eve@example.net"))
    book.save(eve)
    book.save(account())
    book.save(account(outgoing=smtp(port=587)))
    assert [saved.id for saved in book.list()] == ["ada@example.org", "eve@example.net"]
    first = book.list()[0]
    assert first.outgoing == smtp(port=587)


def test_forgetting_says_whether_there_was_one(book: AccountBook) -> None:
    book.save(account())
    assert book.forget(ADDRESS)
    assert not book.forget(ADDRESS)
    assert book.list() == ()


def test_a_failed_check_notes_its_cause_and_keeps_the_proven_settings(book: AccountBook) -> None:
    book.save(account())
    later = replace(failed(), started_at=WHEN + timedelta(days=1))
    saved = book.record_check(ADDRESS, later)
    assert saved is not None
    assert (saved.last_status, saved.last_cause) == (Verdict.FAILS, "bad-credentials")
    assert saved.last_checked_at == WHEN + timedelta(days=1)
    assert saved.verified_account() == account()
    assert not saved.is_verified
    assert book.get(ADDRESS) == saved


def test_settings_a_fix_proved_are_kept(book: AccountBook) -> None:
    book.save(account(outgoing=smtp(port=587)))
    result = works()
    result = replace(result, started_at=WHEN + timedelta(days=1), draft=replace(result.draft, display_name=None))
    saved = book.record_check(ADDRESS, result)
    assert saved is not None
    assert saved.outgoing == smtp()
    assert saved.incoming == imap()
    assert saved.display_name == "Ada Example"
    assert saved.verified_at == WHEN + timedelta(days=1)
    assert saved.last_cause is None


def test_a_check_that_was_cut_short_keeps_what_was_known(book: AccountBook) -> None:
    book.save(account())
    book.record_check(ADDRESS, failed())
    saved = book.record_check(ADDRESS, replace(failed(), verdict=Verdict.UNDECIDED, diagnoses=()))
    assert saved is not None
    assert (saved.last_status, saved.last_cause) == (Verdict.UNDECIDED, "bad-credentials")


def test_a_check_of_an_account_that_is_not_saved_saves_nothing(book: AccountBook) -> None:
    assert book.record_check(ADDRESS, works()) is None
    assert book.list() == ()


@pytest.mark.parametrize("schema", range(1, CURRENT + 1))
def test_the_file_of_every_schema_is_still_read(schema: int) -> None:
    ada, eve = AccountBook(FILES / f"accounts-{schema}.json").list()
    assert ada == SavedAccount(
        address=ADDRESS,
        display_name="Ada Example",
        incoming=imap(),
        outgoing=smtp(),
        incoming_auth="IMAP LOGIN",
        outgoing_auth="PLAIN",
        provider="example",
        verified_at=WHEN,
        last_checked_at=WHEN + timedelta(days=1),
        last_status=Verdict.FAILS,
        last_cause="bad-credentials",
        last_title="The server refused this password",
        has_secret=True,
    )
    assert eve.incoming is None
    assert eve.outgoing == smtp(username="eve")


GOOD = json.loads((FILES / f"accounts-{CURRENT}.json").read_text())


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        "[" * 100_000,
        '{"schema": 99, "accounts": []}',
        '{"schema": 0, "accounts": []}',
        '{"schema": true, "accounts": []}',
        '{"schema": 1}',
        '{"schema": 1, "accounts": [{}]}',
        '{"schema": 1, "accounts": [7]}',
        json.dumps(GOOD).replace("993", "0"),
        json.dumps(GOOD).replace("993", '"993"'),
        json.dumps(GOOD).replace('"imap"', '"uucp"'),
        json.dumps(GOOD).replace("ada@example.org", "ada"),
    ],
)
def test_a_damaged_file_is_named_and_left_alone(tmp_path: Path, content: str) -> None:
    path = tmp_path / "accounts.json"
    path.write_text(content)
    book = AccountBook(path)
    with pytest.raises(ResourceError, match=r"accounts\.json"):
        book.list()
    with pytest.raises(ResourceError):
        book.save(account())
    assert path.read_text() == content


@given(st.binary(max_size=200))
def test_no_bytes_make_it_stumble(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.mktemp("book") / "accounts.json"
    path.write_bytes(content)
    with pytest.raises(ResourceError):
        AccountBook(path).list()


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ResourceError):
        AccountBook(tmp_path / "file" / "accounts.json").save(account())


def test_the_file_lies_where_the_system_keeps_such_files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert default_path() == tmp_path / "mailwright" / "accounts.json"


def test_checks_that_end_at_once_are_all_noted(tmp_path: Path) -> None:
    book = AccountBook(tmp_path / "accounts.json")
    addresses = [Address.parse(f"ada{number}@example.org") for number in range(8)]
    for address in addresses:
        book.save(replace(account(), address=address))
    with ThreadPoolExecutor(len(addresses)) as threads:
        for _ in range(5):
            later = replace(failed(), started_at=datetime.now(UTC))
            list(threads.map(lambda address, result=later: book.record_check(address, result), addresses))
            assert {saved.last_checked_at for saved in book.list()} == {later.started_at}
