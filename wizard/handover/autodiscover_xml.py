"""Classic Outlook's local Autodiscover file, the registry file that points to it, and the one that takes it back."""

from __future__ import annotations

from typing import Final
from xml.etree import ElementTree

from wizard.handover.inert import file_stem
from wizard.handover.sheet import HandoverFile
from wizard.handover.words import SignInKind, ascii_host, name_of, sign_in_kind, sign_in_kinds
from wizard.language import tr
from wizard.model.account import VerifiedAccount
from wizard.model.server import Protocol, Security, ServerCandidate

# One place for every user of the computer, so that the registry file needs nobody's name in it.
FOLDER: Final = "C:\\Users\\Public\\Documents"
_RESPONSE: Final = "http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006"
_OUTLOOK: Final = "http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a"
_KEY: Final = "HKEY_CURRENT_USER\\Software\\Microsoft\\Office\\16.0\\Outlook\\AutoDiscover"
_TYPE: Final = {Protocol.IMAP: "IMAP", Protocol.POP3: "POP3", Protocol.SMTP: "SMTP"}
_ENCRYPTION: Final = {Security.TLS: "SSL", Security.STARTTLS: "TLS", Security.NONE: "None"}


def files(account: VerifiedAccount) -> tuple[HandoverFile, ...]:
    """The three files; none where the format cannot say what was proven: a direction missing, OAuth2, CRAM-MD5."""
    kinds = sign_in_kinds(account)
    if account.incoming is None or account.outgoing is None or kinds & {SignInKind.OAUTH2, SignInKind.ENCRYPTED}:
        return ()
    stem = file_stem(account.address.domain)
    xml = f"{stem}-outlook.xml"
    return (
        HandoverFile(
            xml,
            "application/xml",
            _xml(account, account.incoming, account.outgoing),
            tr("Goes to {place}.", place=FOLDER),
        ),
        HandoverFile(
            f"{stem}-outlook.reg",
            "text/plain",
            _registry(account, f'"{FOLDER}\\{xml}"'.replace("\\", "\\\\")),
            tr("Double-click it before the account is added."),
        ),
        HandoverFile(
            f"{stem}-outlook-undo.reg", "text/plain", _registry(account, "-"), tr("Double-click it to take that back.")
        ),
    )


def steps(account: VerifiedAccount) -> tuple[str, ...]:
    """How the files are used; none where there are none."""
    made = files(account)
    if not made:
        return ()
    xml, reg, undo = (file.name for file in made)
    return (
        tr(
            "The quick way in classic Outlook: save {xml} into {folder}, double-click {reg}, then choose File, Add "
            "Account, and type the address and the password. Afterwards {undo} takes the setting back.",
            xml=xml,
            folder=FOLDER,
            reg=reg,
            undo=undo,
        ),
    )


def _xml(account: VerifiedAccount, incoming: ServerCandidate, outgoing: ServerCandidate) -> bytes:
    root = ElementTree.Element("Autodiscover", xmlns=_RESPONSE)
    response = ElementTree.SubElement(root, "Response", xmlns=_OUTLOOK)
    user = ElementTree.SubElement(response, "User")
    _text(user, "DisplayName", name_of(account))
    settings = ElementTree.SubElement(response, "Account")
    _text(settings, "AccountType", "email")
    _text(settings, "Action", "settings")
    _protocol(settings, incoming, account.incoming_auth)
    _protocol(settings, outgoing, account.outgoing_auth)
    ElementTree.indent(root)
    content: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return content + b"\n"


def _protocol(parent: ElementTree.Element, server: ServerCandidate, auth: str | None) -> None:
    """One server, its elements in the order of the documentation (“POX Autodiscover response, Protocol”)."""
    element = ElementTree.SubElement(parent, "Protocol")
    signs_in = sign_in_kind(auth) is not SignInKind.NONE
    _text(element, "Type", _TYPE[server.protocol])
    _text(element, "Server", ascii_host(server.host))
    _text(element, "Port", str(server.port))
    if signs_in:
        _text(element, "LoginName", server.username)
    # Both are on where they are left out: Outlook would ask for a Windows domain, and sign in the Windows way.
    _text(element, "DomainRequired", "off")
    _text(element, "SPA", "off")
    _text(element, "SSL", "off" if server.security is Security.NONE else "on")
    _text(element, "AuthRequired", "on" if signs_in else "off")
    if server.protocol is Protocol.SMTP:
        _text(element, "UsePOPAuth", "off")
        _text(element, "SMTPLast", "off")
    _text(element, "Encryption", _ENCRYPTION[server.security])


def _registry(account: VerifiedAccount, value: str) -> bytes:
    """A registry file that sets the domain's entry, or takes it away where the value is a minus sign."""
    flag = "-" if value == "-" else "dword:00000001"
    lines = [
        "Windows Registry Editor Version 5.00",
        "",
        f"[{_KEY}]",
        f'"{account.address.domain}"={value}',
        f'"PreferLocalXML"={flag}',
        "",
    ]
    return "\r\n".join(lines).encode("utf-16")


def _text(parent: ElementTree.Element, tag: str, text: str) -> None:
    ElementTree.SubElement(parent, tag).text = text
