from __future__ import annotations

import pytest

from tests.handover.accounts import CANARY, account, imap, smtp
from wizard.errors import HandoverError, UsageError
from wizard.handover.claws import profile_files
from wizard.handover.keyfile import read_keyfile
from wizard.handover.sheet import Sheet, TargetKind
from wizard.handover.targets import sheet, targets
from wizard.model.address import Address
from wizard.model.secret import Secret
from wizard.model.server import Protocol, Security

IDS = tuple(target.id for target in targets())
READ_ONLY = ("mbsync", "fetchmail", "getmail", "offlineimap")
WITH_PASSWORD = tuple(target.id for target in targets() if target.takes_password)


def everything(written: Sheet) -> str:
    texts = [
        *written.steps,
        *(note.text for note in written.notes),
        *(f"{row.label}\t{row.value}" for row in written.rows),
        written.qr or "",
        written.title,
    ]
    return "\n".join(texts + [file.text for file in written.files])


def test_the_targets_of_the_contract_are_there_people_first() -> None:
    people = (
        "thunderbird outlook outlook-new outlook-classic apple-mail apple-mail-mac phone thunderbird-android iphone "
        "gmail-app outlook-mobile samsung-email gmail-send-as evolution kmail claws printer crm nextcloud page other"
    )
    programs = (
        "autoconfig-xml msmtp url env wordpress neomutt aerc git mbsync fetchmail getmail offlineimap postfix django "
        "flask laravel symfony nodemailer gitlab"
    )
    assert tuple(people.split() + programs.split()) == IDS
    kinds = [target.kind for target in targets()]
    assert kinds == sorted(kinds, key=lambda kind: kind is TargetKind.PROGRAM)


@pytest.mark.parametrize("target", IDS)
def test_every_target_has_steps_and_something_to_take_along(target: str) -> None:
    written = sheet(target, account())
    assert written.target.id == target
    assert written.steps
    assert written.rows or written.files
    assert ("imap.example.org" if target in READ_ONLY else "smtp.example.org") in everything(written)
    assert len({row.field_id for row in written.rows}) == len(written.rows)


@pytest.mark.parametrize("target", IDS)
def test_rows_of_one_group_follow_each_other(target: str) -> None:
    groups = [row.group for row in sheet(target, account()).rows]
    runs = [group for number, group in enumerate(groups) if number == 0 or groups[number - 1] != group]
    assert len(runs) == len(set(runs))


@pytest.mark.parametrize("target", IDS)
@pytest.mark.parametrize(
    "side",
    [{"incoming": None, "incoming_auth": None}, {"outgoing": None, "outgoing_auth": None}],
    ids=["sending-only", "receiving-only"],
)
def test_a_missing_direction_is_left_out_or_named(target: str, side: dict[str, None]) -> None:
    gone = "imap.example.org" if "incoming" in side else "smtp.example.org"
    needs_sending = {
        *("msmtp", "env", "wordpress", "git", "autoconfig-xml", "aerc", "gmail-send-as", "printer", "crm"),
        *("nextcloud", "postfix", "django", "flask", "laravel", "symfony", "nodemailer", "gitlab"),
    }
    needs_receiving = {"autoconfig-xml", "aerc", *READ_ONLY}
    if target in (needs_receiving if "incoming" in side else needs_sending):
        with pytest.raises(HandoverError, match=r"was checked\.$"):
            sheet(target, account(**side))
    else:
        assert gone not in everything(sheet(target, account(**side)))


@pytest.mark.slow
@pytest.mark.parametrize("target", IDS)
@pytest.mark.parametrize("text", ["a\nb", "a\rb", "a\0b", "a\x1bb", "a\u2028b", "a\ud800b", "a\ufffeb"])
@pytest.mark.parametrize("field", ["display_name", "username", "host"])
def test_a_line_break_or_control_character_is_refused(target: str, text: str, field: str) -> None:
    hostile = account(display_name=text) if field == "display_name" else account(outgoing=smtp(**{field: text}))
    with pytest.raises(HandoverError, match="line break"):
        sheet(target, hostile)


def test_an_unknown_target_is_answered_with_the_known_ones() -> None:
    with pytest.raises(UsageError, match="thunderbird, outlook"):
        sheet("pine", account())


