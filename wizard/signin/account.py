"""Whose token it is, as the provider's id token says: to notice a wrong choice, never to grant anything."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Final

from wizard.model.text import inert

MAX_ID_TOKEN: Final = 32 * 1024
_CLAIMS: Final = ("email", "preferred_username", "upn")


def account_in(id_token: object) -> str | None:
    """The address in an id token (OpenID Connect Core §2); `None` where it names none.

    The signature is not checked: it came straight from the provider over TLS (§3.1.3.7 item 6), and all that hangs on
    it is a word of warning. The mail server decides for itself what the access token opens.
    """
    if not isinstance(id_token, str) or len(id_token) > MAX_ID_TOKEN or id_token.count(".") != 2:
        return None
    part = id_token.split(".")[1]
    try:
        claims = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        return None
    if not isinstance(claims, dict):
        return None
    # Microsoft's preferred_username can be a telephone number: only an address says something here.
    named = (claims.get(name) for name in _CLAIMS)
    return next((inert(name, 320) for name in named if isinstance(name, str) and name.count("@") == 1), None)
