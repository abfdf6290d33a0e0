"""A text made ready for the lexicon: spelled plainly, without the names in it, what is said aside taken apart."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

# Scripts that are written without blanks between words, and Korean, whose blanks words of the lexicon do not keep.
SPACELESS = (
    "\u0e00-\u0e7f\u1100-\u11ff\u3005\u3040-\u30ff\u3130-\u318f\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uff66-\uff9d"
)
IS_SPACELESS = re.compile(rf"[{SPACELESS}]")
# Addresses, host names, links and files are named in a text, they say nothing of what happened.
_NAMED = re.compile(
    # After which command a reply came tells the step and no reason ("(in reply to RCPT TO command)").
    r"\(in reply to [\w ]{3,30}\)|(?<![\w./:])(?:/[\w.-]{1,60}){2,12}|\b[A-Za-z]:(?:\\[\w .-]{1,60}){1,12}"
    r"|\b(?:https?|tls|smtps?|imaps?|pop3s?|file)://[^\s<>\"')\]]+|[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,6}"
    r"|[\w.+/-]{1,64}@[\^~]?\d[\w.-]{0,20}"  # a package and its version
    # A particle of Korean, Japanese or Chinese stands at the name without a blank.
    rf"|(?<![^\W{SPACELESS}])(?<!\.)(?:[a-z0-9_-]{{1,63}}\.){{1,6}}[a-z]{{2,24}}(?!\.?[^\W{SPACELESS}]|\.?\()",
    re.IGNORECASE,
)
# The point of a shortened word ends no sentence: "exceeded max. size".
_SHORTENED = re.compile(r"\b(max|min|nr|num|bzw|ggf|evtl|zb|incl|inkl|resp|approx|ca|макс|мин)\.(?=\s)")
# An aside that holds only under a condition, in parentheses: it advises, and says nothing of what happened.
_ASIDE = re.compile(
    r"[(（]((?:(?:if|for|when|bei|wenn|falls|für|si|pour|se|per|para|dla|jeśli|если|для|при|als|bij|voor)\b"
    r"|如果|若|使用|(?=[^()（）\n]{0,40}(?:の場合|場合は|경우|için|请使用|請使用)))[^()（）\n]{2,120})[)）]",
    re.IGNORECASE,
)
# Stands for the host name of such a server; a word of the lexicon.
INCOMING_HOST: Final = "incominghost"
_HANDS_OUT: Final = ("imap", "pop.", "pop3")
_PLAIN: Final = str.maketrans(
    {
        "–": "-",
        "—": "-",
        "ı": "i",
        "ł": "l",
        "ø": "o",
        "æ": "ae",
        "œ": "oe",
        "ß": "ss",
        "đ": "d",
        "’": "'",
        "‘": "'",
        "＠": "@",
        "－": "-",
    }
)


def plain(text: str) -> str:
    """The text in lower case without accents, as words of a lexicon are compared."""
    if text.isascii():
        return text.lower()
    parts = unicodedata.normalize("NFKD", text.lower().translate(_PLAIN))
    kept = "".join(sign for sign in parts if not unicodedata.combining(sign) or "\u3099" <= sign <= "\u309a")
    return unicodedata.normalize("NFC", kept)


def is_spaceless(text: str) -> bool:
    """Whether the text holds a script that is written without blanks between words, or Korean."""
    return IS_SPACELESS.search(text) is not None


def without_names(text: str) -> str:
    """The text spelled plainly, without the addresses, hosts, links and files in it and without shortening points."""
    return _SHORTENED.sub(r"\1", plain(_NAMED.sub(_kept, text)))


def _kept(name: re.Match[str]) -> str:
    """What is kept of a name: that a server hands mail out, where its name says so."""
    return f" {INCOMING_HOST} " if name[0][:4].lower() in _HANDS_OUT else " "


def asides_apart(text: str) -> tuple[str, tuple[str, ...]]:
    """The text without what it says aside with a condition, and those asides."""
    asides = tuple(_ASIDE.findall(text))
    return (_ASIDE.sub(" ", text) if asides else text), asides
