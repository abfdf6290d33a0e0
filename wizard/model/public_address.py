"""A public address in the forms that allow lists ask for: one place, so that card, report and message say the same."""

from __future__ import annotations

import ipaddress

from msgspec import Struct


class AddressForms(Struct, frozen=True):
    """A public address in the three forms allow lists ask for."""

    single: str
    cidr: str
    range: str


def address_forms(public_address: str) -> AddressForms | None:
    """The forms of an IPv4 or IPv6 address, `None` for anything else.

    An IPv6 address changes by itself within its line's /64 (RFC 8981), so network and range are those of the /64.
    """
    try:
        address = ipaddress.ip_address(public_address.strip().strip("[]").removeprefix("IPv6:"))
    except ValueError:
        return None
    network = ipaddress.ip_network((address.packed, 32 if address.version == 4 else 64), strict=False)
    return AddressForms(str(address), str(network), f"{network[0]}-{network[-1]}")
