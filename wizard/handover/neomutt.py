"""NeoMutt and Mutt: lines for the muttrc."""

from __future__ import annotations

import shlex

from wizard.handover.inert import file_stem
from wizard.handover.sheet import HandoverFile, Note, Sheet, Target, TargetKind
from wizard.handover.url import url
from wizard.handover.words import (
    SignInKind,
    browser_only,
    fetched_by_command,
    name_of,
    sends_without_sign_in,
    sign_in_kind,
    sign_in_kinds,
    token_command,
    url_host,
)
from wizard.language import tr, tr_later
from wizard.language.formats import number_text
from wizard.model.account import VerifiedAccount
from wizard.model.server import AuthMethod, Protocol, Security, ServerCandidate

TARGET = Target("neomutt", tr_later("NeoMutt and Mutt"), TargetKind.PROGRAM, ("neomutt", "mutt"))


def sheet(account: VerifiedAccount) -> Sheet:
    """The lines, ready to be sourced from the muttrc."""
    notes: tuple[Note, ...] = ()
    steps = [tr("Save the file and add a line to your muttrc: source followed by its path.")]
    if SignInKind.OAUTH2 in sign_in_kinds(account):
        steps.append(browser_only(fetched_by_command()))
        notes = (Note(_longest_token(account)),)
    else:
        steps.append(tr("NeoMutt asks for the password; the file holds none."))
    name = f"{file_stem(account.address.wire)}.muttrc"
    return Sheet(
        TARGET,
        tr("Use it in {program}", program="NeoMutt"),
        tuple(steps),
        (),
        files=(HandoverFile(name, "text/plain", _lines(account), steps[0]),),
        notes=notes,
    )


def _longest_token(account: VerifiedAccount) -> str:
    """What the two make of long tokens (NeoMutt 20220429 and Mutt 2.2.12, tried 2026-11-27)."""
    if AuthMethod.OAUTHBEARER in (account.incoming_auth, account.outgoing_auth):
        return tr(
            "NeoMutt takes a token of {most} characters at most by {method}, and Mutt any: where it says “{words}”, "
            "write {other} in place of {method}, if your provider takes that.",
            most=number_text(500),
            method="oauthbearer",
            other="xoauth2",
            words="OAUTH token is too big",
        )
    return tr(
        "NeoMutt takes a token of {most} characters at most (it says “{words}”), and Mutt any; servers that cut a line "
        "at {cut}, such as Postfix, take {fewer}.",
        most=number_text(4000),
        fewer=number_text(1400),
        cut=number_text(2048),
        words="OAUTH token is too big",
    )


def _lines(account: VerifiedAccount) -> bytes:
    settings = [("from", account.address.wire), ("realname", name_of(account))]
    if account.incoming is not None:
        settings += _receiving(account.incoming, account.incoming_auth)
    if account.outgoing is not None:
        settings.append(("smtp_url", url(account.outgoing, signs_in=not sends_without_sign_in(account))))
        if sign_in_kind(account.outgoing_auth) is SignInKind.OAUTH2:
            settings.append(("smtp_authenticators", str(account.outgoing_auth).lower()))
    servers = [server for server in (account.incoming, account.outgoing) if server is not None]
    if any(server.security is Security.STARTTLS for server in servers):
        settings.append(("ssl_starttls", "yes"))
    # Without this, NeoMutt would go on in clear where STARTTLS is not offered.
    settings.append(("ssl_force_tls", "no" if any(s.security is Security.NONE for s in servers) else "yes"))
    lines = _token_lines(account)
    # shlex quotes by single quotes, inside which a muttrc knows neither variables nor `commands`.
    return "".join([*(f"set {name}={shlex.quote(value)}\n" for name, value in settings), *lines]).encode()


def _token_lines(account: VerifiedAccount) -> list[str]:
    command = shlex.quote(token_command(account))
    sides = (
        ("imap", account.incoming, account.incoming_auth),
        ("smtp", account.outgoing, account.outgoing_auth),
    )
    return [
        f"# set {name}_oauth_refresh_command={command}\n"
        for name, server, auth in sides
        if server is not None and sign_in_kind(auth) is SignInKind.OAUTH2
    ]


def _receiving(server: ServerCandidate, auth: str | None) -> list[tuple[str, str]]:
    scheme = "s" if server.security is Security.TLS else ""
    place = f"{url_host(server.host)}:{server.port}/"
    if server.protocol is Protocol.POP3:
        return [("pop_host", f"pop{scheme}://{place}"), ("pop_user", server.username)]
    settings = [
        ("imap_user", server.username),
        ("folder", f"imap{scheme}://{place}"),
        ("spoolfile", "+INBOX"),
    ]
    if sign_in_kind(auth) is SignInKind.OAUTH2:
        settings.append(("imap_authenticators", str(auth).lower()))
    return settings
