"""The account as URLs, which web frameworks, mailers and curl read."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from wizard.handover.inert import file_stem
from wizard.handover.sheet import HandoverFile, Row, Sheet, Target, TargetKind
from wizard.handover.words import (
    STANDS_IN_FILE,
    SignInKind,
    browser_only,
    in_a_row,
    sign_in_kind,
    sign_in_kinds,
    url_host,
)
from wizard.language import tr, tr_context, tr_later
from wizard.model.account import VerifiedAccount
from wizard.model.secret import Secret
from wizard.model.server import Protocol, Security, ServerCandidate

TARGET = Target("url", tr_later("URL (mailers, frameworks, curl)"), TargetKind.PROGRAM, takes_password=True)
PLACEHOLDER: Final = "PASSWORD"

_SCHEME: Final = {Protocol.SMTP: "smtp", Protocol.IMAP: "imap", Protocol.POP3: "pop"}
_TLS_SCHEME: Final = {Protocol.SMTP: "smtps", Protocol.IMAP: "imaps", Protocol.POP3: "pops"}


def sheet(account: VerifiedAccount, secret: Secret | None = None) -> Sheet:
    """One URL a direction, with the word PASSWORD where the password belongs; given, it stands in a file's URLs."""
    rows, secret_urls, kinds = [], [], sign_in_kinds(account)
    sides = (
        ("outgoing-url", tr("Sending"), account.outgoing, account.outgoing_auth),
        ("incoming-url", tr("Receiving"), account.incoming, account.incoming_auth),
    )
    for field_id, label, server, auth in sides:
        if server is not None:
            kind = sign_in_kind(auth)
            password = None if kind is SignInKind.OAUTH2 else PLACEHOLDER
            shown = url(server, password, signs_in=kind is not SignInKind.NONE)
            rows.append(Row(field_id, label, shown, "URL"))
            if secret is not None:
                secret_urls.append(url(server, encoded(secret.reveal()), signs_in=kind is not SignInKind.NONE))
    steps = []
    if secret is not None:
        steps.append(in_a_row(tr("The file has the URLs with the password, percent-encoded."), tr(STANDS_IN_FILE)))
    elif kinds - {SignInKind.OAUTH2, SignInKind.NONE}:
        steps.append(
            tr(
                "Put the password in place of {placeholder}, percent-encoded: all but A-Z, a-z, 0-9 and - . _ ~ is "
                "written as its bytes (@ is %40, # is %23, % is %25, a blank is %20, ü is %C3%BC).",
                placeholder=PLACEHOLDER,
            )
        )
    if SignInKind.OAUTH2 in kinds:
        steps.append(
            browser_only(tr_context("an access token", "A URL cannot fetch one: the program must do that itself."))
        )
    if any(server and server.security is Security.STARTTLS for server in (account.incoming, account.outgoing)):
        steps.append(
            tr("The server switches to encryption (STARTTLS): tell the program to insist on it, a URL cannot.")
        )
    lines = "".join(f"{line}\n" for line in secret_urls).encode()
    name = f"{file_stem(account.address.wire)}.url.txt"
    files = (HandoverFile(name, "text/plain", lines, tr("One URL a line."), holds_secret=True),) if secret_urls else ()
    return Sheet(TARGET, tr("Use it as a URL"), tuple(steps), tuple(rows), files=files)


def url(server: ServerCandidate, password: str | None = None, *, signs_in: bool = True) -> str:
    """The server as a URL; the user name percent-encoded, the port always written, as defaults differ by program."""
    schemes = _TLS_SCHEME if server.security is Security.TLS else _SCHEME
    user = encoded(server.username)
    if password is not None:
        user = f"{user}:{password}"
    who = f"{user}@" if signs_in else ""
    return f"{schemes[server.protocol]}://{who}{url_host(server.host)}:{server.port}"


def encoded(text: str) -> str:
    """The text percent-encoded, as user names and passwords stand in URLs (RFC 3986 §3.2.1)."""
    return quote(text, safe="")
