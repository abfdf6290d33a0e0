"""The mailboxes of the lab."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Account:
    """A mailbox; `login` is the user name where it is not the whole address, `folder` where new mail goes.

    `suspended` is what Dovecot says instead of letting the right password in.
    """

    address: str
    password: str
    login: str | None = None
    folder: str = "INBOX"
    suspended: str = ""

    @property
    def username(self) -> str:
        """The name that signs in."""
        return self.login or self.address

    @property
    def local_part(self) -> str:
        """What stands before the @."""
        return self.address.partition("@")[0]

    @property
    def domain(self) -> str:
        """What stands behind the @."""
        return self.address.partition("@")[2]

    def by_local_part(self) -> Account:
        """The same mailbox on a server where only the part before the @ signs in."""
        return Account(self.address, self.password, self.local_part, self.folder, self.suspended)


ADA = Account("ada@example.org", "tulip-wagon-64")
BOB = Account("bob@example.org", "cedar kettle 81", folder="Junk")  # a password with blanks, mail that lands in Junk
EVERYBODY = (ADA, BOB)
