"""Which sign-in method is used, and the few blobs that no library of ours makes."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Sequence

from wizard.model.evidence import ErrorKind, Stage
from wizard.model.server import AuthMethod
from wizard.probe.credentials import Credentials
from wizard.probe.error_kinds import StageFailed

TOKEN_METHODS = (AuthMethod.XOAUTH2, AuthMethod.OAUTHBEARER)
PASSWORD_METHODS = (AuthMethod.PLAIN, AuthMethod.LOGIN, AuthMethod.CRAM_MD5)


def token_only(offered: Iterable[str]) -> bool:
    """Whether a server that offers these takes a browser sign-in and nothing else that we can do."""
    names = set(offered)
    return not names.isdisjoint(TOKEN_METHODS) and names.isdisjoint(PASSWORD_METHODS)


def choose(offered: Sequence[str], preferred: Iterable[AuthMethod], credentials: Credentials) -> AuthMethod:
    """The best offered method for these credentials; raises StageFailed when none is offered or none fits.

    A token goes by XOAUTH2, else OAUTHBEARER (RFC 7628); a password never by a token's method.
    """
    if not offered:
        raise StageFailed(Stage.AUTH, ErrorKind.AUTH_MISSING)
    wanted = TOKEN_METHODS if credentials.token is not None else tuple(preferred)
    for method in wanted:
        if method.value in offered:
            return method
    raise StageFailed(Stage.AUTH, ErrorKind.NO_COMMON_AUTH, detail={"mechanisms": " ".join(offered)})


def said_in(challenge: str) -> str:
    """The words in a challenge: a refused token's reason comes as JSON in base64 (RFC 7628 §3.2.2)."""
    try:
        return base64.b64decode(challenge, validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return challenge


def plain(user: bytes, password: bytes) -> bytes:
    """The message of SASL PLAIN (RFC 4616 §2) in base64."""
    return base64.b64encode(b"\0" + user + b"\0" + password)


def xoauth2(user: bytes, token: bytes) -> bytes:
    """The message of XOAUTH2 (Google's and Microsoft's pages of that name) in base64."""
    return base64.b64encode(b"user=" + user + b"\1auth=Bearer " + token + b"\1\1")


def oauthbearer(user: bytes, token: bytes, host: str, port: int) -> bytes:
    """The message of OAUTHBEARER (RFC 7628 §3.1) in base64; = and , in the user name are escaped (RFC 5801 §4)."""
    name = user.replace(b"=", b"=3D").replace(b",", b"=2C")
    fields = [b"host=" + host.encode("idna"), b"port=" + str(port).encode(), b"auth=Bearer " + token]
    return base64.b64encode(b"n,a=" + name + b",\1" + b"\1".join(fields) + b"\1\1")
