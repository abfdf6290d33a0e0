"""Each file read back by the program it is for, or by an independent parser of its format."""

from __future__ import annotations

import json
import plistlib
import re
import subprocess
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

import pytest
from defusedxml import ElementTree
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.handover.accounts import account, imap, smtp
from wizard.handover import apple_mail, autoconfig_xml, phone
from wizard.handover.inert import is_single_line
from wizard.handover.targets import sheet
from wizard.handover.url import url
from wizard.model.account import VerifiedAccount
from wizard.model.address import Address
from wizard.model.secret import Secret
from wizard.model.server import Protocol, Security
from wizard.model.text import single_line

pytestmark = pytest.mark.slow

# Whatever a person or a server may put into a name, and what quoting goes wrong on.
NAMES = st.text(st.characters(exclude_categories=["Cs", "Cf"]), min_size=1, max_size=40).filter(
    is_single_line
) | st.text("'\"\\`$(){}<>&;#%!=@,:? ab\u00e9", min_size=1, max_size=20)
FEW = settings(max_examples=25, deadline=None)  # each example starts a program


def named(name: str) -> str:
    """A name as it is handed over: without blanks around it and more than one between; the address stands for none."""
    return single_line(name) or "ada@example.org"


def content(target: str, verified: VerifiedAccount) -> bytes:
    (file,) = sheet(target, verified).files
    return file.content


def run(*command: str, text: bytes = b"") -> bytes:
    return subprocess.run(command, input=text, check=True, capture_output=True, timeout=30).stdout


def test_autoconfig_holds_both_servers_and_no_personal_name() -> None:
    root = ElementTree.fromstring(
        content("autoconfig-xml", account(outgoing=smtp(username="ada"), outgoing_auth="CRAM-MD5"))
    )
    assert root.tag == "clientConfig"
    assert root.get("version") == "1.1"
    provider = root.find("emailProvider")
    assert provider.findtext("domain") == "example.org"
    incoming, outgoing = provider.find("incomingServer"), provider.find("outgoingServer")
    assert incoming.get("type") == "imap"
    assert {child.tag: child.text for child in incoming} == {
        "hostname": "imap.example.org",
        "port": "993",
        "socketType": "SSL",
        "username": "%EMAILADDRESS%",
        "authentication": "password-cleartext",
    }
    assert {child.tag: child.text for child in outgoing} == {
        "hostname": "smtp.example.org",
        "port": "465",
        "socketType": "SSL",
        "username": "%EMAILLOCALPART%",
        "authentication": "password-encrypted",
    }


@given(NAMES)
def test_autoconfig_quotes_any_user_name(username: str) -> None:
    (file,) = autoconfig_xml.files(account(outgoing=smtp(username=username)))
    found = ElementTree.fromstring(file.content).findtext("emailProvider/outgoingServer/username")
    assert found == username or found.startswith("%EMAIL")


def test_the_profile_is_a_plist_without_any_password() -> None:
    (file,) = apple_mail.files(account(outgoing=smtp(port=587, security=Security.STARTTLS)))
    profile = plistlib.loads(file.content)
    assert file.name == "ada@example.org.mobileconfig"
    assert profile["PayloadType"] == "Configuration"
    (mail,) = profile["PayloadContent"]
    assert mail["PayloadType"] == "com.apple.mail.managed"
    assert mail["EmailAccountType"] == "EmailTypeIMAP"
    assert mail["IncomingMailServerHostName"] == "imap.example.org"
    assert mail["IncomingMailServerPortNumber"] == 993
    assert mail["OutgoingMailServerPortNumber"] == 587
    assert mail["OutgoingMailServerUseSSL"] is True
    assert mail["OutgoingMailServerAuthentication"] == "EmailAuthPassword"
    assert mail["OutgoingPasswordSameAsIncomingPassword"] is True
    assert not {"IncomingPassword", "OutgoingPassword"} & set(mail)
    assert mail["PayloadUUID"] != profile["PayloadUUID"]


def test_the_same_account_gives_the_same_profile_so_that_it_replaces_itself() -> None:
    assert apple_mail.files(account()) == apple_mail.files(account())


@pytest.mark.parametrize(
    "changes", [{"outgoing_auth": "XOAUTH2"}, {"incoming_auth": "APOP"}, {"incoming": None}, {"outgoing": None}]
)
def test_no_profile_that_would_say_something_else_than_was_proven(changes: dict[str, object]) -> None:
    assert apple_mail.files(account(**changes)) == ()


@given(NAMES)
def test_the_profile_quotes_any_name(name: str) -> None:
    (file,) = apple_mail.files(account(display_name=name))
    assert plistlib.loads(file.content)["PayloadContent"][0]["EmailAccountName"] == name


def test_the_qr_code_is_the_example_of_the_format() -> None:
    code = phone.qr_text(account())
    assert code is not None
    assert json.loads(code) == [
        1,
        [1, 1],
        [0, "imap.example.org", 993, 3, 1, "ada@example.org"],
        [[[0, "smtp.example.org", 465, 3, 1, "ada@example.org"], ["ada@example.org", "Ada Example"]]],
    ]


