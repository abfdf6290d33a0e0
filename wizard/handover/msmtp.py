"""msmtp's configuration (~/.msmtprc): the usual sendmail stand-in of scripts and servers."""

from __future__ import annotations

import shlex
from typing import Final

from wizard.errors import HandoverError
from wizard.handover.inert import file_stem
from wizard.handover.sheet import HandoverFile, Note, Sheet, Target, TargetKind
from wizard.handover.words import (
    STANDS_IN_FILE,
    ascii_host,
    fetched_by_command,
    password_command,
    require_outgoing,
    sending_step,
    sends_with_token,
    sends_without_sign_in,
    token_command,
)
from wizard.language import tr
from wizard.language.formats import number_text
from wizard.model.account import VerifiedAccount
from wizard.model.secret import Secret
from wizard.model.server import WITHOUT_SIGN_IN, AuthMethod, Security

TARGET = Target("msmtp", "msmtp", TargetKind.PROGRAM, ("msmtp",), takes_password=True, takes_command=True)

_AUTH: Final = {
    AuthMethod.PLAIN.value: "plain",
    AuthMethod.LOGIN.value: "login",
    AuthMethod.SCRAM_SHA_256.value: "scram-sha-256",
    AuthMethod.SCRAM_SHA_1.value: "scram-sha-1",
    AuthMethod.CRAM_MD5.value: "cram-md5",
    AuthMethod.XOAUTH2.value: "xoauth2",
    AuthMethod.OAUTHBEARER.value: "oauthbearer",
    WITHOUT_SIGN_IN: "off",
}


def sheet(account: VerifiedAccount, secret: Secret | None = None) -> Sheet:
    """The configuration, ready for ~/.msmtprc, with the password where one is given."""
    asks = tr(
        "{program} asks for the password, or runs the program named by “{setting}”.",
        program="msmtp",
        setting="passwordeval",
    )
    address = shlex.quote(account.address.wire)
    return Sheet(
        TARGET,
        tr("Use it in {program}", program="msmtp"),
        (
            tr("Append the file to {place} and keep that at mode 600.", place="~/.msmtprc"),
            sending_step(
                account,
                typed=tr(STANDS_IN_FILE) if secret is not None else asks,
                fetched=fetched_by_command(),
            ),
            tr(
                "Try it: {command}",
                command=f"printf 'Subject: test\\n\\nHello\\n' | msmtp -a {address} {address}",
            ),
            tr(
                "To use it where no account is named, end {place} with: {line} (one such line only).",
                place="~/.msmtprc",
                line=f"account default : {account.address.wire}",
            ),
        ),
        (),
        files=(
            HandoverFile(
                f"{file_stem(account.address.wire)}.msmtprc",
                "text/plain",
                _config(account, secret),
                tr("Goes to {place}.", place="~/.msmtprc"),
                holds_secret=secret is not None,
            ),
        ),
        notes=_longest_token(account),
    )


def _longest_token(account: VerifiedAccount) -> tuple[Note, ...]:
    """What the program makes of long tokens: it sends them within one line (1.8.23, tried 2026-11-27)."""
    if not sends_with_token(account):
        return ()
    said = tr(
        "msmtp sends the token in one line: about {most} characters of it fit, and at servers that cut a line at "
        "{cut}, such as Postfix, {fewer}. A longer one is refused (“{words}”).",
        most=number_text(3000),
        fewer=number_text(1400),
        cut=number_text(2048),
        words="Cannot send command because it is longer than 4094 characters",
    )
    return (Note(said),)


def _config(account: VerifiedAccount, secret: Secret | None) -> bytes:
    server = require_outgoing(account, "msmtp")
    address = account.address.wire
    encrypted = server.security is not Security.NONE
    lines = [
        f"account {_word(address)}",
        f"host {_quoted(ascii_host(server.host))}",
        f"port {server.port}",
        f"from {_quoted(address)}",
        f"auth {_AUTH.get(account.outgoing_auth or '', 'on')}",
        *([] if sends_without_sign_in(account) else [f"user {_quoted(server.username)}"]),
        f"tls {'on' if encrypted else 'off'}",
    ]
    if encrypted:
        lines.append(f"tls_starttls {'on' if server.security is Security.STARTTLS else 'off'}")
    if sends_without_sign_in(account):
        pass  # “auth off” says it all
    elif secret is not None:
        lines.append(f"password {_quoted(secret.reveal())}")
    elif sends_with_token(account):
        lines.append(f'# passwordeval "{token_command(account)}"')
    else:
        lines += [
            "# The password stays out of this file; without the next line msmtp asks for it.",
            # Where “Remember on this computer” put it, under a desktop with a Secret Service.
            f'# passwordeval "{password_command(account)}"',
        ]
    return ("\n".join(lines) + "\n").encode()


def _quoted(value: str) -> str:
    # msmtp takes whatever stands between the first and the last quotation mark of the line and knows no escapes.
    return f'"{value}"'


def _word(value: str) -> str:
    """An account's name: msmtp splits it at blanks and commas and knows no quoting there."""
    if any(char in ' \t,:"' for char in value):
        raise HandoverError(tr("msmtp has no way to write an address with blanks, commas or quotation marks."))
    return value
