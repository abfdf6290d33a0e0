"""A user name as it is typed and pasted: what came with the clipboard goes, what no server takes is told."""

from __future__ import annotations

import pytest

from wizard.errors import UsageError
from wizard.model.username import typed_username


@pytest.mark.parametrize("text", ["ada", " ada\t", "ada\r\n", "\u202aada\u202c", "\ufeffada", "a\u200bda", "\u00a0ada"])
def test_what_came_with_the_clipboard_is_taken_off(text: str) -> None:
    assert typed_username(text) == "ada"


@pytest.mark.parametrize("inside", ["\n", "\r\n", "\t", "\0", "\x01", "\x1b", "\x7f", "\x85", "\u2028", "\u2029"])
def test_what_no_server_takes_is_told(inside: str) -> None:
    with pytest.raises(UsageError, match="cannot be typed") as told:
        typed_username(f"a{inside}da")
    assert told.value.field == "username"


@pytest.mark.parametrize("text", ["", " ", "\n", "\u200b", "\ufeff \u202e"])
def test_nothing_is_nothing(text: str) -> None:
    with pytest.raises(UsageError, match="missing"):
        typed_username(text)


@pytest.mark.parametrize("text", ["FIRMA\\ada", "ada example", "ädä@exämple.org", "ada+shop", "b'x", "阿达"])
def test_the_rest_stays_as_it_is(text: str) -> None:
    assert typed_username(text) == text
