"""What is an address, and what is said about what is not."""

from __future__ import annotations

import pytest

from wizard.errors import UsageError
from wizard.model.address import Address


@pytest.mark.parametrize(
    ("text", "wire"),
    [
        (" ada@Example.ORG ", "ada@example.org"),
        ("mailto:ada@example.org", "ada@example.org"),
        ("ada+news@example.org", "ada+news@example.org"),
        ("ada@bücher.example", "ada@xn--bcher-kva.example"),
        ("josé@example.org", "josé@example.org"),
    ],
)
def test_an_address_is_read(text: str, wire: str) -> None:
    assert Address.parse(text).wire == wire


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "has an @"),
        ("ada", "has an @"),
        ("@example.org", "before the @"),
        ("ada@", "after the @"),
        ("ada@example", "complete domain"),
        ("a da@example.org", "not an email address"),
        ("ada@exa mple.org", "not an email address"),
        ("ada@-example-.org", "not an email address"),
    ],
)
def test_what_is_missing_is_said_at_the_field(text: str, words: str) -> None:
    with pytest.raises(UsageError, match=words) as told:
        Address.parse(text)
    assert told.value.field == "address"