@pytest.mark.parametrize(
    ("method", "words"),
    [
        ("PLAIN", "Normal password"),
        ("LOGIN", "Normal password"),
        ("IMAP LOGIN", "Normal password"),
        ("USER/PASS", "Normal password"),
        (None, "Normal password"),
        ("CRAM-MD5", "Encrypted password"),
        ("APOP", "Encrypted password"),
        ("XOAUTH2", "OAuth2"),
        ("OAUTHBEARER", "OAuth2"),
    ],
)
@pytest.mark.parametrize("target", ["thunderbird", "phone", "other"])
def test_the_method_that_worked_decides_the_words(target: str, method: str | None, words: str) -> None:
    rows = {row.field_id: row.value for row in sheet(target, account(outgoing_auth=method)).rows}
    assert rows["outgoing-auth"] == words
    assert rows["incoming-auth"] == "Normal password"


def test_thunderbird_speaks_thunderbird() -> None:
    rows = [(row.label, row.value) for row in sheet("thunderbird", account()).rows if row.group == "Incoming server"]
    assert rows == [
        ("Protocol", "IMAP"),
        ("Hostname", "imap.example.org"),
        ("Port", "993"),
        ("Connection security", "SSL/TLS"),
        ("Authentication method", "Normal password"),
        ("Username", "ada@example.org"),
    ]


def test_outlook_has_both_dialogs_and_spa_off() -> None:
    written = sheet("outlook", account(outgoing=smtp(port=587, security=Security.STARTTLS)))
    rows = {row.label: row.value for row in written.rows}
    assert rows["Require logon using Secure Password Authentication (SPA)"] == "Off"
    assert rows["Incoming mail server"] == "imap.example.org"
    assert rows["Outgoing mail server (SMTP)"] == "smtp.example.org"
    assert rows["Use the following type of encrypted connection (outgoing)"] == "STARTTLS"
    assert rows["Use same settings as my incoming mail server"] == "Chosen"
    assert rows["SMTP Secure connection type"] == "StartTLS"


def test_outlook_asks_for_the_second_user_name_where_sending_has_its_own() -> None:
    rows = {row.field_id: row.value for row in sheet("outlook", account(outgoing=smtp(username="relay-7"))).rows}
    assert rows["outgoing-username"] == "relay-7"
    assert "outgoing-same" not in rows


def test_outlook_says_so_where_it_lacks_the_method() -> None:
    assert "Thunderbird can" in sheet("outlook", account(outgoing_auth="CRAM-MD5")).steps[0]


def test_the_form_sheet_has_both_user_names_and_marks_the_one_that_worked() -> None:
    rows = {row.field_id: row for row in sheet("other", account(outgoing=smtp(username="ada"))).rows}
    assert rows["outgoing-username"].value == "ada"
    assert rows["outgoing-username-other"].value == "ada@example.org"
    assert rows["incoming-username-other"].value == "ada"
    assert rows["from"].value == "ada@example.org"


@pytest.mark.parametrize(
    ("security", "box"), [(Security.TLS, "Yes"), (Security.STARTTLS, "No (choose TLS"), (Security.NONE, "No")]
)
def test_the_ssl_box_means_encrypted_from_the_start(security: Security, box: str) -> None:
    rows = {row.field_id: row.value for row in sheet("other", account(outgoing=smtp(security=security))).rows}
    assert rows["outgoing-ssl"].startswith(box)


TOKENS = {"incoming_auth": "XOAUTH2", "outgoing_auth": "XOAUTH2"}


@pytest.mark.parametrize(
    "target",
    ["msmtp", "url", "env", "wordpress", "git", "aerc", "mbsync", "getmail", "offlineimap", "nodemailer", "kmail",
     "claws", "printer"],
)  # fmt: skip
def test_an_account_without_a_password_is_not_told_to_put_one_in(target: str) -> None:
    written = sheet(target, account(**TOKENS))
    assert any("takes no password here, only an access token" in step for step in written.steps)
    texts = everything(written)
    for word in ("PASSWORD", "WPMS_SMTP_PASS", "asks for the password", "secret-tool", "quotes of"):
        assert word not in texts


