"""What a domain serves so that every mail program finds proven settings by itself.

Files for a web server, a part of a zone, and the steps. Nothing in them belongs to one person: user names stand as what
each program fills in.
"""

from __future__ import annotations

import base64
import hashlib
import json
import plistlib
import uuid
from collections.abc import Iterator
from typing import Final
from xml.sax.saxutils import escape

from msgspec import Struct

from wizard.errors import HandoverError
from wizard.handover import apple_mail, autoconfig_xml
from wizard.handover.words import SignInKind, ascii_host, sign_in_kind
from wizard.language import tr
from wizard.model.account import VerifiedAccount
from wizard.model.server import Protocol, Security, ServerCandidate

AUTOCONFIG: Final = "mail/config-v1.1.xml"
WELL_KNOWN: Final = ".well-known/autoconfig/mail/config-v1.1.xml"
PACC: Final = ".well-known/user-agent-configuration.json"
AUTODISCOVER: Final = "autodiscover/autodiscover.xml"
APPLE: Final = "mail.mobileconfig"
HOSTS: Final = ("autoconfig", "autodiscover", "ua-auto-config")  # below the domain; all are served by one web server

_SERVICES: Final = {
    (Protocol.SMTP, Security.TLS): "_submissions",
    (Protocol.SMTP, Security.STARTTLS): "_submission",
    (Protocol.IMAP, Security.TLS): "_imaps",
    (Protocol.IMAP, Security.STARTTLS): "_imap",
    (Protocol.POP3, Security.TLS): "_pop3s",
    (Protocol.POP3, Security.STARTTLS): "_pop3",
}
_PACC_PORTS: Final = {Protocol.SMTP: 465, Protocol.IMAP: 993, Protocol.POP3: 995}
_POX_KINDS: Final = {Protocol.SMTP: "SMTP", Protocol.IMAP: "IMAP", Protocol.POP3: "POP3"}
_NAMESPACE: Final = uuid.UUID("0f0e6f0e-7a4c-4a61-8c8e-1c9a3f4f7b55")


class Published(Struct, frozen=True):
    """Files by their path below the output folder, and sentences about what could not be published and why."""

    files: dict[str, bytes]
    left_out: tuple[str, ...]


def published(account: VerifiedAccount, web_host: str | None = None) -> Published:
    """What to serve for the domain of a proven account.

    Args:
        web_host: the web server that serves the files; the domain itself where it is not said.

    Raises:
        HandoverError: a direction is missing, it is not encrypted, or a user name belongs to one person alone.
    """
    incoming, outgoing = account.incoming, account.outgoing
    if incoming is None or outgoing is None:
        raise HandoverError(tr("To publish settings, both sending and receiving must be proven."))
    servers = (incoming, outgoing)
    if any(server.security is Security.NONE for server in servers):
        raise HandoverError(
            tr("Settings without encryption are not published: everybody's password would go in clear.")
        )
    if not autoconfig_xml.serves_everyone(account):
        raise HandoverError(
            tr(
                "The user name in this result is one person's alone. Check an account that signs in with its whole "
                "address, or with what stands before the @."
            )
        )
    domain = ascii_host(account.address.domain)
    by_address = all(server.username in (str(account.address), account.address.wire) for server in servers)
    left_out: list[str] = []
    (config,) = autoconfig_xml.files(account)
    files = {f"www/{AUTOCONFIG}": config.content, f"www/{WELL_KNOWN}": config.content}
    pacc = _pacc(account, servers) if by_address else None
    if pacc is not None:
        files[f"www/{PACC}"] = pacc
    else:
        left_out.append(
            tr("PACC: it knows only TLS at the ports 465, 993 and 995, a password, and the whole address as user name.")
        )
    if by_address and _takes_password(account):
        files[f"www/{AUTODISCOVER}"] = _autodiscover(servers)
        files[f"www/{APPLE}"] = _apple(account)
    else:
        left_out.append(
            tr("Autodiscover and the Apple profile: they know a password and the whole address as user name.")
        )
    files[f"{domain}.zone"] = "\n".join([*_zone(domain, servers, pacc, web_host or domain), ""]).encode()
    files["nginx.conf"] = _nginx(domain).encode()
    files["apache.conf"] = _apache(domain).encode()
    files["Caddyfile"] = _caddy(domain).encode()
    files["STEPS.txt"] = _steps(domain, web_host or domain, left_out).encode()
    return Published(files, tuple(left_out))


