"""Nextcloud: the fields of its mail server settings, and the same as lines of config.php."""

from __future__ import annotations

from wizard.handover.inert import file_stem
from wizard.handover.php import php
from wizard.handover.sheet import HandoverFile, Row, Sheet, Target, TargetKind, tr_field
from wizard.handover.words import (
    STANDS_IN_FILE,
    ascii_host,
    require_outgoing,
    require_password,
    sending_step,
    sends_without_sign_in,
)
from wizard.language import tr, tr_context
from wizard.model.account import VerifiedAccount
from wizard.model.secret import Secret
from wizard.model.server import Security

TARGET = Target("nextcloud", "Nextcloud", TargetKind.PERSON, takes_password=True)


def sheet(account: VerifiedAccount, secret: Secret | None = None) -> Sheet:
    """The sheet for Nextcloud 25 and later; the file has the password where one is given."""
    server = require_outgoing(account, "Nextcloud")
    require_password(
        account.outgoing_auth,
        tr_context(
            "an access token",
            "Nextcloud's own mail settings have no way to fetch one, so they cannot use this account.",
        ),
    )
    group = tr_field("field of nextcloud", "Email server")
    rows = [
        Row("outgoing-mode", tr_field("field of nextcloud", "Send mode"), "SMTP", group),
        Row(
            "outgoing-security", tr_field("field of nextcloud", "Encryption"), _encryption_words(server.security), group
        ),
        Row(
            "from",
            tr_field("field of nextcloud", "From address"),
            f"{account.address.local} @ {account.address.domain}",
            group,
        ),
        Row("outgoing-server", tr_field("field of nextcloud", "Server address"), ascii_host(server.host), group),
        Row("outgoing-port", tr_field("field of nextcloud", "Port"), str(server.port), group),
    ]
    if sends_without_sign_in(account):
        rows.append(
            Row(
                "outgoing-auth",
                tr_field("field of nextcloud", "Authentication required"),
                tr_field("field of nextcloud", "Off"),
                group,
            )
        )
    else:
        rows += [
            Row(
                "outgoing-auth",
                tr_field("field of nextcloud", "Authentication required"),
                tr_field("field of nextcloud", "On"),
                group,
            ),
            Row("outgoing-username", tr_field("field of nextcloud", "Credentials: SMTP Login"), server.username, group),
        ]
    asks = tr("Type the password that worked here beside the login: an app password, if you used one.")
    steps = (
        tr(
            "In Nextcloud choose Administration settings, Basic settings, and copy the fields below under Email server."
        ),
        sending_step(account, typed=tr(STANDS_IN_FILE) if secret is not None else asks),
        tr(
            "Where the server switches to encryption (STARTTLS), Nextcloud uses that by itself and cannot insist on it."
        ),
        tr("Choose “Send email” there to try it; your own Nextcloud account needs an email address for that."),
    )
    file = HandoverFile(
        f"{file_stem(account.address.wire)}-nextcloud.txt",
        "text/plain",
        _config(account, secret),
        tr("Or put its lines into {place}, before the bracket at its end.", place="config/config.php"),
        holds_secret=secret is not None,
    )
    return Sheet(TARGET, tr("Use it in {program}", program="Nextcloud"), steps, tuple(rows), files=(file,))


def _encryption_words(security: Security) -> str:
    match security:
        case Security.TLS:
            return "SSL"
        case Security.STARTTLS:
            return tr_field("field of nextcloud", "None/STARTTLS (older versions: STARTTLS)")
        case Security.NONE:
            return tr_field("field of nextcloud", "None/STARTTLS")


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
