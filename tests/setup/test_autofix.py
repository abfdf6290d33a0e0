"""Which other settings a failure leads to, and which ones it spares."""

from __future__ import annotations

from dataclasses import replace

from tests.handover.accounts import WHEN, imap, smtp
from wizard.model.diagnosis import Change
from wizard.model.evidence import CertificateFacts, CertificateProblem, ErrorKind, Evidence, Outcome, ProbeReport, Stage
from wizard.model.server import Security, ServerCandidate
from wizard.setup.autofix import alternatives

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
