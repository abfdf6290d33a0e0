"""Settings a person brings along are read as they stand, and strangers' servers wait for a yes."""

from __future__ import annotations

import json
import plistlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.gui.samples import WORKS
from wizard.diagnosis.document import diagnosis_document
from wizard.errors import UsageError
from wizard.handover.report import report_bytes, report_document
from wizard.handover.sheet_page import sheet_html, sheet_text
from wizard.handover.targets import sheet
from wizard.model.address import Address
from wizard.model.server import Source
from wizard.setup.brought import LIMIT_BYTES, read_settings

ADA = Address.parse("ada@example.net")
IMAP, SMTP = "imap imap.example.net:993 tls", "smtp smtp.example.net:587 starttls"


def told(content: bytes | str, address: Address | None = ADA) -> list[str]:
    """The servers that were read, in words."""
    raw = content if isinstance(content, bytes) else content.encode()
    servers = read_settings(raw, address).servers
    return [f"{one.protocol} {one.host}:{one.port} {one.security}" for one in servers]


def users(content: str) -> set[str]:
    """Their user names."""
    return {one.username for one in read_settings(content.encode(), ADA).servers}


def answered(content: bytes) -> bool:
    """Whether it was read, or refused in a sentence."""
    try:
        return bool(read_settings(content, ADA).servers)
    except UsageError as error:
        return str(error).endswith(".")


def file_for(target: str) -> bytes:
    """What we write ourselves for that program."""
    account = WORKS.verified_account()
    assert account is not None
    return sheet(target, account).files[0].content


@pytest.mark.parametrize(
    ("target", "said_by"), [("autoconfig-xml", "the autoconfig file"), ("apple-mail", "the profile")]
)
def test_what_we_write_is_read_again(target: str, said_by: str) -> None:
    content = file_for(target)
    assert sorted(told(content)) == [IMAP, SMTP]
    brought = read_settings(content, ADA)
    assert brought.said_by == said_by
    assert brought.address == ADA
    assert {server.source for server in brought.servers} == {Source.GIVEN}


FOR_PEOPLE = (
    "thunderbird", "outlook-new", "outlook-classic", "apple-mail-mac", "iphone", "thunderbird-android", "gmail-app",
    "samsung-email", "outlook-mobile", "evolution", "kmail", "claws", "page", "other",
)  # fmt: skip


@pytest.mark.parametrize("as_page", [False, True])
@pytest.mark.parametrize("target", FOR_PEOPLE)
def test_a_sheet_of_ours_that_is_pasted_names_its_two_servers_and_no_other(target: str, as_page: bool) -> None:
    account = WORKS.verified_account()
    assert account is not None
    made = sheet(target, account)
    text = sheet_html(made) if as_page else sheet_text(made)
    assert sorted(told(text)) == [IMAP, SMTP]


@pytest.mark.parametrize(
    "text",
    [
        "Server name: imap.example.net\nPort: 993\nSMTP setting\nServer name: smtp.example.net\nPort: 587 STARTTLS",
        "Server name: mx.example.net\nPort: 993\nSMTP setting\nServer name: smtp.example.net\nPort: 587 STARTTLS",
        "mx.example.net:993\nsmtp.example.net:587",
        "imaps://ada%40example.net@mx.example.net:993\nsmtp://ada%40example.net:geheim@smtp.example.net:587",
        "imaps://mx.example.net\nsubmission://smtp.example.net:587",
    ],
)
def test_a_port_or_a_url_tells_the_side_where_no_word_before_does(text: str) -> None:
    assert sorted(one.replace("mx.", "imap.") for one in told(text)) == [IMAP, SMTP]


def test_a_url_names_the_user_and_its_password_is_not_read() -> None:
    text = "imaps://m123:geheim@imap.example.net:993\nsmtps://m123:geheim@smtp.example.net:465"
    assert users(text) == {"m123"}


def test_the_urls_we_write_are_read_again() -> None:
    account = WORKS.verified_account()
    assert account is not None
    assert sorted(told(sheet_text(sheet("url", account)))) == [IMAP, SMTP]


def test_the_name_of_a_file_is_no_server() -> None:
    text = "IMAP imap.example.net, see imap-settings.pdf and setup.exe; SMTP smtp.example.net (smtp.png, outlook.reg)"
    assert sorted(one.split()[1].partition(":")[0] for one in told(text)) == ["imap.example.net", "smtp.example.net"]


def test_a_profile_says_whose_it_is() -> None:
    brought = read_settings(file_for("apple-mail"))
    assert (brought.address, brought.name) == (ADA, "Ada Example")


