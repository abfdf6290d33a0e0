"""Whose name it is, by the Public Suffix List: read for one ending at a time, it says what the whole list says."""

from __future__ import annotations

from pathlib import Path

import pytest
from publicsuffixlist import PSLFILE, PublicSuffixList, encode_idn

from wizard.net.sites import has_known_ending, is_public_suffix, registrable_domain

RULES = [line.split(" ")[0].strip() for line in Path(PSLFILE).read_text("utf-8").splitlines() if line[:2] != "//"]


@pytest.mark.slow
def test_one_ending_says_what_the_whole_list_says() -> None:
    whole = PublicSuffixList(accept_unknown=False)
    odd = [rule for rule in RULES if rule[:1] in ("!", "*") or not rule.isascii()]
    asked = 0
    for rule in filter(None, RULES[::171] + odd[::9]):
        name = encode_idn(rule.lstrip("!").replace("*.", "x."))
        for host in (name, f"a.{name}", f"b.a.{name}"):
            private = whole.privatesuffix(host)
            assert is_public_suffix(host) is (private is None)
            assert has_known_ending(host)
            if private is not None:
                assert registrable_domain(host) == private
                asked += 1
    assert asked > 100


@pytest.mark.parametrize(
    ("host", "site"),
    [
        ("mail.example.co.uk", "example.co.uk"),
        ("a.www.ck", "www.ck"),
        ("a.b.example.xn--p1ai", "example.xn--p1ai"),
        ("mail.example.ending", "example.ending"),  # a word of the list's comments is no ending
        ("192.0.2.1", "192.0.2.1"),
        ("localhost", "localhost"),
        ("a..b", "a..b"),
        ("xn--a", "xn--a"),
        ("", ""),
    ],
)
def test_whose_a_name_is(host: str, site: str) -> None:
    assert registrable_domain(host) == site


@pytest.mark.parametrize("ending", ["should", "submitted", "xn--a"])
def test_words_of_comments_are_no_endings(ending: str) -> None:
    assert not has_known_ending(f"example.{ending}")


def test_each_rule_of_the_list_is_a_line() -> None:
    """Rules are looked for by the end of their line: nothing may stand behind one, which the format would allow."""
    lines = Path(PSLFILE).read_bytes().decode().split("\n")
    rules = [line for line in lines if line and not line.startswith("//")]
    assert len(rules) > 9000
    assert [rule for rule in rules if rule.split() != [rule]] == []
