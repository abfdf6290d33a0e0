"""The words the Test page says about the way of a message; no Qt here."""

from __future__ import annotations

from enum import Enum

from wizard.language import tr, tr_context, tr_plural, without_isolates
from wizard.language.formats import comma_list
from wizard.model.account import RoundTrip, RoundTripStatus


def trip_title(trip: RoundTrip) -> str:
    """The Test page's title once the verdict is in."""
    match trip.status:
        case RoundTripStatus.ARRIVED if trip.is_junk:
            return tr("The test message went to Junk")
        case RoundTripStatus.ARRIVED:
            return tr("The test message arrived")
        case RoundTripStatus.SENT:
            return tr("The test message was sent")
        case RoundTripStatus.FAILED:
            return tr("The test message was not sent")
        case RoundTripStatus.SKIPPED:
            return tr("Send yourself a test message")


def trip_subtitle(trip: RoundTrip, to_self: bool) -> str:
    """The sentence below the Test page's title once the verdict is in."""
    match trip.status:
        case RoundTripStatus.ARRIVED if trip.is_junk:
            return tr("It came back, but your provider took it for unwanted mail.")
        case RoundTripStatus.ARRIVED:
            return tr("A real message went out through your account and came back.")
        case RoundTripStatus.SENT if to_self:
            return tr("It has not arrived yet. Some providers take a few minutes.")
        case RoundTripStatus.SENT:
            return tr("The server took it. Whether it arrived can be seen in that mailbox only.")
        case _:
            return tr("Signing in works. The server did not take the message.")


def trip_note(trip: RoundTrip) -> str:
    """What the step list says about the test."""
    match trip.status:
        case RoundTripStatus.ARRIVED if trip.is_junk:
            return tr("Went to Junk")
        case RoundTripStatus.ARRIVED if trip.seconds is not None:
            return tr("Arrived after {seconds} s", seconds=max(1, round(trip.seconds)))
        case RoundTripStatus.ARRIVED:
            return tr("Arrived")
        case RoundTripStatus.SENT:
            return tr("Sent")
        case _:
            return tr("Not sent")


def trip_subject(token: str | None) -> str:
    """The message by its subject."""
    subject = f"Mailwright test {token}" if token else "Mailwright test"
    return tr("“{subject}”", subject=subject)


def after_arrival(trip: RoundTrip) -> str:
    """What to do with the message now; "" where nothing has to be done."""
    return tr("Mark it as “not junk” there: your provider learns from that.") if trip.is_junk else ""


def after_sending(trip: RoundTrip, to_self: bool) -> str:
    """Where the message was looked for, and what to do while it has not been seen."""
    if trip.looked_in and trip.seconds is not None:
        names = [_shown_folder(name) for name in trip.looked_in]
        folders, left = comma_list(names[:3]), len(names) - 3
        if left > 0:
            more = tr_plural("{n} more folder", "{n} more folders", left)
            folders = tr_context("folders looked into", "{names} and {more}", names=folders, more=more)
        return tr_plural(
            "Not seen within {n} second in {folders}. Look again in a few minutes.",
            "Not seen within {n} seconds in {folders}. Look again in a few minutes.",
            max(1, round(trip.seconds)),
            folders=folders,
        )
    if to_self:
        return tr("Look into your mailbox in a few minutes, into Junk as well.")
    return tr("Ask the person you wrote to whether it arrived.")


def arrived(trip: RoundTrip) -> str:
    """The verdict in one line: "Arrived in Inbox after 3 seconds"."""
    folder = folder_name(trip)
    if trip.seconds is None:
        return tr("It went to {folder}", folder=folder) if trip.is_junk else tr("Arrived in {folder}", folder=folder)
    seconds = max(1, round(trip.seconds))
    if trip.is_junk:
        return tr_plural(
            "It went to {folder} after {n} second", "It went to {folder} after {n} seconds", seconds, folder=folder
        )
    return tr_plural(
        "Arrived in {folder} after {n} second", "Arrived in {folder} after {n} seconds", seconds, folder=folder
    )


def folder_name(trip: RoundTrip) -> str:
    """The folder as people know it; servers write INBOX."""
    if trip.folder is None:
        return tr_context("folder", "Junk") if trip.is_junk else tr_context("folder", "Inbox")
    return _shown_folder(trip.folder)


