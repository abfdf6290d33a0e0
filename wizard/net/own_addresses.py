"""The addresses that this computer has in its own networks, where a phone beside it can reach it."""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import sys
from typing import Final

# RFC 1918: at home and in the office. What is public, link-local or a provider's shared range is no place for a phone.
_OWN_NETWORKS: Final = tuple(ipaddress.ip_network(block) for block in ("192.168.0.0/16", "10.0.0.0/8", "172.16.0.0/12"))
# Nothing is sent: a datagram socket that is "connected" has the address from which it would send there.
_WAYS_OUT: Final = ("192.0.2.1", "192.168.255.254", "10.255.255.254", "172.31.255.254", "224.0.0.251")
_DISCARD: Final = 9


def own_addresses() -> tuple[str, ...]:
    """The IPv4 addresses of this computer in private networks, the one that leads out first; none where it has none."""
    found = [address for target in _WAYS_OUT if (address := _sends_from(target)) is not None]
    if sys.platform == "win32":
        with contextlib.suppress(OSError):
            found += socket.gethostbyname_ex(socket.gethostname())[2]  # there it is asked of nobody else
    return private_of(found)


def private_of(addresses: list[str]) -> tuple[str, ...]:
    """Those that lie in a private network, each once."""
    known = dict.fromkeys(addresses)
    return tuple(one for one in known if any(ipaddress.ip_address(one) in network for network in _OWN_NETWORKS))


def _sends_from(target: str) -> str | None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((target, _DISCARD))
            return str(probe.getsockname()[0])
        except OSError:
            return None