PASSWORD_ONLY = ("fetchmail", "postfix", "django", "flask", "laravel", "symfony", "gitlab", "nextcloud")


@pytest.mark.parametrize("target", PASSWORD_ONLY)
def test_a_program_that_cannot_fetch_a_token_says_so(target: str) -> None:
    with pytest.raises(
        HandoverError, match=r"only an access token .* no way to fetch one, so (it|they) cannot use this acc"
    ):
        sheet(target, account(**TOKENS))


@pytest.mark.parametrize(
    "target", ["gmail-app", "outlook-mobile", "samsung-email", "gmail-send-as", "crm", "evolution"]
)
def test_a_dialog_for_passwords_is_not_offered_to_who_signs_in_in_the_browser(target: str) -> None:
    steps = " ".join(sheet(target, account(**TOKENS)).steps)
    assert "browser" in steps or "on their page" in steps
    assert "type the one that worked here" not in steps


def test_the_files_that_can_hold_a_password() -> None:
    assert set(WITH_PASSWORD) == {
        *("msmtp", "url", "env", "wordpress", "nextcloud", "aerc", "mbsync", "fetchmail", "getmail", "offlineimap"),
        *("postfix", "django", "flask", "laravel", "symfony", "nodemailer", "gitlab"),
    }


@pytest.mark.parametrize("target", WITH_PASSWORD)
def test_a_password_stands_in_a_file_only_where_it_was_asked_for(target: str) -> None:
    word = "only-letters-9"
    without = sheet(target, account())
    assert not any(file.holds_secret for file in without.files)
    written = sheet(target, account(), Secret(word))
    (holder,) = [file for file in written.files if file.holds_secret]
    assert word in holder.content.decode()
    assert any("whoever gets the file" in step for step in written.steps)
    rest = [*written.steps, *(row.value for row in written.rows), *(f.content.decode() for f in written.files[:-1])]
    assert not any(word in text for text in rest)


@pytest.mark.parametrize("target", [target for target in IDS if target not in WITH_PASSWORD])
def test_a_target_without_a_place_for_a_password_takes_none(target: str) -> None:
    with pytest.raises(UsageError, match="takes no file with a password in it"):
        sheet(target, account(), Secret("x"))


@pytest.mark.parametrize("target", WITH_PASSWORD)
@pytest.mark.parametrize("password", ["a\nb", "a\0b", "a\u2028b"])
def test_a_password_that_would_begin_a_line_of_its_own_is_refused(target: str, password: str) -> None:
    with pytest.raises(HandoverError, match="The password holds a line break"):
        sheet(target, account(), Secret(password))


@pytest.mark.parametrize("target", ["django", "flask"])
def test_what_pythons_library_cannot_send_is_said(target: str) -> None:
    with pytest.raises(HandoverError, match="characters beyond ASCII"):
        sheet(target, account(), Secret("pässword"))
    assert any(
        "only a password of ASCII" in step or "takes only a password" in step for step in sheet(target, account()).steps
    )


def test_getmail_says_that_it_cannot_switch_to_encryption() -> None:
    with pytest.raises(HandoverError, match=r"cannot switch to encryption \(STARTTLS\)"):
        sheet("getmail", account(incoming=imap(port=143, security=Security.STARTTLS)))


@pytest.mark.parametrize("target", ["mbsync", "aerc", "offlineimap"])
def test_a_program_that_reads_imap_only_says_so(target: str) -> None:
    with pytest.raises(HandoverError, match="reads IMAP, and POP3 was checked"):
        sheet(target, account(incoming=imap(protocol=Protocol.POP3, port=995)))


@pytest.mark.parametrize("target", ["apple-mail", "iphone"])
def test_a_profile_says_that_it_cannot_name_starttls(target: str) -> None:
    said = "neither can insist on it"
    assert not any(said in note for note in sheet(target, account()).notes_at())
    switching = account(outgoing=smtp(port=587, security=Security.STARTTLS))
    assert any(said in note for note in sheet(target, switching).notes_at())


