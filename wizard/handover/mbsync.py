"""mbsync (isync): a piece of ~/.mbsyncrc that keeps a copy of the mailbox."""

from __future__ import annotations

from typing import Final

from wizard.handover.inert import file_stem
from wizard.handover.sheet import HandoverFile, Note, Sheet, Target, TargetKind
from wizard.handover.words import (
    STANDS_IN_FILE,
    SignInKind,
    ascii_host,
    fetched_by_command,
    password_command,
    receiving_step,
    require_incoming,
    sign_in_kind,
    token_command,
)
from wizard.language import tr, tr_context
from wizard.model.account import VerifiedAccount
from wizard.model.secret import Secret
from wizard.model.server import Protocol, Security

TARGET = Target("mbsync", "mbsync (isync)", TargetKind.PROGRAM, ("mbsync",), takes_password=True, takes_command=True)

_TLS: Final = {Security.TLS: "IMAPS", Security.STARTTLS: "STARTTLS", Security.NONE: "None"}


def sheet(account: VerifiedAccount, secret: Secret | None = None) -> Sheet:
    """The configuration, with the password where one is given."""
    password = (
        tr(STANDS_IN_FILE)
        if secret is not None
        else tr(
            "{program} asks for the password, or runs the program named by “{setting}”.",
            program="mbsync",
            setting="PassCmd",
        )
    )
    return Sheet(
        TARGET,
        tr("Use it in {program}", program="mbsync"),
        (
            tr(
                "Append the file to {place}, and make the folder for the mail: {command}",
                place="~/.mbsyncrc",
                command=f"mkdir -p ~/Mail/{file_stem(account.address.wire)}",
            ),
            receiving_step(account, typed=password, fetched=fetched_by_command()),
            tr(
                "Try it: {command}, then the same without --list.",
                command=f"mbsync --list {_quoted(account.address.wire)}",
            ),
        ),
        (),
        files=(
            HandoverFile(
                f"{file_stem(account.address.wire)}.mbsyncrc",
                "text/plain",
                _config(account, secret),
                tr("Goes to {place}.", place="~/.mbsyncrc"),
                holds_secret=secret is not None,
            ),
        ),
        notes=_module(account),
    )


def _module(account: VerifiedAccount) -> tuple[Note, ...]:
    """What mbsync needs beside the token: it signs in by Cyrus SASL, which has no such mechanism of its own."""
    if sign_in_kind(account.incoming_auth) is not SignInKind.OAUTH2:
        return ()
    said = tr_context(
        "an access token",
        "mbsync needs Cyrus SASL's module for XOAUTH2; on Debian and Ubuntu it is the package {package}. Without "
        "it mbsync says “{error}”; OfflineIMAP and getmail need none.",
        package="libsasl2-modules-kdexoauth2",
        error="selected SASL mechanism(s) not available",
    )
    return (Note(said),)


def _config(account: VerifiedAccount, secret: Secret | None) -> bytes:
    server = require_incoming(account, "mbsync", (Protocol.IMAP,))
    name = account.address.wire
    folder = file_stem(name)
    lines = [
        f"IMAPAccount {_quoted(name)}",
        f"Host {_quoted(ascii_host(server.host))}",
        f"Port {server.port}",
        f"User {_quoted(server.username)}",
        # The older name of TLSType; both versions that are in use read it.
        f"SSLType {_TLS[server.security]}",
    ]
    if secret is not None:
        lines.append(f"Pass {_quoted(secret.reveal())}")
    elif sign_in_kind(account.incoming_auth) is SignInKind.OAUTH2:
        lines += [
            # No module of Cyrus SASL has OAUTHBEARER; a server that takes that takes XOAUTH2 as well.
            "AuthMechs XOAUTH2",
            f"# PassCmd {_quoted(token_command(account))}",
        ]
    else:
        lines += [
            "# The password stays out of this file; without the next line mbsync asks for it.",
            f"# PassCmd {_quoted(password_command(account))}",
        ]
    lines += [
        "",
        f"IMAPStore {_quoted(f'{name}-remote')}",
        f"Account {_quoted(name)}",
        "",
        f"MaildirStore {_quoted(f'{name}-local')}",
        f"Path ~/Mail/{folder}/",
        f"Inbox ~/Mail/{folder}/INBOX",
        "SubFolders Verbatim",
        "",
        f"Channel {_quoted(name)}",
        f"Far {_quoted(f':{name}-remote:')}",
        f"Near {_quoted(f':{name}-local:')}",
        "Patterns *",
        "Create Near",
        "SyncState *",
    ]
    return ("\n".join(lines) + "\n").encode()


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
