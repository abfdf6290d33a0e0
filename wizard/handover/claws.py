"""Claws Mail: the fields of its account preferences."""

from __future__ import annotations

from typing import Final
from xml.etree import ElementTree

from wizard.handover.sheet import HandoverFile, Row, Sheet, Target, TargetKind, rows_about_you, tr_field
from wizard.handover.words import (
    ACCOUNT_TYPE,
    SignInKind,
    ascii_host,
    browser_only,
    name_of,
    password_step,
    sends_without_sign_in,
    sign_in_kinds,
)
from wizard.language import tr, tr_context
from wizard.model.account import VerifiedAccount
from wizard.model.server import Protocol, Security, ServerCandidate

TARGET = Target("claws", "Claws Mail", TargetKind.PERSON, ("claws-mail",))

_SSL: Final = {Security.NONE: "0", Security.TLS: "1", Security.STARTTLS: "2"}
# Claws' own numbers of protocols in a file that names no config_version (prefs_migration.c); it counts on from there.
_PROTOCOL: Final = {Protocol.POP3: "0", Protocol.IMAP: "3"}


def sheet(account: VerifiedAccount) -> Sheet:
    """The sheet for Claws Mail 4; the labels are those of Configuration, Create new account."""
    basic, send = tr_field("field of claws", "Basic"), tr_field("field of claws", "Send")
    rows = rows_about_you(
        account, tr_field("field of claws", "Full name"), tr_field("field of claws", "Mail address"), basic
    )
    if account.incoming is not None:
        kind = "IMAP" if account.incoming.protocol is Protocol.IMAP else "POP"
        rows += [
            Row("account-type", tr_field("field of claws", "Protocol"), kind, basic),
            Row("incoming-server", tr_field("field of claws", "Server for receiving"), account.incoming.host, basic),
        ]
    if account.outgoing is not None:
        rows.append(
            Row("outgoing-server", tr_field("field of claws", "SMTP server (send)"), account.outgoing.host, basic)
        )
    if account.incoming is not None:
        rows.append(Row("incoming-username", tr_field("field of claws", "User ID"), account.incoming.username, basic))
    for side, server in (("incoming", account.incoming), ("outgoing", account.outgoing)):
        if server is not None:
            kind = ACCOUNT_TYPE[server.protocol]
            rows.append(Row(f"{side}-security", kind, _tls_words(server.security), "TLS"))
    for side, server in (("incoming", account.incoming), ("outgoing", account.outgoing)):
        if server is not None:
            label = tr_field("field of claws", "{kind} port", kind=ACCOUNT_TYPE[server.protocol])
            rows.append(Row(f"{side}-port", label, str(server.port), tr_field("field of claws", "Advanced")))
    if account.outgoing is not None and not sends_without_sign_in(account):
        rows += [
            Row(
                "outgoing-auth",
                tr_field("field of claws", "SMTP Authentication (SMTP AUTH)"),
                tr_field("field of claws", "On"),
                send,
            ),
            Row("outgoing-username", tr_field("field of claws", "User ID"), account.outgoing.username, send),
        ]
    return Sheet(TARGET, tr("Use it in {program}", program="Claws Mail"), _steps(account), tuple(rows))


def _tls_words(security: Security) -> str:
    match security:
        case Security.TLS:
            return tr_field("field of claws", "Use TLS")
        case Security.STARTTLS:
            return tr_field("field of claws", "Use STARTTLS command to start encrypted session")
        case Security.NONE:
            return tr_field("field of claws", "Don't use TLS")


def profile_files(account: VerifiedAccount) -> tuple[HandoverFile, ...]:
    """The files of a new ~/.claws-mail; none while a direction is missing or where the browser signs in."""
    if account.incoming is None or account.outgoing is None or SignInKind.OAUTH2 in sign_in_kinds(account):
        return ()
    say = tr("Goes to ~/.claws-mail, where Claws Mail was never used before.")
    written = (
        ("clawsrc", b""),
        ("accountrc", _accountrc(account, account.incoming, account.outgoing)),
        ("folderlist.xml", _folderlist(account, account.incoming)),
    )
    return tuple(HandoverFile(name, "text/plain", content, say) for name, content in written)


def _accountrc(account: VerifiedAccount, incoming: ServerCandidate, outgoing: ServerCandidate) -> bytes:
    kind = "imap" if incoming.protocol is Protocol.IMAP else "pop"
    pairs = [
        ("account_name", account.address.wire),
        ("is_default", "1"),
        ("name", name_of(account)),
        ("address", account.address.wire),
        ("protocol", _PROTOCOL[incoming.protocol]),
        ("receive_server", ascii_host(incoming.host)),
        ("smtp_server", ascii_host(outgoing.host)),
        ("user_id", incoming.username),
        (f"ssl_{kind}", _SSL[incoming.security]),
        ("ssl_smtp", _SSL[outgoing.security]),
        (f"set_{kind}port", "1"),
        (f"{kind}_port", str(incoming.port)),
        ("set_smtpport", "1"),
        ("smtp_port", str(outgoing.port)),
        ("use_smtp_auth", "0" if sends_without_sign_in(account) else "1"),
        # A certificate that the system trusts is taken without the question whether it is “unknown”.
        ("ssl_certs_auto_accept", "1"),
    ]
    if incoming.protocol is Protocol.POP3:
        pairs.append(("remove_mail", "0"))  # its own choice would be to take them off the server after seven days
    if outgoing.username != incoming.username and not sends_without_sign_in(account):
        pairs.append(("smtp_user_id", outgoing.username))
    return "".join(["[Account: 1]\n", *(f"{key}={value}\n" for key, value in pairs)]).encode()


def _folderlist(account: VerifiedAccount, incoming: ServerCandidate) -> bytes:
    root = ElementTree.Element("folderlist")
    # Claws sends through a queue: without a mailbox on this computer it “could not queue message”. It fills the empty
    # one at its start. Within ~/.claws-mail it meets no ~/Mail that another program has.
    ElementTree.SubElement(root, "folder", type="mh", name="Mail", path=".claws-mail/Mail")
    if incoming.protocol is Protocol.IMAP:
        folder = ElementTree.SubElement(root, "folder", type="imap", name=account.address.wire, account_id="1")
        ElementTree.SubElement(folder, "folderitem", type="inbox", name="INBOX", path="INBOX")
    content: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return content + b"\n"


def _steps(account: VerifiedAccount) -> tuple[str, ...]:
    steps = [
        tr("In Claws Mail choose Configuration, Create new account."),
        tr("Copy the fields below; each heading is a page of that dialog."),
        password_step(account, "Claws Mail"),
    ]
    if SignInKind.OAUTH2 in sign_in_kinds(account):
        steps[2] = browser_only(
            tr_context(
                "an access token",
                "Claws Mail 4 can fetch one from Google and Microsoft (page OAuth2), with a client id of your own; it "
                "cannot for any other provider.",
            )
        )
    return tuple(steps)
