"""The words the Test page says about the way of a message; no Qt here."""

from __future__ import annotations

from wizard.gui.words import count
from wizard.model.account import RoundTrip, RoundTripStatus


def trip_title(trip: RoundTrip) -> str:
    """The Test page's title once the verdict is in."""
    match trip.status:
        case RoundTripStatus.ARRIVED if trip.is_junk:
            return "The test message went to Junk"
        case RoundTripStatus.ARRIVED:
            return "The test message arrived"
        case RoundTripStatus.SENT:
            return "The test message was sent"
        case RoundTripStatus.FAILED:
            return "The test message was not sent"
        case RoundTripStatus.SKIPPED:
            return "Send yourself a test message"


def trip_subtitle(trip: RoundTrip, to_self: bool) -> str:
    """The sentence below the Test page's title once the verdict is in."""
    match trip.status:
        case RoundTripStatus.ARRIVED if trip.is_junk:
            return "It came back, but your provider took it for unwanted mail."
        case RoundTripStatus.ARRIVED:
            return "A real message went out through your account and came back."
        case RoundTripStatus.SENT if to_self:
            return "It has not arrived yet. Some providers take a few minutes."
        case RoundTripStatus.SENT:
            return "The server took it. Whether it arrived can be seen in that mailbox only."
        case _:
            return "Signing in works. The server did not take the message."


def trip_note(trip: RoundTrip) -> str:
    """What the step list says about the test."""
    match trip.status:
        case RoundTripStatus.ARRIVED if trip.is_junk:
            return "Went to Junk"
        case RoundTripStatus.ARRIVED if trip.seconds is not None:
            return f"Arrived after {max(1, round(trip.seconds))} s"
        case RoundTripStatus.ARRIVED:
            return "Arrived"
        case RoundTripStatus.SENT:
            return "Sent"
        case _:
            return "Not sent"


def trip_subject(token: str | None) -> str:
    """The message by its subject."""
    if not token:
        return "“Mailwright test”"
    return f"“Mailwright test {token}”"


def after_arrival(trip: RoundTrip) -> str:
    """What to do with the message now."""
    if trip.is_junk:
        return "Mark it as “not junk” there: your provider learns from that."
    return f"You can delete the test message. We leave it in your {folder_name(trip)}."


def after_sending(trip: RoundTrip, to_self: bool) -> str:
    """Where the message was looked for, and what to do while it has not been seen."""
    if trip.looked_in and trip.seconds is not None:
        names = ["Inbox" if name.upper() == "INBOX" else name for name in trip.looked_in]
        more = f" and {count(len(names) - 3, 'more folder')}" if len(names) > 3 else ""
        seconds = count(max(1, round(trip.seconds)), "second")
        return f"Not seen within {seconds} in {', '.join(names[:3])}{more}. Look again in a few minutes."
    if to_self:
        return "Look into your mailbox in a few minutes, into Junk as well."
    return "Ask the person you wrote to whether it arrived."


def arrived(trip: RoundTrip) -> str:
    """The verdict in one line: "Arrived in Inbox after 3 seconds"."""
    after = f" after {count(max(1, round(trip.seconds)), 'second')}" if trip.seconds is not None else ""
    return f"{'It went to' if trip.is_junk else 'Arrived in'} {folder_name(trip)}{after}"


def folder_name(trip: RoundTrip) -> str:
    """The folder as people know it; servers write INBOX."""
    if trip.folder is None:
        return "Junk" if trip.is_junk else "Inbox"
    return "Inbox" if trip.folder.upper() == "INBOX" else trip.folder


def verdict_word(verdict: str | None) -> str:
    """What the receiving server wrote about one check, in one word or two."""
    match verdict:
        case None | "none" | "":
            return "Not stated"
        case "pass":
            return "Passed"
        case "fail" | "softfail" | "policy" | "permerror":
            return "Failed"
        case _:
            return "No verdict"


def spf_line(verdict: str | None, domain: str) -> str:
    """SPF in plain words."""
    match verdict_word(verdict):
        case "Passed":
            return f"The server may send for {domain}"
        case "Failed":
            return f"The server is not listed as a sender for {domain}"
        case _:
            return f"Nothing is said about who may send for {domain}"


def dkim_line(verdict: str | None) -> str:
    """DKIM in plain words."""
    match verdict_word(verdict):
        case "Passed":
            return "The message was signed and not changed on the way"
        case "Failed":
            return "The signature of the message does not fit"
        case _:
            return "Nothing is said about a signature"


def dmarc_line(verdict: str | None) -> str:
    """DMARC in plain words."""
    match verdict_word(verdict):
        case "Passed":
            return "Sender and signature belong together"
        case "Failed":
            return "Sender and signature do not belong together"
        case _:
            return "Nothing is said about sender and signature"


def wants_administrator(trip: RoundTrip) -> bool:
    """Whether whoever keeps the domain's records can do something: it went to Junk, or a check of the sender failed."""
    verdicts = (trip.spf, trip.dkim, trip.dmarc)
    return trip.status is RoundTripStatus.ARRIVED and (
        trip.is_junk or any(verdict_word(verdict) == "Failed" for verdict in verdicts)
    )


def administrator_text(trip: RoundTrip, domain: str, server: str) -> str:
    """What is asked of whoever keeps the domain's records: what the receiver wrote, the record each check wants."""
    wanted = (
        ("SPF", trip.spf, f"a TXT record at {domain} that begins with v=spf1 and names the servers behind {server}"),
        ("DKIM", trip.dkim, f"a signature by {server}, its key as a TXT record below _domainkey.{domain}"),
        (
            "DMARC",
            trip.dmarc,
            f"a TXT record at _dmarc.{domain} that begins with v=DMARC1; SPF or DKIM must pass too",
        ),
    )
    where = " went to Junk" if trip.is_junk else " arrived, but not every check of its sender passed"
    lines = [f"A message that {server} sent for {domain}{where}.", "", "What the receiving server wrote:"]
    lines += [f"- {name}: {verdict_word(verdict)}" for name, verdict, _ in wanted]
    missing = [(name, record) for name, verdict, record in wanted if verdict_word(verdict) != "Passed"]
    if missing:
        lines += ["", "What is missing:", *(f"- {name}: {record}" for name, record in missing)]
    return "\n".join(lines)