@pytest.mark.parametrize("masked", [True, False])
def test_a_saved_report_is_read(masked: bool) -> None:
    document = report_document(WORKS, diagnosis_document=diagnosis_document, mask_addresses=masked)
    assert sorted(told(report_bytes(document, ".json"))) == [IMAP, SMTP]
    named = {one.username for one in read_settings(report_bytes(document, ".json"), ADA).servers}
    assert all("…" not in name and "*" not in name for name in named)


@pytest.mark.parametrize(
    "text",
    [
        "Your settings:\n\nIncoming server (IMAP): imap.example.net, port 993, SSL/TLS\n"
        "Outgoing server (SMTP): smtp.example.net, port 587, STARTTLS\nUser name: ada",
        "IMAP\nServer: imap.example.net\nPort: 993\nSSL\n\nSMTP\nServer: smtp.example.net\nPort: 587\nTLS\n",
        "Receiving: imap.example.net:993\nSending: smtp.example.net:587",
        "Posteingangsserver: imap.example.net Port: 993 (SSL)\n"
        "Postausgangsserver: smtp.example.net Port: 587 (STARTTLS)",
        "Serveur entrant : imap.example.net, port 993\nServeur sortant : smtp.example.net, port 587",
        "Servidor de correo entrante: imap.example.net puerto 993; saliente: smtp.example.net puerto 587",
        "imap.example.net 993\nsmtp.example.net 587",
        "Hello Ada,\nwrite to help@example.com if you need us. Please use imap.example.net (port 993, SSL) for IMAP "
        "and smtp.example.net (port 587, STARTTLS) for SMTP.",
        "<html><body><table><tr><td>IMAP</td><td>imap.example.net</td><td>993</td></tr>"
        "<tr><td>SMTP</td><td>smtp.example.net</td><td>587</td></tr></table></body></html>",
        "ＩＭＡＰ：imap.example.net：993\nSMTP：smtp.example.net：587",
    ],
)
def test_a_providers_mail_is_read(text: str) -> None:
    assert sorted(told(text)) == [IMAP, SMTP]


@pytest.mark.parametrize(
    ("text", "server"),
    [
        ("POP3: pop.example.net port 995", "pop3 pop.example.net:995 tls"),
        ("Incoming: mail.example.net 110", "pop3 mail.example.net:110 starttls"),
        ("SMTP server mail.example.net", "smtp mail.example.net:465 tls"),
        ("SMTP server mail.example.net with STARTTLS", "smtp mail.example.net:587 starttls"),
        ("IMAP server mail.example.net, no encryption, port 143", "imap mail.example.net:143 starttls"),
    ],
)
def test_what_is_left_open_is_the_usual_and_always_encrypted(text: str, server: str) -> None:
    assert told(text) == [server]


def test_the_user_name_that_is_named_is_taken() -> None:
    text = "IMAP: imap.example.net 993\nUsername: ada.example\nSMTP: smtp.example.net 587\nUsername: ada.example"
    assert users(text) == {"ada.example"}
    assert users("User name: ada17\nIMAP: imap.example.net\nSMTP: smtp.example.net") == {"ada17"}
    assert users("IMAP: imap.example.net") == {str(ADA)}


@pytest.mark.parametrize(
    "said",
    [
        "Username: your full email address",
        "Benutzername: Ihre E-Mail-Adresse",
        "Nom d'utilisateur : votre adresse e-mail",
        "Benutzername: E-Mail-Adresse",
        "ユーザー名：メールアドレス",
    ],
)
def test_a_sentence_about_the_user_name_is_none(said: str) -> None:
    assert users(f"Incoming: mail.example.net 993\nOutgoing: mail.example.net 465\n{said}") == {"ada@example.net"}


@pytest.mark.parametrize(
    "said",
    [
        "Nazwa użytkownika: ada-l",
        "Имя пользователя: ada-l",
        "ユーザー名：ada-l",
        "用户名：ada-l",
        "Username\tada-l (short)",
    ],
)
def test_the_user_name_is_known_by_its_label_in_every_language(said: str) -> None:
    assert users(f"imap.example.net 993\nsmtp.example.net 465\n{said}") == {"ada-l"}


@pytest.mark.parametrize(
    "text",
    [
        "Serveur de réception : mail.example.net\nServeur d’envoi : mail.example.net",
        "Server für den Empfang: mail.example.net\nServer für den Versand: mail.example.net",
        "Servidor de recepción: mail.example.net\nServidor de envío: mail.example.net",
        "Server di ricezione: mail.example.net\nServer di invio: mail.example.net",
        "Servidor de recebimento: mail.example.net\nServidor de envio: mail.example.net",
        "Ontvangen via mail.example.net\nVerzenden via mail.example.net",
        "Poczta przychodząca: mail.example.net\nPoczta wychodząca: mail.example.net",
        "Входящая почта: mail.example.net\nИсходящая почта: mail.example.net",
        "受信メールサーバーはmail.example.netです。送信メールサーバーはmail.example.netです。",
        "接收服务器：mail.example.net\n发送服务器：mail.example.net",
        "خادم البريد الوارد: mail.example.net\nخادم البريد الصادر: mail.example.net",
    ],
)
def test_each_language_has_its_words_for_the_sides(text: str) -> None:
    assert told(text) == ["imap mail.example.net:993 tls", "smtp mail.example.net:465 tls"]


