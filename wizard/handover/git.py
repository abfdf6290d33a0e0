"""git send-email: a piece of git configuration."""

from __future__ import annotations

from typing import Final

from wizard.handover.inert import file_stem
from wizard.handover.sheet import HandoverFile, Sheet, Target, TargetKind
from wizard.handover.words import (
    ascii_host,
    name_of,
    require_outgoing,
    sending_step,
    sends_with_token,
    sends_without_sign_in,
)
from wizard.language import tr, tr_context
from wizard.model.account import VerifiedAccount
from wizard.model.server import Security

TARGET = Target("git", "git send-email", TargetKind.PROGRAM, ("git",))

_ENCRYPTION: Final = {Security.TLS: "ssl", Security.STARTTLS: "tls"}


def sheet(account: VerifiedAccount) -> Sheet:
    """The configuration, to be included from ~/.gitconfig."""
    name = f"{file_stem(account.address.wire)}.gitconfig"
    return Sheet(
        TARGET,
        tr("Use it in {program}", program="git send-email"),
        (
            tr("Save the file and run: git config --global --add include.path followed by its full path."),
            sending_step(
                account,
                typed=tr("git asks for the password, or takes it from your credential helper."),
                fetched=tr_context(
                    "an access token",
                    "Set a credential helper that prints one; git versions before 2025 cannot send with it.",
                ),
            ),
        ),
        (),
        files=(HandoverFile(name, "text/plain", _config(account), tr("Included from {place}.", place="~/.gitconfig")),),
    )


def _config(account: VerifiedAccount) -> bytes:
    server = require_outgoing(account, "git send-email")
    lines = [
        "[sendemail]",
        f"\tsmtpServer = {_quoted(ascii_host(server.host))}",
        f"\tsmtpServerPort = {server.port}",
        *([] if sends_without_sign_in(account) else [f"\tsmtpUser = {_quoted(server.username)}"]),
        f"\tfrom = {_quoted(_mailbox(name_of(account), account.address.wire))}",
    ]
    if server.security in _ENCRYPTION:
        lines.append(f"\tsmtpEncryption = {_ENCRYPTION[server.security]}")
    if sends_without_sign_in(account):
        lines.append("\tsmtpAuth = none")
    elif sends_with_token(account):
        lines.append(f"\tsmtpAuth = {account.outgoing_auth}")
    return ("\n".join(lines) + "\n").encode()


def _mailbox(name: str, address: str) -> str:
    if "@" in name:
        return address
    # git takes what stands there as it is: a quotation mark or backslash would become part of the name.
    phrase = " ".join(name.replace("\\", "").replace('"', "").split())
    return f"{phrase} <{address}>" if phrase else address


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
