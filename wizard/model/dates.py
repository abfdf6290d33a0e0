"""Dates in the language of our sentences."""

from __future__ import annotations

from datetime import date
from typing import Final

# strftime would use the language of the system, which Qt switches on.
_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def date_text(day: date) -> str:
    """A date without doubt about which number is the month: "12 March 2027"."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
