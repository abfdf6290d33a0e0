"""Compares presets with a folder of autoconfig files (Mozilla's ISPDB format), for whoever maintains presets."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from wizard.discovery.presets import PresetBook
from wizard.errors import UsageError
from wizard.model.provider import Provider, ProviderServer
from wizard.model.server import Protocol, Security, UsernameForm

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

SIZE_LIMIT_BYTES: Final = 256 * 1024

_SECURITY: Final = {"SSL": Security.TLS, "STARTTLS": Security.STARTTLS, "plain": Security.NONE}
_FORMS: Final = {"%EMAILADDRESS%": UsernameForm.FULL_ADDRESS, "%EMAILLOCALPART%": UsernameForm.LOCAL_PART}


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing a preset and a file do not agree on; `provider` is `None` when no preset knows any of its domains."""

    file: str
    provider: str | None
    what: str
    preset: str
    theirs: str

    def __str__(self) -> str:
        if self.provider is None:
            return f"{self.file}: {self.what}: {self.theirs}"
        return f"{self.provider} ({self.file}): {self.what}: preset {self.preset}, file {self.theirs}"


def differences(book: PresetBook, folder: Path) -> tuple[Difference, ...]:
    """What the autoconfig files of the folder state otherwise than the presets, file by file.

    Raises:
        UsageError: when the folder is not there or holds no file.
    """
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix in ("", ".xml"))
    if not files:
        raise UsageError(f"{folder} holds no autoconfig files.")
    return tuple(difference for path in files for difference in _of_file(book, path))


def _of_file(book: PresetBook, path: Path) -> Iterable[Difference]:
    theirs = _email_provider(path)
    if theirs is None:
        yield Difference(path.name, None, "not an autoconfig file", "", "left out")
        return
    domains = [_text(element) for element in theirs.iter("domain")]
    provider = next((found for domain in domains if (found := book.for_domain(domain))), None)
    if provider is None:
        yield Difference(path.name, None, "no preset", "", ", ".join(domains) or "no domains")
        return
    for domain in domains:
        owner = book.for_domain(domain)
        if owner is not provider:
            yield Difference(path.name, provider.id, "domain", owner.id if owner else "does not know it", domain)
    for protocol in Protocol:
        yield from _of_protocol(path.name, provider, protocol, theirs)


def _of_protocol(file: str, provider: Provider, protocol: Protocol, theirs: Element) -> Iterable[Difference]:
    tag = "outgoingServer" if protocol is Protocol.SMTP else "incomingServer"
    elements = [element for element in theirs.iter(tag) if element.get("type") == protocol.value]
    ours = [server for server in provider.servers if server.protocol is protocol]
    named = [_server(element) for element in elements]
    if [_shown(server) for server in ours] != named:
        yield Difference(
            file, provider.id, protocol.value, ", ".join(map(_shown, ours)) or "none", ", ".join(named) or "none"
        )
    if ours and elements:
        name = _text(elements[0].find("username"))
        form = _FORMS.get(name, UsernameForm.OTHER)
        if form is not ours[0].username_form or (form is UsernameForm.OTHER and name != ours[0].username):
            own = ours[0].username or ours[0].username_form.value
            yield Difference(file, provider.id, f"{protocol.value} user name", own, name or "none")


def _email_provider(path: Path) -> Element | None:
    from xml.etree.ElementTree import ParseError

    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    if path.stat().st_size > SIZE_LIMIT_BYTES:
        return None
    try:
        root: Element = fromstring(path.read_bytes(), forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        return None
    return root.find("emailProvider")


def _server(element: Element) -> str:
    security = _SECURITY.get(_text(element.find("socketType")))
    return f"{_text(element.find('hostname'))}:{_text(element.find('port'))}/{security or 'unknown'}"


def _shown(server: ProviderServer) -> str:
    return f"{server.host}:{server.port}/{server.security}"


def _text(element: Element | None) -> str:
    return ((element.text if element is not None else None) or "").strip()
