"""A server's list of what it can do (the answer to EHLO, RFC 5321 §4.1.1.1), pasted among what a person tells.

Its lines name things of which nothing is wrong ("250-STARTTLS", "250-SIZE 52428800"); what is telling is what it lacks.
"""

from __future__ import annotations

import re
from typing import Final

_KEYWORDS: Final = (
    "PIPELINING|SIZE|8BITMIME|DSN|HELP|STARTTLS|AUTH|ENHANCEDSTATUSCODES|CHUNKING|SMTPUTF8|VRFY|ETRN|EXPN|LIMITS"
    "|XCLIENT|XFORWARD|BINARYMIME|DELIVERBY|ATRN|TURN|REQUIRETLS|BURL|PRDR|OK|X-[A-Z]+|XEXCH50|NO-SOLICITING"
)
# One line of the list, alone or behind another on the same line.
_LINE: Final = re.compile(
    rf"(?:(?<=\s)|^)(?:<--|<<<?|<-|<|S:|<~)?[ \t]*250[- ](?P<keyword>{_KEYWORDS})(?![\w.])(?P<rest>[ =][^\n]*?)?"
    r"(?=[ \t]+250[- ]|\\n|\s*$)",
    re.MULTILINE,
)
_GREETING: Final = re.compile(
    r"^[ \t]*(?:<--|<<<?|<-|<|S:|<~)?[ \t]*250-[\w.-]{1,255}(?: [^\n]{0,120})?$", re.MULTILINE
)
_FEWEST: Final = 2
_OF_ENCRYPTION: Final = re.compile(r"\b(?:starttls|tls|ssl)\b", re.IGNORECASE)


def without_extensions(text: str) -> str:
    """The text without such a list; where the list names no AUTH, that is said in its place."""
    found = list(_LINE.finditer(text))
    if len(found) < _FEWEST:
        return text
    rest = _GREETING.sub(" ", _LINE.sub(" ", text)).strip()
    if any(each["keyword"] == "AUTH" for each in found) or _OF_ENCRYPTION.search(rest):
        return rest or text
    return f"{rest}\nThe server offers no AUTH."
