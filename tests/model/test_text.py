"""Text from a stranger is inert."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from wizard.model.text import inert


@given(st.text(alphabet=st.characters(), max_size=300))
def test_nothing_unseen_is_left(text: str) -> None:
    shown = inert(text)
    assert not any(unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Cn"} for character in shown)
    shown.encode("utf-8")


@given(st.text(alphabet=st.characters(max_codepoint=0x7F), max_size=300))
def test_plain_text_stays_as_it_is(text: str) -> None:
    blanks = str.maketrans("\r\n\t", "   ")
    assert inert(text) == "".join(c if " " <= c <= "~" else "\ufffd" for c in text.translate(blanks))


def test_words_stay_and_length_is_capped() -> None:
    assert inert("ünï 中文 – “quoted”") == "ünï 中文 – “quoted”"
    assert inert("a\r\nb\x1b[31mc\u202e") == "a  b�[31mc�"
    assert len(inert("x" * 10_000)) < 4200
