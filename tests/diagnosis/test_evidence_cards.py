"""What the run saw decides the card: over real sockets where a run is needed, as pasted text where one is not."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from tests.lab.certificates import Authority
from tests.lab.scripted import Conversation, ScriptedServer
from tests.lab.stage import imap, smtp, stage
from tests.probe.conftest import short_limits as short_limits
from tests.probe.talk import Mail, Names, candidate, say, tls_server
from tests.setup.accounts import draft, new_session
from wizard import wiring
from wizard.diagnosis.issuer import issuer_name
from wizard.errors import DnsUnavailable
from wizard.model.account import Verdict
from wizard.model.diagnosis import AskAdministrator, EditField, Field, OpenUrl
from wizard.model.server import Protocol, Security, ServerCandidate, Source
from wizard.net.dial import SystemDialer
from wizard.net.reach import IPAddress
from wizard.practice.scenarios import Accepts, PracticeServer
from wizard.setup.options import Options

ADA = "ada@example.org"
IN = imap("imap.example.org")
ONCE = Options(accept_untrusted=True, deadline_s=30, autofix=False)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("replies", "cause"),
    [
        # Nobody's address is wrong because a server is busy, hangs up or has lost its place.
        ({"mail_reply": "421 Connection dropped"}, "connection-dropped"),
        ({"mail_reply": "421 4.4.2 Connection dropped due to inactivity"}, "connection-dropped"),
        ({"mail_reply": "503 5.5.1 Bad sequence of commands"}, "server-error"),
        ({"mail_reply": "500 5.5.2 Syntax error, command unrecognized"}, "server-error"),
        ({"mail_reply": "450 4.3.2 Please try again later"}, "server-error"),
        ({"rcpt_reply": "421 4.4.2 idle timeout"}, "connection-dropped"),
        ({"rcpt_reply": "451 4.3.0 Temporary lookup failure"}, "server-error"),
        ({"rcpt_reply": "503 5.5.1 Error: need MAIL command"}, "server-error"),
        # The address that signed in is not mistyped, whatever the server says of it.
        ({"mail_reply": "553 5.1.7 Sender address malformed"}, "sender-address-rejected"),
        ({"mail_reply": "550 5.1.8 Sender address rejected: Domain not found"}, "sender-address-rejected"),
        # Where the words or the code name the recipient's, the card does.
        ({"rcpt_reply": "550 5.1.1 <{address}>: no such user"}, "recipient-unknown"),
    ],
)
async def test_a_temporary_or_protocol_reply_blames_no_address(replies: dict[str, Any], cause: str) -> None:
    async with stage(ADA, smtp("smtp.example.org", **replies), IN, options=ONCE) as on_stage:
        result = await on_stage.check()
    first = result.diagnoses[0]
    assert (result.verdict, first.cause) == (Verdict.FAILS, cause)
    blames = [remedy.id for remedy in first.remedies if isinstance(remedy.action, EditField)]
    assert bool(blames) is (cause == "recipient-unknown")


async def test_the_address_that_signed_in_is_the_administrators_matter_when_it_is_refused_as_a_sender() -> None:
    async with stage(
        ADA, smtp("smtp.example.org", mail_reply="553 5.1.8 Sender address rejected"), IN, options=ONCE
    ) as on_stage:
        first = (await on_stage.check()).diagnoses[0]
    assert first.title == "smtp.example.org does not take mail from the address that signs in"
    remedy = first.remedies[0]
    assert isinstance(remedy.action, AskAdministrator)
    assert "My account signs in as ada@example.org" in remedy.action.request
    assert not any(isinstance(other.action, EditField) for other in first.remedies)


@pytest.mark.parametrize(
    ("reply", "code"), [("577 qwx zzt", "577"), ("577 5.9.9 qwx zzt", "577 5.9.9")], ids=["alone", "with its detail"]
)
async def test_of_words_that_no_cause_knows_the_code_is_told(reply: str, code: str) -> None:
    async with stage(ADA, smtp("smtp.example.org", mail_reply=reply), IN, options=ONCE) as on_stage:
        first = (await on_stage.check()).diagnoses[0]
    assert first.why.startswith(f"What was understood: sending mail (SMTP), the reply code {code}.")


async def test_icloud_with_a_domain_of_ones_own_asks_for_the_main_address() -> None:
    servers: tuple[PracticeServer, ...] = (
        smtp("smtp.mail.me.com", 587, accepts=Accepts.NOBODY, refusal="535 5.7.8 Error: authentication failed"),
        imap("imap.mail.me.com", accepts=Accepts.NOBODY, refusal="NO [AUTHENTICATIONFAILED] Authentication Failed"),
    )
    async with stage("ada@own.example", *servers, mx=("mx01.mail.icloud.com",), options=ONCE) as on_stage:
        result = await on_stage.check()
    first = result.diagnoses[0].remedies[0]
    assert first.say == "Type your main address at iCloud Mail as the user name"
    assert first.action in (EditField(Field.OUTGOING_USERNAME), EditField(Field.INCOMING_USERNAME))


@pytest.mark.parametrize(
    ("username", "asks"), [("ada@own.example", True), ("ada", True), ("ada@icloud.com", False), ("lovelace", False)]
)
async def test_who_typed_another_name_is_not_told_that_it_is_of_ones_own_domain(username: str, asks: bool) -> None:
    receiving = imap(
        "imap.mail.me.com", accepts=Accepts.NOBODY, refusal="NO [AUTHENTICATIONFAILED] Authentication Failed"
    )
    async with stage("ada@own.example", receiving, mx=("mx01.mail.icloud.com",), options=ONCE) as on_stage:
        draft = on_stage.draft(username=username, incoming="imap.mail.me.com:993/tls")
        card = (await on_stage.session.check(replace(draft, wants_outgoing=False))).diagnoses[0]
    said = "Type your main address at iCloud Mail as the user name"
    assert (said in [remedy.say for remedy in card.remedies]) is asks, card.remedies


@pytest.mark.parametrize(
    ("words", "page"),
    [
        ("renew it at https://password.example.org/renew?u=1.", "https://password.example.org/renew?u=1"),
        ("see <https://example.org/neu>", "https://example.org/neu"),
        # Whatever only looks like a page of theirs is no button.
        ("renew it at http://password.example.org/renew", None),
        ("renew it at https://example.org.password.example/renew", None),
        ("renew it at https://example.org@password.example/", None),
        ("renew it at https://password.example\\.example.org/", None),
        ("renew it at https://password.example:443/?example.org", None),
        ("renew it at https://password.example#.example.org", None),
    ],
)
async def test_a_password_that_ran_out_is_renewed_at_the_page_that_the_server_names(
    words: str, page: str | None
) -> None:
    receiving = imap("imap.example.org", accepts=Accepts.NOBODY, refusal=f"NO [EXPIRED] Password expired, {words}")
    async with stage(ADA, receiving, options=ONCE) as on_stage:
        card = (await on_stage.session.check(replace(on_stage.draft(), wants_outgoing=False))).diagnoses[0]
    pages = [remedy.action.url for remedy in card.remedies if isinstance(remedy.action, OpenUrl)]
    assert (card.cause, pages) == ("password-expired", [page] if page else [])


@pytest.mark.parametrize(
    ("offered", "title", "by_outlook"),
    [
        (("NTLM", "GSSAPI"), "The server wants a Windows sign-in (NTLM or Kerberos)", True),
        (("OTP", "SKEY"), "Mailwright does not speak the server's ways of signing in", False),
        (("DIGEST-MD5",), "Mailwright does not speak the server's ways of signing in", False),
    ],
)
async def test_ways_to_sign_in_that_we_do_not_speak_are_named_as_what_they_are(
    offered: tuple[str, ...], title: str, by_outlook: bool
) -> None:
    async with stage(ADA, imap("imap.example.org", auth=offered), options=ONCE) as on_stage:
        result = await on_stage.session.check(replace(on_stage.draft(), wants_outgoing=False))
    card = result.diagnoses[0]
    assert (card.cause, card.title) == ("auth-mechanism-unsupported", title)
    assert ("use-outlook" in [remedy.id for remedy in card.remedies]) is by_outlook
    assert all(name in card.why for name in offered)
    assert result.sign_in_attempts == {}


async def test_comcast_asks_for_its_own_switch_before_anything_of_yahoos() -> None:
    servers: tuple[PracticeServer, ...] = (
        smtp("smtp.comcast.net", 587, accepts=Accepts.NOBODY, refusal="535 5.7.0 Authentication failed"),
        imap("imap.comcast.net", accepts=Accepts.NOBODY, refusal="NO [AUTHENTICATIONFAILED] Authentication failed"),
    )
    async with stage("ada@comcast.net", *servers, options=ONCE) as on_stage:
        result = await on_stage.check()
    card = result.diagnoses[0]
    assert (card.cause, card.title) == ("bad-credentials", "Comcast Xfinity did not accept the user name or password")
    assert card.remedies[0].action == OpenUrl("https://www.xfinity.com/support/articles/third-party-email-access")
    pages = [remedy.action.url for remedy in card.remedies if isinstance(remedy.action, OpenUrl)]
    assert not [page for page in pages if "yahoo" in page]
    moved = next(remedy for remedy in card.remedies if remedy.id == "edit-server")
    assert "if the mailbox has moved there" in moved.say
    assert "imap.mail.yahoo.com" in moved.steps[1]


@pytest.mark.parametrize(
    ("text", "where", "cause", "first"),
    [
        (
            "550-Requested action not taken: mailbox unavailable\n550 Sender address is not allowed.",
            {"stage": "mail"},
            "sender-not-allowed",
            "send-from-own-address",
        ),
        (
            "450 Requested mail action not taken: mailbox unavailable. Mail send limit exceeded.",
            {"stage": "mail"},
            "sending-limit-exceeded",
            "wait",
        ),
        (
            "535 5.7.139 Authentication unsuccessful, the request did not meet the criteria to be authenticated "
            "successfully. Contact your administrator.",
            {},
            "smtp-auth-disabled",
            "ask-administrator",
        ),
        ("AADSTS90094: The grant requires admin permission.", {}, "consent-required", "ask-administrator"),
        ("Error 400: admin_policy_enforced", {}, "consent-required", "ask-administrator"),
        ("452 4.5.3 Too many recipients", {"stage": "rcpt"}, "sending-limit-exceeded", "split-recipients"),
        ("421 Try again later, closing connection.", {"stage": "connect"}, "server-busy", "wait"),
        (
            "550-5.7.25 The IP address sending this message does not have a PTR record setup. gsmtp",
            {},
            "client-ip-blocked",
            "ask-administrator",
        ),
        (
            "550 5.7.68 TenantInboundAttribution; Direct Send not allowed for this organization from unauthorized "
            "sources",
            {},
            "auth-required",
            "ask-administrator",
        ),
        (
            "550 5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup; authentication required",
            {},
            "recipient-rejected",
            "test-to-yourself",
        ),
        (
            "Domain mg.example.org is not allowed to send: Please activate your Mailgun account.",
            {},
            "account-disabled",
            "activate-account",
        ),
        ("Unable to verify account name or password.", {}, "bad-credentials", "edit-password"),
        ("BAD User is authenticated but not connected.", {"protocol": "imap"}, "mail-access-disabled", "try-again"),
        ("550 5.7.1 Rejected: forged HELO [127.0.0.1]", {}, "helo-refused", "try-again"),
        ("501 5.5.4 Invalid domain name", {"stage": "ehlo"}, "helo-refused", "try-again"),
        ("454 4.7.0 Too many login attempts, try again in 30 minutes", {}, "too-many-attempts", "wait"),
    ],
)
def test_a_pasted_text_of_these_years_has_its_own_card(
    text: str, where: dict[str, str], cause: str, first: str
) -> None:
    found = wiring.diagnoser().of_text(text, **where)
    assert (found.cause, found.remedies[0].id) == (cause, first)


@pytest.mark.parametrize(
    ("text", "cause", "title", "first"),
    [
        (
            "421 mx.example.org (smtp)... Deferred: Connection reset by peer during greeting wait with mx.example.org",
            "connection-dropped",
            "The next server on the way hung up",
            "wait-for-next-server",
        ),
        (
            "relay=none, dsn=4.4.1, status=deferred (connect to mx.example.org[192.0.2.1]:25: Connection refused)",
            "connection-refused",
            "The next server on the way takes no connection",
            "wait-for-next-server",
        ),
        (
            "* BYE Autologout; idle for too long",
            "connection-dropped",
            "The server closed a line on which nothing was said",
            "try-again",
        ),
        (
            "The remote certificate is invalid according to the validation procedure.",
            "certificate-untrusted",
            "The server's certificate was not accepted",
            "ask-administrator",
        ),
        (
            "Your account is not yet activated",
            "account-disabled",
            "The account has to be activated first",
            "activate-account",
        ),
        (
            "421 mx.example.org Connection timeout",
            "connection-dropped",
            "The server closed a line on which nothing was said",
            "try-again",
        ),
        (
            "The server may be unavailable or is refusing SMTP connections.",
            "connection-refused",
            "No connection to the server came about",
            "use-other-port",
        ),
    ],
)
def test_a_card_says_what_the_text_says_and_no_more(text: str, cause: str, title: str, first: str) -> None:
    found = wiring.diagnoser().of_text(text)
    assert (found.cause, found.title, found.remedies[0].id) == (cause, title, first)


def test_a_server_that_answers_a_message_has_a_trouble_of_its_own() -> None:
    said = "451 4.4.2 Bad connection (io timeout)"
    assert wiring.diagnoser().of_text(said, stage="data").cause == "server-error"
    assert wiring.diagnoser().of_text("connection timed out", stage="data").cause == "connection-timed-out"


def test_three_switches_of_microsoft_are_three_cards() -> None:
    said = {
        "is disabled for the Tenant": "The organisation has sending by mail programs switched off",
        "is disabled for the Mailbox": "Sending by mail programs is switched off for this mailbox",
    }
    begin = "535 5.7.139 Authentication unsuccessful, "
    cards = {
        words: wiring.diagnoser().of_text(f"{begin}SmtpClientAuthentication {words}.", server="smtp.office365.com")
        for words in said
    }
    assert {words: card.title for words, card in cards.items()} == said
    locked = wiring.diagnoser().of_text(
        f"{begin}user is locked by your organization's security defaults policy.", server="smtp.office365.com"
    )
    for card in (*cards.values(), locked):
        message = card.remedies[0].action
        assert isinstance(message, AskAdministrator)
        assert not [r for r in card.remedies if isinstance(r.action, OpenUrl) and "outlook.live.com" in r.action.url]
    assert len({card.remedies[0].action for card in (*cards.values(), locked)}) == 3


def test_an_administrator_is_nobody_a_personal_mailbox_has() -> None:
    text = "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox."
    card = wiring.diagnoser().of_text(text, server="smtp-mail.outlook.com")
    assert not [remedy for remedy in card.remedies if isinstance(remedy.action, AskAdministrator)]
    assert card.title.startswith("Outlook.com")


def test_a_bounce_of_a_receiver_is_not_taken_for_the_senders_provider() -> None:
    text = "550-5.7.26 This mail has been blocked because the sender is unauthenticated. gsmtp"
    card = wiring.diagnoser().of_text(text)
    assert card.cause == "dmarc-or-spf-fail"
    assert not [remedy for remedy in card.remedies if "Gmail" in remedy.say]


async def test_nobody_is_told_to_send_the_plain_message_that_was_just_refused() -> None:
    refusal = "550 5.7.1 Message rejected as spam"
    async with stage(ADA, smtp("smtp.example.org", data_reply=refusal), IN, options=ONCE) as on_stage:
        card = (await on_stage.check(send=True)).diagnoses[0]
        other = (await on_stage.another_session().check(on_stage.draft())).diagnoses
    assert other == ()
    assert (card.cause, [remedy.id for remedy in card.remedies]) == ("message-rejected-as-spam", ["ask-administrator"])
    assert "a short test message from you to yourself" in card.why


async def test_a_server_for_tokens_beside_one_that_took_the_password() -> None:
    async with stage(ADA, smtp("smtp.example.org", auth=("XOAUTH2",)), IN, options=ONCE) as on_stage:
        card = (await on_stage.check()).diagnoses[0]
    assert (card.cause, card.title) == (
        "oauth-required",
        "smtp.example.org takes no password, only a sign-in in the browser",
    )
    assert "accepted this very password" in card.why


async def test_a_missing_encryption_is_told_without_ports_that_were_tried() -> None:
    plain = imap("imap.example.org", 143, security=Security.NONE)
    async with stage(ADA, smtp("smtp.example.org"), plain) as on_stage:
        card = (await on_stage.check(incoming="imap.example.org:143/starttls")).diagnoses[0]
    assert card.cause == "starttls-not-offered"
    assert "nother port" not in card.why


class _OneNameFails(Names):
    """The name server of one host is in trouble."""

    async def ipv4(self, host: str) -> tuple[IPAddress, ...]:
        if host == "smtp.example.org":
            raise DnsUnavailable(host)
        return await super().ipv4(host)

    ipv6 = ipv4


async def test_one_name_that_cannot_be_looked_up_is_not_the_networks_fault(authority: Authority) -> None:
    good = authority.issue("imap.example.org")
    async with tls_server(Mail(Protocol.IMAP), good, Security.TLS) as receiving:
        session = new_session(authority, options=ONCE, dialer=SystemDialer(_OneNameFails(), lab=True))
        reached = candidate(receiving, Protocol.IMAP, Security.TLS, host="imap.example.org")
        missed = replace(reached, protocol=Protocol.SMTP, host="smtp.example.org", port=465)
        card = (await session.check(draft(reached, missed))).diagnoses[0]
        await session.close()
    assert (card.cause, card.title) == (
        "dns-unavailable",
        "The name smtp.example.org cannot be looked up at the moment",
    )
    assert [remedy.id for remedy in card.remedies] == ["wait", "ask-administrator"]


@pytest.mark.usefixtures("short_limits")
async def test_silence_at_the_handshake_is_not_told_as_a_disagreement(authority: Authority) -> None:
    async def swallow(talk: Conversation) -> None:
        await talk.silence()

    async with ScriptedServer(swallow) as server:
        session = new_session(authority, options=ONCE)
        where = ServerCandidate(Protocol.SMTP, "127.0.0.1", server.port, Security.TLS, ADA, Source.GIVEN, trusted=True)
        card = (await session.check(draft(None, where))).diagnoses[0]
        await session.close()
    assert (card.cause, card.title) == ("tls-handshake-failed", "127.0.0.1 falls silent where encryption begins")
    assert card.remedies[0].id == "try-another-network"


async def test_a_server_of_our_own_list_that_is_gone_is_nobodys_typing_mistake(authority: Authority) -> None:
    gone = ServerCandidate(Protocol.SMTP, "smtp.example.org", 465, Security.TLS, ADA, Source.PRESET, trusted=True)
    session = new_session(authority, options=ONCE, dialer=SystemDialer(Names(default=None), lab=True))
    card = (await session.check(draft(None, gone))).diagnoses[0]
    await session.close()
    assert card.cause == "server-name-not-found"
    assert card.why.startswith("Mailwright's own list names this server")
    assert card.remedies[0].say == "Type the sending server, as your provider names it"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("CN=ESET SSL Filter CA,O=ESET\\, spol. s r. o.,C=SK", "ESET SSL Filter CA (ESET, spol. s r. o.)"),
        ("CN=Avast Web/Mail Shield Root,O=Avast Web/Mail Shield", "Avast Web/Mail Shield Root"),
        ("2.5.4.99=x", "2.5.4.99=x"),
        ("", ""),
    ],
)
def test_an_issuer_is_called_what_people_call_it(name: str, said: str) -> None:
    assert issuer_name(name) == said


async def test_the_port_between_servers_is_no_way_to_send() -> None:
    """Where the ports for people are out of order, that one still takes the domain's own mail from anybody."""
    between_servers = smtp("smtp.example.org", 25, auth=())
    async with stage(ADA, between_servers, IN, options=Options(accept_untrusted=True, deadline_s=30)) as on_stage:
        result = await on_stage.check()
    card = result.diagnoses[0]
    assert (card.cause, card.server) == ("connection-refused", "smtp.example.org:465")
    assert "send-without-sign-in" not in [remedy.id for remedy in card.remedies]


async def test_a_limit_below_a_megabyte_is_not_told_as_none(authority: Authority) -> None:
    hello = say(b"250-smtp.example.org\r\n250-AUTH PLAIN\r\n250 SIZE 200\r\n")
    small = Mail(Protocol.SMTP, at={"hello": hello, "mail": say(b"552 5.3.4 Message size exceeds fixed limit\r\n")})
    async with tls_server(small, authority.issue("127.0.0.1"), Security.TLS) as sending:
        session = new_session(authority, options=ONCE)
        card = (await session.check(draft(None, candidate(sending, Protocol.SMTP, Security.TLS)))).diagnoses[0]
        await session.close()
    assert (card.cause, card.title) == ("message-too-large", "The message is larger than the server takes")


@pytest.mark.parametrize(
    ("reply", "cause"),
    [
        ("535 5.7.139 Authentication unsuccessful, the user's password is expired.", "password-expired"),
        ("554 po.example.net example 192.0.2.4 Comcast block for spam. Please see http://example.net/#BL000000",
         "client-ip-blocked"),
    ],
)  # fmt: skip
def test_a_pasted_reply_gives_the_card_that_the_check_gives(reply: str, cause: str) -> None:
    assert wiring.diagnoser().of_text(reply).cause == cause
