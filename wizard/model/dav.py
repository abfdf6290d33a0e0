"""Calendars and contacts beside the mail: where they are, and who said so."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct


class DavKind(StrEnum):
    """What is kept there."""

    CALENDARS = "caldav"
    CONTACTS = "carddav"


class DavSource(StrEnum):
    """Who named the place."""

    PRESET = "preset"
    WELL_KNOWN = "well-known"
    SRV = "srv"


class DavService(Struct, frozen=True):
    """Where the calendars or the contacts are; `url` begins with https.

    `trusted` is False where name servers alone say so and the host is another domain's: nobody signs in there unasked.
    """

    kind: DavKind
    url: str
    source: DavSource
    trusted: bool
