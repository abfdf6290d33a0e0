"""The slips of a text that was read off a picture or copied out of a narrow column, put right before it is read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from wizard.model.host import visible

if TYPE_CHECKING:
    from wizard.model.address import Address

_PORTS: Final = frozenset({"110", "143", "465", "587", "993", "995"})
# What a camera takes for a figure's place: letters that look like it, in two scripts.
_FIGURES: Final = str.maketrans("SsOoОоIlZzBbЗзg", "550000112288339")
_ALMOST_PORT = re.compile(r"(?<![\w.@-])(?=\S{0,2}\d)[\dSsOoОоIlZzBbЗзg]{3}(?![\w@-]|\.\w)")
_IMAP = re.compile(r"(?<![\w.@-])(?:[l1|!]m|[il1|!]rn)ap(?=4?s?(?![a-z\d]))", re.IGNORECASE)
_SMTP = re.compile(r"(?<![\w.@-])srntp(?=s?(?![a-z\d]))", re.IGNORECASE)
_POP = re.compile(r"(?<![\w.@-])p0p(?=3?s?(?![a-z\d]))", re.IGNORECASE)
_WRAPPED = re.compile(
    r"(?<![\w@.-])((?:[a-z\d-]+\.)+[a-z\d-]*[a-z\d])-[ \t]*\r?\n[ \t>]*([a-z\d-]+(?:\.[a-z\d-]+)+)", re.IGNORECASE
)
_ALIKE: Final = {"m": "(?:m|rn)", "w": "(?:w|vv)", "d": "(?:d|cl)", "o": "[o0]", "i": "[il1|]", "l": "[il1|]"}


def put_right(text: str, address: Address | None) -> str:
    """The text with its ports, protocols and the address's own domain as they were meant.

    Characters that nobody sees go; a name that was broken between two lines, or at its dots, is whole again. No other
    domain than the address's own is ever guessed.
    """
    text = _ALMOST_PORT.sub(_port, visible(text))
    for slip, meant in ((_IMAP, "imap"), (_SMTP, "smtp"), (_POP, "pop")):
        text = slip.sub(meant, text)
    domain = address.domain if address is not None else None

    def joined(broken: re.Match[str]) -> str:
        whole = broken[1] + broken[2]
        return whole if domain is not None and f".{whole}".endswith(f".{domain}") else f"{broken[1]}-{broken[2]}"

    text = _WRAPPED.sub(joined, text)
    return _with_domain(text, address) if address is not None else text


def _port(almost: re.Match[str]) -> str:
    port = almost[0].translate(_FIGURES)
    return port if port in _PORTS else almost[0]


def _with_domain(text: str, address: Address) -> str:
    """The address's domain where the eye reads it, in A-labels."""
    text = text.replace(address.shown_domain, address.domain)
    labels = ["".join(_ALIKE.get(letter, re.escape(letter)) for letter in each) for each in address.domain.split(".")]
    dot, end = r"\s{0,2}[.,]\s{0,2}", r"(?![\w-])"
    spaced = r"(?<![\w@-])(imap|pop3?|smtp|mail)" + dot + dot.join(labels) + end
    text = re.sub(spaced, rf"\1.{address.domain}", text, flags=re.IGNORECASE)
    return re.sub(r"(?<![\w-])" + r"\.".join(labels) + end, address.domain, text, flags=re.IGNORECASE)