@given(
    name=NAMES,
    username=NAMES,
    port=st.integers(1, 65535),
    protocol=st.sampled_from([Protocol.IMAP, Protocol.POP3]),
    security=st.sampled_from(list(Security)),
    auth=st.sampled_from(["PLAIN", "CRAM-MD5", "XOAUTH2", None]),
)
def test_the_qr_code_keeps_to_the_numbers_of_the_format(
    name: str, username: str, port: int, protocol: Protocol, security: Security, auth: str | None
) -> None:
    incoming = imap(protocol=protocol, port=port, security=security, username=username, host="mail.bücher.example")
    code = phone.qr_text(account(display_name=name, incoming=incoming, incoming_auth=auth))
    assert code is not None
    version, sequence, server, groups = json.loads(code)
    assert (version, sequence) == (1, [1, 1])
    assert server[0] == (0 if protocol is Protocol.IMAP else 1)
    assert server[1] == "mail.xn--bcher-kva.example"
    assert server[2] == port
    assert server[3] == {Security.NONE: 0, Security.STARTTLS: 2, Security.TLS: 3}[security]
    assert server[4] == {"PLAIN": 1, None: 1, "CRAM-MD5": 2, "XOAUTH2": 6}[auth]
    assert server[5:] == [username]
    assert groups[0][1] == ["ada@example.org", name]


def test_no_qr_code_for_an_address_the_format_cannot_carry() -> None:
    assert phone.qr_text(account(address=Address.parse("adá@example.org"))) is None
    assert phone.qr_text(account(outgoing=None)) is None
    assert not any("QR" in step for step in sheet("phone", account(outgoing=None)).steps)


def test_the_qr_code_is_small_enough_to_scan() -> None:
    import segno

    code = phone.qr_text(account())
    assert code is not None
    assert int(segno.make(code, micro=False, error="m").version) <= 8


@given(username=NAMES, tls=st.booleans())
def test_a_url_leads_back_to_server_and_user(username: str, tls: bool) -> None:
    server = smtp(username=username, security=Security.TLS if tls else Security.STARTTLS)
    parts = urlsplit(url(server, "PASSWORD"))
    assert parts.scheme == ("smtps" if tls else "smtp")
    assert unquote(parts.username or "") == username
    assert (parts.password, parts.hostname, parts.port) == ("PASSWORD", "smtp.example.org", 465)
    assert (parts.path, parts.query, parts.fragment) == ("", "", "")


@given(password=NAMES)
def test_a_url_with_the_password_leads_back_to_it_whatever_stands_in_it(password: str) -> None:
    (file,) = sheet("url", account(), Secret(password)).files
    for line in file.text.splitlines():
        parts = urlsplit(line)
        assert unquote(parts.password or "") == password
        assert (parts.path, parts.query, parts.fragment) == ("", "", "")


def test_who_puts_the_password_into_a_url_is_told_every_character_to_encode() -> None:
    (step, *_) = [step for step in sheet("url", account()).steps if "percent-encoded" in step]
    assert "all but A-Z, a-z, 0-9 and - . _ ~" in step
    for character in "@#% ü":
        written = quote(character, safe="")
        assert f"{'a blank' if character == ' ' else character} is {written}" in step


def test_a_url_puts_ipv6_in_brackets_and_always_has_a_port() -> None:
    assert (
        url(imap(host="2001:db8::7", security=Security.STARTTLS, port=143))
        == "imap://ada%40example.org@[2001:db8::7]:143"
    )


@given(name=NAMES, username=NAMES)
@FEW
def test_a_shell_reads_the_variables_and_runs_nothing(name: str, username: str) -> None:
    text = content("env", account(display_name=name, outgoing=smtp(username=username)))
    shown = run(
        "sh",
        "-c",
        'set -a; eval "$(cat)"; printf "%s\\n%s\\n%s" "$SMTP_USER" "$SMTP_FROM_NAME" "$SMTP_PASSWORD"',
        text=text,
    )
    assert shown.decode() == f"{username}\n{named(name)}\n"


def test_the_variables_name_the_encryption_for_both_families() -> None:
    lines = content("env", account(outgoing=smtp(port=587, security=Security.STARTTLS))).decode().splitlines()
    assert {"SMTP_ENCRYPTION=starttls", "EMAIL_USE_TLS=True", "EMAIL_USE_SSL=False", "SMTP_PORT=587"} <= set(lines)


@given(name=NAMES, username=NAMES)
@FEW
def test_php_reads_the_constants_and_runs_nothing(name: str, username: str) -> None:
    text = content("wordpress", account(display_name=name, outgoing=smtp(username=username)))
    code = (
        b"<?php\n"
        + text
        + b"echo json_encode([WPMS_SMTP_USER, WPMS_MAIL_FROM_NAME, WPMS_SSL, WPMS_SMTP_PORT, WPMS_SMTP_PASS]);"
    )
    assert json.loads(run("php", text=code)) == [username, named(name), "ssl", 465, ""]


