from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from msgspec.structs import replace

from tests.handover.accounts import CANARY, certificate, diagnosis, diagnosis_document, evidence, failed, imap, smtp
from wizard import wiring
from wizard.handover.administrator_message import administrator_letter, mailto, with_letters
from wizard.handover.case import case_code
from wizard.handover.mail_link import MAX_MAILTO
from wizard.model.account import CheckResult
from wizard.model.diagnosis import AskAdministrator, Diagnosis, Remedy
from wizard.model.evidence import Detail, Evidence, Outcome, ProbeReport, Reply, Stage, Surroundings
from wizard.model.server import Endpoint, Protocol, Security

REQUEST = "Could you please switch on SMTP AUTH for this mailbox?"
ASK = Remedy("ask-administrator", "Copy a message", AskAdministrator(REQUEST))


def seen(told: Diagnosis, *stages: Evidence, **changes: object) -> tuple[Diagnosis, CheckResult]:
    """The diagnosis with its evidence, and the check whose report holds it, the failed stage last."""
    report = ProbeReport(smtp(), stages, sign_in_attempts=1)
    told = replace(told, evidence=stages[-1:])
    return told, replace(failed(), diagnoses=(told,), reports=(report,), **changes)


def connected() -> Evidence:
    """The stage at which the server's address answered."""
    return replace(
        evidence(),
        stage=Stage.CONNECT,
        outcome=Outcome.OK,
        error=None,
        reply=None,
        detail=Detail(address="192.0.2.25", local="10.0.0.7"),
    )


def test_a_refused_sign_in_is_told_with_every_fact() -> None:
    told, result = seen(diagnosis(remedies=(ASK,)), connected(), evidence())
    letter = administrator_letter(told, result)
    assert letter.subject == f"Mail for ada@example.org: The server refused this password (case {case_code(result)})"
    assert letter.text == (
        "Hello,\n"
        "\n"
        "I cannot send mail for ada@example.org with a mail program: The server refused this password.\n"
        "\n"
        "Could you please switch on SMTP AUTH for this mailbox?\n"
        "\n"
        "What was seen:\n"
        "  Account: ada@example.org\n"
        "  Server: smtp.example.org, SMTP, port 465, TLS from the start\n"
        "  IP address: 192.0.2.25\n"
        "  Sign-in: as ada@example.org (PLAIN), refused\n"
        "  Step: sign-in\n"
        "  It took: 0.01 seconds\n"
        "  Server's reply: 535 5.7.8 Authentication failed\n"
        "  Time: 2026-11-21 12:30:00 UTC\n"
        "  From: 203.0.113.7 (as a network 203.0.113.7/32, as a range 203.0.113.7-203.0.113.7)\n"
        "  Receiving: works, signed in at imap.example.org, IMAP port 993\n"
        f"  Program: {_program(letter.text)}\n"
        "  To see it: openssl s_client -connect smtp.example.org:465 -servername smtp.example.org\n"
        f"  Case: {case_code(result)}\n"
        "\n"
        f"I can send the whole report of this check (case {case_code(result)}); it holds no password.\n"
        "\n"
        "Thank you.\n"
    )


def test_signed_in_and_still_refused_is_said_so() -> None:
    signed_in = replace(evidence(), outcome=Outcome.OK, error=None, reply=None)
    refused = replace(
        evidence("5.7.1 Relay access denied", Stage.ENVELOPE),
        detail=Detail(command="rcpt", sender="ada@example.org", recipient="bob@example.net"),
    )
    told, result = seen(diagnosis(stage=Stage.ENVELOPE), connected(), signed_in, refused)
    text = administrator_letter(told, result).text
    assert "  Sign-in: Signed in as ada@example.org (PLAIN), still refused\n" in text
    assert "  Step: sender and recipient (command RCPT, sender ada@example.org, recipient bob@example.net)\n" in text


def test_what_no_address_answered_is_told_with_all_that_were_tried() -> None:
    silent = Evidence(
        Stage.CONNECT,
        Outcome.FAILED,
        Protocol.SMTP,
        Endpoint("smtp.example.org", 587, Security.STARTTLS),
        seconds=10.02,
        t_s=10.1,
        detail=Detail(addresses="192.0.2.25, 2001:db8::25"),
    )
    told, result = seen(diagnosis(stage=Stage.CONNECT, reply=None), silent, surroundings=Surroundings())
    text = administrator_letter(told, result).text
    assert "port 587, STARTTLS\n  IP address: 192.0.2.25, 2001:db8::25 (none answered)\n" in text
    assert " 10.02 seconds\n" in text
    assert "12:30:10 UTC" in text
    assert "nc -vz smtp.example.org 587" in text
    assert "Sign-in" not in text
    assert "From" not in text
    answered = ProbeReport(imap(), (connected(),))
    text = administrator_letter(told, replace(result, reports=(*result.reports, answered))).text
    assert "  From: 10.0.0.7 (this computer's own address; the public one was not told)\n" in text


def test_a_server_that_answers_elsewhere_is_told_by_its_address() -> None:
    endpoint = Endpoint("smtp.example.org", 587, Security.STARTTLS)
    silent = Evidence(Stage.CONNECT, Outcome.FAILED, Protocol.SMTP, endpoint)
    told, result = seen(diagnosis(stage=Stage.CONNECT, reply=None), silent)
    answered = ProbeReport(imap(host="smtp.example.org"), (connected(),))
    text = administrator_letter(told, replace(result, reports=(*result.reports, answered))).text
    assert "  IP address: 192.0.2.25 (which answers on another port)\n" in text


