"""One thing that was looked at in a domain: how it stands, in plain words, and what to publish."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct


class State(StrEnum):
    """How one thing stands."""

    OK = "ok"
    WARNING = "warning"  # it works, and something is weak, or will end
    WRONG = "wrong"  # mail is lost or distrusted because of it
    ABSENT = "absent"  # not there, and mail works without
    UNKNOWN = "unknown"  # nobody could say


class Record(Struct, frozen=True):
    """A DNS record to publish."""

    name: str
    type: str
    value: str


class Finding(Struct, frozen=True):
    """What was found; `id` is its name for scripts, `lines` the records as they are published now."""

    id: str
    title: str
    state: State
    says: str
    publish: tuple[Record, ...] = ()
    lines: tuple[str, ...] = ()
