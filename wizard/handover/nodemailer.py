"""Nodemailer: the options of its SMTP transport."""

from __future__ import annotations

import json

from wizard.handover.inert import file_stem
from wizard.handover.sheet import HandoverFile, Sheet, Target, TargetKind
from wizard.handover.words import (
    STANDS_IN_FILE,
    ascii_host,
    name_of,
    require_outgoing,
    sending_step,
    sends_with_token,
    sends_without_sign_in,
)
from wizard.language import tr, tr_context
from wizard.model.account import VerifiedAccount
from wizard.model.secret import Secret
from wizard.model.server import Security

TARGET = Target("nodemailer", "Nodemailer (Node.js)", TargetKind.PROGRAM, takes_password=True)


def sheet(account: VerifiedAccount, secret: Secret | None = None) -> Sheet:
    """A module that exports the transport, with the password where one is given."""
    name = f"{file_stem(account.address.wire)}-mailer.cjs"
    asks = tr("Set SMTP_PASSWORD in the environment of the program, from where its secrets are kept.")
    steps = (
        tr("Run: {command}", command="npm install nodemailer"),
        tr(
            "Save the file beside your program: {first} then {second}.",
            first=f"const transport = require('./{name}');",
            second="transport.sendMail({…})",
        ),
        sending_step(
            account,
            typed=tr(STANDS_IN_FILE) if secret is not None else asks,
            fetched=tr_context(
                "an access token",
                "Set SMTP_TOKEN to one, or give clientId, clientSecret and refreshToken in “auth” in its place.",
            ),
        ),
    )
    file = HandoverFile(name, "text/javascript", _module(account, secret), steps[1], holds_secret=secret is not None)
    return Sheet(TARGET, tr("Use it in {program}", program="Nodemailer"), steps, (), files=(file,))


def _module(account: VerifiedAccount, secret: Secret | None) -> bytes:
    server = require_outgoing(account, "Nodemailer")
    lines = [
        f"host: {json.dumps(ascii_host(server.host))}",
        f"port: {server.port}",
        f"secure: {json.dumps(server.security is Security.TLS)}",
    ]
    # requireTLS: without it, a line on which STARTTLS is not offered would go on in clear.
    lines.append("ignoreTLS: true" if server.security is Security.NONE else "requireTLS: true")
    user = json.dumps(server.username)
    if sends_with_token(account):
        lines.append(f'auth: {{ type: "OAuth2", user: {user}, accessToken: process.env.SMTP_TOKEN }}')
    elif not sends_without_sign_in(account):
        password = json.dumps(secret.reveal()) if secret is not None else "process.env.SMTP_PASSWORD"
        lines.append(f"auth: {{ user: {user}, pass: {password} }}")
    sender = f"{{ name: {json.dumps(name_of(account))}, address: {json.dumps(account.address.wire)} }}"
    options = "".join(f"    {line},\n" for line in lines)
    return (
        'const nodemailer = require("nodemailer");\n\n'
        f"module.exports = nodemailer.createTransport(\n  {{\n{options}  }},\n  {{ from: {sender} }},\n);\n"
    ).encode()
