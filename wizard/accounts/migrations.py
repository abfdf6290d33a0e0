"""Brings the file of saved accounts from any older schema to the current one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from wizard.language import tr

CURRENT: Final = 2


def _name_the_secrets(document: dict[str, Any]) -> dict[str, Any]:
    """1 to 2: which secrets the keyring was given, not only whether; any kind may be there, and is looked for."""
    every_kind = ["password", "outgoing-password", "refresh-token"]
    accounts = [
        {**{key: value for key, value in account.items() if key != "has_secret"}, "secrets": kinds}
        for account in document["accounts"]
        for kinds in [every_kind if account["has_secret"] is True else []]
    ]
    return {**document, "schema": 2, "accounts": accounts}


# What takes a document of schema N to schema N + 1. Every released schema keeps a file in tests/accounts/files.
_STEPS: Final[Mapping[int, Callable[[dict[str, Any]], dict[str, Any]]]] = {1: _name_the_secrets}


def migrate(document: object) -> dict[str, Any]:
    """The document in the current schema.

    Raises:
        ValueError: it has no schema number or no accounts, or a newer schema than this program knows.
    """
    if not isinstance(document, dict) or type(document.get("schema")) is not int:
        raise ValueError(tr("it has no schema number"))
    if not isinstance(document.get("accounts"), list):
        raise ValueError(tr("it holds no list of accounts"))
    if document["schema"] > CURRENT:
        raise ValueError(
            tr("its schema is {schema}, this version knows {known}", schema=document["schema"], known=CURRENT)
        )
    while document["schema"] < CURRENT:
        step = _STEPS.get(document["schema"])
        if step is None:
            raise ValueError(tr("its schema is {schema}, which never was", schema=document["schema"]))
        try:
            document = step(document)
        except (AttributeError, TypeError) as error:
            raise ValueError(tr("an account is not written as one")) from error
    return document
