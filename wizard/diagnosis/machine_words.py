"""What a program printed, among what a person tells around it: a program's own words say more exactly what happened."""

from __future__ import annotations

import re
from typing import Final

# What programs call an error in one word: C's and Node's names, Windows' numbers.
ERROR_NAMES: Final = r"\beconn\w+|\be(?:timedout|netunreach|hostunreach|auth|notfound)\b|\b0x8[0-9a-f]{7}\b"
# A line that a program wrote: an error's class or number, a code of a reply, where in a source it stood.
_PRINTED: Final = re.compile(
    r"\w(?:error|exception)\b ?[:(\[]|\berrno\b|\b[45]\d\d[ -][45]\.\d\.\d|(?:^|[\s:'\"(])[45]\d\d[ -](?=[^\W\d_])"
    rf"|{ERROR_NAMES}|error:[0-9a-f]{{8}}"
    r"|\w+\(\): |::\w+\(|\b(?:smtp|imap|pop3|ssl|tls|login|connection|socket|curl) (?:error|fehler|erreur)\b ?[:(]"
    r"|\(connection (?:refused|timed out|reset[^)]{0,12})\)|^-err\b|^\w{1,6} (?:no|bad) \[?\w|\bi/o timeout\b"
    r"|ssl routines",
    re.IGNORECASE | re.MULTILINE,
)
# Words in quotation marks behind what announces a message.
_QUOTED: Final = re.compile(
    r"(?:error|message|warning|says?|said|saying|tells? me|told me|reads|with|gets?|got|shows?|fehler\w*|meldung|sagt"
    r"|steht|erreur|message|dit|mensaje|dice|errore|messaggio|erro|mensagem|diz|melding|foutmelding|zegt|komunikat"
    r"|błąd|ошибк\w*|сообщение|пишет)"
    r"[^\n\"“„«]{0,24}[\"“„«](?P<words>[^\n\"”“»]{12,300})[\"”“»]",
    re.IGNORECASE,
)
# Somebody speaks of what is theirs; servers say "we" and "our" of themselves.
_TELLS: Final = re.compile(
    r"\b(?:i|i'm|i've|i'd|my|me|ich|mein\w*|mir|mich|je|j'ai|mon|ma|mes|yo|mi|mis|me|he|mio|mia|mie|ho|eu|meu|minha"
    r"|ik|mijn|mój|moja|moje|mam|мой|моя|мои|мне|меня|у меня|bende|benim)\b"
    r"|我|报错|如下|更新|请问|怎么|为什么|私|제가|저는|내가|ですが|しましたが|하는데",
    re.IGNORECASE,
)
_SENTENCES: Final = re.compile(r"(?<=[.!?])\s+(?=[^\W\d_])|\n|(?<=[。！？])")
_WORD: Final = re.compile(r"[^\W\d_]{2,}")
_FEWEST_WORDS: Final = 2
_FEWEST_TOLD: Final = 5  # words of a person beside it


def machine_words(text: str) -> str | None:
    """The program's words in a text where somebody tells something else as well; `None` where only one speaks."""
    quoted = [found["words"] for found in _QUOTED.finditer(text)]
    if quoted and len(_WORD.findall(text)) > 2 * sum(len(_WORD.findall(words)) for words in quoted):
        return "\n".join(quoted)
    pieces = [piece for piece in _SENTENCES.split(text) if piece.strip()]
    printed = [piece for piece in pieces if _PRINTED.search(piece)]
    told = [piece for piece in pieces if not _PRINTED.search(piece)]
    if (
        not printed
        or not any(_TELLS.search(piece) for piece in told)
        or sum(len(_WORD.findall(piece)) for piece in told) < _FEWEST_TOLD
    ):
        return None
    if sum(len(_WORD.findall(piece)) for piece in printed) < _FEWEST_WORDS:
        return None
    return "\n".join(printed)


def is_only_told(text: str) -> bool:
    """Whether somebody tells of their trouble, and no word of a program or server is in it."""
    return _TELLS.search(text) is not None and machine_words(text) is None and _PRINTED.search(text) is None
