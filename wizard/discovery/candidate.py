"""Makes candidates from what others wrote: names, ports and user names are checked before they are used."""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from collections.abc import Callable, Mapping

from msgspec import Struct

from wizard.discovery.answer import Refused
from wizard.language import tr
from wizard.model.address import Address
from wizard.model.host import NotAHost, visible
from wizard.model.host import host_name as read_host_name
from wizard.model.provider import Provider
from wizard.model.server import STANDARD_PORTS, Protocol, Security, ServerCandidate, Source, usual_security
from wizard.model.text import inert
from wizard.net.reach import Reach, reach_of
from wizard.net.sites import same_site

KnownHost = Callable[[str], Provider | None]

# The only ports a stranger's word may send us to (T32): those of mail, and the second ones that relays offer.
MAIL_PORTS = frozenset({25, 26, 465, 587, 2465, 2525, 2587, 143, 993, 110, 995})
MAX_USERNAME = 320  # RFC 3696 erratum 1690: 64 + @ + 255

_NAMES = "EMAILADDRESS|EMAILLOCALPART|EMAILDOMAIN"
_PLACEHOLDER = re.compile(rf"%\s*({_NAMES})\s*%?|({_NAMES})\s*%", re.IGNORECASE)
_BARE = re.compile(rf"\s*({_NAMES})\s*", re.IGNORECASE)
_UNKNOWN = re.compile(r"%[A-Za-z_]+%|%EMAIL\w*", re.IGNORECASE)
_AROUND_NAME = re.compile(r"(?:[A-Za-z][A-Za-z0-9+.-]{0,20}://)?([^/:@\s]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?/?")


def host_name(text: str) -> str:
    """The host in `text` as it is looked up: lower-case A-labels, or an address.

    Raises:
        Refused: not a name somebody else may send us to (T27: this computer, its line, or no name at all).
    """
    shown = one_line(text, 60)
    try:
        name = read_host_name(_alone(text))
    except NotAHost:
        raise Refused(
            tr("“{host}” is not a server name", host=shown) if text.strip() else tr("an empty server name")
        ) from None
    if _is_address(name):
        if reach_of(ipaddress.ip_address(name)) is Reach.HERE:
            raise Refused(tr("server {host} is inside this computer or its line", host=shown))
        return name
    labels = name.split(".")
    if labels[-1] in ("localhost", "localdomain", "local"):
        raise Refused(tr("server {host} is inside this computer or its line", host=shown))
    if len(labels) < 2:
        raise Refused(tr("“{host}” is not a server name", host=shown))
    return name


def _alone(text: str) -> str:
    """The name without the scheme, slash and port that some files write around it."""
    bare = visible(text).strip()
    found = _AROUND_NAME.fullmatch(bare)
    return found[1] if found is not None else bare


def _is_address(name: str) -> bool:
    return ":" in name or name.replace(".", "").isdigit()


def port_number(text: str) -> int:
    """The port in `text`. Raises Refused."""
    digits = text.strip()
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 5) or not 1 <= int(digits) <= 65535:
        raise Refused(tr("“{port}” is not a port", port=one_line(text, 20)))
    return int(digits)


def filled(text: str, address: Address, *, bare: bool = False) -> str:
    """`text` with its placeholders filled in, the malformed ones too: a missing %, another case.

    `bare` also takes a whole text that is a placeholder's name without any %.

    Raises:
        Refused: a placeholder that nobody knows.
    """
    values = {"EMAILADDRESS": address.wire, "EMAILLOCALPART": address.local, "EMAILDOMAIN": address.domain}
    whole = _BARE.fullmatch(text) if bare else None
    if whole is not None:
        return values[whole.group(1).upper()]
    unknown = _UNKNOWN.search(_PLACEHOLDER.sub("", text))
    if unknown is not None:
        raise Refused(tr("unknown placeholder {placeholder}", placeholder=one_line(unknown.group(), 40)))
    return _PLACEHOLDER.sub(lambda match: values[(match.group(1) or match.group(2)).upper()], text)


