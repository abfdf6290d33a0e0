"""IMAP commands taken apart: atoms, quoted strings, literals and lists (RFC 3501 §9)."""

from __future__ import annotations

import re
from typing import Final

from wizard.practice.dialogue_server import Line, TooLongError

MAX_COMMAND: Final = 64 * 1024
_LITERAL = re.compile(rb"\{(\d{1,9})(\+?)\}\Z")
_DEPTH: Final = 8

Token = str | list["Token"]


class BadCommandError(Exception):
    """The command is out of the grammar."""


async def read_command(line: Line) -> list[Token]:
    """The next command's words, literals asked for and put in.

    Raises BadCommandError, TooLongError (past the bounds) or PeerGoneError.
    """
    tokens: list[Token] = []
    text = await line.read_line()
    raw = text
    while (literal := _LITERAL.search(text)) is not None:
        count = int(literal[1])
        if len(raw) + count > MAX_COMMAND:
            raise TooLongError
        if not literal[2]:
            line.write(b"+ Ready for literal data\r\n")
        data = await line.read_exactly(count)
        text = await line.read_line()
        raw += b"\n" + data + text
        if len(raw) > MAX_COMMAND:
            raise TooLongError
    tokens, end = _list(raw, 0, 0)
    if end != len(raw):
        raise BadCommandError
    return tokens


def _list(raw: bytes, at: int, depth: int) -> tuple[list[Token], int]:
    if depth > _DEPTH:
        raise BadCommandError
    tokens: list[Token] = []
    while at < len(raw):
        match raw[at : at + 1]:
            case b" ":
                at += 1
            case b"(":
                inner, at = _list(raw, at + 1, depth + 1)
                if raw[at : at + 1] != b")":
                    raise BadCommandError
                tokens.append(inner)
                at += 1
            case b")":
                return tokens, at
            case b'"':
                text, at = _quoted(raw, at + 1)
                tokens.append(text)
            case b"{":
                text, at = _literal(raw, at)
                tokens.append(text)
            case _:
                text, at = _atom(raw, at)
                tokens.append(text)
    return tokens, at


def _quoted(raw: bytes, at: int) -> tuple[str, int]:
    out = bytearray()
    while at < len(raw):
        byte = raw[at : at + 1]
        if byte == b'"':
            return out.decode("utf-8", "replace"), at + 1
        if byte == b"\\":
            at += 1
            byte = raw[at : at + 1]
        out += byte
        at += 1
    raise BadCommandError


def _literal(raw: bytes, at: int) -> tuple[str, int]:
    end = raw.find(b"}\n", at)
    if end < 0:
        raise BadCommandError
    number = raw[at + 1 : end].rstrip(b"+")
    if not number.isdigit():
        raise BadCommandError
    start = end + 2
    return raw[start : start + int(number)].decode("utf-8", "replace"), start + int(number)


def _atom(raw: bytes, at: int) -> tuple[str, int]:
    start = at
    while at < len(raw) and raw[at : at + 1] not in (b" ", b"(", b")"):
        if raw[at : at + 1] == b"[":  # BODY[HEADER.FIELDS (FROM TO)] is one word
            close = raw.find(b"]", at)
            if close < 0:
                raise BadCommandError
            at = close
        at += 1
    return raw[start:at].decode("utf-8", "replace"), at


def numbers(text: str, known: list[int]) -> list[int]:
    """Those of the known numbers (ascending) that a sequence set names (RFC 3501 §9, sequence-set)."""
    wanted: set[int] = set()
    top = known[-1] if known else 0
    for part in text.split(","):
        ends = [_number(end, top) for end in part.split(":")]
        if len(ends) > 2:
            raise BadCommandError
        low, high = min(ends), max(ends)
        wanted.update(number for number in known if low <= number <= high)
    return [number for number in known if number in wanted]


def _number(text: str, top: int) -> int:
    if text == "*":
        return top
    if not (text.isascii() and text.isdigit() and len(text) <= 10):
        raise BadCommandError
    return int(text)


def quoted(text: str) -> str:
    """The text as a quoted string."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
