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
GROUP = "Calendars and contacts"
FOREIGN = (DavService(DavKind.CALENDARS, "https://dav.example.net/", DavSource.SRV, False),)


@pytest.mark.parametrize("target", ["thunderbird", "evolution", "iphone", "apple-mail", "phone", "page", "other"])
def test_people_read_where_they_are_and_mail_comes_first(target: str) -> None:
    before = sheet(target, account(incoming=imap(username="ada")))
    after = with_calendars(before, account(incoming=imap(username="ada")), SERVICES)
    assert after.steps == before.steps
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
    assert "Name servers alone say where the calendars are, at another company" in after.notes_at(GROUP)[-1]
    assert len(plistlib.loads(after.files[0].content)["PayloadContent"]) == 1
    both = (*FOREIGN, DavService(DavKind.CONTACTS, "https://dav.example.net/", DavSource.SRV, False))
    after = with_calendars(before, account(), both)
    assert after.notes_at(GROUP) == (
        "Name servers alone say where the calendars and contacts are, at another company: use them only where your "
        "provider says the same.",
    )


@pytest.mark.parametrize(
    ("kinds", "profile", "thunderbird"),
    [
        ((DavKind.CALENDARS,), "The profile sets up the calendars as well", "Calendars: choose New Calendar"),
        ((DavKind.CONTACTS,), "The profile sets up the contacts as well", "Contacts: in the address book choose"),
        (tuple(DavKind), "The profile sets up calendars and contacts as well", "Calendars: choose New Calendar"),
    ],
)
def test_a_note_names_what_there_is_and_no_more(kinds: tuple[DavKind, ...], profile: str, thunderbird: str) -> None:
    services = [service for service in SERVICES if service.kind in kinds]
    for target, begins in (("iphone", profile), ("thunderbird", thunderbird)):
        before = sheet(target, account())
        (note,) = with_calendars(before, account(), services).notes_at(GROUP)
        assert note.startswith(begins)
        assert ("ontacts" in note, "alendars" in note) == (DavKind.CONTACTS in kinds, DavKind.CALENDARS in kinds)


def test_without_any_and_where_caldav_is_unknown_the_sheet_is_as_it_was() -> None:
    assert with_calendars(sheet("iphone", account()), account(), ()) == sheet("iphone", account())
    for target in ("msmtp", "printer", "crm", "outlook", "gmail-app"):
        assert with_calendars(sheet(target, account()), account(), SERVICES) == sheet(target, account())
