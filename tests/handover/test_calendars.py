from __future__ import annotations

import plistlib

import pytest

from tests.handover.accounts import account, imap
from wizard.handover.calendars import with_calendars
from wizard.handover.targets import sheet
from wizard.model.dav import DavKind, DavService, DavSource

SERVICES = (
    DavService(DavKind.CALENDARS, "https://dav.example.org/calendars/", DavSource.WELL_KNOWN, True),
    DavService(DavKind.CONTACTS, "https://dav.example.org:8443/contacts/", DavSource.SRV, True),
)
FOREIGN = (DavService(DavKind.CALENDARS, "https://dav.example.net/", DavSource.SRV, False),)


@pytest.mark.parametrize("target", ["thunderbird", "evolution", "iphone", "apple-mail", "phone", "page", "other"])
def test_people_read_where_they_are_and_mail_comes_first(target: str) -> None:
    before = sheet(target, account(incoming=imap(username="ada")))
    after = with_calendars(before, account(incoming=imap(username="ada")), SERVICES)
    assert after.steps[: len(before.steps)] == before.steps
    assert [(row.label, row.value) for row in after.rows[len(before.rows) :]] == [
        ("Calendars (CalDAV)", "https://dav.example.org/calendars/"),
        ("Contacts (CardDAV)", "https://dav.example.org:8443/contacts/"),
        ("User name", "ada"),
    ]


def test_a_profile_sets_them_up_as_well() -> None:
    after = with_calendars(sheet("iphone", account()), account(), SERVICES)
    mail, calendars, contacts = plistlib.loads(after.files[0].content)["PayloadContent"]
    assert mail["PayloadType"] == "com.apple.mail.managed"
    assert calendars["PayloadType"] == "com.apple.caldav.account"
    assert (calendars["CalDAVHostName"], calendars["CalDAVPort"]) == ("dav.example.org", 443)
    assert (calendars["CalDAVPrincipalURL"], calendars["CalDAVUseSSL"]) == ("/calendars/", True)
    assert contacts["PayloadType"] == "com.apple.carddav.account"
    assert (contacts["CardDAVPort"], contacts["CardDAVUsername"]) == (8443, "ada@example.org")
    assert len({payload["PayloadUUID"] for payload in (mail, calendars, contacts)}) == 3


def test_what_only_name_servers_say_is_shown_with_a_word_and_put_into_no_file() -> None:
    before = sheet("iphone", account())
    after = with_calendars(before, account(), FOREIGN)
    assert "Name servers alone say where the calendars are, at another company" in after.steps[-1]
    assert len(plistlib.loads(after.files[0].content)["PayloadContent"]) == 1


def test_without_any_and_for_programs_the_sheet_is_as_it_was() -> None:
    assert with_calendars(sheet("iphone", account()), account(), ()) == sheet("iphone", account())
    assert with_calendars(sheet("msmtp", account()), account(), SERVICES) == sheet("msmtp", account())