def asked_for(text: str | None, inputs: Mapping[str, str]) -> str | None:
    """What the person must be asked for, in the source's own words, where a user name is made of it; None otherwise.

    `inputs` are the labels of a file's <inputField>s by their keys; no server is lost because its name must be asked.
    """
    names = (match.strip("%").upper() for match in _UNKNOWN.findall(_PLACEHOLDER.sub("", text or "")))
    return next((inputs[name] for name in names if name in inputs), None)


def user_name(text: str | None, address: Address) -> str:
    """The user name a source wrote, placeholders filled; the whole address where it wrote none. Raises Refused."""
    if text is None or not text.strip():
        return address.wire
    name = filled(text.strip(), address, bare=True)
    if len(name) > MAX_USERNAME or any(unicodedata.category(character) in ("Cc", "Cf", "Cs") for character in name):
        raise Refused(tr("a user name with characters that no user name has"))
    return name


class Maker(Struct, frozen=True):
    """Makes one source's candidates.

    Args:
        address: whose settings they are.
        source: who named them.
        vouched: the word came from the address's own domain over HTTPS, or from a list that others keep; False when
            DNS alone or a foreign domain said so. What it says of pages to sign in at depends on that.
        known: recognises a host as a preset's; such a server needs no other word.
    """

    address: Address
    source: Source
    vouched: bool
    known: KnownHost

    def make(
        self,
        protocol: Protocol,
        host: str,
        port: int,
        security: Security,
        username: str | None = None,
        auth: tuple[str, ...] = (),
    ) -> ServerCandidate:
        """A checked candidate; raises Refused.

        It is trusted when the server stands in the address's own registrable domain, or is a preset's (promise 12);
        never without encryption, never in the person's own network.
        """
        name = host_name(filled(host, self.address))
        trusted = security is not Security.NONE and (
            self.known(name) is not None or (not _is_address(name) and same_site(name, self.address.domain))
        )
        if port not in MAIL_PORTS:
            raise Refused(tr("port {port} of {host} is not a mail port", port=port, host=name))
        return ServerCandidate(
            protocol=protocol,
            host=name,
            port=port,
            security=security,
            username=user_name(username, self.address),
            source=self.source,
            trusted=trusted,
            auth=auth,
        )

    def ways(
        self,
        protocol: Protocol,
        host: str,
        port: int,
        security: Security,
        username: str | None = None,
        auth: tuple[str, ...] = (),
    ) -> tuple[ServerCandidate, ...]:
        """The candidate as `make` has it; where the source names it without encryption, with it first.

        Files from the days of "plain" name servers that have had STARTTLS for long: the same port switched, then the
        same host's port that is encrypted from the start. In clear it comes last, and no password goes there by itself.
        """
        secured: list[tuple[int, Security]] = [(port, security)]
        if security is Security.NONE:
            at_start = next(number for number, how in STANDARD_PORTS[protocol] if how is Security.TLS)
            switched = usual_security(protocol, port) or Security.STARTTLS
            secured = [*dict.fromkeys([(port, switched), (at_start, Security.TLS)]), (port, security)]
        return tuple(self.make(protocol, host, number, how, username, auth) for number, how in secured)


PASSWORD_METHODS: dict[Protocol, tuple[str, ...]] = {
    Protocol.SMTP: ("PLAIN", "LOGIN"),
    Protocol.IMAP: ("PLAIN", "IMAP LOGIN"),
    Protocol.POP3: ("PLAIN", "USER/PASS"),
}
DIGEST_METHODS: dict[Protocol, tuple[str, ...]] = {
    Protocol.SMTP: ("CRAM-MD5",),
    Protocol.IMAP: ("CRAM-MD5",),
    Protocol.POP3: ("CRAM-MD5", "APOP"),
}
OAUTH_METHODS = ("OAUTHBEARER", "XOAUTH2")


def one_line(text: str, limit: int = 300) -> str:
    """Somebody else's text made harmless to show, on one line."""
    return inert(" ".join(text[: limit * 4].split()), limit)