@given(name=NAMES, username=NAMES)
@FEW
def test_git_reads_the_configuration(name: str, username: str) -> None:
    text = content("git", account(display_name=name, outgoing=smtp(username=username)))
    shown = run("git", "config", "-f", "-", "-z", "--list", text=text).decode()
    values = dict(entry.split("\n", 1) for entry in shown.split("\0") if entry)
    assert values["sendemail.smtpuser"] == username
    assert values["sendemail.smtpserver"] == "smtp.example.org"
    assert values["sendemail.smtpencryption"] == "ssl"
    assert "ada@example.org" in values["sendemail.from"]
    assert not {'"', "\\"} & set(values["sendemail.from"])


@given(username=NAMES)
@FEW
def test_msmtp_reads_the_configuration(tmp_path_factory: pytest.TempPathFactory, username: str) -> None:
    file = written(tmp_path_factory, content("msmtp", account(outgoing=smtp(username=username))))
    shown = run("msmtp", f"--file={file}", "-a", "ada@example.org", "--pretend", "--debug", "to@example.net").decode()
    assert f"\nuser = {username}\n" in shown
    assert "\nhost = smtp.example.org\n" in shown
    assert "\nport = 465\n" in shown
    assert "\ntls = on\n" in shown
    assert "\ntls_starttls = off\n" in shown


def test_msmtp_reads_the_files_of_two_accounts_one_after_the_other(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    eve = account(address=Address.parse("eve@example.net"), outgoing=smtp(username="eve"))
    file = written(tmp_path_factory, content("msmtp", account()) + content("msmtp", eve))
    for address, user in (("ada@example.org", "ada@example.org"), ("eve@example.net", "eve")):
        shown = run("msmtp", f"--file={file}", "-a", address, "--pretend", "--debug", "to@example.net").decode()
        assert f"\nuser = {user}\n" in shown


@pytest.mark.parametrize(
    ("method", "words"), [("PLAIN", "plain"), ("LOGIN", "login"), ("CRAM-MD5", "CRAM-MD5"), ("XOAUTH2", "XOAUTH2")]
)
def test_msmtp_is_told_the_method_that_worked(
    tmp_path_factory: pytest.TempPathFactory, method: str, words: str
) -> None:
    file = written(tmp_path_factory, content("msmtp", account(outgoing_auth=method)))
    shown = run("msmtp", f"--file={file}", "-a", "ada@example.org", "--pretend", "--debug", "to@example.net").decode()
    assert f"\nauth = {words}\n".lower() in shown.lower()


@given(name=NAMES, username=NAMES)
@FEW
def test_neomutt_reads_the_lines_and_runs_nothing(
    tmp_path_factory: pytest.TempPathFactory, name: str, username: str
) -> None:
    verified = account(display_name=name, incoming=imap(username=username), outgoing=smtp(username=username))
    file = written(tmp_path_factory, content("neomutt", verified))
    questions = ("-Q", "realname", "-Q", "imap_user", "-Q", "smtp_url", "-Q", "ssl_force_tls")
    # That of Debian 13 answers, and ends with 1 whatever it is asked.
    shown = subprocess.run(
        ["neomutt", "-n", "-F", str(file), *questions], check=False, capture_output=True, timeout=30
    ).stdout
    values = dict(line.removeprefix("set ").split(" = ", 1) for line in shown.decode().split("\n") if line)
    assert unquoted(values["real_name"]) == named(name)
    assert unquoted(values["imap_user"]) == username
    assert unquote(urlsplit(unquoted(values["smtp_url"])).username or "") == username
    assert values["ssl_force_tls"] == "yes"


def unquoted(value: str) -> str:
    return re.sub(r"\\(.)", r"\1", value[1:-1])


def written(folders: pytest.TempPathFactory, text: bytes) -> Path:
    file = folders.mktemp("handover") / "file"
    file.write_bytes(text)
    file.chmod(0o600)
    return file


def test_letters_beyond_ascii_are_escaped_in_the_qr_code() -> None:
    code = phone.qr_text(account(display_name="Zoë"))
    assert code is not None
    assert code.isascii()  # what a camera takes other bytes for is a guess
    assert "Zoë" in str(json.loads(code))


@pytest.mark.parametrize(("security", "starttls"), [(Security.STARTTLS, True), (Security.TLS, False)])
def test_neomutt_insists_on_starttls_where_that_was_proven(security: Security, starttls: bool) -> None:
    text = content("neomutt", account(outgoing=smtp(port=587, security=security))).decode()
    assert ("set ssl_starttls=yes\n" in text) is starttls


@pytest.mark.parametrize(("username", "personal"), [("ada@example.org", False), ("ada", False), ("u-4711", True)])
def test_a_user_name_of_ones_own_is_no_settings_file_for_a_domain(username: str, personal: bool) -> None:
    steps = sheet("autoconfig-xml", account(outgoing=smtp(username=username))).steps
    assert any("serves this account only" in step for step in steps) is personal
