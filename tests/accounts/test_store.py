from __future__ import annotations

import json
import os
import re
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.accounts.books import note, put
from tests.handover.accounts import ADDRESS, CANARY, WHEN, account, failed, imap, smtp, works
from wizard.accounts.migrations import CURRENT
from wizard.accounts.secret_store import SecretKind
from wizard.accounts.store import AccountBook, SavedAccount, default_path
from wizard.errors import ResourceError
from wizard.model.account import Verdict
from wizard.model.address import Address
from wizard.model.server import Way

FILES = Path(__file__).parent / "files"


@pytest.fixture
def book(tmp_path: Path) -> AccountBook:
    return AccountBook(tmp_path / "data" / "accounts.json")


def test_an_account_comes_back_as_it_was_saved(book: AccountBook) -> None:
    assert book.list() == ()
    saved = put(book, account(provider="example", outgoing_auth="LOGIN"), SecretKind.PASSWORD, SecretKind.REFRESH_TOKEN)
    assert book.list() == (saved,)
    assert book.get(ADDRESS) == saved
    assert saved.verified_account() == account(provider="example", outgoing_auth="LOGIN")
    assert saved.is_verified


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no modes of files as POSIX has them")
def test_the_file_is_private_versioned_and_holds_no_secret(book: AccountBook, tmp_path: Path) -> None:
    put(book, account(), SecretKind.PASSWORD)
    path = tmp_path / "data" / "accounts.json"
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert json.loads(path.read_text())["schema"] == CURRENT
    assert CANARY not in path.read_text()
    assert [file.name for file in path.parent.iterdir()] == ["accounts.json"]


def test_saving_again_replaces_and_others_stay(book: AccountBook) -> None:
    eve = replace(account(), address=Address.parse("eve@example.net"))
    put(book, eve)
    put(book, account())
    put(book, account(outgoing=smtp(port=587)))
    assert [saved.id for saved in book.list()] == ["ada@example.org", "eve@example.net"]
    first = book.list()[0]
    assert first.outgoing == smtp(port=587)


def test_a_failed_check_notes_its_cause_and_keeps_the_proven_settings(book: AccountBook) -> None:
    later = replace(failed(), started_at=WHEN + timedelta(days=1))
    saved = note(book, put(book, account()), later)
    assert (saved.last_status, saved.last_cause) == (Verdict.FAILS, "bad-credentials")
    assert saved.last_checked_at == WHEN + timedelta(days=1)
    assert saved.verified_account() == account()
    assert not saved.is_verified
    assert book.get(ADDRESS) == saved


def test_settings_a_fix_proved_are_kept(book: AccountBook) -> None:
    before = put(book, account(outgoing=smtp(port=587)))
    result = works()
    result = replace(result, started_at=WHEN + timedelta(days=1), draft=replace(result.draft, display_name=None))
    saved = note(book, before, result)
    assert saved.outgoing == smtp()
    assert saved.incoming == imap()
    assert saved.display_name == "Ada Example"
    assert saved.verified_at == WHEN + timedelta(days=1)
    assert saved.last_cause is None


