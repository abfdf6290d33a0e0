"""Who signs in, and with what."""

from __future__ import annotations

from msgspec import Struct

from wizard.model.evidence import Detail, ErrorKind, Stage
from wizard.model.secret import Secret, wire_bytes
from wizard.probe.error_kinds import StageFailed


class Credentials(Struct, frozen=True):
    """A user name with a password or a token; a token is used instead of a password."""

    username: str
    secret: Secret | None = None
    token: Secret | None = None

    @property
    def user(self) -> bytes:
        """The user name as it is sent."""
        return wire_bytes(self.username)

    def password_bytes(self) -> bytes:
        """The password as it is sent; empty when there is none."""
        return self.secret.as_bytes() if self.secret is not None else b""

    def token_bytes(self) -> bytes:
        """The token as it is sent; empty when there is none."""
        return self.token.as_bytes() if self.token is not None else b""

    def check(self) -> None:
        """Raises StageFailed when a control character would split what is sent: NUL in PLAIN, \\x01 in XOAUTH2.

        In a password it is a slip of input, and no server is to blame for it.
        """
        if self.token is None and self.secret is not None and self.secret.is_unusable:
            raise StageFailed(Stage.INPUT, ErrorKind.PASSWORD_UNUSABLE)
        words = (self.username, self.token.reveal() if self.token is not None else "")
        if any(ord(character) < 32 or ord(character) == 127 for word in words for character in word):
            raise StageFailed(Stage.AUTH, ErrorKind.PROTOCOL_ERROR, detail=Detail(ours="control-character"))
