"""The test message as it is written, and as its arrival is read."""

from __future__ import annotations

import re
import secrets
from datetime import UTC, datetime
from email.headerregistry import Address as Mailbox
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime

from msgspec import Struct

from wizard.language import tr
from wizard.model.account import RoundTrip, RoundTripStatus
from wizard.model.address import Address
from wizard.model.text import single_line

ALPHABET = "ACDEFGHJKLMNPQRTUVWXY3479"  # nothing that reads like something else
_VERDICT = re.compile(r"\b(spf|dkim|dmarc)\s*=\s*([a-z]{1,20})", re.IGNORECASE)


class TestMessage(Struct, frozen=True):
    """A message ready to be sent and the token that finds it again."""

    __test__ = False  # a name that starts with Test is not a test here

    token: str
    data: bytes


def compose(sender: Address, recipient: Address, display_name: str | None) -> TestMessage:
    """A proper message (RFC 5322): date, id, plain text and a small HTML part, and a token in its subject.

    An address with letters beyond ASCII makes it a message by RFC 6532, whose headers are UTF-8.
    """
    token = "".join(secrets.choice(ALPHABET) for _ in range(12))
    shown = f"{token[:4]}-{token[4:8]}-{token[8:]}"
    needs_utf8 = not (sender.is_ascii and recipient.is_ascii)
    message = EmailMessage(policy=SMTPUTF8 if needs_utf8 else SMTP)
    message["Subject"] = f"Mailwright test {shown}"  # never translated: not every server looks into encoded subjects
    message["From"] = _mailbox(sender, single_line(display_name or ""))
    message["To"] = _mailbox(recipient)
    message["Date"] = format_datetime(datetime.now(UTC))
    message["Message-ID"] = f"<mailwright.{token.lower()}@{sender.domain}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834 §5: no vacation notice answers it
    works = tr("This message shows that {address} can send and receive mail.", address=sender.wire)
    why = tr("Mailwright sent it while the account was set up – “{token}”. It can be deleted.", token=shown)
    message.set_content(f"{works}\n{why}\n", cte="quoted-printable")
    address = _escaped(sender.wire)
    message.add_alternative(
        f"<!doctype html><html><body><p>{_escaped(works).replace(address, f'<b>{address}</b>')}</p>"
        f"<p>{_escaped(why)}</p></body></html>\n",
        subtype="html",
        cte="quoted-printable",
    )
    return TestMessage(shown, message.as_bytes())


def _mailbox(address: Address, name: str = "") -> Mailbox:
    return Mailbox(name, address.local, address.domain)


def read_arrival(header: bytes, folder: str, *, is_junk: bool, sent: RoundTrip) -> RoundTrip:
    """The arrival as the header tells it; SPF, DKIM and DMARC from the topmost Authentication-Results (RFC 8601)."""
    arrived_at = datetime.now(UTC)
    parsed = BytesHeaderParser().parsebytes(header)
    results = [str(value) for value in parsed.get_all("Authentication-Results", [])][:1]
    verdicts: dict[str, str] = {}
    for name, verdict in _VERDICT.findall(results[0] if results else ""):
        verdicts.setdefault(name.lower(), verdict.lower())
    since = sent.accepted_at or sent.sent_at
    return RoundTrip(
        status=RoundTripStatus.ARRIVED,
        folder=folder,
        is_junk=is_junk,
        seconds=(arrived_at - since).total_seconds() if since is not None else None,
        spf=verdicts.get("spf"),
        dkim=verdicts.get("dkim"),
        dmarc=verdicts.get("dmarc"),
        token=sent.token,
        sent_at=sent.sent_at,
        accepted_at=sent.accepted_at,
        arrived_at=arrived_at,
    )


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
