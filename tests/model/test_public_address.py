from __future__ import annotations

import pytest

from wizard.model.public_address import AddressForms, address_forms


@pytest.mark.parametrize(
    ("text", "forms"),
    [
        ("203.0.113.7", AddressForms("203.0.113.7", "203.0.113.7/32", "203.0.113.7-203.0.113.7")),
        (
            "IPv6:2001:db8:1:2:3:4:5:6",
            AddressForms(
                "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64", "2001:db8:1:2::-2001:db8:1:2:ffff:ffff:ffff:ffff"
            ),
        ),
        ("a.host.example", None),
        ("", None),
    ],
)
def test_the_forms_allow_lists_ask_for(text: str, forms: AddressForms | None) -> None:
    assert address_forms(text) == forms
