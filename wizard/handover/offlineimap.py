"""OfflineIMAP: a configuration file that keeps a copy of the mailbox."""

from __future__ import annotations

import shlex

from wizard.errors import HandoverError
from wizard.handover.inert import file_stem
from wizard.handover.sheet import HandoverFile, Sheet, Target, TargetKind
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
from wizard.language import tr
from wizard.model.account import VerifiedAccount
from wizard.model.secret import Secret
from wizard.model.server import Protocol, Security

TARGET = Target(
    "offlineimap", "OfflineIMAP", TargetKind.PROGRAM, ("offlineimap",), takes_password=True, takes_command=True
)


def sheet(account: VerifiedAccount, secret: Secret | None = None) -> Sheet:
    """The file, with the password where one is given."""
    asks = tr("OfflineIMAP asks for the password, or runs what “remotepasseval” says.")
    return Sheet(
        TARGET,
        tr("Use it in {program}", program="OfflineIMAP"),
        (
            tr("Save the file as {place} and keep that at mode 600.", place="~/.offlineimaprc"),
            receiving_step(
                account,
                typed=tr(STANDS_IN_FILE) if secret is not None else asks,
                fetched=fetched_by_command(),
            ),
            tr(
                "{program} refuses a certificate that names its server only in the newer field (no commonName).",
                program="OfflineIMAP",
            ),
            tr("Try it: {first}, then {second}.", first="offlineimap --info", second="offlineimap -o"),
        ),
        (),
        files=(
            HandoverFile(
                f"{file_stem(account.address.wire)}.offlineimaprc",
                "text/plain",
                _config(account, secret),
                tr("Goes to {place}.", place="~/.offlineimaprc"),
                holds_secret=secret is not None,
            ),
        ),
    )


def _config(account: VerifiedAccount, secret: Secret | None) -> bytes:
    server = require_incoming(account, "OfflineIMAP", (Protocol.IMAP,))
    folder = file_stem(account.address.wire)
    encryption = {
        Security.TLS: ["ssl = yes", "sslcacertfile = OS-DEFAULT"],
        Security.STARTTLS: ["ssl = no", "starttls = yes", "sslcacertfile = OS-DEFAULT"],
        Security.NONE: ["ssl = no", "starttls = no"],
    }
    lines = [
        "[general]",
        "accounts = mail",
        "",
        "[Account mail]",
        "localrepository = mail-local",
        "remoterepository = mail-remote",
        "",
        "[Repository mail-local]",
        "type = Maildir",
        f"localfolders = ~/Mail/{folder}",
        "",
        "[Repository mail-remote]",
        "type = IMAP",
        f"remotehost = {ascii_host(server.host)}",
        f"remoteport = {server.port}",
        f"remoteuser = {_value(server.username)}",
        *encryption[server.security],
        *_password_lines(account, secret),
    ]
    return ("\n".join(lines) + "\n").encode()


def _password_lines(account: VerifiedAccount, secret: Secret | None) -> list[str]:
    if secret is not None:
        return [f"remotepass = {_value(secret.reveal())}"]
    if sign_in_kind(account.incoming_auth) is SignInKind.OAUTH2:
        words = shlex.split(token_command(account))
        return ["auth_mechanisms = XOAUTH2", f"# oauth2_access_token_eval = {_value(_prints(*words))}"]
    words = shlex.split(password_command(account))
    return [
        "# The password stays out of this file; without the next line OfflineIMAP asks for it.",
        f"# remotepasseval = {_value(_prints(*words))}",
    ]


def _prints(*words: str) -> str:
    """What OfflineIMAP evaluates as Python: the output of a command."""
    return f'__import__("subprocess").check_output({list(words)!r}, text=True).strip()'


def _value(text: str) -> str:
    """The text as ConfigParser reads it back: it interpolates “%”, and cannot quote blanks at the ends."""
    if text != text.strip():
        raise HandoverError(
            tr(
                "{program} has no way to write a user name or password with a blank at its beginning or end.",
                program="OfflineIMAP",
            )
        )
    return text.replace("%", "%%")
