"""A password or token that cannot be shown by accident, and the mask over what others say of it.

Longer than most, for all ways to write a secret and to read one stand beside each other: each is of use with the other.
"""

from __future__ import annotations

import base64
import codecs
import re
import unicodedata
from binascii import b2a_base64
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from functools import cache, cached_property
from itertools import accumulate
from typing import Final, NamedTuple
from urllib.parse import quote

from wizard.language import tr_later

MASK: Final = "***"

WHOLE_FROM: Final = 3  # shorter secrets would blank half of any text; they are masked inside whole base64 blobs only
PART_FROM: Final = 6  # a part of a secret is masked from this length on, and where an ellipsis cuts it from CUT_FROM
CUT_FROM: Final = 4
LONGEST_PART: Final = 12
UNUSABLE: Final = tr_later(
    "The password holds a line break, a tab or another character that cannot be typed: more than the password was "
    "copied. Copy it alone."
)
# Of these a reply is made whatever the password is: that "password-2026" begins like one of them gives nothing away.
_COMMON: Final = (
    *("password", "passwort", "username", "account", "address", "credentials", "authentication", "authenticate"),
    *("temporary", "temporarily", "application", "specific", "unavailable", "connection", "security", "encryption"),
    *("invalid", "incorrect", "rejected", "disabled", "required", "please", "try again", "failure", "failed", "login"),
    *("mailbox", "message", "recipient", "sender", "server", "service", "administrator", "microsoft", "google"),
)

_COMMON_BACKWARDS: Final = tuple(word[::-1] for word in _COMMON)


def _is_unseen(sign: str) -> bool:
    return sign.isspace() or unicodedata.category(sign) in ("Cc", "Cf", "Zs", "Zl", "Zp")


