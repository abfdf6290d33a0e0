"""Six characters that a caller reads aloud: which card is on the screen.

The first is always a letter, the last checks the others: one wrong character, or two that changed places, is noticed.
Letters that sound or look like others are left out; read back, they are taken for what they look like.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from msgspec import Struct

from wizard import assets
from wizard.errors import UsageError
from wizard.language import tr
from wizard.model.diagnosis import Diagnosis
from wizard.model.evidence import Stage
from wizard.model.server import Protocol

_SIGNS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXY"  # 31, a prime: so the check notices every single slip
_LOOKS_LIKE: Final = str.maketrans("OILUZ", "011V2")
_BASE: Final = len(_SIGNS)
_FIRST_LETTER: Final = 10 * _BASE**4
_ROOM: Final = 21 * _BASE**4  # numbers whose code begins with a letter
_SPREAD: Final = 7_654_321  # neighbours shall not look alike; it has no factor in common with the room
_BACK: Final = pow(_SPREAD, -1, _ROOM)

_STAGES: Final = tuple(Stage)
_PROTOCOLS: Final = (None, Protocol.SMTP, Protocol.IMAP, Protocol.POP3)
_CATEGORIES: Final = (None, "freemail", "isp", "hoster", "transactional")
_MAX_CASE: Final = 15


@cache
def numbered_causes() -> tuple[str, ...]:
    """The causes in the order of their numbers."""
    return assets.lines("telephone-codes.txt")


class Told(Struct, frozen=True):
    """What a code says: the cause, which of its cases was told (0: none), where it happened, at what provider."""

    cause: str
    case: int
    stage: Stage
    protocol: Protocol | None
    category: str | None


def telephone_code(diagnosis: Diagnosis) -> str:
    """The code of a card, such as "A3F-K9T"."""
    causes = numbered_causes()
    cause = causes.index(diagnosis.cause) if diagnosis.cause in causes else 0
    category = _CATEGORIES.index(diagnosis.category) if diagnosis.category in _CATEGORIES else 0
    number = cause
    number = number * 16 + min(diagnosis.case, _MAX_CASE)
    number = number * 16 + _STAGES.index(diagnosis.stage)
    number = number * 4 + _PROTOCOLS.index(diagnosis.protocol)
    number = number * 8 + category
    spread = _FIRST_LETTER + number * _SPREAD % _ROOM
    digits = [spread // _BASE**power % _BASE for power in (4, 3, 2, 1, 0)]
    signs = "".join(_SIGNS[digit] for digit in (*digits, _check(digits)))
    return f"{signs[:3]}-{signs[3:]}"


def is_code(text: str) -> bool:
    """Whether a text is a code and nothing else, written as cards have it."""
    text = text.strip().upper()
    if not re.fullmatch(r"[A-Z][A-Z0-9]{2}-[A-Z0-9]{3}", text):
        return False
    try:
        read_code(text)
    except UsageError:
        return False
    return True


def read_code(text: str) -> Told:
    """What a code says; case, blanks and hyphens do not matter.

    Raises:
        UsageError: it is none, or was misheard.
    """
    signs = re.sub(r"[\s-]+", "", text).upper().translate(_LOOKS_LIKE)
    if len(signs) != 6 or any(sign not in _SIGNS for sign in signs):
        raise UsageError(tr("A code has six letters and digits, such as A3F-K9T."))
    *digits, check = (_SIGNS.index(sign) for sign in signs)
    spread = sum(digit * _BASE**power for digit, power in zip(digits, (4, 3, 2, 1, 0), strict=True)) - _FIRST_LETTER
    number = spread * _BACK % _ROOM
    number, category = divmod(number, 8)
    number, protocol = divmod(number, 4)
    number, stage = divmod(number, 16)
    cause, case = divmod(number, 16)
    fits = cause < len(numbered_causes()) and stage < len(_STAGES) and category < len(_CATEGORIES)
    if check != _check(digits) or spread < 0 or not fits:
        raise UsageError(tr("This code was misheard: one of its characters is another one. Ask for it once more."))
    return Told(numbered_causes()[cause], case, _STAGES[stage], _PROTOCOLS[protocol], _CATEGORIES[category])


def _check(digits: list[int]) -> int:
    return sum(weight * digit for weight, digit in enumerate(digits, 2)) % _BASE
