"""What the file of saved accounts holds in a test, without a keyring."""

from __future__ import annotations

from wizard.accounts.secret_store import SecretKind
from wizard.accounts.store import AccountBook, SavedAccount, after_check, proven_now
from wizard.model.account import CheckResult, VerifiedAccount


def put(book: AccountBook, account: VerifiedAccount, *secrets: SecretKind) -> SavedAccount:
    """Saves it as if it had just been proven."""
    saved = proven_now(account, frozenset(secrets))

    def change(accounts: dict[str, SavedAccount]) -> None:
        accounts[saved.id] = saved

    book.change(change)
    return saved


def note(book: AccountBook, saved: SavedAccount, result: CheckResult) -> SavedAccount:
    """Notes what a check of it said."""

    def change(accounts: dict[str, SavedAccount]) -> None:
        accounts[saved.id] = after_check(accounts[saved.id], result)

    book.change(change)
    after = book.get(saved.address)
    assert after is not None
    return after
