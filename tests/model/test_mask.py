"""Whatever a server makes of a password before it echoes it: nothing of it is shown."""

from __future__ import annotations

import base64
import codecs
import html
import json
import quopri
import re
from collections.abc import Callable
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard.model.secret import MASK, Redactor, Secret

WORDS = ("tulip-wagon-64", 'canary "7" ü&%\\x', "Grün&Weiß<42>", "correct horse battery", "пароль-от-почты", "aé" * 9)
USER = "ada@example.org"


def _plain_blob(word: str) -> str:
    return base64.b64encode(f"\0{USER}\0{word}".encode()).decode()


def _folded(text: str, between: str, every: int = 8) -> str:
    return between.join(text[start : start + every] for start in range(0, len(text), every))


MADE: dict[str, Callable[[str], str]] = {
    "as it is": lambda word: word,
    "in capitals": str.upper,
    "in small letters": str.lower,
    "html": html.escape,
    "html in numbers": lambda word: "".join(f"&#{ord(c)};" for c in word),
    "html in hexadecimal": lambda word: "".join(f"&#x{ord(c):X};" for c in word),
    "percent": lambda word: quote(word, safe=""),
    "percent throughout": lambda word: "".join(f"%{byte:02x}" for byte in word.encode()),
    "percent in Latin-1": lambda word: "".join(f"%{byte:02X}" for byte in word.encode("latin-1", "replace")),
    "quoted-printable": lambda word: quopri.encodestring(word.encode(), quotetabs=True).decode(),
    "quoted-printable throughout": lambda word: "".join(f"={byte:02X}" for byte in word.encode()),
    "json": lambda word: json.dumps(word),
    "imap": lambda word: '"' + re.sub(r'(["\\])', r"\\\1", word) + '"',
    "Latin-1 read as utf-8": lambda word: word.encode("latin-1", "replace").decode("utf-8", "replace"),
    "Latin-1 bytes kept": lambda word: word.encode("latin-1", "replace").decode("utf-8", "surrogateescape"),
    "utf-8 read as latin-1": lambda word: word.encode().decode("latin-1"),
    "base64": lambda word: base64.b64encode(word.encode()).decode(),
    "base64 in capitals": lambda word: _plain_blob(word).upper(),
    "base64 folded": lambda word: _folded(_plain_blob(word), "\n 535-"),
    "base64 in groups": lambda word: _folded(_plain_blob(word), " ", 10),
    "base64 cut short": lambda word: _plain_blob(word)[:-6],
    "base64 of more": lambda word: base64.b64encode(f"AUTH PLAIN {word} refused".encode()).decode(),
    "percent twice": lambda word: "".join(f"%25{byte:02X}" for byte in word.encode()),
    "percent in UTF-16": lambda word: "".join(f"%u{ord(c):04x}" for c in word),
    "octal": lambda word: "".join(f"\\{byte:03o}" for byte in word.encode()),
    "base64 of UTF-16": lambda word: base64.b64encode(word.encode("utf-16-le")).decode(),
    "hexadecimal in pairs": lambda word: ":".join(f"{byte:02X}" for byte in word.encode()),
    "hexadecimal": lambda word: word.encode().hex(),
    "base64 of base64": lambda word: base64.b64encode(base64.b64encode(word.encode())).decode(),
    "base64 of a blob": lambda word: base64.b64encode(f"got {_plain_blob(word)}".encode()).decode(),
    "base64 of base64 folded": lambda word: _folded(MADE["base64 of base64"](word), "\n 535-"),
    "decimal codes": lambda word: ", ".join(str(byte) for byte in word.encode()),
    "decimal codes in a list": lambda word: str([ord(c) for c in word]),
    "decimal codes apart": lambda word: " ".join(f"{byte:03d}" for byte in word.encode()),
    "decimal codes of Latin-1": lambda word: ";".join(str(byte) for byte in word.encode("latin-1", "replace")),
    "hexadecimal codes": lambda word: ", ".join(f"0x{byte:02x}" for byte in word.encode()),
    "hexadecimal codes in quotes": lambda word: str([hex(ord(c)) for c in word]),
    "hexadecimal codes in capitals": lambda word: " ".join(f"0X{byte:02X}" for byte in word.encode()),
    "hexadecimal with commas": lambda word: ",".join(f"{byte:02x}" for byte in word.encode()),
    "hexadecimal with hyphens": lambda word: "-".join(f"{byte:02X}" for byte in word.encode()),
    "codes cut short": lambda word: ", ".join(str(byte) for byte in word.encode()[: len(word) * 2 // 3]) + ", ...",
    "over two lines": lambda word: f"{word[: len(word) // 2]}\n{word[len(word) // 2 :]}",
    "over two replies": lambda word: f"{word[: len(word) // 2]}\r\n535 5.7.8 {word[len(word) // 2 :]}",
    "over two answers": lambda word: f"{word[: len(word) // 2]}\n* NO {word[len(word) // 2 :]}",
    "one by one": lambda word: "\0".join(word),
    "with what nobody sees": lambda word: "\u200b".join(word),
    "backwards": lambda word: word[::-1],
    "base64 backwards": lambda word: _plain_blob(word)[::-1],
    "base64 of it backwards": lambda word: base64.b64encode(word[::-1].encode()).decode(),
    "letter by letter": " ".join,
    "with hyphens": "-".join,
    "in quotes": lambda word: ", ".join(f"'{c}'" for c in word),
    "in colours": "\x1b[0m".join,
    "base64 with dots": lambda word: ".".join(base64.b64encode(word.encode()).decode()),
    "rot13": lambda word: codecs.encode(word, "rot13"),
    "wide letters": lambda word: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in word),
    "html without its ends": lambda word: " ".join(f"&#{ord(c)}" for c in word),
    "html twice": lambda word: html.escape("".join(f"&#{ord(c)};" for c in word)),
    "percent in html": lambda word: "".join(f"&#37;{byte:02x}" for byte in word.encode()),
    "long escapes": lambda word: "".join(f"\\U{ord(c):08x}" for c in word),
    "escapes in braces": lambda word: "".join(f"\\u{{{ord(c):x}}}" for c in word),
    "short octal": lambda word: "".join(f"\\{byte:o}" for byte in word.encode()),
    "ldap": lambda word: "".join(f"\\{byte:02x}" for byte in word.encode()),
    "css": lambda word: "".join(f"\\{ord(c):x} " for c in word),
    "smtp": lambda word: "".join(c if c.isalnum() else "".join(f"+{b:02X}" for b in c.encode()) for c in word),
    "code points": lambda word: " ".join(f"U+{ord(c):04X}" for c in word),
    "octal codes": lambda word: " ".join(f"{byte:03o}" for byte in word.encode()),
    "binary codes": lambda word: " ".join(f"{byte:08b}" for byte in word.encode()),
    "base32": lambda word: base64.b32encode(word.encode()).decode(),
    "base64 of hexadecimal": lambda word: base64.b64encode(word.encode().hex().encode()).decode(),
    "base64 of an address": lambda word: base64.b64encode(quote(word).encode()).decode(),
    "base64 of capitals": lambda word: base64.b64encode(word.upper().encode()).decode(),
    "utf-8 read as Latin-1 twice": lambda word: word.encode().decode("latin-1").encode().decode("latin-1"),
    "cut": lambda word: word[: len(word) * 2 // 3] + "…",
    "cut early": lambda word: word[: max(4, len(word) // 3)] + "...",
    "cut in front": lambda word: "..." + word[-6:],
    "the first half": lambda word: word[: (len(word) + 1) // 2],
}


def _readable(text: str) -> str:
    """What a person could read out of a text, letters and digits alone."""
    return re.sub(r"[\W_]", "", text.lower())


def _fits(word: str) -> bool:
    try:
        return bool(word.encode("latin-1"))
    except UnicodeEncodeError:
        return False


# Latin-1 has no letter of some words.
PAIRS = [(word, made) for word in WORDS for made in MADE if "Latin-1" not in made or _fits(word)]


@pytest.mark.parametrize(("word", "made"), PAIRS)
def test_no_part_of_a_password_is_shown(word: str, made: str) -> None:
    redact = Redactor((Secret(word),), (USER, "ada"))
    form = MADE[made](word)
    shown = redact(f"535 refused: {form} for good")
    assert MASK in shown
    left = _readable(shown.replace("535 refused: ", "", 1).replace(" for good", ""))
    pieces = {left[at : at + 4] for at in range(len(left) - 3)}
    assert not [piece for piece in pieces if piece in _readable(form) and not piece.isdigit()], shown


@pytest.mark.parametrize(
    "text",
    [
        "535 5.7.8 Error: authentication failed",
        "* CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN AUTH=LOGIN",
        "250-smtp.example.org at your service, ada@example.org",
        '<a href="https://example.org/?q=a%20b">see &amp; read</a>',
        "[116, 117, 108, 105, 10, 20, 30] 10.0.0.1:25 2026-11-26 21:30:00 0x01, 0x02, 0x03, 0x04, 0x05, 0x06",
        "... 550 ...\n550 5.1.1 no such user…",
        "\x1b[1mno\x1b[0m, \\C:\\dead\\beef +41 44 +3FC U+2026 10101010 01010101 177 377 ℃ ﬁ \uff21",
    ],
)
def test_other_words_stay(text: str) -> None:
    redact = Redactor(tuple(Secret(word) for word in WORDS), (USER, "ada"))
    assert redact(text) == text


def test_what_is_a_part_of_the_address_is_no_secret() -> None:
    redact = Redactor((Secret("example.org-2026"),), (USER,))
    assert redact("mail.example.org refused ada@example.org") == "mail.example.org refused ada@example.org"
    assert redact("mail.example.org refused example.org-2026") == f"mail.example.org refused {MASK}"


def test_a_password_made_of_common_words_leaves_replies_readable() -> None:
    redact = Redactor((Secret("password-2026"), Secret("Authentication99")), (USER,))
    reply = "535 5.7.8 Error: authentication failed: username or password invalid"
    assert redact(reply) == reply
    assert redact("no password-2026 and word-2026 here") == f"no {MASK} and {MASK} here"


def test_words_that_a_password_is_made_of_stay() -> None:
    redact = Redactor((Secret("blue-server-42"), Secret("drowssap1"), Secret("a.u.t.h.e.n.t.i.c.a.t.i.o.n")), (USER,))
    reply = "535 authentication: password refused by the server, blue"
    assert redact(reply) == reply
    assert redact("blue, server 42 and 24 revres eulb") == f"{MASK} and {MASK}"


def test_our_own_texts_lose_no_word_to_a_part_of_a_password() -> None:
    redact = Redactor((Secret("encrypted-from-the-start"),), (USER,), parts=False)
    assert (
        redact("The line is encrypted from the start, encrypted-from")
        == "The line is encrypted from the start, encrypted-from"
    )
    assert redact("encrypted-from-the-start") == MASK


def test_bytes_that_were_never_text_are_masked_too() -> None:
    secret = Secret(b"gr\xfcn-wagon-64".decode("utf-8", "surrogateescape"))
    redact = Redactor((secret, Secret("\ud800lone")), ("ada\udcfc", "\ud800"))
    assert secret.as_bytes() == b"gr\xfcn-wagon-64"
    assert redact(f"no {secret.reveal()} here") == f"no {MASK} here"
    assert redact(base64.b64encode(b"\0ada\xfc\0" + secret.as_bytes()).decode()) == MASK


@pytest.mark.parametrize(
    ("word", "text", "shown"),
    [
        ("tulip-wagon", "Sorry İ İ, t u l i p w a g o n", f"Sorry İ İ, {MASK}"),  # small, "İ" is two letters
        ("abcd", "535 ab\n535-cd", f"535 {MASK}\n"),
        ("abcd", "ａｂｃｄ", MASK),
        ("abcd", "dcba", MASK),
        ("%-_!:;?", "no ?;:!_-% no", f"no {MASK} no"),
    ],
)
def test_short_ones_and_signs_alone_are_masked_in_other_ways_too(word: str, text: str, shown: str) -> None:
    assert Redactor((Secret(word),))(text) == shown


@pytest.mark.slow
@given(
    st.sampled_from(WORDS), st.sampled_from(sorted(MADE)), st.integers(0, 12), st.integers(0, 12), st.text(max_size=40)
)
def test_a_glance_misses_nothing_that_a_closer_look_finds(
    word: str, made: str, before: int, behind: int, around: str
) -> None:
    form = MADE[made](word)
    text = f"{around} {form[before : len(form) - behind]} {around}"
    redact, careful = Redactor((Secret(word),), (USER, "ada")), Redactor((Secret(word),), (USER, "ada"))
    careful._has_bare_forms = True
    assert redact(text) == careful(text)


@given(st.text(max_size=200), st.text(min_size=1, max_size=20), st.text(max_size=10))
def test_any_text_and_any_secret_can_be_handled(text: str, word: str, user: str) -> None:
    redact = Redactor((Secret(word),), (user,))
    shown = redact(f"{text}{word}{text}")
    assert shown.count("\n") == f"{text}{word}{text}".count("\n")
    if len(word) >= 6:
        assert word not in shown.replace(MASK, "") or word in text * 2
