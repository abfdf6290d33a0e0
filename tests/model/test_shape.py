"""Shapes of passwords: those that packs need are taken, those that could take for ever are not."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard import wiring
from wizard.model.shape import MAX_COMPARED, check_shape, has_shape


@pytest.mark.parametrize(
    "pattern",
    [
        "[a-z]{16}", ".{16}", "AccessKey .+", r"SG\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+", r"\d{4}-?\d{4}", "(?:a|b)c*",
        "[a-z]{4}-?[a-z]{4}-?[a-z]{4}-?[a-z]{4}", "(xsmtpsib-.+)|([A-Za-z0-9]{15,20})", r"[^\]\\]{8}", "[]a]{3}",
    ],
)  # fmt: skip
def test_what_packs_need(pattern: str) -> None:
    check_shape(pattern)


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("([a-z]+)+[0-9]", "repeats a group"),
        ("(?:a|a)*b", "repeats a group"),
        ("(a){9}", "repeats a group"),
        ("a+a+a+a+b", "repeats too much"),
        ("a{0,999}a{0,999}a{0,999}b", "repeats too much"),
        ("a?" * 30 + "a", "repeats too much"),
        ("[ab]*[ab]*[ab]*[ab]*x|a|a|a", "repeats too much"),
        ("[ab]{0,64}" * 8 + "x", "repeats too much"),
        ("[ab]{0,9}" * 15 + "x", "repeats too much"),
        ("(?:a*|b)(?:a*|b)(?:a*|b)x", "repeats too much"),
        ("(?:a|aa)" * 22 + "x", "repeats too much"),
        ("(?:|a)" * 25 + "x", "repeats too much"),
        ("(((a*)b*)c*)x", "repeats too much"),
        (r"(a)\1", "holds"),
        ("(?=a)b", "looks around"),
        ("(?i)abc", "looks around"),
        ("(?P<x>a)", "looks around"),
        ("a" * 201, "longer"),
    ],
)
def test_what_could_take_for_ever(pattern: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        check_shape(pattern)


@pytest.mark.parametrize("pattern", ["", "(", "[a", "a{2,1}", "*a"])
def test_what_is_no_pattern(pattern: str) -> None:
    if pattern:
        with pytest.raises((ValueError, re.error)):
            check_shape(pattern)
    else:
        check_shape(pattern)


def test_all_shapes_of_the_presets_may_be_used() -> None:
    shapes = [one.app_password.pattern for one in wiring.presets().all() if one.app_password is not None]
    stated = [shape for shape in shapes if shape is not None]
    assert len(stated) > 10
    for shape in stated:
        check_shape(shape)


@given(st.text(alphabet="ab(){}[]+*?|\\.,12^-", max_size=30), st.text(alphabet="ab-", max_size=MAX_COMPARED))
def test_what_is_taken_is_quick(pattern: str, text: str) -> None:
    try:
        check_shape(pattern)
    except (ValueError, re.error, OverflowError):
        return
    assert has_shape(pattern, text) in (True, False)
    assert not has_shape(pattern, "a" * (MAX_COMPARED + 1))
