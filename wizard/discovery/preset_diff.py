"""Compares presets with a folder of autoconfig files (Mozilla's ISPDB format), for whoever maintains presets."""

from __future__ import annotations

import os
from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import Final

from msgspec import Struct

from wizard.discovery.answer import Refused
from wizard.discovery.presets import PresetBook
from wizard.discovery.safe_xml import MAX_BYTES, Element, parse
from wizard.errors import UsageError
from wizard.language import tr
from wizard.model.provider import Provider, ProviderServer
from wizard.model.server import Protocol, Security, UsernameForm
from wizard.text_file import read_bytes

MAX_FILES: Final = 20_000  # Mozilla's whole database has some 2,000
_SECURITY: Final = {"SSL": Security.TLS, "STARTTLS": Security.STARTTLS, "plain": Security.NONE}
_FORMS: Final = {"%EMAILADDRESS%": UsernameForm.FULL_ADDRESS, "%EMAILLOCALPART%": UsernameForm.LOCAL_PART}


class Difference(Struct, frozen=True):
    """One thing a preset and a file do not agree on; `provider` is `None` when no preset knows any of its domains."""

    file: str
    provider: str | None
    what: str
    preset: str
    theirs: str

    def __str__(self) -> str:
        if self.provider is None:
            return f"{self.file}: {self.what}: {self.theirs}"
        return tr(
            "{provider} ({file}): {what}: preset {preset}, file {theirs}",
            provider=self.provider,
            file=self.file,
            what=self.what,
            preset=self.preset,
            theirs=self.theirs,
        )


def differences(book: PresetBook, folder: Path) -> tuple[Difference, ...]:
    """What the autoconfig files of the folder state otherwise than the presets, file by file.

    Raises:
        UsageError: when the folder is not there, holds no file or too many, or one cannot be read.
    """
    found = list(islice(folder.rglob("*"), MAX_FILES + 1))
    if len(found) > MAX_FILES:
        raise UsageError(
            tr("{folder} holds more than {most} files: it is hardly the right folder.", folder=folder, most=MAX_FILES)
        )
    files = sorted(path for path in found if os.path.isfile(path) and _is_markup(path))
    if not files:
        raise UsageError(tr("{folder} holds no autoconfig files.", folder=folder))
    return tuple(difference for path in files for difference in _of_file(book, path))


def _of_file(book: PresetBook, path: Path) -> Iterable[Difference]:
    theirs = _email_provider(path)
    if theirs is None:
        yield Difference(path.name, None, tr("not an autoconfig file"), "", tr("left out"))
        return
    domains = [element.text.strip() for element in theirs.each("domain")]
    provider = next((found for domain in domains if (found := book.for_domain(domain))), None)
    if provider is None:
        yield Difference(path.name, None, tr("no preset"), "", ", ".join(domains) or tr("no domains"))
        return
    for domain in domains:
        owner = book.for_domain(domain)
        if owner is not provider:
            yield Difference(path.name, provider.id, "domain", owner.id if owner else tr("does not know it"), domain)
    for protocol in Protocol:
        yield from _of_protocol(path.name, provider, protocol, theirs)


def _of_protocol(file: str, provider: Provider, protocol: Protocol, theirs: Element) -> Iterable[Difference]:
    tag = "outgoingServer" if protocol is Protocol.SMTP else "incomingServer"
    elements = [element for element in theirs.each(tag) if element.attributes.get("type") == protocol.value]
    ours = [server for server in provider.servers if server.protocol is protocol]
    named = [_server(element) for element in elements]
    if [_shown(server) for server in ours] != named:
        yield Difference(
            file,
            provider.id,
            protocol.value,
            ", ".join(map(_shown, ours)) or tr("none"),
            ", ".join(named) or tr("none"),
        )
    if ours and elements:
        name = elements[0].text_of("username") or tr("none")
        form = _FORMS.get(name, UsernameForm.OTHER)
        if form is not ours[0].username_form or (form is UsernameForm.OTHER and name != ours[0].username):
            own = ours[0].username or ours[0].username_form.value
            yield Difference(file, provider.id, tr("{protocol} user name", protocol=protocol.value), own, name)


def _email_provider(path: Path) -> Element | None:
    try:
        return next(parse(read_bytes(path, limit_bytes=MAX_BYTES)).each("emailProvider"), None)
    except Refused:
        return None


def _is_markup(path: Path) -> bool:
    # In the ISPDB a file is called like the provider's domain, so its name says nothing about its kind.
    return read_bytes(path, limit_bytes=64).removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<")


def _server(element: Element) -> str:
    security = _SECURITY.get(element.text_of("socketType") or "")
    return f"{element.text_of('hostname')}:{element.text_of('port')}/{security or 'unknown'}"


def _shown(server: ProviderServer) -> str:
    return f"{server.host}:{server.port}/{server.security}"