def _takes_password(account: VerifiedAccount) -> bool:
    kinds = {sign_in_kind(auth) for auth in (account.incoming_auth, account.outgoing_auth)}
    return kinds <= {SignInKind.NORMAL, SignInKind.ENCRYPTED}


def _pacc(account: VerifiedAccount, servers: tuple[ServerCandidate, ...]) -> bytes | None:
    """draft-ietf-mailmaint-pacc-02; None where it has no words for what was proven."""
    if any(one.security is not Security.TLS or one.port != _PACC_PORTS[one.protocol] for one in servers):
        return None
    if not _takes_password(account):
        return None
    document = {
        "protocols": {one.protocol.value: {"host": ascii_host(one.host)} for one in servers},
        "authentication": {"password": True},
        "info": {"provider": {"name": account.address.shown_domain}},
    }
    return (json.dumps(document, indent=1) + "\n").encode()


def _autodiscover(servers: tuple[ServerCandidate, ...]) -> bytes:
    """The answer for everybody: without LoginName a program signs in with the address it was given."""
    lines = ['<?xml version="1.0" encoding="utf-8"?>']
    lines.append('<Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006">')
    lines.append(' <Response xmlns="http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a">')
    lines.append("  <Account>\n   <AccountType>email</AccountType>\n   <Action>settings</Action>")
    for server in servers:
        encryption = "SSL" if server.security is Security.TLS else "TLS"
        lines.append(
            f"   <Protocol>\n    <Type>{_POX_KINDS[server.protocol]}</Type>\n"
            f"    <Server>{escape(ascii_host(server.host))}</Server>\n    <Port>{server.port}</Port>\n"
            f"    <DomainRequired>off</DomainRequired>\n    <SPA>off</SPA>\n"
            f"    <SSL>{'on' if server.security is Security.TLS else 'off'}</SSL>\n"
            f"    <AuthRequired>on</AuthRequired>\n    <Encryption>{encryption}</Encryption>\n   </Protocol>"
        )
    lines.append("  </Account>\n </Response>\n</Autodiscover>\n")
    return "\n".join(lines).encode()


def _apple(account: VerifiedAccount) -> bytes:
    """The profile without anything of one person: the device asks for name, address and password."""
    (file,) = apple_mail.files(account)
    profile = plistlib.loads(file.content)
    domain = account.address.domain
    (mail,) = profile["PayloadContent"]
    for key in ("EmailAddress", "EmailAccountName", "IncomingMailServerUsername", "OutgoingMailServerUsername"):
        mail.pop(key, None)
    for part, kind in ((profile, "profile"), (mail, "mail")):
        part["PayloadUUID"] = str(uuid.uuid5(_NAMESPACE, f"{kind} {domain}")).upper()
        part["PayloadIdentifier"] = f"mailwright.domain.{domain}" + (".mail" if kind == "mail" else "")
        part["PayloadDisplayName"] = f"Mail settings for {account.address.shown_domain}"
    mail["EmailAccountDescription"] = account.address.shown_domain
    content: bytes = plistlib.dumps(profile, fmt=plistlib.FMT_XML)
    return content


def _zone(domain: str, servers: tuple[ServerCandidate, ...], pacc: bytes | None, web_host: str) -> Iterator[str]:
    yield f"; Put these lines into the zone of {domain}."
    for server in servers:
        service = _SERVICES[server.protocol, server.security]
        yield f"{service}._tcp.{domain}. 3600 IN SRV 0 1 {server.port} {ascii_host(server.host)}."
    for name in HOSTS if pacc is not None else HOSTS[:2]:
        yield f"{name}.{domain}. 3600 IN CNAME {web_host}."
    # Not to autodiscover: what a service record names must have an address of its own, no CNAME (RFC 2782).
    yield f"_autodiscover._tcp.{domain}. 3600 IN SRV 0 1 443 {web_host}."
    if pacc is not None:
        digest = base64.b64encode(hashlib.sha256(pacc).digest()).decode()
        yield f'_ua-auto-config.{domain}. 3600 IN TXT "v=UAAC1; a=sha256; d={digest}"'


