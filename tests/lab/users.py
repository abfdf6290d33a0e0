"""The users of this computer that the lab's servers run as.

The system is asked for them only when a server starts: Windows has no such users and imports this as well.
"""

from __future__ import annotations

import os
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class User:
    """A user of this computer, and the group that is theirs."""

    name: str
    group: str
    uid: int
    gid: int


def myself() -> User:
    """Who runs the tests."""
    import pwd

    return _user(pwd.getpwuid(os.getuid()).pw_name)


def mail_user() -> User:
    """Whose the mailboxes are: the system's user `mail` where we are root, else we ourselves."""
    return _user("mail") if is_root() else myself()


def postfix_user() -> User:
    """Who owns Postfix's queue."""
    return _user("postfix")


def group_id(name: str) -> int:
    """The number of a group.

    Raises:
        KeyError: there is none of that name.
    """
    import grp

    return grp.getgrnam(name).gr_gid


def is_root() -> bool:
    """Whether the tests may start what wants root; never on a system without one."""
    return hasattr(os, "getuid") and os.getuid() == 0


def bound_by_modes(*command: str) -> list[str]:
    """The command, held to the modes of files where root runs it as well, who may open everything otherwise.

    A test of what is locked would show nothing then. A program of its own, as a thread that runs already would not be
    held to them.
    """
    return ["setpriv", "--bounding-set", "-dac_override,-dac_read_search", *command] if is_root() else list(command)


def _user(name: str) -> User:
    import grp
    import pwd

    found = pwd.getpwnam(name)
    return User(found.pw_name, grp.getgrgid(found.pw_gid).gr_name, found.pw_uid, found.pw_gid)
