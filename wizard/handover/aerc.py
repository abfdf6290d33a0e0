"""aerc: an account of its accounts.conf."""

from __future__ import annotations

from typing import Final

from wizard.handover.inert import file_stem
from wizard.handover.sheet import HandoverFile, Sheet, Target, TargetKind
from wizard.handover.url import encoded
from wizard.handover.words import (
    STANDS_IN_FILE,
    SignInKind,
    fetched_by_command,
    name_of,
    password_command,
    require_incoming,
    require_outgoing,
    sending_step,
    sign_in_kind,
    token_command,
    url_host,
)
from wizard.language import tr
from wizard.model.account import VerifiedAccount
from wizard.model.secret import Secret
from wizard.model.server import Protocol, Security, ServerCandidate

TARGET = Target("aerc", "aerc", TargetKind.PROGRAM, ("aerc",), takes_password=True, takes_command=True)

_INCOMING: Final = {Security.TLS: "imaps", Security.STARTTLS: "imap", Security.NONE: "imap+insecure"}
_SPECIAL: Final = frozenset("\"'`\\;#=$<>,@()[]:")


def sheet(account: VerifiedAccount, secret: Secret | None = None) -> Sheet:
    """The account's section, with the password where one is given."""
    asks = tr("aerc asks for the password, or runs what stands after “source-cred-cmd” and “outgoing-cred-cmd”.")
    return Sheet(
        TARGET,
        tr("Use it in {program}", program="aerc"),
        (
            tr(
                "Append the file to {place} and keep that at mode 600: {program} refuses any other.",
                place="~/.config/aerc/accounts.conf",
                program="aerc",
            ),
            sending_step(
                account,
                typed=tr(STANDS_IN_FILE) if secret is not None else asks,
                fetched=fetched_by_command(),
            ),
        ),
        (),
        files=(
            HandoverFile(
                f"{file_stem(account.address.wire)}-accounts.conf",
                "text/plain",
                _config(account, secret),
                tr("Goes to {place}.", place="~/.config/aerc/accounts.conf"),
                holds_secret=secret is not None,
            ),
        ),
    )


def _config(account: VerifiedAccount, secret: Secret | None) -> bytes:
    incoming = require_incoming(account, "aerc", (Protocol.IMAP,))
    outgoing = require_outgoing(account, "aerc")
    source, sending = _INCOMING[incoming.security], "smtps" if outgoing.security is Security.TLS else "smtp"
    if sign_in_kind(account.incoming_auth) is SignInKind.OAUTH2:
        source += f"+{str(account.incoming_auth).lower()}"
    lines = [
        f"[{account.address.wire}]",
        f"source = {_url(source, incoming, secret)}",
        *_command("source", account, account.incoming_auth, secret),
        f"outgoing = {_url(f'{sending}+{_outgoing_auth(account)}', outgoing, secret, account.outgoing_auth)}",
    ]
    if outgoing.security is Security.STARTTLS:
        lines.append("smtp-starttls = yes")
    lines += _command("outgoing", account, account.outgoing_auth, secret)
    lines += ["default = INBOX", f"from = {_mailbox(name_of(account), account.address.wire)}"]
    return ("\n".join(lines) + "\n").encode()


def _outgoing_auth(account: VerifiedAccount) -> str:
    match sign_in_kind(account.outgoing_auth):
        case SignInKind.NONE:
            return "none"
        case SignInKind.OAUTH2:
            return str(account.outgoing_auth).lower()
        case SignInKind.NORMAL | SignInKind.ENCRYPTED:
            return "login" if account.outgoing_auth == "LOGIN" else "plain"


def _url(scheme: str, server: ServerCandidate, secret: Secret | None, auth: str | None = None) -> str:
    place = f"{url_host(server.host)}:{server.port}"
    if sign_in_kind(auth) is SignInKind.NONE:
        return f"{scheme}://{place}"
    password = "" if secret is None else f":{encoded(secret.reveal())}"
    return f"{scheme}://{encoded(server.username)}{password}@{place}"


def _command(side: str, account: VerifiedAccount, auth: str | None, secret: Secret | None) -> list[str]:
    kind = sign_in_kind(auth)
    if secret is not None or kind is SignInKind.NONE:
        return []
    printed = token_command(account) if kind is SignInKind.OAUTH2 else password_command(account)
    return [f"# {side}-cred-cmd = {printed}"]


def _mailbox(name: str, address: str) -> str:
    # The file's reader has quoting of its own; a name that would need any goes without.
    return f"{name} <{address}>" if not _SPECIAL & set(name) else address
