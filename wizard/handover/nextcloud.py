"""Nextcloud: the fields of its mail server settings, and the same as lines of config.php."""

from __future__ import annotations

from typing import Final

from wizard.handover.inert import file_stem
from wizard.handover.php import php
from wizard.handover.sheet import HandoverFile, Row, Sheet, Target, TargetKind
from wizard.handover.words import (
    STANDS_IN_FILE,
    ascii_host,
    require_outgoing,
    require_password,
    sending_step,
    sends_without_sign_in,
)
from wizard.model.account import VerifiedAccount
from wizard.model.secret import Secret
from wizard.model.server import Security

TARGET = Target("nextcloud", "Nextcloud", TargetKind.PERSON, takes_password=True)

_ENCRYPTION: Final = {
    Security.TLS: "SSL",
    Security.STARTTLS: "None/STARTTLS (older versions: STARTTLS)",
    Security.NONE: "None/STARTTLS",
}


def sheet(account: VerifiedAccount, secret: Secret | None = None) -> Sheet:
    """The sheet for Nextcloud 25 and later; the file has the password where one is given."""
    server = require_outgoing(account, "Nextcloud")
    require_password(account, account.outgoing_auth, "Nextcloud's own mail settings")
    group = "Email server"
    rows = [
        Row("outgoing-mode", "Send mode", "SMTP", group),
        Row("outgoing-security", "Encryption", _ENCRYPTION[server.security], group),
        Row("from", "From address", f"{account.address.local} @ {account.address.domain}", group),
        Row("outgoing-server", "Server address", ascii_host(server.host), group),
        Row("outgoing-port", "Port", str(server.port), group),
    ]
    if sends_without_sign_in(account):
        rows.append(Row("outgoing-auth", "Authentication required", "Off", group))
    else:
        rows += [
            Row("outgoing-auth", "Authentication required", "On", group),
            Row("outgoing-username", "Credentials: SMTP Login", server.username, group),
        ]
    asks = "Type the password that worked here beside the login: an app password, if you used one."
    steps = (
        "In Nextcloud choose Administration settings, Basic settings, and copy the fields below under Email server.",
        sending_step(account, typed=STANDS_IN_FILE if secret is not None else asks, fetched=""),
        "Where the server switches to encryption (STARTTLS), Nextcloud uses that by itself and cannot insist on it.",
        "Choose “Send email” there to try it; your own Nextcloud account needs an email address for that.",
    )
    file = HandoverFile(
        f"{file_stem(account.address.wire)}-nextcloud.txt",
        "text/plain",
        _config(account, secret),
        "Or put its lines into config/config.php, before the bracket at its end.",
        holds_secret=secret is not None,
    )
    return Sheet(TARGET, "Use it in Nextcloud", steps, tuple(rows), files=(file,))


def _config(account: VerifiedAccount, secret: Secret | None) -> bytes:
    server = require_outgoing(account, "Nextcloud")
    pairs: list[tuple[str, str | int | bool]] = [
        ("mail_smtpmode", "smtp"),
        ("mail_smtphost", ascii_host(server.host)),
        ("mail_smtpport", server.port),
        ("mail_smtpsecure", "ssl" if server.security is Security.TLS else ""),
        ("mail_smtpauth", not sends_without_sign_in(account)),
    ]
    if not sends_without_sign_in(account):
        pairs += [
            ("mail_smtpname", server.username),
            ("mail_smtppassword", secret.reveal() if secret is not None else ""),
        ]
    pairs += [("mail_from_address", account.address.local), ("mail_domain", account.address.domain)]
    return "".join(f"  {php(name)} => {php(value)},\n" for name, value in pairs).encode()