def test_a_printer_is_told_every_makers_word_and_only_what_it_needs() -> None:
    rows = {row.field_id: row.value for row in sheet("printer", account(outgoing=smtp(username="ada"))).rows}
    assert rows["outgoing-server"] == "smtp.example.org"
    assert rows["outgoing-security"].startswith("SSL/TLS")
    assert rows["outgoing-username"] == "ada"
    assert rows["from"] == "ada@example.org"
    assert not any(key.startswith("incoming") for key in rows)


def test_a_web_service_is_allowed_in_three_notations() -> None:
    notes = " ".join(sheet("crm", account()).notes_at())
    assert "one address (192.0.2.10), a block (192.0.2.0/24), a range (192.0.2.10-192.0.2.20)" in notes


def test_a_url_asks_for_a_password_only_where_one_is_taken() -> None:
    written = sheet("url", account(outgoing_auth="XOAUTH2"))
    assert [row.value for row in written.rows] == [
        "smtps://ada%40example.org@smtp.example.org:465",
        "imaps://ada%40example.org:PASSWORD@imap.example.org:993",
    ]
    assert len(written.steps) == 2


@pytest.mark.parametrize(
    ("method", "line"),
    [("XOAUTH2", "\tsmtpAuth = XOAUTH2\n"), ("OAUTHBEARER", "\tsmtpAuth = OAUTHBEARER\n"), ("PLAIN", "")],
)
def test_git_is_told_a_way_to_sign_in_only_where_it_is_no_password(method: str, line: str) -> None:
    (file,) = sheet("git", account(outgoing_auth=method)).files
    written = file.content.decode()
    assert line in written
    assert ("smtpAuth" in written) is bool(line)


@pytest.mark.parametrize(
    ("target", "program"),
    [
        ("mbsync", "mbsync"), ("fetchmail", "fetchmail"), ("getmail", "getmail"), ("offlineimap", "OfflineIMAP"),
        ("aerc", "aerc"),
    ],
)  # fmt: skip
def test_what_receives_wants_receiving_checked(target: str, program: str) -> None:
    with pytest.raises(HandoverError, match=f"^{program} needs the receiving server, and only sending was checked"):
        sheet(target, account(incoming=None, incoming_auth=None))


def test_an_autoconfig_file_with_a_name_of_ones_own_says_whom_it_serves() -> None:
    personal = "The user name in it is yours alone, so the file serves this account only."
    assert personal not in sheet("autoconfig-xml", account()).steps
    assert personal in sheet("autoconfig-xml", account(outgoing=smtp(username="relay-7"))).steps


def test_mail_signs_in_in_the_browser_by_the_providers_own_button() -> None:
    written = sheet("apple-mail", account(outgoing_auth="XOAUTH2"))
    assert [row.field_id for row in written.rows] == ["name", "address"]
    assert "your provider's own button" in written.steps[0]
    assert "Other Mail Account" not in " ".join(written.steps)


def test_an_iphone_wants_its_profile_installed_in_time() -> None:
    steps = " ".join(sheet("phone", account()).steps)
    assert "within 8 minutes, choose Settings, Profile Downloaded, Install" in steps
    assert "send it to yourself" not in steps


@pytest.mark.parametrize(
    "changes", [{"incoming_auth": "APOP"}, {"incoming": None}, {"outgoing_auth": "XOAUTH2", "incoming_auth": "XOAUTH2"}]
)
def test_an_iphone_without_a_profile_is_told_its_own_steps_and_none_of_a_macs(changes: dict[str, str | None]) -> None:
    steps = sheet("iphone", account(**changes)).steps
    assert "Settings, Apps, Mail, Mail Accounts, Add Account" in steps[0]
    assert [step for step in steps if "on a Mac" in step or "On a Mac" in step] == []


def test_a_sentence_begins_with_a_capital() -> None:
    assert "The app keeps no password." in " ".join(sheet("phone", account(**TOKENS)).steps)


@pytest.mark.parametrize("side", ["incoming", "outgoing"])
def test_outlook_has_the_user_name_of_the_one_side_that_is_proven(side: str) -> None:
    other = {"incoming": "outgoing", "outgoing": "incoming"}[side]
    one = account(**{other: None, side: (imap if side == "incoming" else smtp)(username="the-one")})
    rows = {row.field_id: row.value for row in sheet("outlook", one).rows}
    assert rows["username"] == "the-one"


