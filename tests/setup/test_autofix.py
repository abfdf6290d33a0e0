"""Which other settings a failure leads to, and which ones it spares."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.handover.accounts import WHEN, imap, smtp
from wizard.model.diagnosis import Change
from wizard.model.evidence import CertificateFacts, CertificateProblem, ErrorKind, Evidence, Outcome, ProbeReport, Stage
from wizard.model.server import Security, ServerCandidate
from wizard.setup.autofix import alternatives, words_of

OTHER = smtp(host="mail.example.org", port=465)


def report(
    candidate: ServerCandidate,
    error: ErrorKind,
    *,
    problem: CertificateProblem | None = None,
    names: tuple[str, ...] = (),
) -> ProbeReport:
    certificate = None
    if problem is not None:
        certificate = CertificateFacts("ab" * 32, names, "Example CA", "CN=x", WHEN, WHEN, False, problem)
    failed = Evidence(
        Stage.TLS, Outcome.FAILED, candidate.protocol, candidate.endpoint, error=error, certificate=certificate
    )
    return ProbeReport(candidate, (failed,))


def hosts(*reports: ProbeReport, others: tuple[ServerCandidate, ...] = (OTHER,)) -> list[tuple[str, int, Security]]:
    found = (each.candidate for each in alternatives(reports, others))
    return [(candidate.host, candidate.port, candidate.security) for candidate in found]


def test_after_a_bad_certificate_no_other_port_of_that_host_is_tried() -> None:
    expired = report(smtp(), ErrorKind.TLS_CERTIFICATE, problem=CertificateProblem.EXPIRED)
    assert hosts(expired) == [("mail.example.org", 465, Security.TLS)]
    assert hosts(expired, others=()) == []


def test_a_name_in_a_certificate_is_tried_only_where_a_source_names_it_too() -> None:
    def mismatch(*names: str) -> ProbeReport:
        problem = CertificateProblem.NAME_MISMATCH
        return report(smtp(host="ada.example"), ErrorKind.TLS_CERTIFICATE, problem=problem, names=names)

    assert hosts(mismatch("mail.example.org", "evil.example.net")) == [("mail.example.org", 465, Security.TLS)]
    assert hosts(mismatch("*.example.org")) == [("mail.example.org", 465, Security.TLS)]
    assert hosts(mismatch("evil.example.net")) == []
    receiving = imap(host="mail.example.org")  # a source names it for the other side: that counts as well
    assert hosts(mismatch("mail.example.org"), others=(receiving,)) == [("mail.example.org", 993, Security.TLS)]


def test_where_starttls_is_missing_the_encrypted_ports_and_hosts_are_tried_and_never_that_port_again() -> None:
    at_587 = smtp(port=587, security=Security.STARTTLS)
    found = hosts(report(at_587, ErrorKind.STARTTLS_MISSING))
    assert ("smtp.example.org", 465, Security.TLS) in found
    assert found[-1] == ("mail.example.org", 465, Security.TLS)
    assert not any(host == "smtp.example.org" and port == 587 for host, port, _ in found)


def test_where_starttls_is_missing_on_a_port_of_its_own_tls_is_not_tried_there() -> None:
    odd = smtp(port=2587, security=Security.STARTTLS)
    missing = hosts(report(odd, ErrorKind.STARTTLS_MISSING))
    assert ("smtp.example.org", 2587, Security.TLS) not in missing
    wrong_mode = hosts(report(odd, ErrorKind.PLAINTEXT_WHERE_TLS))
    assert wrong_mode[0] == ("smtp.example.org", 2587, Security.TLS)


def test_nothing_is_ever_tried_without_encryption() -> None:
    bare = replace(OTHER, security=Security.NONE)
    for error in (ErrorKind.CONNECTION_REFUSED, ErrorKind.STARTTLS_MISSING, ErrorKind.NAME_NOT_FOUND):
        assert all(security is not Security.NONE for _, _, security in hosts(report(smtp(), error), others=(bare,)))


def test_each_alternative_says_which_change_it_is() -> None:
    refused = report(smtp(), ErrorKind.CONNECTION_REFUSED)
    changes = {each.candidate.host: each.change for each in alternatives((refused,), (OTHER,))}
    assert changes == {"smtp.example.org": Change.OTHER_PORT, "mail.example.org": Change.OTHER_HOST}


AT_OUR_PROVIDER = "Example Mail"


@pytest.mark.parametrize(
    ("change", "server", "owner", "words"),
    [
        (Change.OTHER_PORT, smtp(port=465), None, "Use port 465"),
        (Change.OTHER_PORT, smtp(port=465), AT_OUR_PROVIDER, "Use port 465 of Example Mail"),
        (Change.OTHER_SECURITY, smtp(security=Security.TLS), None, "Use SSL/TLS"),
        (Change.OTHER_SECURITY, smtp(security=Security.STARTTLS), AT_OUR_PROVIDER, "Use STARTTLS of Example Mail"),
        (Change.ENCRYPT, smtp(security=Security.STARTTLS), None, "Use STARTTLS"),
        (Change.OTHER_SECURITY, smtp(security=Security.NONE), None, "Use no encryption"),
        (Change.OTHER_HOST, smtp(host="mail.example.org"), None, "Use “mail.example.org”"),
        (Change.OUTGOING_SERVER, smtp(host="mail.example.org"), None, "Use “mail.example.org”"),
        (Change.ISP_RELAY, smtp(host="relay.example.net"), AT_OUR_PROVIDER, "Use “relay.example.net” of Example Mail"),
        (Change.OTHER_USERNAME_FORM, smtp(username="ada"), None, "Use “ada”"),
        (Change.API_USERNAME, smtp(username="apikey"), None, "Use “apikey”"),
        (Change.NO_SIGN_IN, smtp(), None, "Send without signing in"),
        (Change.IN_CLEAR, smtp(), None, "Sign in without encryption: the line stays on this computer"),
        (Change.SENDER_IS_USERNAME, smtp(username="ada@example.org"), None, "Send as “ada@example.org”"),
        (Change.SMALLER_MESSAGE, smtp(), None, "Use these settings"),
        (Change.SUGGESTED_ADDRESS, smtp(), None, "Use these settings"),
        (Change.ADDRESS_IS_RIGHT, smtp(), None, "Use these settings"),
        (Change.PASSWORD_WITHOUT_BLANK, smtp(), None, "Use these settings"),
        (Change.AGREE_TO_SERVER, smtp(host="mx.example.net"), None, "Yes, mx.example.net may have the password"),
        (Change.OWN_NETWORK, smtp(host="nas.example.org"), None, "It is ours: connect to nas.example.org"),
    ],
)
def test_a_button_says_what_its_press_changes(
    change: Change, server: ServerCandidate, owner: str | None, words: str
) -> None:
    assert words_of(change, server, owner) == words


def test_every_change_has_its_words() -> None:
    assert [change for change in Change if not words_of(change, smtp())] == []
