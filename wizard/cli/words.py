"""The words for members of closed sets that the command line shows; in JSON they are always English."""

from __future__ import annotations

from wizard.language import tr_context
from wizard.model.account import RoundTripStatus, Status
from wizard.model.evidence import Outcome, Stage
from wizard.model.server import Security, Source, UsernameForm


def status(found: Status) -> str:
    """How far one side was proven."""
    return {
        Status.VERIFIED: tr_context("sending or receiving", "verified"),
        Status.REACHED: tr_context("sending or receiving", "reached"),
        Status.FAILED: tr_context("sending or receiving", "failed"),
        Status.SKIPPED: tr_context("sending or receiving", "skipped"),
    }[found]


def round_trip(found: RoundTripStatus) -> str:
    """What became of the test message."""
    return {
        RoundTripStatus.ARRIVED: tr_context("test message", "arrived"),
        RoundTripStatus.SENT: tr_context("test message", "sent"),
        RoundTripStatus.FAILED: tr_context("test message", "failed"),
        RoundTripStatus.SKIPPED: tr_context("test message", "skipped"),
    }[found]


def stage(found: Stage) -> str:
    """A stretch of the way to a server, in a line of progress."""
    return {
        Stage.INPUT: tr_context("stage", "input"),
        Stage.DNS: tr_context("stage", "dns"),
        Stage.CONNECT: tr_context("stage", "connect"),
        Stage.TLS: tr_context("stage", "tls"),
        Stage.GREETING: tr_context("stage", "greeting"),
        Stage.AUTH: tr_context("stage", "auth"),
        Stage.ENVELOPE: tr_context("stage", "envelope"),
        Stage.MESSAGE: tr_context("stage", "message"),
        Stage.ARRIVAL: tr_context("stage", "arrival"),
    }[found]


def outcome(found: Outcome) -> str:
    """How a stage ended, in a line of progress."""
    return {
        Outcome.STARTED: tr_context("stage", "started"),
        Outcome.OK: tr_context("stage", "ok"),
        Outcome.FAILED: tr_context("stage", "failed"),
        Outcome.CANCELLED: tr_context("stage", "cancelled"),
        Outcome.SKIPPED: tr_context("stage", "skipped"),
    }[found]


def source(found: Source) -> str:
    """Who named a server; the names of protocols and of records are the same in every language."""
    return {
        Source.PACK: tr_context("source of settings", "pack"),
        Source.PRESET: tr_context("source of settings", "preset"),
        Source.GUESS: tr_context("source of settings", "guess"),
        Source.GIVEN: tr_context("source of settings", "given"),
    }.get(found, found.value)


def security(found: Security) -> str:
    """How a line is encrypted; TLS and STARTTLS are called so in every language."""
    return tr_context("encryption", "none") if found is Security.NONE else found.value


def username_form(found: UsernameForm) -> str:
    """How the user name is made from the address."""
    return {
        UsernameForm.FULL_ADDRESS: tr_context("user name", "full-address"),
        UsernameForm.LOCAL_PART: tr_context("user name", "local-part"),
        UsernameForm.OTHER: tr_context("user name", "a user name you are told"),
    }[found]