@pytest.mark.parametrize(("security", "auto"), [(Security.TLS, b"true"), (Security.NONE, b"false")])
def test_wordpress_switches_encryption_on_by_itself_where_there_is_some(security: Security, auto: bytes) -> None:
    (file,) = sheet("wordpress", account(outgoing=smtp(security=security))).files
    assert b"define( 'WPMS_SMTP_AUTOTLS', " + auto + b" );\n" in file.content


def test_an_apostrophe_leaves_one_pair_of_quotes() -> None:
    (file,) = sheet("env", account(display_name='Pat O\'Neil "P" $1')).files
    assert b'SMTP_FROM_NAME="Pat O\'Neil \\"P\\" \\$1"\n' in file.content


@pytest.mark.parametrize("target", IDS)
def test_words_for_people(target: str) -> None:
    for changes in ({}, TOKENS, {"outgoing_auth": "CRAM-MD5"}):
        if changes is TOKENS and target in PASSWORD_ONLY:
            continue
        written = sheet(target, account(**changes))
        words = " ".join([*written.steps, *(file.say for file in written.files)])
        assert "!" not in words
        assert "please" not in words.lower()
        assert CANARY not in everything(written)


def test_addresses_outside_ascii_reach_the_targets_that_can_take_them() -> None:
    address = Address.parse("ada@bücher.example")
    written = sheet("autoconfig-xml", account(address=address, incoming=imap(host="imap.bücher.example")))
    assert written.files[0].name == "xn--bcher-kva.example.xml"
    assert b"imap.xn--bcher-kva.example" in written.files[0].content


def test_pop3_is_called_by_its_name() -> None:
    pop = imap(protocol=Protocol.POP3, host="pop.example.org", port=995)
    assert ("Protocol", "POP3") in [(row.label, row.value) for row in sheet("thunderbird", account(incoming=pop)).rows]


@pytest.mark.parametrize("target", IDS)
def test_a_name_nobody_gave_is_not_made_up_in_a_dialog(target: str) -> None:
    rows = sheet(target, account(display_name=None)).rows
    assert not [row for row in rows if "name" in row.label.lower() and row.group == "You"]


@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
def test_django_has_exactly_one_encryption_on(security: Security, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMAIL_HOST_PASSWORD", CANARY)
    (file,) = sheet("django", account(outgoing=smtp(security=security))).files
    values: dict[str, object] = {}
    exec(file.text, values)  # noqa: S102 - what Django does with it
    assert (values["EMAIL_USE_SSL"], values["EMAIL_USE_TLS"]) == (
        security is Security.TLS,
        security is Security.STARTTLS,
    )
    assert (values["EMAIL_HOST"], values["EMAIL_PORT"]) == ("smtp.example.org", 465)


@pytest.mark.parametrize(("username", "password"), [("firm:ada", "plain"), ("ada", " begins"), ("ada", "ends ")])
def test_postfix_says_what_its_file_has_no_way_to_write(username: str, password: str) -> None:
    with pytest.raises(HandoverError, match="no way to write"):
        sheet("postfix", account(outgoing=smtp(username=username)), Secret(password))


@pytest.mark.parametrize(
    "changes",
    [
        {"incoming": None, "incoming_auth": None},
        {"outgoing": None, "outgoing_auth": None},
        {"incoming_auth": "XOAUTH2"},
        {"outgoing_auth": "XOAUTH2"},
    ],
)
def test_claws_gets_no_profile_that_could_not_be_whole(changes: dict[str, str | None]) -> None:
    assert {file.name for file in profile_files(account())} == {"clawsrc", "accountrc", "folderlist.xml"}
    assert profile_files(account(**changes)) == ()


def test_a_remark_in_a_key_file_is_no_setting() -> None:
    text = "[Data Source]\n# DisplayName=other\nDisplayName=Ada\nno setting\n\n[Mail]\nKey = a\\sb=c"
    assert read_keyfile(text) == {"Data Source": {"DisplayName": "Ada"}, "Mail": {"Key": "a b=c"}}
