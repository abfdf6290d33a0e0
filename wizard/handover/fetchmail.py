"""fetchmail: an entry of ~/.fetchmailrc."""

from __future__ import annotations

from wizard.handover.inert import file_stem
from wizard.handover.sheet import HandoverFile, Sheet, Target, TargetKind
from wizard.handover.words import STANDS_IN_FILE, ascii_host, cannot_fetch, require_incoming, require_password
from wizard.language import tr
from wizard.model.account import VerifiedAccount
from wizard.model.secret import Secret
from wizard.model.server import Protocol, Security

TARGET = Target("fetchmail", "fetchmail", TargetKind.PROGRAM, ("fetchmail",), takes_password=True)


def sheet(account: VerifiedAccount, secret: Secret | None = None) -> Sheet:
    """The entry, with the password where one is given."""
    require_incoming(account, "fetchmail")
    require_password(account.incoming_auth, cannot_fetch("fetchmail 6"))
    asks = tr("fetchmail asks for the password, or takes it from ~/.netrc (mode 600).")
    return Sheet(
        TARGET,
        tr("Use it in {program}", program="fetchmail"),
        (
            tr(
                "Append the file to {place} and keep that at mode 600: {program} refuses any other.",
                place="~/.fetchmailrc",
                program="fetchmail",
            ),
            tr(STANDS_IN_FILE) if secret is not None else asks,
            tr(
                "Messages stay on the server (“keep”) and go to the mail system of this computer; name a program with "
                "“mda” to have them delivered by it."
            ),
            tr(
                "{program} refuses a certificate that names its server only in the newer field (no commonName).",
                program="fetchmail",
            ),
            tr("Try it: {command}", command="fetchmail --check"),
        ),
        (),
        files=(
            HandoverFile(
                f"{file_stem(account.address.wire)}.fetchmailrc",
                "text/plain",
                _entry(account, secret),
                tr("Goes to {place}.", place="~/.fetchmailrc"),
                holds_secret=secret is not None,
            ),
        ),
    )


def _entry(account: VerifiedAccount, secret: Secret | None) -> bytes:
    server = require_incoming(account, "fetchmail")
    protocol = "IMAP" if server.protocol is Protocol.IMAP else "POP3"
    lines = [
        f"poll {_quoted(ascii_host(server.host))} protocol {protocol} port {server.port}",
        f"  user {_quoted(server.username)}",
    ]
    if secret is not None:
        lines.append(f"  password {_quoted(secret.reveal())}")
    if server.security is Security.TLS:
        lines.append("  ssl")
    # With these two fetchmail insists on STARTTLS where “ssl” is not said; without, it would go on in clear.
    lines.append('  sslproto ""' if server.security is Security.NONE else '  sslproto "TLS1.2+" sslcertck')
    lines.append("  keep")
    return ("\n".join(lines) + "\n").encode()


def _quoted(value: str) -> str:
    """The value as its reader takes it: a quotation mark ends the string even behind a backslash, so it is a number."""
    return '"' + "".join(f"\\x{ord(sign):02x}" if sign in '"\\^' else sign for sign in value) + '"'