class Secret:
    """Holds a password or token; repr, str, format and pickling never reveal it, `reveal()` and `as_bytes()` do."""

    __slots__ = ("__value",)

    def __init__(self, value: str) -> None:
        self.__value = value

    @classmethod
    def typed(cls, text: str) -> Secret:
        """A secret as it was pasted or read: the line breaks and tabs at its ends came with the clipboard or the file.

        So did a byte order mark in front. Blanks stay: they may be a part of it.
        """
        return cls(text.removeprefix("\ufeff").strip("\r\n\t\v\f\x85\u2028\u2029"))

    @property
    def is_unusable(self) -> bool:
        """Whether it holds what no server takes: a line break, a tab, another control character (RFC 4616 §2)."""
        if self.__value.isprintable():  # nearly always, and quickly seen
            return False
        return any(unicodedata.category(character) in {"Cc", "Zl", "Zp"} for character in self.__value)

    def without_outer_blanks(self) -> Secret:
        """The secret without what cannot be seen at its ends; itself where nothing is there.

        Blanks and their invisible kin, such as a no-break or zero-width space, come along when it is copied.
        """
        shown = [place for place, sign in enumerate(self.__value) if not _is_unseen(sign)]
        if not shown or (shown[0], shown[-1]) == (0, len(self.__value) - 1):
            return self
        return Secret(self.__value[shown[0] : shown[-1] + 1])

    def reveal(self) -> str:
        """The secret itself; call it where it goes on the wire or into the keyring, nowhere else."""
        return self.__value

    def as_bytes(self) -> bytes:
        """What goes on the wire: UTF-8, and bytes that were never UTF-8 exactly as they were typed (PEP 383)."""
        return wire_bytes(self.__value)

    def __repr__(self) -> str:
        return f"Secret({MASK})"

    __str__ = __repr__

    def __bool__(self) -> bool:
        return bool(self.__value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other.__value == self.__value

    def __hash__(self) -> int:
        return hash(("Secret", self.__value))

    def __reduce__(self) -> str:
        raise TypeError("a secret is not written anywhere")


def wire_bytes(text: str) -> bytes:
    """The text in UTF-8; what came as other bytes (PEP 383) as those bytes, any other lone surrogate as three bytes."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")


class Redactor:
    """Masks some secrets in a text, whole or cut, in whatever form a server or a program may have put them.

    Found are: the secret itself in any case, in UTF-8 or another character set; HTML entities, percent-encoding,
    quoted-printable, the escapes of JSON, IMAP, C, CSS, LDAP (RFC 4515) and SMTP (RFC 3461), also within one another;
    lists of its codes in any base; base64, base64 of another form and hexadecimal, also of longer texts that hold the
    secret (the blobs of AUTH PLAIN, RFC 4616, and XOAUTH2); each of them folded, split over the lines of a reply, kept
    apart by characters that nobody sees, or cut off, as long as half of it or a dozen characters are left; whole also
    letter by letter, in letters of another shape, and backwards.

    Args:
        secrets: what must never be seen.
        usernames: needed for the blobs, which carry both. A part of a secret that is a part of these too is no secret.
        parts: whether parts are looked for; not in texts of ours, whose words somebody's password may be made of.
    """

    def __init__(self, secrets: tuple[Secret, ...], usernames: tuple[str, ...] = (), *, parts: bool = True) -> None:
        held = tuple(secret for secret in secrets if secret)
        known = tuple(map(_lower, usernames))
        self._known = (*known, *(word[::-1] for word in known), *_COMMON, *_COMMON_BACKWARDS)
        self._held, self._usernames, self._looks_for_parts = held, usernames, parts
        spelled = {form for secret in held for form in _spellings(secret)}
        self._words = _Forms(spelled, public=self._known, parts=parts)
        inside = {form for secret in held for data in _as_bytes(secret) for form in _inside_blobs(data)}
        twice = {form for secret in held for once in _once_written(secret) for form in _inside_base64(wire_bytes(once))}
        self._digits = _Forms(inside | twice)
        data = [secret.as_bytes() for secret in held]
        self._digits.add(form for one in data if len(one) < PART_FROM for form in _blobs(one, usernames))
        rows = [*self._words.rows(), *self._digits.rows()]
        fewest = min([few for _, few in rows], default=LONGEST_PART)
        if fewest < 4:  # a secret of many signs: its parts are counted one by one
            fewest = min(self._words.fewest_letters, self._digits.fewest_letters)
            rows = [(letters, fewest) for letters, _ in rows]
        self._gram = gram = 4 if fewest >= 4 else 3
        self._has_bare_forms = fewest < gram
        # What a part has in a row, its whole has too; and a blob has what every longer text shows of its secret.
        grams = [
            letters[at : at + gram]
            for letters, few in rows
            for at in range(0, len(letters) - gram + 1, max(1, few - gram + 1))
        ]
        self._grams = frozenset([*grams, *[gram[::-1] for gram in grams]])
        self._short = tuple(s.reveal() for s in secrets if WHOLE_FROM <= len(s.reveal()) < PART_FROM)
        self._is_ascii = all(secret.reveal().isascii() for secret in held)

    @cached_property
    def _closely(self) -> _Closely:
        """What only a closer look needs, which hardly any text is given."""
        wholes = self._words.wholes | self._digits.wholes
        data = [secret.as_bytes() for secret in self._held]
        long = [form for one in data if len(one) >= PART_FROM for form in _blobs(one, self._usernames)]
        self._digits.add((*long, *(base64.b64encode(form.encode("ascii")).decode() for form in long)))
        # Letter by letter: only whole, for the letters of a part may stand in any two words.
        bare = _letters_of_each(wholes) if self._looks_for_parts else []
        known = self._known
        return _Closely(
            {form for form in bare if len(form) >= PART_FROM and not any(form in word for word in known)},
            [_lower(s.reveal()) for s in self._held if self._looks_for_parts and len(s.reveal()) >= PART_FROM],
        )

    def __call__(self, text: str) -> str:
        """The text with every form of the secrets masked; it keeps its line breaks."""
        if len(text) < WHOLE_FROM:
            return text
        forwards, backwards = self._due(text)
        spans = list(self._spans(text)) if forwards else []
        if backwards:
            spans += ((len(text) - end, len(text) - start) for start, end in self._spans(text[::-1]))
        return _masked(text, spans) if spans else text

    def sees_nothing(self, text: str) -> bool:
        """Whether a quick look tells that there is nothing to mask, as nearly always."""
        return len(text) < WHOLE_FROM or not any(self._due(text))

    def _due(self, text: str) -> tuple[bool, bool]:
        """Whether a closer look is due forwards, and backwards."""
        may_hold = self._has_bare_forms or self._shows(text)
        # Beyond ASCII a small letter may depend on where it stands.
        backwards = may_hold or ((bool(self._short) or not text.isascii()) and self._shows(text[::-1]))
        return may_hold or self._may_hold_more(text), backwards

    def _spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Where forms of the secrets stand; stretches may overlap."""
        bare_forms = self._closely.bare
        for undone in _ways_to_read(text):
            read = text
            for pattern, replaced in undone:
                read = pattern.sub(lambda match, replaced=replaced: replaced(match[0]), read)  # type: ignore[misc]
            lowered = _lower(read)
            if self._words.is_in(lowered) or any(short in read for short in self._short):
                view = _view(text, undone)
                yield from (view.span(*found) for found in self._words.found(lowered))
                yield from (view.span(*found) for short in self._short for found in _each(read, short))
            letters = _letters(read) if bare_forms else ""
            if any(form in letters for form in bare_forms):
                view = _view(text, (*undone, (_NO_LETTERS, _nothing)))
                yield from (view.span(*found) for form in bare_forms for found in _each(letters, form))
            if self._digits.is_in(bare := _BETWEEN_DIGITS.sub("", lowered)):
                view = _view(text, (*undone, (_BETWEEN_DIGITS, _nothing)))
                found_digits = _joined([view.span(*found) for found in self._digits.found(bare)])
                yield from (_whole_run(text, *found) for found in found_digits)
        yield from self._cut(text)

    def _shows(self, text: str) -> bool:
        """Whether a closer look is due, forwards and backwards: quick, for nearly always there is nothing.

        Each part of a secret, in whatever form, has some letters or digits of that form in a row once all signs are
        left out: of every such row `_grams` has a stretch, which is looked for everywhere in the text, also without
        the letters and in the shapes that are beyond ASCII.
        """
        if not self._grams.isdisjoint(_cuts(_letters(text), self._gram)):
            return True
        if self._short and any(short in text for short in self._short):
            return True
        return not text.isascii() and any(map(self._shows, _in_ascii(text)))

    def _may_hold_more(self, text: str) -> bool:
        """Whether it has an escape or an ellipsis, which stand within or for letters, or shows more as one line."""
        if self._grams and _has_escape(text) and not (self._is_ascii and not _has_escape(_NO_ESCAPES.sub(" ", text))):
            return True
        # What stood in two lines is read as one as well.
        return "\n" in text and self._shows((_line_start() if self._short else _BROKEN).sub("", text))

    def _cut(self, text: str) -> Iterator[tuple[int, int]]:
        """Beginnings and ends of secrets beside an ellipsis."""
        for mark in _ELLIPSIS.finditer(text):
            before, after = _lower(text[: mark.start()].rstrip()), _lower(text[mark.end() :].lstrip())
            behind = len(text) - len(text[mark.end() :].lstrip())
            for secret in self._closely.beginnings:
                for length in range(min(len(secret), LONGEST_PART), CUT_FROM - 1, -1):
                    if before.endswith(secret[:length]):
                        yield len(before) - length, len(before)
                    if after.startswith(secret[-length:]):
                        yield behind, behind + length


class _Closely(NamedTuple):
    """What is looked for letter by letter, and what beside an ellipsis."""

    bare: set[str]
    beginnings: list[str]


class _Forms:
    """Texts to look for: the whole of each, and its parts from a length on that is no coincidence.

    Args:
        forms: the texts.
        public: what is a part of these is no secret.
        parts: whether parts are looked for.
    """

    def __init__(self, forms: Iterable[str], *, public: tuple[str, ...] = (), parts: bool = True) -> None:
        self.wholes = {_lower(form) for form in forms if len(form) >= PART_FROM}
        self._public = public
        self._in_parts = frozenset(self.wholes) if parts else frozenset()
        shortest = min(map(len, self._in_parts), default=2 * LONGEST_PART)
        self._length = max(PART_FROM, min(LONGEST_PART, (shortest + 1) // 2))

    def add(self, wholes: Iterable[str]) -> None:
        """Looks for these as well, as wholes only."""
        self.wholes |= {_lower(form) for form in wholes if len(form) >= PART_FROM}

    @cached_property
    def parts(self) -> set[str]:
        """The parts."""
        known = "\0".join(self._public)
        cuts = {cut for form in self._in_parts for cut in _cuts(form, self._length)}
        return {cut for cut in cuts if not cut.isspace() and cut not in known}

    def rows(self) -> list[tuple[str, int]]:
        """The letters and digits of each whole, and how many of them each of its parts has at least."""
        letters = _letters_of_each(self.wholes)
        if len(letters) != len(self.wholes):  # one has a line break
            letters = [_letters(form) for form in self.wholes]
        # As if all signs of the whole were in one part.
        both = zip(self.wholes, letters, strict=True)
        return [(bare, min(len(bare), self._length - len(form) + len(bare))) for form, bare in both]

    @property
    def fewest_letters(self) -> int:
        """How many letters and digits each whole and each part has at least, counted."""
        parts = [_fewest_letters(form, self._length) for form in self._in_parts]
        return min([*parts, *map(len, _letters_of_each(self.wholes - self._in_parts))], default=LONGEST_PART)

    def is_in(self, text: str) -> bool:
        """Whether there is any; quick, for nearly always there is none."""
        return not self.parts.isdisjoint(_cuts(text, self._length)) or any(whole in text for whole in self.wholes)

    def found(self, text: str) -> Iterator[tuple[int, int]]:
        """Where they stand; stretches may overlap."""
        for whole in self.wholes:
            yield from _each(text, whole)
        for start, cut in enumerate(_cuts(text, self._length)):
            if cut in self.parts:
                yield start, start + self._length


def _letters(text: str) -> str:
    """The letters and digits of a text alone, small."""
    if text.isascii():  # nearly always, and three times as fast
        return text.encode().translate(_SMALL, _SIGNS).decode()
    return _lower(_NO_LETTERS.sub("", text))


def _letters_of_each(texts: Collection[str]) -> list[str]:
    """As `_letters`, for many texts at once; one that has a line break counts as two."""
    together = "\n".join(texts)
    if not together.isascii():
        return [_letters(text) for text in texts]
    return together.encode().translate(_SMALL, _SIGNS.replace(b"\n", b"")).decode().split("\n") if texts else []


def _fewest_letters(text: str, length: int) -> int:
    """How many letters and digits each stretch of that length has at least; all of them in a text that is shorter."""
    counts = [0, *accumulate(map(str.isalnum, text))]
    return min((end - start for start, end in zip(counts, counts[length:], strict=False)), default=counts[-1])


def _cuts(text: str, length: int) -> list[str]:
    return [text[start : start + length] for start in range(len(text) - length + 1)]


Undone = tuple[re.Pattern[str], Callable[[str], str]]


class _View(NamedTuple):
    """A text as it reads once something is undone, with where in the original each character begins and ends."""

    text: str
    starts: Sequence[int]
    ends: Sequence[int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The same stretch in the original."""
        return self.starts[start], self.ends[end - 1]


_ELLIPSIS = re.compile(r"…|\.{2,}|\*{2,}|\[\.+\]")
_ESCAPES: Final = (
    re.compile(r"&(?:#[0-9]{1,7};?|#[xX][0-9a-fA-F]{1,6};?|[A-Za-z]{2,8};)"),  # HTML
    re.compile(r"%(?:25)*[0-9a-fA-F]{2}|%u[0-9a-fA-F]{4}|\+"),  # in addresses, also those within another one
    re.compile(r"=[0-9a-fA-F]{2}|=[ \t]*\r?\n"),  # quoted-printable, RFC 2045 §6.7
    re.compile(  # JSON, IMAP's quoted strings, C and its kin
        r"\\(?:U[0-9a-fA-F]{8}|u\{[0-9a-fA-F]{1,6}\}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|[0-3]?[0-7]{1,2}|[\"\\/])"
    ),
)
_HEX_ESCAPES: Final = (
    re.compile(r"\\[0-9a-fA-F]{1,6} |\\[0-9a-fA-F]{2}"),  # CSS; RFC 4515 §3
    re.compile(r"\+[0-9A-Fa-f]{2}"),  # xtext, RFC 3461 §4
)
# Six numbers or more in a row, as programs print bytes: "116, 117, ...", "0x74 0x75 ...", "74-75-...".
_BETWEEN_CODES: Final = r"[\s,;:|./+'\"-]{1,6}"
_DECIMAL_CODES, _HEX_CODES = (
    re.compile(rf"(?<![0-9A-Za-z])(?:{code}{_BETWEEN_CODES}){{5,}}{code}(?![0-9A-Za-z])")
    for code in (r"[0-9]{1,8}", r"(?:0[xX]|[uU]\+)?[0-9a-fA-F]{1,6}")
)
_CODE: Final = re.compile(r"(?:0[xX]|[uU]\+)?([0-9a-fA-F]+)")


@cache  # these three take as long to compile as all others together, and hardly any text needs them
def _escape() -> re.Pattern[str]:
    """One of the escapes above, whose digits and letters stand within the secret's own."""
    patterns = (_ELLIPSIS, *_ESCAPES, *_HEX_ESCAPES, _DECIMAL_CODES, _HEX_CODES)
    either = "|".join((r"\x1b", *(pattern.pattern for pattern in patterns)))
    return re.compile(either.replace(r"|%u[0-9a-fA-F]{4}|\+", r"|%u[0-9a-fA-F]{4}"))


@cache
def _unseen() -> re.Pattern[str]:
    """What colours a terminal, and what stands within a letter, too."""
    return re.compile(
        r"\x1b\[[0-?]*[ -/]*[@-~]|[\x00-\x1f\x7f-\x9f\xad\u0300-\u036f\u180e\u200b-\u200f\u2028-\u202f\u205f-\u206f"
        r"\ufe00-\ufe0f\ufeff\ufffd\U000e0000-\U000e01ef]"
    )


@cache
def _line_start() -> re.Pattern[str]:
    """What may stand before the words of a reply's further line: its code, tag or status, and an enhanced code."""
    return re.compile(r"[ \t]*\r?" + _BROKEN.pattern)


_NO_LETTERS = re.compile(r"[\W_]+")
_SMALL = bytes(range(256)).lower()
# What each IMAP server says to SELECT, and Dovecot to each command: a flag that reads as an escape, of U+00DE, and
# seconds that read as a list of codes, of which every other one is a control character.
_NO_ESCAPES: Final = re.compile(r"\\Deleted\b|\((?:\d\.\d{3} \+ ){2}\d\.\d{3} secs\)")
_SIGNS = bytes(code for code in range(128) if not chr(code).isalnum())
_BETWEEN_DIGITS = re.compile(r"[\s:]+")  # folded base64, and hexadecimal as certificates and dumps have it
_BEYOND_ASCII = re.compile(r"[^ -~]")  # also what a server's own character set made of letters
_BROKEN = re.compile(  # `_line_start` for letters alone, and faster
    r"\n[ \t]*(?:(?:[0-9]{3}[ -]|[*+] |\+OK |-ERR |[A-Za-z0-9.]{1,10} (?=OK|NO|BAD|BYE))"
    r"(?:(?:OK|NO|BAD|BYE) )?(?:\[[^\]\r\n]{0,80}\] )?)?(?:[245]\.[0-9]{1,3}\.[0-9]{1,3} )?"
)
_BREAK = re.compile(r"\r?\n")


def _in_ascii(text: str) -> Iterator[str]:
    """The text with letters of another shape as the plain ones, and without all that is beyond ASCII."""
    plain = unicodedata.normalize("NFKC", text)
    if plain != text:
        yield plain
    yield _BEYOND_ASCII.sub("", text)


# What `_escape()` finds has one of these signs, or many in a row of those that lists of codes are made of: six codes.
_OF_CODES: Final = "0123456789abcdefABCDEFxXuU+ \t\n\r\v\f,;:|./'\"-"
_LEAST_CODES: Final = b"0" * 11
_SIX_CODES: Final = re.compile(r"(?:[0-9a-fA-FxXuU]+[\s,;:|./'\"-]+){5}[0-9a-fA-FxXuU]")
_ROLES: Final = bytes(
    ord("!" if sign in "\x1b&%=\\+" else "0" if sign in _OF_CODES else "a") for sign in map(chr, range(256))
)


def _has_escape(text: str) -> bool:
    """Whether there is an escape, an ellipsis or a list of codes."""
    if text.isascii() and ".." not in text and "**" not in text and "[." not in text:
        roles = text.encode().translate(_ROLES)
        if b"!" not in roles and (_LEAST_CODES not in roles or _SIX_CODES.search(text) is None):
            return False
    return _escape().search(text) is not None


def _ways_to_read(text: str) -> Iterator[tuple[Undone, ...]]:
    """What is undone in turn, of the escapes, unseen characters and line breaks that are in the text; first nothing."""
    ways: list[tuple[Undone, ...]] = [()]
    ways += [((pattern, _unescaped),) for pattern in _ESCAPES if pattern.search(text)]
    if len(ways) > 1:  # one within another
        ways.append(tuple((pattern, _unescaped) for pattern in _ESCAPES) * 2)
    ways += [((pattern, _of_hex_digits),) for pattern in _HEX_ESCAPES if pattern.search(text)]
    if _HEX_CODES.search(text):
        ways.append(((_HEX_CODES, _of_hex_codes),))
    if _DECIMAL_CODES.search(text):  # octal and binary ones are written in the same digits
        ways += [((_DECIMAL_CODES, replaced),) for replaced in (_of_decimal_codes, _of_octal_codes, _of_binary_codes)]
    if not text.isascii():  # letters of another shape: wide, bold, in a circle
        ways.append(((_BEYOND_ASCII, _in_plain_letters),))
    yield from ways
    left_out = [pattern for pattern in (_unseen(), _BEYOND_ASCII) if pattern.search(text)]
    if len(ways) > 1 or left_out:  # an escape may stand for an unseen character
        starts = (_line_start(), _BREAK) if "\n" in text else (_BREAK,)
        for way in ways:
            for start in starts:
                for pattern in left_out or (_unseen(),):
                    yield (*way, (start, _nothing), (pattern, _nothing))


def _view(text: str, undone: tuple[Undone, ...]) -> _View:
    view = _View(text, range(len(text)), range(1, len(text) + 1))
    for pattern, replaced in undone:
        view = _without(view, pattern, replaced)
    return view


def _without(view: _View, pattern: re.Pattern[str], replaced: Callable[[str], str]) -> _View:
    """The view with every match replaced; what replaces it stands where the match stood."""
    texts: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    position = 0
    for match in pattern.finditer(view.text):
        instead = replaced(match[0])
        start, end = view.span(*match.span())
        texts += (view.text[position : match.start()], instead)
        starts += view.starts[position : match.start()]
        starts += [start] * len(instead)
        ends += view.ends[position : match.start()]
        ends += [end] * len(instead)
        position = match.end()
    texts.append(view.text[position:])
    starts += view.starts[position:]
    ends += view.ends[position:]
    return _View("".join(texts), starts, ends)


def _nothing(_: str) -> str:
    return ""


def _unescaped(escape: str) -> str:
    """What an escape stands for; a byte of a longer character is the character of its number, as in `_spellings`."""
    if escape[0] == "&":
        from html import unescape  # its table of names is not needed before somebody writes one

        return unescape(escape)
    if escape == "+":
        return " "
    if escape[0] in "%=":
        digits = escape[2:] if escape[1:2] == "u" else escape[1:].strip()[-2:]
        return chr(int(digits, 16)) if digits else ""
    if escape[1].isdigit():
        return chr(int(escape[1:], 8))
    return _character(escape[2:].strip("{}"), 16) if len(escape) > 2 else escape[1:]


def _of_hex_digits(escape: str) -> str:
    return _character(escape[1:].strip(), 16)


def _in_plain_letters(sign: str) -> str:
    return unicodedata.normalize("NFKC", sign)


def _of_decimal_codes(listed: str) -> str:
    return _of_codes(listed, 10)


def _of_octal_codes(listed: str) -> str:
    return _of_codes(listed, 8)


def _of_binary_codes(listed: str) -> str:
    return _of_codes(listed, 2)


def _of_hex_codes(listed: str) -> str:
    return _of_codes(listed, 16)


def _of_codes(listed: str, base: int) -> str:
    return "".join(_character(digits, base) for digits in _CODE.findall(listed))


def _character(digits: str, base: int) -> str:
    """The character of a number; of what is no character's number, a character that nobody has."""
    try:
        return chr(int(digits, base))
    except (ValueError, OverflowError):
        return "\ufffd"


def _spellings(secret: Secret) -> set[str]:
    """The secret as it reads in other character sets and forms, and what is left of it where only ASCII is kept."""
    raw, data = secret.reveal(), secret.as_bytes()
    forms = {raw, raw.upper(), codecs.encode(raw, "rot13")}
    if not raw.isascii():
        forms |= {unicodedata.normalize(form, raw) for form in ("NFC", "NFD", "NFKC")}
        forms |= {data.decode("latin-1"), data.decode("latin-1").encode().decode("latin-1")}
        forms |= {data.decode("cp1252", "replace"), data.decode("utf-8", "replace")}
        with suppress(UnicodeEncodeError):
            forms.add(raw.encode("latin-1").decode("utf-8", "surrogateescape"))
            forms.add(raw.encode("latin-1").decode("utf-8", "replace"))
    with suppress(UnicodeEncodeError):
        forms |= {(in_7bit := raw.encode("utf-7").decode("ascii")), in_7bit.replace("+", "&").replace("/", ",")}
    return forms | {_BEYOND_ASCII.sub("", form) for form in forms}


def _once_written(secret: Secret) -> Iterator[str]:
    """Forms of the secret that are met within base64: base64 itself, hexadecimal, in an address, in capitals."""
    raw, data = secret.reveal(), secret.as_bytes()
    yield from _inside_base64(data)
    yield from (data.hex(), quote(data), raw.upper(), raw[::-1])


def _as_bytes(secret: Secret) -> tuple[bytes, ...]:
    """The secret's bytes, also as Windows' programs have texts in memory."""
    wide = (secret.reveal().encode(encoding, "replace") for encoding in ("utf-16-le", "utf-16-be"))
    return (secret.as_bytes(), *wide)


def _blobs(data: bytes, usernames: tuple[str, ...]) -> set[str]:
    """What is sent to sign in, whole, in base64."""
    blobs = {data}
    for name in usernames:
        user = wire_bytes(name)
        blobs |= {b"\0" + user + b"\0" + data, user + b"\0" + user + b"\0" + data}
        blobs.add(b"user=" + user + b"\1auth=Bearer " + data + b"\1\1")
    encoded = {encode(blob).decode() for blob in blobs for encode in (base64.b64encode, base64.urlsafe_b64encode)}
    return encoded | {form.rstrip("=") for form in encoded}


def _inside_blobs(data: bytes) -> set[str]:
    """What base64 and hexadecimal of any longer text show of `data`: base64 by the three places it can begin at."""
    return {data.hex(), data.hex().encode().hex(), base64.b32encode(data).decode().rstrip("=")} | _inside_base64(data)


_OF_ADDRESSES = str.maketrans("+/", "-_")  # RFC 4648 §5


def _inside_base64(data: bytes) -> set[str]:
    inside: set[str] = set()
    for before, uncertain in ((b"", 0), (b"\0", 2), (b"\0\0", 3)):
        whole = before + data
        certain = len(whole) * 8 // 6  # the digit after these would depend on what follows
        inside.add(b2a_base64(whole, newline=False)[uncertain:certain].decode())
    return inside | {usual.translate(_OF_ADDRESSES) for usual in inside if "+" in usual or "/" in usual}


def _lower(text: str) -> str:
    """The text in small letters, of the same length: where one becomes two, it stays."""
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(small if len(small := character.lower()) == 1 else character for character in text)


def _each(text: str, needle: str) -> Iterator[tuple[int, int]]:
    position = text.find(needle)
    while position >= 0:
        yield position, position + len(needle)
        position = text.find(needle, position + 1)


_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_DIGITS_AFTER = re.compile(r"[A-Za-z0-9+/_-]*={0,2}")


def _whole_run(text: str, start: int, end: int) -> tuple[int, int]:
    """The stretch with all digits of base64 around it: those beside a secret's own hold its first and last bits."""
    after = _DIGITS_AFTER.match(text, end)
    return (len(text[:start].rstrip(_DIGITS)), after.end() if after else end)


def _masked(text: str, spans: list[tuple[int, int]]) -> str:
    parts: list[str] = []
    position = 0
    for start, end in _joined(spans):
        breaks = "\n" * text.count("\n", start, end)
        parts += [text[position:start], MASK, breaks]
        position = end
    return "".join((*parts, text[position:]))


def _joined(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined
