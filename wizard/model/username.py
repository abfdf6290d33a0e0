"""The user name as the person typed or pasted it."""

from __future__ import annotations

import unicodedata
from typing import Final

from wizard.errors import UsageError
from wizard.language import tr
from wizard.model.host import visible

_UNUSABLE: Final = frozenset({"Cc", "Zl", "Zp"})


def typed_username(text: str) -> str:
    """The user name in `text`: blanks around it and characters that nobody sees came with the clipboard.

    Raises:
        UsageError: there is none, or it holds what no server takes (RFC 4616 §2); field is "username".
    """
    name = visible(text).strip()
    if not name:
        raise UsageError(tr("The user name is missing."), "username")
    if any(unicodedata.category(character) in _UNUSABLE for character in name):
        raise UsageError(
            tr("The user name holds a line break, a tab or another character that cannot be typed. Copy it alone."),
            "username",
        )
    return name
