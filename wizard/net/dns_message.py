"""DNS messages (RFC 1035 §4), as far as a client that asks for a few kinds of records needs them.

dnspython, with which the practice network serves, knows all of DNS and takes a tenth of a second to load, which is what
the answers take to come.
"""

from __future__ import annotations

import socket
from collections.abc import Sequence
from struct import Struct, error
from typing import Any, Final

KINDS: Final = {"A": 1, "NS": 2, "PTR": 12, "MX": 15, "TXT": 16, "AAAA": 28, "SRV": 33}
_CNAME: Final = 5
_INTERNET: Final = 1
_HEADER: Final = Struct(">6H")
_AFTER_NAME: Final = Struct(">2H")
_RECORD: Final = Struct(">2HIH")
_MX: Final = Struct(">H")
_SRV: Final = Struct(">3H")
_ASKED: Final = 0x0100  # recursion is desired
_IS_ANSWER, _IS_CUT_OFF, _CODE = 0x8000, 0x0200, 0x000F
_NAME_ERROR: Final = 3
_MAX_NAME, _MAX_LABEL = 255, 63
_MAX_ALIASES: Final = 16
_MAX_RECORDS: Final = 1000
_QUOTED: Final = b'".();@$\\'

Name = tuple[bytes, ...]


class NoSuchName(Exception):
    """The name does not exist."""


class NoSuchRecord(Exception):
    """The name has no record of the kind."""


class ServerFailed(Exception):
    """The name server gave no answer that says anything of the name."""


class CutOff(Exception):
    """The answer did not fit into a datagram: it is asked for over TCP (RFC 7766)."""


class NotTheAnswer(Exception):
    """What came is no answer to the question."""


def question(name: str, kind: str, number: int) -> bytes:
    """The message that asks for these records of the name; raises ValueError where it is none."""
    labels = [label.encode("ascii") for label in name.removesuffix(".").split(".")]
    if not all(0 < len(label) <= _MAX_LABEL for label in labels) or sum(map(len, labels)) + len(labels) >= _MAX_NAME:
        raise ValueError(name)
    asked = b"".join(bytes([len(label)]) + label for label in labels) + b"\0"
    return _HEADER.pack(number, _ASKED, 1, 0, 0, 0) + asked + _AFTER_NAME.pack(KINDS[kind], _INTERNET)


def answer(message: bytes, asked: bytes) -> list[Any]:
    """What the records of a message say that answers the question `asked`; aliases (CNAME) are followed.

    An address is a text, MX is (preference, host), SRV (priority, weight, port, host), TXT bytes, NS and PTR a host;
    hosts are small and have no dot at their end.

    Raises:
        NoSuchName, NoSuchRecord: that is the answer.
        ServerFailed, CutOff: ask elsewhere, or otherwise.
        NotTheAnswer: it answers something else, or is damaged.
    """
    try:
        return _answer(message, asked)
    except (error, IndexError) as damaged:
        raise NotTheAnswer from damaged


def _answer(message: bytes, asked: bytes) -> list[Any]:
    _, flags, questions, count, _, _ = _HEADER.unpack_from(message)
    if not flags & _IS_ANSWER or message[:2] != asked[:2]:
        raise NotTheAnswer
    code = flags & _CODE
    if questions == 0 and code:  # a server that does not read questions repeats none
        raise ServerFailed(code)
    name, at = _name(message, _HEADER.size)
    wanted, _ = _name(asked, _HEADER.size)
    if questions != 1 or name != wanted or message[at : at + 4] != asked[-4:]:
        raise NotTheAnswer
    if code == _NAME_ERROR:
        raise NoSuchName
    if code:
        raise ServerFailed(code)
    if flags & _IS_CUT_OFF:
        raise CutOff
    kind = _AFTER_NAME.unpack_from(asked, len(asked) - 4)[0]
    aliases: dict[Name, Name] = {}
    found: dict[Name, list[Any]] = {}
    at += 4
    for _ in range(min(count, _MAX_RECORDS)):
        owner, at = _name(message, at)
        of_kind, of_class, _, size = _RECORD.unpack_from(message, at)
        at += _RECORD.size
        if at + size > len(message):
            raise NotTheAnswer
        if of_class == _INTERNET and of_kind == _CNAME:
            aliases[owner] = _name(message, at)[0]
        elif of_class == _INTERNET and of_kind == kind:
            found.setdefault(owner, []).append(_said(message, at, size, kind))
        at += size
    for _ in range(_MAX_ALIASES):
        if wanted in found or wanted not in aliases:
            break
        wanted = aliases[wanted]
    if wanted not in found:
        raise NoSuchRecord
    return found[wanted]


def _said(message: bytes, at: int, size: int, kind: int) -> Any:
    match kind:
        case 1 | 28:
            family, length = (socket.AF_INET, 4) if kind == 1 else (socket.AF_INET6, 16)
            if size != length:
                raise NotTheAnswer
            return socket.inet_ntop(family, message[at : at + size])
        case 15:
            return (*_MX.unpack_from(message, at), _host(message, at + _MX.size))
        case 33:
            return (*_SRV.unpack_from(message, at), _host(message, at + _SRV.size))
        case 16:
            return _strings(message[at : at + size])
        case _:
            return _host(message, at)


def _strings(data: bytes) -> bytes:
    """The strings of a TXT record as one (RFC 7208 §3.3)."""
    joined, at = b"", 0
    while at < len(data):
        end = at + 1 + data[at]
        if end > len(data):
            raise NotTheAnswer
        joined += data[at + 1 : end]
        at = end
    return joined


def _name(message: bytes, at: int) -> tuple[Name, int]:
    """The name that stands there, small, and where what follows it begins; each pointer leads further back."""
    labels: list[bytes] = []
    after: int | None = None
    size, earliest = 1, at
    while length := message[at]:
        if length >= 0xC0:
            after = after if after is not None else at + 2
            at = (length & 0x3F) << 8 | message[at + 1]
            if at >= earliest:
                raise NotTheAnswer
            earliest = at
            continue
        size += 1 + length
        if length > _MAX_LABEL or size > _MAX_NAME or at + 1 + length > len(message):
            raise NotTheAnswer
        labels.append(message[at + 1 : at + 1 + length].lower())
        at += 1 + length
    return tuple(labels), after if after is not None else at + 1


def _host(message: bytes, at: int) -> str:
    return ".".join(map(_shown, _name(message, at)[0]))


def _shown(label: bytes) -> str:
    """A label as zone files have it (RFC 1035 §5.1): what would mean something there, or is no letter, is escaped."""
    return "".join(
        f"\\{chr(byte)}" if byte in _QUOTED else chr(byte) if 0x20 < byte < 0x7F else f"\\{byte:03}" for byte in label
    )


def name_servers(resolv_conf: str) -> Sequence[str]:
    """The addresses that resolv.conf(5) names; this computer itself where it names none."""
    words = (line.split() for line in resolv_conf.splitlines())
    return [line[1] for line in words if len(line) > 1 and line[0] == "nameserver"] or ["127.0.0.1"]
