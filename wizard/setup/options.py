"""How a check is run. Apart from the session, because the window reads it before its first paint."""

from __future__ import annotations

from msgspec import Struct


class Options(Struct, frozen=True):
    """How a check is run; times in seconds.

    `accept_untrusted` is a yes to servers that DNS or another domain named, `accept_own_network` one to whatever
    address in the person's own network they may have, `accept_address` one to an address that looks like a slip.
    """

    autofix: bool = True
    sign_in: bool = True
    accept_untrusted: bool = False
    accept_own_network: bool = False
    accept_address: bool = False
    offline: bool = False
    ask_nobody: bool = False
    allow_unencrypted: bool = False
    trusted_certificates: tuple[str, ...] = ()
    deadline_s: float = 60.0
