"""The page of letters shows what an administrator is really sent."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.letters import letters

PAGE = Path(__file__).resolve().parents[2] / "docs" / "LETTERS.md"


def _lasting(letter: str) -> list[str]:
    """Its lines without what differs from run to run."""
    changing = (
        "  It took:",
        "  Time:",
        "  From:",
        "  Fingerprint:",
        "  Valid:",
        "  Program:",
        "  IP address:",
        "  Case:",
    )
    lines = [line for line in letter.splitlines() if not line.startswith(changing)]
    text = re.sub(r"case [0-9A-F]{4}-[0-9A-F]{4}", "case", "\n".join(lines))
    return re.sub(r"\d+ [A-Z][a-z]+ 20\d\d", "a day", text).splitlines()


@pytest.mark.slow
async def test_the_page_is_what_the_command_prints() -> None:
    shown = dict(re.findall(r"^## (\S+)\n\n```text\n(.*?)```", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL))
    sent = {cause: letter async for cause, letter in letters()}
    assert len(sent) >= 15
    assert shown.keys() == sent.keys()
    for cause, letter in sent.items():
        assert _lasting(shown[cause]) == _lasting(letter)
