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
# IMAP's list (RFC 9051 §6.1.1), alone or in a greeting. LOGINDISABLED: encryption comes before the sign-in (§6.2.3).
_CAPABILITIES: Final = re.compile(r"\*? ?\[?CAPABILITY IMAP4[^\]\n'\"]{0,600}\]?")
# An IMAP or POP3 server's greeting where a program expected something else.
_GREETED: Final = re.compile(
    r"(?P<before>\b(?:error|greeting|response|reply|answer|banner|got|received|instead|expected|was))"
    r"\b[^\n\w]{0,12}"
    r"(?:(?P<imap>\* OK)|\+OK)(?=[ \[])",
    re.IGNORECASE,
)
_OF_ENCRYPTION: Final = re.compile(r"\b(?:starttls|tls|ssl)\b", re.IGNORECASE)


def without_extensions(text: str) -> str:
    """The text without such a list; where the list names no AUTH, or forbids it, that is said in its place."""
    whole = text
    text = _GREETED.sub(
        lambda found: f"{found['before']} the server speaks {'IMAP' if found['imap'] else 'POP3'}", text
    )
    if "LOGINDISABLED" in text:
        text = (
            _CAPABILITIES.sub(" ", text).replace("LOGINDISABLED", " ") + "\nFirst encryption is required for the login."
        )
    else:
        text = _CAPABILITIES.sub(" ", text)
    if not text.strip():
        return whole
    found = list(_LINE.finditer(text))
    if len(found) < _FEWEST:
        return text
    rest = _GREETING.sub(" ", _LINE.sub(" ", text)).strip()
    if any(each["keyword"] == "AUTH" for each in found) or _OF_ENCRYPTION.search(rest):
        return rest or text
    return f"{rest}\nThe server offers no AUTH."
