"""A relay that takes mail without a sign-in is handed over as one: no user name, no password, and it is said."""

from __future__ import annotations

import plistlib

import pytest

from tests.handover.accounts import account, imap, smtp
from wizard.handover.targets import sheet, targets
from wizard.handover.words import NOBODY_SIGNS_IN, SignInKind, sign_in_kind
from wizard.model.account import VerifiedAccount
from wizard.model.server import WITHOUT_SIGN_IN

USER = "relay-user-that-nobody-needs"
RELAY = account(outgoing=smtp(username=USER), outgoing_auth=WITHOUT_SIGN_IN)
RECEIVES_ONLY = {"mbsync", "fetchmail", "getmail", "offlineimap"}
SIGNS_IN = account(outgoing=smtp(username=USER))
ALONE = account(outgoing=smtp(username=USER), outgoing_auth=WITHOUT_SIGN_IN, incoming=None, incoming_auth=None)


def test_its_kind_is_thunderbirds_word() -> None:
    assert sign_in_kind(WITHOUT_SIGN_IN) is SignInKind.NONE
    assert SignInKind.NONE.value == "No authentication"


@pytest.mark.parametrize("target", ["msmtp", "git", "env", "wordpress", "neomutt"])
def test_files_name_neither_user_nor_password(target: str) -> None:
    made = sheet(target, ALONE)
    (file,) = made.files
    written = file.content.decode()
    assert USER not in written
    assert not any(word in written for word in ("passwordeval", "SMTP_PASS", "EMAIL_HOST_PASSWORD"))
    wanted = {"msmtp": "auth off", "git": "smtpAuth = none", "wordpress": "'WPMS_SMTP_AUTH', false"}
    assert wanted.get(target, "") in written


@pytest.mark.parametrize("target", [one.id for one in targets()])
def test_the_user_name_stands_there_exactly_where_somebody_signs_in(target: str) -> None:
    def is_named(account: VerifiedAccount) -> bool:
        made = sheet(target, account)
        said = [text.encode() for text in (*(row.value for row in made.rows), *made.steps, *made.notes_at())]
        written = [file.content for file in made.files]
        return any(USER.encode(how) in text for text in (*said, *written) for how in ("utf-8", "utf-16-le"))

    assert is_named(SIGNS_IN) is (target not in RECEIVES_ONLY)
    assert not is_named(RELAY)


def test_classic_outlook_is_told_to_sign_in_to_receive_alone() -> None:
    rows = {row.field_id: row.value for row in sheet("outlook-classic", RELAY).rows}
    assert rows["outgoing-auth"] == "Off"
    assert rows["username"] == imap().username
    assert not {"outgoing-log-on", "outgoing-same", "outgoing-username"} & set(rows)


@pytest.mark.parametrize("target", ["msmtp", "git", "env", "wordpress"])
def test_the_steps_say_so(target: str) -> None:
    assert NOBODY_SIGNS_IN in sheet(target, ALONE).steps


def test_an_autoconfig_file_says_none() -> None:
    (file,) = [one for one in sheet("autoconfig-xml", RELAY).files if one.name.endswith(".xml")]
    outgoing = file.content.decode().partition("<outgoingServer")[2]
    assert "<authentication>none</authentication>" in outgoing
    assert "<username>" not in outgoing


def test_an_apple_profile_says_none() -> None:
    (file,) = sheet("apple-mail", RELAY).files
    mail = plistlib.loads(file.content)["PayloadContent"][0]
    assert mail["OutgoingMailServerAuthentication"] == "EmailAuthNone"
    assert "OutgoingMailServerUsername" not in mail
    assert mail["IncomingMailServerAuthentication"] == "EmailAuthPassword"
    assert mail["OutgoingPasswordSameAsIncomingPassword"] is False


def test_a_url_has_nobody_before_its_at() -> None:
    rows = {row.field_id: row.value for row in sheet("url", RELAY).rows}
    assert rows["outgoing-url"] == f"smtps://{smtp().host}:{smtp().port}"
    assert "@" in rows["incoming-url"]
    assert imap().host in rows["incoming-url"]
