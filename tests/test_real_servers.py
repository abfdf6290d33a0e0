"""The main job on real servers: `mailwright check` as people run it, and what the servers' own logs say about it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from tests.lab.account import ADA, BOB, Account
from tests.lab.certificates import Authority
from tests.lab.mail_server import MailServer
from tests.lab.names import NameServer

pytestmark = pytest.mark.slow

Where = tuple[str, int]


@pytest.fixture(params=["mail_server", "exim_server"], ids=["postfix", "exim"])
def server(request: pytest.FixtureRequest) -> MailServer:
    found: MailServer = request.getfixturevalue(request.param)
    return found


def check(
    account: Account, authority: Authority, *options: str, password: str | None = None
) -> tuple[int, dict[str, Any]]:
    """Exit code and document of `mailwright check`; the password must occur in neither."""
    secret = account.password if password is None else password
    done = subprocess.run(
        [
            sys.executable, "-m", "wizard", "check", account.address, "--password-env", "THE_PASSWORD",
            "--ca-file", str(authority.ca_file), "--json", *options,
        ],
        env={**os.environ, "THE_PASSWORD": secret}, stdin=subprocess.DEVNULL, capture_output=True, text=True,
        timeout=90, check=False,
    )  # fmt: skip
    assert done.stdout, done.stderr
    assert secret not in done.stdout + done.stderr
    document: dict[str, Any] = json.loads(done.stdout)
    return done.returncode, document


def at(where: Where, security: str, protocol: str = "") -> str:
    """A server as the command line takes it."""
    return f"{protocol}{where[0]}:{where[1]}/{security}"


def attempts(server: MailServer) -> dict[str, int]:
    """Sign-ins by protocol, as the servers logged them."""
    return Counter(attempt.protocol for attempt in server.auth_log())


def assert_verified(document: dict[str, Any], server: MailServer) -> None:
    """Both sides work, and the program tells the truth about how often it signed in."""
    assert document["verdict"] == "works", json.dumps(document, indent=1) + server.logs()
    assert document["outgoing"]["status"] == document["incoming"]["status"] == "verified"
    assert document["sign_in_attempts"] == attempts(server)


@pytest.mark.parametrize("sending", ["starttls", "tls"])
@pytest.mark.parametrize("receiving", ["starttls", "tls"])
def test_a_round_trip_over_imap_takes_one_sign_in_at_each_server(
    server: MailServer, authority: Authority, sending: str, receiving: str
) -> None:
    outgoing = server.submission if sending == "starttls" else server.submissions
    incoming = server.imap if receiving == "starttls" else server.imaps
    code, document = check(
        ADA, authority, "--test-message", "--outgoing", at(outgoing, sending),
        "--incoming", at(incoming, receiving, "imap:"),
    )  # fmt: skip
    assert code == 0
    assert_verified(document, server)
    assert (document["round_trip"]["status"], document["round_trip"]["folder"]) == ("arrived", "INBOX")
    assert attempts(server) == {"smtp": 1, "imap": 1}


@pytest.mark.parametrize("receiving", ["starttls", "tls"])
def test_pop3_is_proven_with_one_sign_in_at_each_server(
    server: MailServer, authority: Authority, receiving: str
) -> None:
    incoming = server.pop3 if receiving == "starttls" else server.pop3s
    code, document = check(
        ADA, authority, "--outgoing", at(server.submissions, "tls"), "--incoming", at(incoming, receiving, "pop3:")
    )  # fmt: skip
    assert code == 0
    assert_verified(document, server)
    assert attempts(server) == {"smtp": 1, "pop3": 1}


def test_a_round_trip_over_pop3_arrives(server: MailServer, authority: Authority) -> None:
    code, document = check(
        ADA, authority, "--test-message", "--outgoing", at(server.submissions, "tls"),
        "--incoming", at(server.pop3s, "tls", "pop3:"),
    )  # fmt: skip
    assert code == 0
    assert_verified(document, server)
    assert document["round_trip"]["status"] == "arrived"
    assert attempts(server)["smtp"] == 1  # POP3 shows new mail only to a new sign-in (RFC 1939 §4)


def test_a_message_that_lands_in_junk_is_found_there(server: MailServer, authority: Authority) -> None:
    code, document = check(
        BOB, authority, "--test-message", "--outgoing", at(server.submissions, "tls"),
        "--incoming", at(server.imaps, "tls", "imap:"),
    )  # fmt: skip
    assert code == 0
    assert (document["round_trip"]["status"], document["round_trip"]["folder"]) == ("arrived", "Junk")


def test_what_the_receiving_side_found_is_read(
    new_mail_server: Callable[..., MailServer], authority: Authority
) -> None:
    server = new_mail_server(authentication_results="spf=pass smtp.mailfrom=example.org; dkim=fail; dmarc=pass")
    _, document = check(
        ADA, authority, "--test-message", "--outgoing", at(server.submissions, "tls"),
        "--incoming", at(server.imaps, "tls", "imap:"),
    )  # fmt: skip
    found = document["round_trip"]
    assert (found["spf"], found["dkim"], found["dmarc"]) == ("pass", "fail", "pass")


def test_an_address_alone_is_enough(new_mail_server: Callable[..., MailServer], authority: Authority) -> None:
    server = new_mail_server(standard_ports=True)
    zone = [
        f"mail A {server.address}",
        "@ MX 10 mail",
        "_submissions._tcp SRV 0 1 465 mail",
        "_imaps._tcp SRV 0 1 993 mail",
    ]
    with NameServer({"example.org": zone}) as names:
        code, document = check(ADA, authority, "--test-message", "--yes", "--nameserver", names.option)
    assert code == 0
    assert_verified(document, server)
    assert document["round_trip"]["status"] == "arrived"
    assert attempts(server) == {"smtp": 1, "imap": 1}
    assert document["outgoing"]["host"] == document["incoming"]["host"] == "mail.example.org"
    assert (document["outgoing"]["port"], document["incoming"]["port"]) == (465, 993)


@pytest.mark.parametrize(("options", "most"), [(["--no-autofix"], 1), ([], 2)], ids=["no-autofix", "autofix"])
def test_a_wrong_password_does_not_lock_anybody_out(
    server: MailServer, authority: Authority, options: list[str], most: int
) -> None:
    code, document = check(
        ADA, authority, "--outgoing", at(server.submissions, "tls"), "--incoming", at(server.imaps, "tls", "imap:"),
        *options, password="not-the-password",
    )  # fmt: skip
    assert code == 1
    assert document["verdict"] == "fails"
    assert document["diagnoses"][0]["cause"] == "bad-credentials"
    assert 1 <= max(attempts(server).values()) <= most  # the second: another form of the user name
    assert document["sign_in_attempts"] == attempts(server)


def test_where_only_the_local_part_signs_in_it_is_found(
    new_mail_server: Callable[..., MailServer], authority: Authority
) -> None:
    server = new_mail_server(accounts=[ADA.by_local_part()])
    code, document = check(
        ADA, authority, "--test-message", "--outgoing", at(server.submissions, "tls"),
        "--incoming", at(server.imaps, "tls", "imap:"),
    )  # fmt: skip
    assert code == 3, json.dumps(document, indent=1)
    assert document["verdict"] == "works-after-fix"
    assert document["outgoing"]["username"] == document["incoming"]["username"] == "ada"
    assert document["round_trip"]["status"] == "arrived"


@pytest.mark.parametrize(
    ("options", "cause"),
    [({"smtp_auth": False}, "auth-not-offered"), ({"relay_denied": True}, "relay-denied")],
    ids=["smtp-auth-off", "relay-denied"],
)
def test_a_sending_server_that_refuses_is_named_for_what_it_does(
    new_mail_server: Callable[..., MailServer], authority: Authority, options: dict[str, Any], cause: str
) -> None:
    server = new_mail_server(**options)
    code, document = check(
        ADA, authority, "--outgoing", at(server.submissions, "tls"), "--incoming", at(server.imaps, "tls", "imap:"),
        "--no-autofix",
    )  # fmt: skip
    assert code == 1
    assert document["incoming"]["status"] == "verified"
    assert document["diagnoses"][0]["cause"] == cause


def test_a_certificate_that_ended_is_named_and_gets_no_password(
    new_mail_server: Callable[..., MailServer], authority: Authority
) -> None:
    server = new_mail_server(certificate=authority.issue("mail.example.org", expired_days=3))
    code, document = check(
        ADA, authority, "--outgoing", at(server.submissions, "tls"), "--incoming", at(server.imaps, "tls", "imap:"),
        "--no-autofix",
    )  # fmt: skip
    assert code == 1
    assert document["diagnoses"][0]["stage"] == "tls"
    assert server.auth_log() == []
