"""A password or token that cannot be shown by accident, and the words that must never be shown."""

from __future__ import annotations

import base64
import json
from typing import Final
from urllib.parse import quote, quote_plus

MASK: Final = "***"


class Secret:
    """Holds a password or token; repr, str, format and pickling never reveal it, `reveal()` does."""

    __slots__ = ("__value",)

    def __init__(self, value: str) -> None:
        self.__value = value

    def reveal(self) -> str:
        """The secret itself; call it where it goes on the wire or into the keyring, nowhere else."""
        return self.__value

    def __repr__(self) -> str:
        return f"Secret({MASK})"

    __str__ = __repr__

    def __bool__(self) -> bool:
        return bool(self.__value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other.__value == self.__value

    def __hash__(self) -> int:
        return hash(("Secret", self.__value))

    def __reduce__(self) -> str:
        raise TypeError("a secret is not written anywhere")


class Redactor:
    """Replaces every known form of some secrets in a text: raw, base64, URL-, JSON- and IMAP-quoted, and SASL blobs.

    Args:
        secrets: what must never be seen.
        usernames: needed for the blobs of AUTH PLAIN (RFC 4616) and XOAUTH2, which carry both.
    """

    def __init__(self, secrets: tuple[Secret, ...], usernames: tuple[str, ...] = ()) -> None:
        forms: set[str] = set()
        for secret in secrets:
            raw = secret.reveal()
            if not raw:
                continue
            forms |= {raw, quote(raw, safe=""), quote_plus(raw), json.dumps(raw)[1:-1]}
            forms.add(json.dumps(raw, ensure_ascii=False)[1:-1])
            forms.add(raw.replace("\\", "\\\\").replace('"', '\\"'))
            data = raw.encode("utf-8", "surrogateescape")
            blobs = {data}
            for name in usernames:
                user = name.encode("utf-8", "surrogateescape")
                blobs |= {b"\0" + user + b"\0" + data, user + b"\0" + user + b"\0" + data}
                blobs.add(b"user=" + user + b"\1auth=Bearer " + data + b"\1\1")
            for blob in blobs:
                forms.add(base64.b64encode(blob).decode())
                forms.add(base64.b64encode(blob).decode().rstrip("="))
                forms.add(base64.urlsafe_b64encode(blob).decode().rstrip("="))
            forms |= _inside_base64(data)
        # Very short secrets would blank half of any text; they are still masked as whole base64 blobs.
        self._forms = sorted((form for form in forms if len(form) >= 3), key=len, reverse=True)

    def __call__(self, text: str) -> str:
        """The text with every form of the secrets masked."""
        for form in self._forms:
            text = text.replace(form, MASK)
        return text


def _inside_base64(data: bytes) -> set[str]:
    """What base64 of any longer text shows of `data`: one form for each of the three places it can begin at."""
    inside = set()
    for before, uncertain in ((0, 0), (1, 2), (2, 3)):
        whole = b"\0" * before + data
        certain = len(whole) * 8 // 6  # the digit after these would depend on what follows
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            inside.add(encode(whole).decode()[uncertain:certain])
    return {form for form in inside if len(form) >= 6}  # shorter ones occur by chance
