"""The HTTPS answer with an account's published settings (the Autoconfig format)."""

from __future__ import annotations

from xml.sax.saxutils import escape

from wizard.model.server import Protocol, Security
from wizard.practice.dialogue_server import Line
from wizard.practice.scenarios import Scenario

AUTOCONFIG_PATH = "/mail/config-v1.1.xml"
_MAX_HEADER_LINES = 100
_SOCKET_TYPES = {Security.TLS: "SSL", Security.STARTTLS: "STARTTLS", Security.NONE: "plain"}


async def answer_request(line: Line, scenario: Scenario) -> None:
    """Reads one request (RFC 9112) and answers it; the connection ends afterwards."""
    words = (await line.read_line()).decode("ascii", "replace").split(" ")
    for _ in range(_MAX_HEADER_LINES):
        if not await line.read_line():
            break
    path = words[1].partition("?")[0] if len(words) == 3 else ""
    found = words[0] == "GET" and path == AUTOCONFIG_PATH
    body = autoconfig_xml(scenario).encode() if found else b"Not here.\n"
    head = [
        "HTTP/1.1 200 OK" if found else "HTTP/1.1 404 Not Found",
        f"Content-Type: {'text/xml' if found else 'text/plain'}; charset=utf-8",
        f"Content-Length: {len(body)}",
        "Connection: close",
    ]
    line.write("\r\n".join([*head, "", ""]).encode() + body)


def autoconfig_xml(scenario: Scenario) -> str:
    """The document with the listed servers (IETF draft "Mail Autoconfig")."""
    rows: list[str] = []
    for server in scenario.listed:
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
    domain = escape(scenario.domain)
    return "\n".join(
        [
            '<?xml version="1.0" encoding="UTF-8"?>',
            '<clientConfig version="1.1">',
            f'  <emailProvider id="{domain}">',
            f"    <domain>{domain}</domain>",
            f"    <displayName>{domain}</displayName>",
            *rows,
            "  </emailProvider>",
            "</clientConfig>",
            "",
        ]
    )
