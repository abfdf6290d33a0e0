"""Whatever a library raises has a kind of its own (errors.py's promise)."""

from __future__ import annotations

import asyncio
import errno
import inspect
import ssl

import aiosmtplib.errors
import pytest

from wizard.model.evidence import CertificateProblem, ErrorKind, Stage
from wizard.net.dial import DialFailed, error_kind_of
from wizard.probe.error_kinds import (
    InjectedBeforeTls,
    Oversized,
    StageFailed,
    Unparsable,
    certificate_problem,
    failure_from,
    kind_of,
    what_speaks,
)

STAGES = (Stage.DNS, Stage.CONNECT, Stage.TLS, Stage.GREETING, Stage.AUTH, Stage.ENVELOPE, Stage.MESSAGE, Stage.ARRIVAL)


def _made(kind: type[BaseException]) -> BaseException:
    error = kind.__new__(kind)
    tries: list[tuple[object, ...]] = [(), ("text",), (1, "text"), (1, "text", "sender"), ([],)]
    for arguments in tries:
        try:
            return kind(*arguments)
        except TypeError:
            continue
    return error


SMTP_ERRORS = [
    kind
    for _, kind in inspect.getmembers(aiosmtplib.errors, inspect.isclass)
    if issubclass(kind, aiosmtplib.errors.SMTPException)
]
SSL_ERRORS = [kind for _, kind in inspect.getmembers(ssl, inspect.isclass) if issubclass(kind, ssl.SSLError)]
OUR_OWN = [InjectedBeforeTls(), Oversized(), Unparsable(), DialFailed(ErrorKind.CONNECTION_REFUSED)]
OTHERS = [
    TimeoutError(), asyncio.IncompleteReadError(b"", 1), EOFError(), ConnectionResetError(), BrokenPipeError(),
    UnicodeDecodeError("utf-8", b"\xff", 0, 1, "x"), ValueError("x"),
]  # fmt: skip


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("error", [*map(_made, [*SMTP_ERRORS, *SSL_ERRORS]), *OUR_OWN, *OTHERS], ids=repr)
def test_every_exception_has_a_kind(error: BaseException, stage: Stage) -> None:
    assert kind_of(error, stage) is not ErrorKind.INTERNAL


@pytest.mark.parametrize("number", sorted(errno.errorcode))
@pytest.mark.parametrize("stage", STAGES)
def test_every_errno_has_a_kind(number: int, stage: Stage) -> None:
    error = OSError(number, "text")
    assert kind_of(error, stage) is not ErrorKind.INTERNAL
    assert error_kind_of(error) is not ErrorKind.INTERNAL


def test_what_is_ours_keeps_its_name() -> None:
    failure = failure_from(KeyError("x"), Stage.AUTH)
    assert failure.kind is ErrorKind.INTERNAL
    assert failure.detail["exception"] == "KeyError"
    assert failure_from(StageFailed(Stage.AUTH, ErrorKind.REPLY), Stage.AUTH).kind is ErrorKind.REPLY


@pytest.mark.parametrize(
    ("number", "problem"),
    [
        (9, CertificateProblem.NOT_YET_VALID),
        (10, CertificateProblem.EXPIRED),
        (18, CertificateProblem.SELF_SIGNED),
        (19, CertificateProblem.UNTRUSTED),
        (20, CertificateProblem.UNTRUSTED),
        (21, CertificateProblem.UNTRUSTED),
        (23, CertificateProblem.REVOKED),
        (62, CertificateProblem.NAME_MISMATCH),
        (64, CertificateProblem.NAME_MISMATCH),
        (66, CertificateProblem.OTHER),
    ],
)
def test_openssls_numbers_mean_problems(number: int, problem: CertificateProblem) -> None:
    error = ssl.SSLCertVerificationError()
    error.verify_code = number
    assert certificate_problem(error) is problem


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ("The certificate has expired", CertificateProblem.EXPIRED),
        ("the certificate is not yet valid", CertificateProblem.NOT_YET_VALID),
        ("The certificate was revoked", CertificateProblem.REVOKED),
        ("Hostname mismatch", CertificateProblem.NAME_MISMATCH),
        ("self-signed certificate", CertificateProblem.SELF_SIGNED),
        ("a root that is not trusted", CertificateProblem.UNTRUSTED),
        ("who knows", CertificateProblem.OTHER),
    ],
)
def test_a_systems_own_words_mean_problems(words: str, problem: CertificateProblem) -> None:
    assert certificate_problem(ssl.SSLCertVerificationError(words)) is problem


def test_first_bytes_that_say_nothing() -> None:
    assert what_speaks(b"") == "unknown"
