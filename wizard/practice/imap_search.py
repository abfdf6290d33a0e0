"""IMAP SEARCH (RFC 3501 §6.4.4) over the messages of a folder."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from wizard.practice.imap_grammar import BadCommandError, Token, numbers
from wizard.practice.mailbox import Message

Test = Callable[[Message], bool]

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_FLAG_KEYS = {
    "SEEN": r"\Seen",
    "DELETED": r"\Deleted",
    "ANSWERED": r"\Answered",
    "FLAGGED": r"\Flagged",
    "DRAFT": r"\Draft",
}


def search(keys: list[Token], messages: list[Message]) -> list[Message]:
    """The messages that every key fits. Raises BadCommandError."""
    keys = list(keys)
    if len(keys) >= 2 and isinstance(keys[0], str) and keys[0].upper() == "CHARSET":
        del keys[:2]
    if not keys:
        raise BadCommandError
    test = _all(keys, messages)
    return [message for message in messages if test(message)]


def _all(keys: list[Token], messages: list[Message]) -> Test:
    keys = list(keys)
    tests: list[Test] = []
    while keys:
        tests.append(_next(keys, messages))
    return lambda message: all(test(message) for test in tests)


def _next(keys: list[Token], messages: list[Message]) -> Test:
    if not keys:
        raise BadCommandError
    key = keys.pop(0)
    if isinstance(key, list):
        return _all(key, messages)
    word = key.upper()
    if word.removeprefix("UN") in _FLAG_KEYS:
        flag = _FLAG_KEYS[word.removeprefix("UN")]
        return lambda message: (flag in message.flags) is not word.startswith("UN")
    match word:
        case "ALL" | "RECENT" | "NEW":
            return lambda message: True
        case "NOT":
            inner = _next(keys, messages)
            return lambda message: not inner(message)
        case "OR":
            one, other = _next(keys, messages), _next(keys, messages)
            return lambda message: one(message) or other(message)
        case "HEADER":
            name, value = _text(keys), _text(keys).lower()
            return lambda message: _has_header(message, name, value)
        case "SUBJECT" | "FROM" | "TO" | "CC":
            value = _text(keys).lower()
            return lambda message: value in message.header_text(word)
        case "TEXT":
            data = _text(keys).lower().encode()
            return lambda message: data in message.content.lower()
        case "BODY":
            data = _text(keys).lower().encode()
            return lambda message: data in message.body.lower()
        case "SINCE" | "SENTSINCE":
            day = _date(_text(keys))
            return lambda message: message.arrived_at.date() >= day
        case "BEFORE" | "SENTBEFORE":
            day = _date(_text(keys))
            return lambda message: message.arrived_at.date() < day
        case "ON" | "SENTON":
            day = _date(_text(keys))
            return lambda message: message.arrived_at.date() == day
        case "UID":
            uids = numbers(_text(keys), [message.uid for message in messages])
            return lambda message: message.uid in uids
        case _:
            places = numbers(key, list(range(1, len(messages) + 1)))
            chosen = {messages[place - 1].uid for place in places}
            return lambda message: message.uid in chosen


def _has_header(message: Message, name: str, value: str) -> bool:
    if not value:
        return any(found == name.lower() for found, _ in message.header_fields())
    return value in message.header_text(name)


def _text(keys: list[Token]) -> str:
    value = keys.pop(0) if keys else None
    if not isinstance(value, str):
        raise BadCommandError
    return value


def _date(text: str) -> date:
    try:
        day, month, year = text.split("-")
        return date(int(year), _MONTHS.index(month.lower()) + 1, int(day))
    except ValueError:
        raise BadCommandError from None


def internal_date(moment: datetime) -> str:
    """The date-time form of INTERNALDATE; not strftime, whose month names follow the system's language."""
    return f"{moment:%d}-{_MONTHS[moment.month - 1].title()}-{moment:%Y %H:%M:%S +0000}"
