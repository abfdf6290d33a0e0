"""A secret is not shown, in no form."""

from __future__ import annotations

import base64
import json
import pickle
from urllib.parse import quote

import pytest

from wizard.model.secret import MASK, Redactor, Secret

WORD = 'canary "7" ü&%'


def test_a_secret_shows_nothing() -> None:
    secret = Secret(WORD)
    for shown in (repr(secret), str(secret), f"{secret}", f"{[secret]}"):
        assert WORD not in shown
        assert MASK in shown
    with pytest.raises(TypeError):
        pickle.dumps(secret)


@pytest.mark.parametrize(
    "form",
    [
        WORD,
        base64.b64encode(WORD.encode()).decode(),
        quote(WORD, safe=""),
        json.dumps(WORD)[1:-1],
        WORD.replace('"', '\\"'),
        base64.b64encode(b"\0ada\0" + WORD.encode()).decode(),
        base64.b64encode(b"user=ada\1auth=Bearer " + WORD.encode() + b"\1\1").decode(),
    ],
)
def test_every_form_is_masked(form: str) -> None:
    redact = Redactor((Secret(WORD),), ("ada",))
    assert redact(f"before {form} after") == f"before {MASK} after"


def test_other_text_stays() -> None:
    redact = Redactor((Secret(WORD),), ("ada",))
    assert redact("535 5.7.8 Error: authentication failed") == "535 5.7.8 Error: authentication failed"


@pytest.mark.parametrize("before", ["", "x", "xy", "xyz", "\0bob@example.org\0"])
@pytest.mark.parametrize("after", ["", "x", "xy", '"}'])
def test_a_secret_inside_longer_base64_is_masked(before: str, after: str) -> None:
    redact = Redactor((Secret(WORD),), ("ada",))
    shown = redact(base64.b64encode(f"{before}{WORD}{after}".encode()).decode())
    assert MASK in shown
    assert len(shown) <= 4 * (len(before) + len(after)) + 8


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("abc ", "abc"),
        ("\u00a0a b\u200b", "a b"),
        ("\u2060abc\u3000", "abc"),
        ("abc", "abc"),
        ("a b", "a b"),
        ("  ", "  "),
        ("", ""),
    ],
)
def test_what_cannot_be_seen_at_its_ends_is_taken_off(typed: str, kept: str) -> None:
    assert Secret(typed).without_outer_blanks() == Secret(kept)


FLAGS = "* FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft)\nA2 OK Select completed (0.004 + 0.000 + 0.003 secs)."


def test_what_every_mailbox_says_needs_no_closer_look() -> None:
    redact = Redactor((Secret("correct-horse-battery-9"),), ("ada@example.org",))
    assert redact.sees_nothing(FLAGS)
    assert redact(FLAGS) == FLAGS
    assert not redact.sees_nothing(f"{FLAGS} horse\\2dbattery")
    assert "battery" not in redact(f"{FLAGS} horse\\2dbattery")


@pytest.mark.parametrize("secret", ["abcÞlete9", "abcÞleted9", "Þleted-2026"])
def test_a_flag_may_be_a_letter_of_a_secret(secret: str) -> None:
    redact = Redactor((Secret(secret),), ("ada@example.org",))
    written = secret.replace("Þ", "\\De")
    assert not redact.sees_nothing(f"NO {written} is wrong")
    assert "let" not in redact(f"NO {written} is wrong")
