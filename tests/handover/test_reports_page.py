"""The page of reports shows what a helpdesk is really sent, and none of them holds a secret or runs anything."""

from __future__ import annotations

import re
from contextlib import aclosing
from pathlib import Path

import pytest

from tests.reports import ACCOUNTS, reports
from wizard import assets
from wizard.handover.report import read_report, report_bytes, report_text
from wizard.practice.scenarios import load_scenarios

PAGE = Path(__file__).resolve().parents[2] / "docs" / "REPORTS.md"
_SECTION = re.compile(r"^(.+)\n=+\n", re.MULTILINE)

_RACED = ("What was tried", "Where settings were looked for", "This computer and its line")


def _sections(report: str) -> dict[str, list[str]]:
    """The lines of each section; what depends on which server answered first, by the section's name alone."""
    parts = _SECTION.split(report)[1:]
    found = dict(zip(parts[::2], parts[1::2], strict=True))
    return {
        heading: [] if heading in _RACED else _lasting(text)
        for heading, text in found.items()
        if not heading.startswith("Conversation")
    }


def _lasting(text: str) -> list[str]:
    """The lines in a fixed order, without times, what was open, and this computer."""
    changing = ("Case ", "Checked ", "Seconds ", "System ", "Python ", "Source ", "Trusted ", "Sign-in attempts ")
    lines = [re.sub(r"\s+", " ", line) for line in text.splitlines() if line and not line.startswith(changing)]
    return sorted(re.sub(r"\d+ [A-Z][a-z]+ 20\d\d", "a day", line) for line in lines)


@pytest.mark.slow
async def test_the_page_is_what_the_command_prints() -> None:
    shown = dict(re.findall(r"^## (\S+)\n\n```text\n(.*?)```", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL))
    accounts = {one.account.address: one.account for one in load_scenarios(assets.resources() / "practice")}
    assert tuple(shown) == ACCOUNTS
    assert len(set(ACCOUNTS)) == 15
    async with aclosing(reports()) as found:
        async for name, report in found:
            assert _sections(shown[name]) == _sections(report_text(report)), name
            account = accounts[f"ada@{name}.example"]
            for suffix in (".txt", ".html", ".json"):
                written = report_bytes(report, suffix).decode()
                assert account.password not in re.sub(r"[\w.*-]+\.example", "", written), (name, suffix)
                assert account.address not in written, (name, suffix)
            page = report_bytes(report, ".html").decode()
            assert not re.search(r"<(script|iframe|object|img|link|form)\b|\son\w+=|javascript:", page), name
            assert read_report(page) == report


def test_the_page_says_nothing_of_the_computer_it_was_written_on() -> None:
    text = PAGE.read_text("utf-8")
    assert not re.search(r"^(System|Python) ", text, re.MULTILINE)
    assert not re.search(r"/(home|root|tmp|work)/|localhost", text)
