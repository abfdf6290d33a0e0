"""getmail 6: a configuration file of its own."""

from __future__ import annotations

import shlex
from typing import Final

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
    require_ascii_password,
    require_incoming,
    sign_in_kind,
    token_command,
)
from wizard.language import tr
from wizard.model.account import VerifiedAccount
from wizard.model.secret import Secret
from wizard.model.server import Protocol, Security, ServerCandidate

TARGET = Target("getmail", "getmail", TargetKind.PROGRAM, ("getmail",), takes_password=True, takes_command=True)

_RETRIEVER: Final = {
    (Protocol.IMAP, Security.TLS): "SimpleIMAPSSLRetriever",
    (Protocol.POP3, Security.TLS): "SimplePOP3SSLRetriever",
    (Protocol.IMAP, Security.NONE): "SimpleIMAPRetriever",
    (Protocol.POP3, Security.NONE): "SimplePOP3Retriever",
}


def sheet(account: VerifiedAccount, secret: Secret | None = None) -> Sheet:
    """The file, with the password where one is given.

    Raises:
        HandoverError: the server switches to encryption (STARTTLS), which getmail cannot.
    """
    require_ascii_password(secret, "getmail")
    name = f"{file_stem(account.address.wire)}.getmailrc"
    asks = tr(
        "{program} asks for the password, or runs the program named by “{setting}”.",
        program="getmail",
        setting="password_command",
    )
    return Sheet(
        TARGET,
        tr("Use it in {program}", program="getmail"),
        (
            tr(
                "Save the file as {place}, mode 600, and make the folders ~/Mail/new, cur and tmp.",
                place=f"~/.config/getmail/{name}",
            ),
            receiving_step(
                account,
                typed=tr(STANDS_IN_FILE) if secret is not None else asks,
                fetched=fetched_by_command(),
            ),
            tr("getmail takes only a password of ASCII characters."),
            tr(
                "Try it: {command} (not as root, for whom getmail delivers nothing).",
                command=f"getmail --rcfile {name}",
            ),
        ),
        (),
        files=(
            HandoverFile(
                name,
                "text/plain",
                _config(account, secret),
                tr("Goes to {place}.", place=f"~/.config/getmail/{name}"),
                holds_secret=secret is not None,
            ),
        ),
    )


def _config(account: VerifiedAccount, secret: Secret | None) -> bytes:
    server = require_incoming(account, "getmail")
    retriever = _RETRIEVER.get((server.protocol, server.security))
    if retriever is None:
        raise HandoverError(
            tr(
                "getmail cannot switch to encryption (STARTTLS) and would send the password in clear. Check the "
                "account with the port that is encrypted from the start (993, or 995 for POP3), or use fetchmail."
            )
        )
    lines = [
        "[retriever]",
        f"type = {retriever}",
        f"server = {ascii_host(server.host)}",
        f"port = {server.port}",
        f"username = {_value(server.username)}",
        *_password_lines(account, server, secret),
        "",
        "[destination]",
        "type = Maildir",
        "path = ~/Mail/",
        "",
        "[options]",
        "delete = false",
        "read_all = false",
    ]
    return ("\n".join(lines) + "\n").encode()


def _password_lines(account: VerifiedAccount, server: ServerCandidate, secret: Secret | None) -> list[str]:
    if secret is not None:
        return [f"password = {_value(secret.reveal())}"]
    if sign_in_kind(account.incoming_auth) is SignInKind.OAUTH2:
        if server.protocol is not Protocol.IMAP:
            raise HandoverError(tr("getmail takes an access token for IMAP only, and POP3 was checked."))
        return ["use_xoauth2 = true", f"# password_command = ({_words(token_command(account))})"]
    return [
        "# The password stays out of this file; without the next line getmail asks for it.",
        f"# password_command = ({_words(password_command(account))})",
    ]


def _words(command: str) -> str:
    """The command's words as getmail wants them."""
    return ", ".join(repr(word) for word in shlex.split(command))


def _value(text: str) -> str:
    """The text as ConfigParser reads it back, which interpolates “%” and cannot quote blanks at the ends."""
    if text != text.strip():
        raise HandoverError(
            tr(
                "{program} has no way to write a user name or password with a blank at its beginning or end.",
                program="getmail",
            )
        )
    return text
