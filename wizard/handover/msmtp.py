"""msmtp's configuration (~/.msmtprc): the usual sendmail stand-in of scripts and servers."""

from __future__ import annotations

import shlex
from typing import Final

from wizard.errors import HandoverError
from wizard.handover.inert import file_stem
from wizard.handover.sheet import HandoverFile, Sheet, Target, TargetKind
from wizard.handover.words import ascii_host, require_outgoing
from wizard.model.account import VerifiedAccount
from wizard.model.server import AuthMethod, Security

TARGET = Target("msmtp", "msmtp", TargetKind.PROGRAM)

_AUTH: Final = {
    AuthMethod.PLAIN.value: "plain",
    AuthMethod.LOGIN.value: "login",
    AuthMethod.CRAM_MD5.value: "cram-md5",
    AuthMethod.XOAUTH2.value: "xoauth2",
    AuthMethod.OAUTHBEARER.value: "oauthbearer",
}


def sheet(account: VerifiedAccount) -> Sheet:
    """The configuration, ready for ~/.msmtprc."""
    return Sheet(
        TARGET,
        "Use it in msmtp",
        (
            "Append the file to ~/.msmtprc and keep that at mode 600.",
            "msmtp asks for the password, or runs the program named by “passwordeval”.",
            "Try it: printf 'Subject: test\\n\\nHello\\n' | msmtp " + account.address.wire,
        ),
        (),
        files=(
            HandoverFile(
                f"{file_stem(account.address.wire)}.msmtprc", "text/plain", _config(account), "Goes to ~/.msmtprc."
            ),
        ),
    )


def _config(account: VerifiedAccount) -> bytes:
    server = require_outgoing(account, "msmtp")
    address = account.address.wire
    encrypted = server.security is not Security.NONE
    lines = [
        f"account {_word(address)}",
        f"host {_quoted(ascii_host(server.host))}",
        f"port {server.port}",
        f"from {_quoted(address)}",
        f"auth {_AUTH.get(account.outgoing_auth or '', 'on')}",
        f"user {_quoted(server.username)}",
        f"tls {'on' if encrypted else 'off'}",
    ]
    if encrypted:
        lines.append(f"tls_starttls {'on' if server.security is Security.STARTTLS else 'off'}")
    lines += [
        "# The password stays out of this file; without the next line msmtp asks for it.",
        # Where “Remember on this computer” put it, under a desktop with a Secret Service.
        f'# passwordeval "secret-tool lookup service Mailwright username {shlex.quote(address)}"',
        f"account default : {_word(address)}",
    ]
    return ("\n".join(lines) + "\n").encode()


def _quoted(value: str) -> str:
    # msmtp takes whatever stands between the first and the last quotation mark of the line and knows no escapes.
    return f'"{value}"'


def _word(value: str) -> str:
    """An account's name: msmtp splits it at blanks and commas and knows no quoting there."""
    if any(char in ' \t,:"' for char in value):
        raise HandoverError("msmtp has no way to write an address with blanks, commas or quotation marks.")
    return value