def _shown_folder(name: str) -> str:
    return tr_context("folder", "Inbox") if name.upper() == "INBOX" else name


class Verdict(Enum):
    """What the receiving server wrote about one check."""

    PASSED = "passed"
    FAILED = "failed"
    NONE = "none"
    NOT_STATED = "not stated"


def verdict_of(written: str | None) -> Verdict:
    """What a word of an Authentication-Results header (RFC 8601, section 2.7) comes to."""
    match written:
        case None | "none" | "":
            return Verdict.NOT_STATED
        case "pass":
            return Verdict.PASSED
        case "fail" | "softfail" | "policy" | "permerror":
            return Verdict.FAILED
        case _:
            return Verdict.NONE


def verdict_word(verdict: Verdict) -> str:
    """The verdict about one check in one word or two."""
    match verdict:
        case Verdict.PASSED:
            return tr_context("verdict", "Passed")
        case Verdict.FAILED:
            return tr_context("verdict", "Failed")
        case Verdict.NONE:
            return tr_context("verdict", "No verdict")
        case Verdict.NOT_STATED:
            return tr_context("verdict", "Not stated")


def spf_line(verdict: str | None, domain: str) -> str:
    """SPF in plain words."""
    match verdict_of(verdict):
        case Verdict.PASSED:
            return tr("The server may send for {domain}", domain=domain)
        case Verdict.FAILED:
            return tr("The server is not listed as a sender for {domain}", domain=domain)
        case _:
            return tr("Nothing is said about who may send for {domain}", domain=domain)


def dkim_line(verdict: str | None) -> str:
    """DKIM in plain words."""
    match verdict_of(verdict):
        case Verdict.PASSED:
            return tr("The message was signed and not changed on the way")
        case Verdict.FAILED:
            return tr("The signature of the message does not fit")
        case _:
            return tr("Nothing is said about a signature")


def dmarc_line(verdict: str | None) -> str:
    """DMARC in plain words."""
    match verdict_of(verdict):
        case Verdict.PASSED:
            return tr("Sender and signature belong together")
        case Verdict.FAILED:
            return tr("Sender and signature do not belong together")
        case _:
            return tr("Nothing is said about sender and signature")


def wants_administrator(trip: RoundTrip) -> bool:
    """Whether whoever keeps the domain's records can do something: it went to Junk, or a check of the sender failed."""
    verdicts = (trip.spf, trip.dkim, trip.dmarc)
    return trip.status is RoundTripStatus.ARRIVED and (
        trip.is_junk or any(verdict_of(verdict) is Verdict.FAILED for verdict in verdicts)
    )


def administrator_text(trip: RoundTrip, domain: str, server: str) -> str:
    """The letter to whoever keeps the domain's records: what the receiver wrote, the record each check wants."""
    from wizard.handover.administrator_message import Letter

    wanted = (
        (
            "SPF",
            trip.spf,
            tr(
                "a TXT record at {domain} that begins with v=spf1 and names the servers behind {server}",
                domain=domain,
                server=server,
            ),
        ),
        (
            "DKIM",
            trip.dkim,
            tr(
                "a signature by {server}, its key as a TXT record below {place}",
                server=server,
                place=f"_domainkey.{domain}",
            ),
        ),
        (
            "DMARC",
            trip.dmarc,
            tr(
                "a TXT record at {place} that begins with v=DMARC1; SPF or DKIM must pass too",
                place=f"_dmarc.{domain}",
            ),
        ),
    )
    if trip.is_junk:
        said = tr("A message that {server} sent for {domain} went to Junk.", server=server, domain=domain)
    else:
        said = tr(
            "A message that {server} sent for {domain} arrived, but not every check of its sender passed.",
            server=server,
            domain=domain,
        )
    lines = [tr("Hello,"), "", said, "", tr("What the receiving server wrote:")]
    lines += [f"- {name}: {verdict_word(verdict_of(verdict))}" for name, verdict, _ in wanted]
    missing = [(name, record) for name, verdict, record in wanted if verdict_of(verdict) is not Verdict.PASSED]
    if missing:
        asks = tr("Could you please set up what is missing?")
        lines += ["", asks, *(f"- {name}: {record}" for name, record in missing)]
    lines += ["", tr("Thank you.")]
    return without_isolates(str(Letter(said.rstrip(".。"), "\n".join(lines) + "\n")))