def test_a_check_that_was_cut_short_keeps_what_was_known(book: AccountBook) -> None:
    before = note(book, put(book, account()), failed())
    saved = note(book, before, replace(failed(), verdict=Verdict.UNDECIDED, diagnoses=()))
    assert (saved.last_status, saved.last_cause) == (Verdict.UNDECIDED, "bad-credentials")


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
        secrets=frozenset(SecretKind),
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
        '{"schema": 1, "accounts": {}}',
        '{"schema": 1, "accounts": [{}]}',
        '{"schema": 1, "accounts": [7]}',
        '{"schema": 2, "accounts": {}}',
        '{"schema": 2, "accounts": [7]}',
        "\0" * 100,
        json.dumps(GOOD).replace("refresh-token", "pin"),
        json.dumps(GOOD).replace("993", "0"),
        json.dumps(GOOD).replace("993", '"993"'),
        json.dumps(GOOD).replace('"imap"', '"uucp"'),
        json.dumps(GOOD).replace("ada@example.org", "ada"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_and_kept_aside_when_something_is_saved(
    tmp_path: Path, content: str
) -> None:
    path = tmp_path / "accounts.json"
    path.write_text(content)
    book = AccountBook(path)
    with pytest.raises(ResourceError, match=r"accounts\.json .* The next account you save begins a new list") as error:
        book.list()
    assert path.read_text() == content
    assert book.kept_aside() == ()
    put(book, account())
    (aside,) = book.kept_aside()
    assert aside.read_text() == content
    assert re.fullmatch(r"accounts-unreadable-\d{4}-\d\d-\d\d-\d{6}-\d{6}\.json", aside.name)
    assert len(book.list()) == 1
    assert "\n" not in str(error.value)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows wants a right for symbolic links that few have")
def test_a_symbolic_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "drive").mkdir()
    path, target = tmp_path / "accounts.json", tmp_path / "drive" / "mine.json"
    path.symlink_to(target)
    put(AccountBook(path), account())
    put(AccountBook(path), account(outgoing=smtp(port=587)))
    assert path.is_symlink()
    assert AccountBook(target).list() == AccountBook(path).list()
    assert AccountBook(path).lock_path == tmp_path / "drive" / "mine.json.lock"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no pipes among its files")
def test_a_pipe_in_its_place_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "accounts.json"
    os.mkfifo(path)
    with pytest.raises(ResourceError, match=r"accounts\.json is not a file"):
        AccountBook(path).list()
    with pytest.raises(ResourceError, match=r"accounts\.json is not a file"):
        put(AccountBook(path), account())
    assert not path.is_file()


def test_what_a_killed_program_left_is_removed_by_the_next(book: AccountBook, tmp_path: Path) -> None:
    put(book, account())
    (tmp_path / "data" / ".accounts.json.0123456789ab.tmp").write_text("half")
    put(book, account(outgoing=smtp(port=587)))
    assert [file.name for file in (tmp_path / "data").iterdir()] == ["accounts.json"]


@given(st.binary(max_size=200))
def test_no_bytes_make_it_stumble(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.mktemp("book") / "accounts.json"
    path.write_bytes(content)
    with pytest.raises(ResourceError):
        AccountBook(path).list()


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ResourceError):
        put(AccountBook(tmp_path / "file" / "accounts.json"), account())


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no XDG_DATA_HOME")
def test_the_file_lies_where_the_system_keeps_such_files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert default_path() == tmp_path / "mailwright" / "accounts.json"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "it is empty"),
        ("{", "it is no JSON after character 1"),
        ('{"schema": 99, "accounts": []}', "its schema is 99, this version knows 2"),
        ('{"schema": 2, "accounts": [{}]}', "'incoming' is missing"),
        ('{"schema": 2, "accounts": [7]}', "an account is not written as one"),
    ],
)
def test_what_is_wrong_with_a_file_is_said(tmp_path: Path, content: str, reason: str) -> None:
    path = tmp_path / "accounts.json"
    path.write_text(content)
    with pytest.raises(ResourceError) as error:
        AccountBook(path).list()
    assert f"are damaged or of a newer version ({reason}). Nothing was changed." in str(error.value)


@pytest.mark.parametrize("way", list(Way))
def test_a_check_of_one_side_keeps_what_is_known_of_the_other(book: AccountBook, way: Way) -> None:
    before = put(book, account())
    result = works()
    if way is Way.SENDING:
        one_side = replace(result, incoming=None, draft=replace(result.draft, wants_incoming=False))
    else:
        one_side = replace(result, outgoing=None, draft=replace(result.draft, wants_outgoing=False))
    saved = note(book, before, one_side)
    assert (saved.incoming, saved.outgoing) == (before.incoming, before.outgoing)
    assert None not in (saved.incoming, saved.outgoing, saved.incoming_auth, saved.outgoing_auth)
