"""The client's half of the SASL mechanisms we speak (RFC 4422), the same over SMTP, IMAP and POP3.

Each is written from its RFC: PLAIN (4616), LOGIN (draft-murchison-sasl-login), CRAM-MD5 (2195), SCRAM (5802, 7677),
OAUTHBEARER (7628), and XOAUTH2 from Google's and Microsoft's pages of that name.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import hmac
import secrets
import unicodedata
from abc import ABC, abstractmethod
from typing import assert_never

from wizard.model.server import AuthMethod, ServerCandidate
from wizard.probe.credentials import Credentials
from wizard.probe.error_kinds import Unparsable

# What a server may make us compute: Dovecot asks for 4,096 rounds, the most that is advised today is 600,000.
MAX_ROUNDS = 1_000_000


class Mechanism(ABC):
    """One sign-in. `first` is what the client says unasked, None where the server speaks first.

    `reason` holds the words of a server that explains a refused token in a challenge (RFC 7628 §3.2.2).
    """

    reason: str | None = None

    def __init__(self, first: bytes | None = None) -> None:
        self.first = first

    async def answer(self, challenge: bytes) -> bytes:
        """What is said to a challenge; raises Unparsable when there is nothing left to say (T11)."""
        if self.first is not None:  # the server asked for it instead of taking it with the command
            first, self.first = self.first, None
            return first
        return await self._answer(challenge)

    @abstractmethod
    async def _answer(self, challenge: bytes) -> bytes: ...

    @property
    def has_proof(self) -> bool:
        """Whether the server has shown what this mechanism makes it show; a yes without that is no yes."""
        return True


def mechanism_of(method: AuthMethod, credentials: Credentials, server: ServerCandidate) -> Mechanism:
    """A fresh exchange by this method; ValueError for a method that is none of SASL's."""
    user, password, token = credentials.user, credentials.password_bytes(), credentials.token_bytes()
    match method:
        case AuthMethod.PLAIN:
            return _InOneGo(b"\0" + user + b"\0" + password)
        case AuthMethod.LOGIN:
            return _Prompted(user, password)
        case AuthMethod.CRAM_MD5:
            return _CramMd5(user, password)
        case AuthMethod.SCRAM_SHA_256:
            return _Scram("sha256", credentials.username, password.decode("utf-8"))
        case AuthMethod.SCRAM_SHA_1:
            return _Scram("sha1", credentials.username, password.decode("utf-8"))
        case AuthMethod.XOAUTH2:
            return _Token(b"user=" + user + b"\1auth=Bearer " + token + b"\1\1", dismissal=b"")
        case AuthMethod.OAUTHBEARER:
            fields = [b"host=" + server.host.encode("idna"), b"port=%d" % server.port, b"auth=Bearer " + token]
            header = b"n,a=" + _escaped(credentials.username).encode("utf-8") + b",\1"
            return _Token(header + b"\1".join(fields) + b"\1\1", dismissal=b"\1")
        case AuthMethod.IMAP_LOGIN | AuthMethod.USER_PASS | AuthMethod.APOP | AuthMethod.PREAUTH:
            raise ValueError(method)
        case _:
            assert_never(method)


def decoded(challenge: str) -> bytes:
    """The bytes of a challenge in base64; as it stands where a server sends words in clear."""
    try:
        return base64.b64decode(challenge, validate=True)
    except (binascii.Error, ValueError):
        return challenge.encode("utf-8")


def said_in(challenge: str) -> str:
    """The words in a challenge, as a transcript shows them: in base64 a secret could hide from the mask (T14)."""
    return decoded(challenge).decode("utf-8", "replace")


def _escaped(name: str) -> str:
    """A user name inside a message whose fields end with a comma (RFC 5801 §4, RFC 5802 §5.1)."""
    return name.replace("=", "=3D").replace(",", "=2C")


class _InOneGo(Mechanism):
    async def _answer(self, challenge: bytes) -> bytes:
        raise Unparsable