def _nginx(domain: str) -> str:
    names = " ".join(f"{name}.{domain}" for name in HOSTS)
    return f"""\
# For nginx: inside http {{ }}. Change root and the certificate's paths; the certificate holds all the names.
server {{
    listen 443 ssl;
    listen [::]:443 ssl;
    server_name {domain} {names};
    ssl_certificate     /etc/ssl/{domain}.pem;
    ssl_certificate_key /etc/ssl/{domain}.key;
    root /var/www/{domain};

    location ~ ^/(\\.well-known/autoconfig/)?mail/config-v1\\.1\\.xml$ {{ default_type application/xml; types {{}} }}
    location = /{PACC} {{ default_type application/json; types {{}} }}
    location = /{APPLE} {{ default_type application/x-apple-aspen-config; types {{}} }}
    # Programs ask for Autodiscover by POST, and some write it with capitals; a file is served to a GET only.
    location ~* ^/autodiscover/autodiscover\\.xml$ {{
        default_type application/xml;
        types {{}}
        error_page 405 =200 /{AUTODISCOVER};
        try_files /{AUTODISCOVER} =404;
    }}
}}
"""


def _apache(domain: str) -> str:
    names = " ".join(f"{name}.{domain}" for name in HOSTS)
    return f"""\
# For Apache 2.4 with mod_ssl and mod_rewrite. Change the paths; the certificate holds all the names.
<VirtualHost *:443>
    ServerName {domain}
    ServerAlias {names}
    SSLEngine on
    SSLCertificateFile    /etc/ssl/{domain}.pem
    SSLCertificateKeyFile /etc/ssl/{domain}.key
    DocumentRoot /var/www/{domain}
    AddType application/x-apple-aspen-config .mobileconfig
    RewriteEngine on
    RewriteRule "(?i)^/autodiscover/autodiscover\\.xml$" "/{AUTODISCOVER}" [PT]
    <Directory /var/www/{domain}>
        Require all granted
    </Directory>
</VirtualHost>
"""


def _caddy(domain: str) -> str:
    names = ", ".join([domain, *(f"{name}.{domain}" for name in HOSTS)])
    return f"""\
# For Caddy 2, which gets the certificates by itself.
{names} {{
    root * /var/www/{domain}
    @autodiscover path_regexp (?i)^/autodiscover/autodiscover\\.xml$
    rewrite @autodiscover /{AUTODISCOVER}
    @post method POST
    method @post GET
    header /{APPLE} Content-Type application/x-apple-aspen-config
    header /autodiscover/* Content-Type application/xml
    file_server
}}
"""


def _steps(domain: str, web_host: str, left_out: list[str]) -> str:
    steps = [
        tr(
            "Copy what is in {folder} to the web server {host}, into {place}.",
            folder="www",
            host=web_host,
            place=f"/var/www/{domain}",
        ),
        tr(
            "Take over nginx.conf, apache.conf or Caddyfile, whichever web server you have, and change the paths in it."
        ),
        tr(
            "Get a certificate that holds {domain} and {others}.",
            domain=domain,
            others=", ".join(f"{name}.{domain}" for name in HOSTS),
        ),
        tr(
            "Put the lines of {file} into your zone; where a name is there already, keep the one that is right.",
            file=f"{domain}.zone",
        ),
        tr("See what programs find: {command}", command=f"mailwright publish {domain} --check --from RESULT.json"),
        tr("iPhone, iPad and Mac: give people {url} as a link.", url=f"https://{domain}/{APPLE}"),
        tr(
            "Whenever the PACC file changes, the TXT record must too: it holds the file's digest. Publish both "
            "together."
        ),
    ]
    lines = [tr("How {domain} lets every mail program find its settings", domain=domain), ""]
    lines += [f"{number}. {step}" for number, step in enumerate(steps, 1)]
    if left_out:
        lines += ["", tr("Left out:"), *(f"- {sentence}" for sentence in left_out)]
    return "\n".join([*lines, ""])