def test_an_ipv6_server_a_certificate_and_a_clock_are_told_whole() -> None:
    endpoint = Endpoint("2001:db8::7", 143, Security.STARTTLS)
    failure = replace(evidence(stage=Stage.TLS), protocol=Protocol.IMAP, endpoint=endpoint, reply=None)
    told, result = seen(
        diagnosis(stage=Stage.TLS, protocol=Protocol.IMAP, certificate=certificate(), reply=None),
        failure,
        surroundings=Surroundings(clock_off_s=-86400.0),
        incoming=None,
    )
    text = administrator_letter(told, result).text
    assert "Server: 2001:db8::7, IMAP, port 143, STARTTLS\n" in text
    assert "Certificate: for smtp.example.org, issued by Example CA\n" in text
    assert f"Fingerprint: SHA-256 {'ab' * 32}\n" in text
    assert "UTC by this computer's clock, which is 86400 seconds behind\n" in text
    assert "-starttls imap\n" in text
    assert "reply" not in text


def test_nothing_in_it_acts_and_nothing_is_secret() -> None:
    hostile = Reply(f"no\r\nBcc: eve@example.net\x1b[0m\u202e {CANARY}", code=535)
    told, result = seen(diagnosis(reply=hostile, title=f"It said {CANARY}"), evidence())
    text = str(administrator_letter(told, result))
    assert "\nBcc:" not in text
    assert CANARY not in text
    assert not set(text) & set("\x1b\u202e\r")


@pytest.mark.parametrize("stage", list(Stage))
def test_a_cause_without_a_request_still_asks_something_that_can_be_answered(stage: Stage) -> None:
    text = administrator_letter(diagnosis(stage=stage, remedies=())).text
    request = text.split("\n\n")[2]
    assert request.startswith("Could you please ")
    assert request.endswith("?")


def test_what_a_pasted_text_says_is_a_letter_too() -> None:
    text = "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox."
    told = wiring.diagnoser().of_text(text, protocol="smtp", server="smtp.office365.com")
    letter = administrator_letter(told)
    assert letter.subject == "Mail: Sending by mail programs is switched off for this mailbox"
    assert "Set-CASMailbox -Identity USER -SmtpClientAuthenticationDisabled $false" in letter.text
    assert "  Server: smtp.office365.com" in letter.text
    assert "535 5.7.139 Authentication unsuccessful" in letter.text


def test_scripts_get_the_whole_letter() -> None:
    told, result = seen(diagnosis(remedies=(*diagnosis().remedies, ASK)), evidence())
    document = with_letters(diagnosis_document(told), told, result)
    remedies = document["remedies"]
    assert isinstance(remedies, list)
    assert "text" not in remedies[0]
    assert remedies[1]["text"] == str(administrator_letter(told, result))


def test_every_cause_asks_politely() -> None:
    causes = wiring.catalogue().causes.values()
    asked = [
        wording
        for cause in causes
        for sentences in (cause.ask_administrator, *(case.ask_administrator for case in cause.cases))
        if sentences is not None
        for wording in sentences.wordings
    ]
    assert len(asked) >= 45
    assert [wording for wording in asked if "Could you please " not in wording or "?" not in wording] == []
    assert [wording for wording in asked if "llow relaying" in wording] == []


def test_a_mail_program_gets_the_letter_or_a_place_to_paste_it() -> None:
    told, result = seen(diagnosis(reply=Reply("né & then", code=535)), evidence())
    short = f"Subject: {told.title}\n\nHello & thank you,\nAda"
    query = parse_qs(urlsplit(mailto(short)).query)
    assert query == {"subject": [told.title], "body": ["Hello & thank you,\r\nAda"]}
    long = mailto(str(administrator_letter(told, result)) * 3)
    assert len(long) <= MAX_MAILTO
    assert parse_qs(urlsplit(long).query)["body"] == ["(The letter is copied: paste it here.)"]


def test_a_case_is_one_check_and_no_other() -> None:
    assert case_code(failed()) == case_code(failed())
    assert case_code(failed()) != case_code(replace(failed(), elapsed_s=1.2346))
    assert imap().host not in case_code(failed())


def _program(text: str) -> str:
    line = next(line for line in text.splitlines() if line.startswith("  Program:"))
    assert line.split(maxsplit=1)[1].startswith("Mailwright ")
    return line.split(maxsplit=1)[1]


@pytest.mark.parametrize(
    ("security", "words"),
    [(Security.TLS, "TLS from the start"), (Security.STARTTLS, "STARTTLS"), (Security.NONE, "no encryption")],
)
def test_the_line_is_named_as_an_administrator_calls_it(security: Security, words: str) -> None:
    told, result = seen(diagnosis(), connected(), evidence())
    endpoint = Endpoint("smtp.example.org", 2525, security)
    told = replace(told, evidence=(replace(told.evidence[0], endpoint=endpoint),))
    assert f"  Server: smtp.example.org, SMTP, port 2525, {words}\n" in administrator_letter(told, result).text


@pytest.mark.parametrize(
    ("server", "protocol", "line"),
    [
        ("smtp.example.org:587", "", "smtp.example.org, port 587"),
        ("smtp.example.org:587", "smtp", "smtp.example.org, SMTP, port 587"),
        ("[2001:db8::25]:587", "", "2001:db8::25, port 587"),
        ("smtp.example.org", "", "smtp.example.org"),
    ],
)
def test_a_server_that_a_text_came_from_is_named(server: str, protocol: str, line: str) -> None:
    told = replace(
        diagnosis(), evidence=(), server=server, protocol=Protocol(protocol) if protocol else None, remedies=()
    )
    assert f"  Server: {line}\n" in administrator_letter(told).text