class _Prompted(Mechanism):
    def __init__(self, user: bytes, password: bytes) -> None:
        super().__init__()
        self._words = [user, password]

    async def _answer(self, challenge: bytes) -> bytes:
        if not self._words:
            raise Unparsable
        return self._words.pop(0)


class _CramMd5(Mechanism):
    def __init__(self, user: bytes, password: bytes) -> None:
        super().__init__()
        self._user: bytes | None = user
        self._password = password

    async def _answer(self, challenge: bytes) -> bytes:
        user, self._user = self._user, None
        if user is None:
            raise Unparsable
        return user + b" " + hmac.new(self._password, challenge, "md5").hexdigest().encode("ascii")


class _Token(Mechanism):
    def __init__(self, first: bytes, *, dismissal: bytes) -> None:
        super().__init__(first)
        self._dismissal = dismissal

    async def _answer(self, challenge: bytes) -> bytes:
        # A refused token's reason comes as a challenge; it is dismissed once, more are not met (T11).
        if self.reason is not None:
            raise Unparsable
        self.reason = challenge.decode("utf-8", "replace")
        return self._dismissal


class _Scram(Mechanism):
    """SCRAM without channel binding: the server learns no password, and proves that it knew one (RFC 5802 §3)."""

    def __init__(self, digest: str, username: str, password: str) -> None:
        self._digest = digest
        self._password = _prepared(password).encode("utf-8")
        self._nonce = secrets.token_urlsafe(18)
        self._bare = f"n={_escaped(_prepared(username))},r={self._nonce}"
        self._expected: bytes | None = None
        self._proven = False
        super().__init__(b"n,," + self._bare.encode("utf-8"))

    @property
    def has_proof(self) -> bool:
        return self._proven

    async def _answer(self, challenge: bytes) -> bytes:
        text = challenge.decode("utf-8", "replace")
        if self._expected is None:
            return await self._proof(text)
        signature = _fields(text).get("v")
        if self._proven or signature is None or not hmac.compare_digest(_from_base64(signature), self._expected):
            raise Unparsable
        self._proven = True
        return b""

    async def _proof(self, text: str) -> bytes:
        fields = _fields(text)
        nonce, salt, rounds = fields.get("r", ""), fields.get("s", ""), fields.get("i", "")
        is_ours = nonce.startswith(self._nonce) and len(nonce) > len(self._nonce)
        if not is_ours or not (
            rounds.isascii() and rounds.isdigit() and len(rounds) < 8 and 0 < int(rounds) <= MAX_ROUNDS
        ):
            raise Unparsable
        without_proof = f"c={base64.b64encode(b'n,,').decode()},r={nonce}"
        message = f"{self._bare},{text},{without_proof}".encode()
        # In a thread: so many rounds take up to a second.
        salted = await asyncio.to_thread(
            hashlib.pbkdf2_hmac, self._digest, self._password, _from_base64(salt), int(rounds)
        )
        key = self._hmac(salted, b"Client Key")
        signature = self._hmac(hashlib.new(self._digest, key).digest(), message)
        proof = bytes(one ^ other for one, other in zip(key, signature, strict=True))
        self._expected = self._hmac(self._hmac(salted, b"Server Key"), message)
        return f"{without_proof},p={base64.b64encode(proof).decode()}".encode()

    def _hmac(self, key: bytes, message: bytes) -> bytes:
        return hmac.new(key, message, self._digest).digest()


def _fields(text: str) -> dict[str, str]:
    return {name: value for name, mark, value in (part.partition("=") for part in text.split(",")) if mark}


def _from_base64(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Unparsable from error


def _prepared(text: str) -> str:
    """A name or password as SASLprep leaves what people type (RFC 4013 §2): blanks are blanks, forms are joined."""
    blanks = "".join(" " if unicodedata.category(sign) == "Zs" else sign for sign in text)
    return unicodedata.normalize("NFKC", blanks)
