"""Thunderbird's configuration file (clientConfig 1.1), which KMail, Evolution and others read as well."""

from __future__ import annotations

from typing import Final
from xml.etree import ElementTree

from wizard.errors import HandoverError
from wizard.handover.inert import file_stem
from wizard.handover.sheet import HandoverFile, Sheet, Target, TargetKind
from wizard.handover.words import SignInKind, ascii_host, sign_in_kind
from wizard.language import tr, tr_later
from wizard.model.account import VerifiedAccount
from wizard.model.server import Security, ServerCandidate

TARGET = Target("autoconfig-xml", tr_later("Autoconfig file (Thunderbird and others)"), TargetKind.PROGRAM)

_SOCKET_TYPE: Final = {Security.TLS: "SSL", Security.STARTTLS: "STARTTLS", Security.NONE: "plain"}
_AUTHENTICATION: Final = {
    SignInKind.NORMAL: "password-cleartext",
    SignInKind.ENCRYPTED: "password-encrypted",
    SignInKind.OAUTH2: "OAuth2",
    SignInKind.NONE: "none",
}
_PERSONAL: Final = tr_later("The user name in it is yours alone, so the file serves this account only.")


def sheet(account: VerifiedAccount) -> Sheet:
    """The file and where it goes."""
    produced = files(account)
    if not produced:
        raise HandoverError(tr("An autoconfig file needs both directions, and only one was checked."))
    steps = [
        tr(
            "On one computer: put it in the folder “isp” of Thunderbird's program folder as {file}.",
            file=f"{account.address.domain}.xml",
        ),
        tr(
            "For a whole domain: serve it at {url}.",
            url=f"https://autoconfig.{account.address.domain}/mail/config-v1.1.xml",
        ),
    ]
    if not serves_everyone(account):
        steps.append(tr(_PERSONAL))
    return Sheet(TARGET, tr("Autoconfig file"), tuple(steps), (), files=produced)


def files(account: VerifiedAccount) -> tuple[HandoverFile, ...]:
    """The file; none while a direction is missing, because readers refuse it then."""
    if account.incoming is None or account.outgoing is None:
        return ()
    domain = account.address.domain
    root = ElementTree.Element("clientConfig", version="1.1")
    provider = ElementTree.SubElement(root, "emailProvider", id=domain)
    _text(provider, "domain", domain)
    _text(provider, "displayName", account.address.shown_domain)
    _text(provider, "displayShortName", account.address.shown_domain)
    _server(provider, "incomingServer", account, account.incoming, account.incoming_auth)
    _server(provider, "outgoingServer", account, account.outgoing, account.outgoing_auth)
    ElementTree.indent(root)
    content = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True) + b"\n"
    say = tr(
        "Thunderbird finds it as {file} in the folder “isp” of its program folder.",
        file=f"{domain}.xml",
    )
    return (HandoverFile(f"{file_stem(domain)}.xml", "application/xml", content, say),)


def _server(
    provider: ElementTree.Element, tag: str, account: VerifiedAccount, server: ServerCandidate, auth: str | None
) -> None:
    element = ElementTree.SubElement(provider, tag, type=server.protocol.value)
    _text(element, "hostname", ascii_host(server.host))
    _text(element, "port", str(server.port))
    _text(element, "socketType", _SOCKET_TYPE[server.security])
    if sign_in_kind(auth) is not SignInKind.NONE:
        _text(element, "username", _placeholder(account, server))
    _text(element, "authentication", _AUTHENTICATION[sign_in_kind(auth)])


def _placeholder(account: VerifiedAccount, server: ServerCandidate) -> str:
    if server.username in (str(account.address), account.address.wire):
        return "%EMAILADDRESS%"
    if server.username == account.address.local:
        return "%EMAILLOCALPART%"
    return server.username


def serves_everyone(account: VerifiedAccount) -> bool:
    """Whether the user names are what a program can make of any address of the domain."""
    servers = (account.incoming, account.outgoing)
    return all(server is None or _placeholder(account, server).startswith("%EMAIL") for server in servers)


def _text(parent: ElementTree.Element, tag: str, text: str) -> None:
    ElementTree.SubElement(parent, tag).text = text
