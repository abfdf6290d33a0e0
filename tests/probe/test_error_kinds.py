"""Whatever a library raises has a kind of its own (errors.py's promise)."""

from __future__ import annotations

import asyncio
import errno
import inspect
import ssl
import sys
from datetime import UTC, datetime, timedelta

import aiosmtplib.errors
import pytest

from wizard.model.evidence import CertificateFacts, CertificateProblem, ErrorKind, Stage
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


@pytest.mark.slow
@pytest.mark.parametrize("number", sorted(errno.errorcode))
@pytest.mark.parametrize("stage", STAGES)
def test_every_errno_has_a_kind(number: int, stage: Stage) -> None:
    error = OSError(number, "text")
    assert kind_of(error, stage) is not ErrorKind.INTERNAL
    assert error_kind_of(error) is not ErrorKind.INTERNAL


def _windows_error(number: int, kind: type[OSError] = OSError) -> OSError:
    """As Windows' Python raises it: with the system's number, and EINVAL where it knows no errno for that."""
    if sys.platform == "win32" and kind is OSError:
        return OSError(0, "text", None, number)
    error = kind(number if number >= 10000 else errno.EINVAL, "text")
    setattr(error, "winerror", number)  # noqa: B010 - an attribute that only Windows' OSError is known to have
    return error


WINDOWS: list[tuple[OSError, ErrorKind]] = [
    (_windows_error(1225, ConnectionRefusedError), ErrorKind.CONNECTION_REFUSED),  # as asyncio's loop raises it there
    (_windows_error(1236, ConnectionAbortedError), ErrorKind.CONNECTION_DROPPED),
    *(
        (_windows_error(number), kind)
        for numbers, kind in (
            ((1225, 1234, 10061), ErrorKind.CONNECTION_REFUSED),
            ((121, 1460, 10060), ErrorKind.CONNECTION_TIMED_OUT),
            ((64, 1235, 1236, 10052, 10053, 10054, 10057, 10058), ErrorKind.CONNECTION_DROPPED),
            ((1231, 1232, 1233, 10049, 10050, 10051, 10064, 10065, 4711), ErrorKind.NETWORK_UNREACHABLE),
            ((5, 1260, 10013), ErrorKind.PERMISSION_DENIED),
        )
        for number in numbers
    ),
]


@pytest.mark.parametrize(("error", "kind"), WINDOWS, ids=repr)
def test_windows_numbers_name_the_kind(error: OSError, kind: ErrorKind) -> None:
    assert error_kind_of(error) is kind
    assert kind_of(error, Stage.CONNECT) is kind


@pytest.mark.parametrize(
    ("number", "in_tls", "later"),
    [
        (64, ErrorKind.TLS_HANDSHAKE, ErrorKind.CONNECTION_DROPPED),
        (1236, ErrorKind.TLS_HANDSHAKE, ErrorKind.CONNECTION_DROPPED),
        (10057, ErrorKind.TLS_HANDSHAKE, ErrorKind.CONNECTION_DROPPED),
        (121, ErrorKind.SILENCE, ErrorKind.SILENCE),
    ],
)
def test_windows_numbers_mean_what_the_exceptions_do(number: int, in_tls: ErrorKind, later: ErrorKind) -> None:
    assert kind_of(_windows_error(number), Stage.TLS) is in_tls
    assert kind_of(_windows_error(number), Stage.AUTH) is later


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (ConnectionRefusedError(), ErrorKind.CONNECTION_REFUSED),
        (ConnectionResetError(), ErrorKind.CONNECTION_DROPPED),
        (BrokenPipeError(), ErrorKind.CONNECTION_DROPPED),
        (PermissionError(), ErrorKind.PERMISSION_DENIED),
        (TimeoutError(), ErrorKind.CONNECTION_TIMED_OUT),
        (OSError(), ErrorKind.NETWORK_UNREACHABLE),
    ],
)
def test_without_a_number_the_class_names_the_kind(error: OSError, kind: ErrorKind) -> None:
    assert error_kind_of(error) is kind


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


def _certificate(*, begins_in_days: int = -9, self_signed: bool = False) -> CertificateFacts:
    begins = datetime.now(UTC) + timedelta(days=begins_in_days)
    return CertificateFacts("00" * 32, (), "CN=x", "CN=y", begins, begins + timedelta(days=1), self_signed)


@pytest.mark.parametrize(
    ("number", "certificate", "problem"),
    [
        (0x800B0101, _certificate(), CertificateProblem.EXPIRED),
        (0x800B0101, _certificate(begins_in_days=2), CertificateProblem.NOT_YET_VALID),
        (0x800B0101, None, CertificateProblem.EXPIRED),
        (0x800B0109, _certificate(), CertificateProblem.UNTRUSTED),
        (0x800B0109, _certificate(self_signed=True), CertificateProblem.SELF_SIGNED),
        (0x800B010A, _certificate(), CertificateProblem.UNTRUSTED),
        (0x800B010F, _certificate(self_signed=True), CertificateProblem.NAME_MISMATCH),
        (0x80092010, _certificate(), CertificateProblem.REVOKED),
        (0x800B0110, _certificate(), CertificateProblem.OTHER),
        (-67818, _certificate(), CertificateProblem.EXPIRED),
        (-67819, _certificate(begins_in_days=2), CertificateProblem.NOT_YET_VALID),
        (-67843, _certificate(self_signed=True), CertificateProblem.SELF_SIGNED),
        (-67602, _certificate(), CertificateProblem.NAME_MISMATCH),
        (-67820, _certificate(), CertificateProblem.REVOKED),
    ],
)
def test_a_systems_own_numbers_mean_problems_in_any_language(
    number: int, certificate: CertificateFacts | None, problem: CertificateProblem
) -> None:
    error = ssl.SSLCertVerificationError("Unverständliche Worte")
    error.verify_code = number
    assert certificate_problem(error, certificate) is problem


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
