"""Where an address leads, and which of them nobody but the person may send us to (T27, T32)."""

from __future__ import annotations

import ipaddress
from enum import Enum

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address


class Reach(Enum):
    """Where an address leads, as far as it matters who named it (T27, T32)."""

    PUBLIC = "public"
    OWN_NETWORK = "own-network"  # the person's house or company: private, carrier-grade NAT, or given out by nobody
    HERE = "here"  # this computer, its line, or nowhere: nobody else may send us there


# IANA's registries of special-purpose addresses, by what they mean for whoever is sent there. Those for documentation
# are left out: nobody is there, in no network.
_OWN_NETWORKS = tuple(
    ipaddress.ip_network(text)
    for text in (
        *("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"),  # RFC 1918
        "100.64.0.0/10",  # RFC 6598
        "198.18.0.0/15",  # RFC 2544: for measurements within a network; some local proxies answer with it for any name
    )
)
# RFC 4291 §2.4: outside these nothing was ever given out to the world. Whatever answers there (fc00::/7, fec0::/10,
# 64:ff9b:1::/48, 5f00::/16, 200::/7) is of the network one is in.
_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # RFC 6052
_COMPATIBLE = ipaddress.IPv6Network("::/96")  # RFC 4291 §2.5.5.1
_TRANSLATED = ipaddress.IPv6Network("::ffff:0:0:0/96")  # RFC 7915 §1.4, RFC 2765 §2.1
_ISATAP = frozenset({0x0000_5EFE, 0x0200_5EFE})  # RFC 5214 §6.1, the upper half of the interface's identifier
# RFC 791, RFC 1112, RFC 6890's addresses for a line's own protocols, where a cloud's metadata may be as well, RFC
# 7526's relays that are no more, RFC 2928's for protocols, and RFC 6666's for discarding.
_NOWHERE = tuple(
    ipaddress.ip_network(text)
    for text in ("0.0.0.0/8", "240.0.0.0/4", "192.0.0.0/24", "192.88.99.0/24", "2001::/23", "100::/32")
)


def reach_of(address: IPAddress) -> Reach:
    """Where an address leads; one that holds another inside leads where that does."""
    address = _innermost(address)
    if address.is_loopback or address.is_link_local or address.is_multicast or address.is_unspecified:
        return Reach.HERE
    if any(address in network for network in _NOWHERE):
        return Reach.HERE
    if isinstance(address, ipaddress.IPv6Address):
        return Reach.PUBLIC if address in _GLOBAL_UNICAST else Reach.OWN_NETWORK
    return Reach.OWN_NETWORK if any(address in network for network in _OWN_NETWORKS) else Reach.PUBLIC


def _innermost(address: IPAddress) -> IPAddress:
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address.is_link_local:
        return address
    is_prefixed = address in _NAT64 or address in _TRANSLATED or (address in _COMPATIBLE and int(address) > 1)
    if is_prefixed or (int(address) >> 32) & 0xFFFF_FFFF in _ISATAP:
        return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    teredo = address.teredo[1] if address.teredo else None
    return address.ipv4_mapped or address.sixtofour or teredo or address


def refused_by_policy(address: IPAddress, *, given: bool, lab: bool, own_network: bool = False) -> bool:
    """Whether an address that somebody else named must not be contacted (T27, T32)."""
    if given or (lab and address.is_loopback):
        return False
    reach = reach_of(address)
    return reach is Reach.HERE or (reach is Reach.OWN_NETWORK and not own_network)
