"""The HTTPS pages that publish an account's settings: Autoconfig and Autodiscover."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from xml.sax.saxutils import escape

from msgspec import Struct

from wizard.model.provider import ProviderServer
from wizard.model.server import Protocol, Security
from wizard.practice.dialogue_server import Line
from wizard.practice.scenarios import Scenario

_MAX_HEADER_LINES: Final = 100
_MAX_BODY: Final = 16 * 1024
_SOCKET_TYPES = {Security.TLS: "SSL", Security.STARTTLS: "STARTTLS", Security.NONE: "plain"}
_ENCRYPTIONS = {Security.TLS: "SSL", Security.STARTTLS: "TLS", Security.NONE: "None"}


class Page(Struct, frozen=True):
    """The one page of a host, and the method it is asked for by."""

    host: str
    method: str
    path: str
    content: str


def pages_of(scenario: Scenario) -> tuple[Page, ...]:
    """The pages that the account's domain publishes."""
    pages: list[Page] = []
    if scenario.autoconfig:
        text = autoconfig_xml(scenario.domain, scenario.autoconfig)
        pages.append(Page(f"autoconfig.{scenario.domain}", "GET", "/mail/config-v1.1.xml", text))
    if scenario.autodiscover:
        text = autodiscover_xml(scenario.account.address, scenario.autodiscover)
        pages.append(Page(f"autodiscover.{scenario.domain}", "POST", "/autodiscover/autodiscover.xml", text))
    return tuple(pages)


async def answer_request(line: Line, page: Page) -> None:
    """Reads one request (RFC 9112) and answers it; the connection ends afterwards."""
    words = (await line.read_line()).decode("ascii", "replace").split(" ")
    size = 0
    for _ in range(_MAX_HEADER_LINES):
        name, _, value = (await line.read_line()).decode("ascii", "replace").partition(":")
        if not name:
            break
        if name.lower() == "content-length" and value.strip().isdecimal():
            size = min(int(value), _MAX_BODY)
    await line.read_exactly(size)
    found = len(words) == 3 and words[0] == page.method and words[1].partition("?")[0].lower() == page.path
    body = page.content.encode() if found else b"Not here.\n"
    head = [
        "HTTP/1.1 200 OK" if found else "HTTP/1.1 404 Not Found",
        f"Content-Type: {'text/xml' if found else 'text/plain'}; charset=utf-8",
        f"Content-Length: {len(body)}",
        "Connection: close",
    ]
    line.write("\r\n".join([*head, "", ""]).encode() + body)


def autoconfig_xml(domain: str, servers: Sequence[ProviderServer]) -> str:
    """The document of the IETF draft "Mail Autoconfig"."""
    rows: list[str] = []
    for server in servers:
        element = "outgoingServer" if server.protocol is Protocol.SMTP else "incomingServer"
        rows += [
            f'    <{element} type="{server.protocol}">',
            f"      <hostname>{escape(server.host)}</hostname>",
            f"      <port>{server.port}</port>",
            f"      <socketType>{_SOCKET_TYPES[server.security]}</socketType>",
            "      <authentication>password-cleartext</authentication>",
            "      <username>%EMAILADDRESS%</username>",
            f"    </{element}>",
        ]
    return "\n".join(
        [
            '<?xml version="1.0" encoding="UTF-8"?>',
            '<clientConfig version="1.1">',
            f'  <emailProvider id="{escape(domain)}">',
            f"    <domain>{escape(domain)}</domain>",
            f"    <displayName>{escape(domain)}</displayName>",
            *rows,
            "  </emailProvider>",
            "</clientConfig>",
            "",
        ]
    )


def autodiscover_xml(address: str, servers: Sequence[ProviderServer]) -> str:
    """The plain XML answer of [MS-OXDSCLI] §2.2.4."""
    schema = "http://schemas.microsoft.com/exchange/autodiscover"
    rows: list[str] = []
    for server in servers:
        rows += [
            "      <Protocol>",
            f"        <Type>{server.protocol.upper()}</Type>",
            f"        <Server>{escape(server.host)}</Server>",
            f"        <Port>{server.port}</Port>",
            f"        <LoginName>{escape(address)}</LoginName>",
            f"        <Encryption>{_ENCRYPTIONS[server.security]}</Encryption>",
            "        <SPA>off</SPA>",
            "        <AuthRequired>on</AuthRequired>",
            "      </Protocol>",
        ]
    return "\n".join(
        [
            '<?xml version="1.0" encoding="utf-8"?>',
            f'<Autodiscover xmlns="{schema}/responseschema/2006">',
            f'  <Response xmlns="{schema}/outlook/responseschema/2006a">',
            "    <Account>",
            "      <AccountType>email</AccountType>",
            "      <Action>settings</Action>",
            *rows,
            "    </Account>",
            "  </Response>",
            "</Autodiscover>",
            "",
        ]
    )
