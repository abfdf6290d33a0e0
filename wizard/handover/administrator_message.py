"""The message to a mail administrator, written out: what to change, and what was seen."""

from __future__ import annotations

from datetime import UTC, datetime

from wizard.model.address import Address
from wizard.model.diagnosis import Diagnosis
from wizard.model.evidence import Reply
from wizard.model.public_address import address_forms
from wizard.model.secret import Redactor
from wizard.model.text import inert


def administrator_message(
    diagnosis: Diagnosis,
    *,
    address: Address,
    when: datetime,
    ask: str,
    public_address: str | None = None,
    redactor: Redactor | None = None,
) -> str:
    """Subject and text, ready to be copied into a mail; it holds no secret.

    Args:
        when: when it was seen; shown in UTC, because that is what server logs can be searched for.
        ask: what the administrator is to change, one or two sentences.
        public_address: this computer's address as a server of the account named it.
        redactor: masks the secrets of this check once more.
    """
    redact = redactor or Redactor(())
    lines = [
        f"Subject: Mail set-up of {address}: {diagnosis.title}",
        "",
        "Hello,",
        "",
        ask,
        "",
        "What was seen:",
        f"  {diagnosis.title}",
        f"  {diagnosis.why}",
        "",
        f"Account: {address}",
    ]
    if diagnosis.server is not None:
        host, _, port = diagnosis.server.rpartition(":")
        lines += [f"Server: {host.strip('[]') or port}"]
        if host:
            lines.append(f"Port: {port}")
    if diagnosis.protocol is not None:
        lines.append(f"Protocol: {diagnosis.protocol.upper()}, stage: {diagnosis.stage}")
    lines.append(f"Time: {when.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC")
    if diagnosis.reply is not None:
        lines.append(f"The server's reply: {reply_line(diagnosis.reply)}")
    if diagnosis.certificate is not None:
        facts = diagnosis.certificate
        lines.append(
            f"Certificate: for {', '.join(facts.names) or facts.subject}, valid until {facts.not_after:%Y-%m-%d}"
        )
        lines.append(f"Certificate fingerprint (SHA-256): {facts.sha256}")
    forms = address_forms(public_address) if public_address else None
    if forms is not None:
        lines += [
            f"My public address: {forms.single}",
            f"  as a network (CIDR): {forms.cidr}",
            f"  as a range: {forms.range}",
        ]
    return "\n".join(inert(redact(line)) for line in lines) + "\n"


def reply_line(reply: Reply) -> str:
    """The reply on one line, the codes in front unless the text already begins with them."""
    codes = [reply.status, str(reply.code) if reply.code is not None else None, reply.enhanced]
    text = reply.text.strip()
    front = []
    for code in codes:
        if code and code not in text[:24]:
            front.append(code)
    return " ".join([*front, text])