def test_of_a_profile_with_several_accounts_the_addresss_own_is_taken() -> None:
    def payload(address: str) -> dict[str, object]:
        user, _, domain = address.partition("@")
        sides = {
            f"{side}MailServer{key}": value
            for side, label, port in (("Incoming", "imap", 993), ("Outgoing", "smtp", 587))
            for key, value in {
                "HostName": f"{label}.{domain}",
                "PortNumber": port,
                "UseSSL": True,
                "Username": user,
            }.items()
        }
        kind = {"PayloadType": "com.apple.mail.managed", "EmailAccountType": "EmailTypeIMAP"}
        return {**kind, **sides, "EmailAddress": address, "EmailAccountName": user.title()}

    profile = plistlib.dumps({"PayloadContent": [payload("bob@example.org"), payload("ada@example.net")]})
    assert told(profile) == [IMAP, SMTP]
    assert read_settings(profile, ADA).name == "Ada"
    foreign = plistlib.dumps({"PayloadContent": [payload("bob@example.org")]})
    assert read_settings(foreign, ADA).name is None  # his servers wait for a yes; his name is not hers


@pytest.mark.parametrize("wrapped", ["Hello Ada, save this file:\n\n{}\n\nRegards", "\ufeff{}"])
def test_an_autoconfig_file_is_found_in_a_message_and_in_utf_16(wrapped: str) -> None:
    text = wrapped.format(file_for("autoconfig-xml").decode())
    assert sorted(told(text)) == [IMAP, SMTP]
    assert sorted(told(text.encode("utf-16"))) == [IMAP, SMTP]
    assert read_settings(text.encode(), ADA).said_by == "the autoconfig file"


def test_a_picture_names_no_server() -> None:
    with pytest.raises(UsageError, match="No mail server is named there"):
        read_settings(b"\x89PNG\r\n\x1a\n" + bytes(range(256)), ADA)


def test_a_strangers_server_waits_for_a_yes() -> None:
    trusted = {
        one.host: one.trusted for one in read_settings(b"IMAP imap.example.net SMTP smtp.example.com", ADA).servers
    }
    assert trusted == {"imap.example.net": True, "smtp.example.com": False}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Good morning",
        "IMAP: localhost 993",
        "IMAP: 127.0.0.1:993",
        "{}",
        "{nonsense",
        "<clientConfig",
        "<plist></plist>",
        "See https://www.example.org/help for more",
    ],
)
def test_what_names_no_server_is_told_in_a_sentence(text: str) -> None:
    with pytest.raises(UsageError, match=r"^[A-Z].*\.$"):
        read_settings(text.encode(), ADA)


def test_too_much_is_refused() -> None:
    with pytest.raises(UsageError, match="too long"):
        read_settings(b"x" * (LIMIT_BYTES + 1), ADA)


def test_without_an_address_it_is_asked_for() -> None:
    with pytest.raises(UsageError, match="email address first"):
        read_settings(b"IMAP: imap.example.net")
    assert read_settings(b"For ada@example.net: IMAP imap.example.net").address == ADA


def test_no_password_that_is_pasted_along_goes_anywhere() -> None:
    brought = read_settings(b"IMAP: imap.example.net\nPassword: tulip-wagon-64\nSMTP: smtp.example.net", ADA)
    assert "tulip-wagon-64" not in repr(brought)


@given(st.binary(max_size=400) | st.text(max_size=300).map(str.encode))
def test_anything_is_read_or_refused_in_a_sentence(content: bytes) -> None:
    assert answered(content)


@given(
    st.recursive(
        st.none() | st.integers() | st.text(max_size=9),
        lambda inner: st.dictionaries(
            st.sampled_from(["check", "incoming", "outgoing", "host", "port", "protocol", "security", "address"]),
            inner,
            max_size=4,
        ),
        max_leaves=12,
    )
)
def test_any_report_is_read_or_refused_in_a_sentence(document: object) -> None:
    content = json.dumps({"x": 1} | (document if isinstance(document, dict) else {})).encode()
    assert answered(content)


@pytest.mark.parametrize("piece", ["a", "a.", "a-\n", "imap , ", "<clientConfig "])
def test_a_megabyte_of_anything_is_answered(piece: str) -> None:
    assert answered((piece * LIMIT_BYTES)[: LIMIT_BYTES - 1].encode())  # where steps grow with its square, in hours
