from __future__ import annotations

import pytest

from wizard import wiring
from wizard.model.limits import limits_line, limits_of


def test_a_preset_says_what_people_count_in() -> None:
    gmail = wiring.presets().for_domain("gmail.com")
    assert gmail is not None
    assert limits_of(gmail, 35_882_577) == (*gmail.limits, "Largest message 25 MB with attachments")


@pytest.mark.parametrize(
    ("size", "line"),
    [
        (None, ""),
        (0, ""),  # RFC 1870 §4: no fixed limit
        (26_214_400, "Largest message 25 MB, about 19 MB of attachments"),
        (100_000, ""),  # less is no number of megabytes
    ],
)
def test_a_server_alone_says_its_size(size: int | None, line: str) -> None:
    assert limits_line(None, size) == line
