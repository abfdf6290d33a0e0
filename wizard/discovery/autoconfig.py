"""The provider's own autoconfig file (draft-ietf-mailmaint-autoconfig, Thunderbird's config-v1.1.xml), over HTTPS."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

from msgspec.structs import replace

from wizard.discovery.answer import NOTHING, Answer, Question, Refused
from wizard.discovery.candidate import (
    DIGEST_METHODS,
    OAUTH_METHODS,
    PASSWORD_METHODS,
    KnownHost,
    Maker,
    asked_for,
    one_line,
    port_number,
)
from wizard.discovery.safe_xml import Element, parse
from wizard.language import spoken, tr, tr_plural
from wizard.model.address import Address
from wizard.model.plan import BrowserOffer
from wizard.model.server import Protocol, Security, ServerCandidate, Source, usual_security
from wizard.net.fetch import Fetcher
from wizard.net.sites import same_site

MAX_SERVERS = 20
MAX_LOOKED_AT = 64 * 1024

_SECURITY = {
    "ssl": Security.TLS,
    "tls": Security.TLS,
    "ssl/tls": Security.TLS,
    "starttls": Security.STARTTLS,
    "plain": Security.NONE,
    "none": Security.NONE,
}
_PROTOCOLS = {"imap": Protocol.IMAP, "pop3": Protocol.POP3, "pop": Protocol.POP3, "smtp": Protocol.SMTP}


def autoconfig(address: Address, fetcher: Fetcher, known: KnownHost, *, rank: int) -> tuple[Question, ...]:
    """The places where a domain keeps its file; only they are told the whole address (promise 11)."""
    who = quote(address.wire, safe="@")
    urls = (
        f"https://autoconfig.{address.domain}/mail/config-v1.1.xml?emailaddress={who}",
        f"https://{address.domain}/.well-known/autoconfig/mail/config-v1.1.xml?emailaddress={who}",
        f"https://autoconfig.{address.domain}/.well-known/mail-v1.xml?emailaddress={who}",  # the draft's own, §4.1
    )
    return tuple(_question(address, url, fetcher, known, rank, private=address.wire) for url in urls)


def autoconfig_of_mx(address: Address, mx_domain: str, fetcher: Fetcher, known: KnownHost, *, rank: int) -> Question:
    """The file of the domain that takes this domain's mail: DNS led there, so its word needs the person's yes."""
    url = f"https://autoconfig.{mx_domain}/mail/config-v1.1.xml"
    return _question(address, url, fetcher, known, rank, private=None)


def _question(
    address: Address, url: str, fetcher: Fetcher, known: KnownHost, rank: int, *, private: str | None
) -> Question:
    async def ask() -> Answer:
        fetched = await fetcher.get(url, private=private)
        if fetched.status != 200:
            return NOTHING
        vouched = private is not None and all(same_site(hop, address.domain) for hop in fetched.hops)
        try:
            answer = read(fetched.body, Maker(address, Source.AUTOCONFIG, vouched, known))
        except Refused as error:
            if b"<clientconfig" not in fetched.body[:MAX_LOOKED_AT].lower():
                raise  # a web server that answers everything with the same page
            told = tr(
                "{host} publishes settings that cannot be read: {reason}.", host=urlsplit(url).hostname, reason=error
            )
            return Answer(notes=(told,), refused=(str(error),))
        abroad = next((hop for hop in fetched.hops if not same_site(hop, address.domain)), None)
        if private is not None and abroad is not None and answer.candidates:
            note = tr(
                "{domain} leaves the settings to another domain: {other}.", domain=address.shown_domain, other=abroad
            )
            answer = replace(answer, notes=(*answer.notes, note))
        return answer

    parts = urlsplit(url)
    return Question(Source.AUTOCONFIG, f"{parts.hostname}{parts.path}", rank, ask)


def read(body: bytes, maker: Maker, languages: tuple[str, ...] | None = None) -> Answer:
    """What a config-v1.1.xml says, its servers in its own order of preference; what is refused is refused by name.

    Of the provider\'s own instructions those in the first of `languages` are taken; the language spoken when left out.

    Raises:
        Refused: the whole file.
    """
    root = parse(body)
    provider = _section(root, maker.address)
    if root.tag.lower() != "clientconfig" or provider is None:
        raise Refused(tr("a page that is no autoconfig file"))
    candidates: list[ServerCandidate] = []
    refused: list[str] = []
    others: list[str] = []
    servers = [*provider.each("incomingServer", "outgoingServer")]
    inputs = {
        field.attributes.get("key", "").upper(): one_line(
            field.attributes.get("label") or tr("a user name of its own"), 60
        )
        for field in root.find("inputField")
    }
    asks: list[str] = []
    if len(servers) > MAX_SERVERS:
        left = len(servers) - MAX_SERVERS
        refused.append(
            tr_plural("{n} servers past the first {most}", "{n} servers past the first {most}", left, most=MAX_SERVERS)
        )
    for server in servers[:MAX_SERVERS]:
        kind = server.attributes.get("type", "smtp" if server.tag.lower() == "outgoingserver" else "").strip().lower()
        protocol = _PROTOCOLS.get(kind)
        if protocol is None:
            others.append(one_line(kind or "unknown", 20))
            continue
        if (protocol is Protocol.SMTP) != (server.tag.lower() == "outgoingserver"):
            refused.append(tr("a server of type {kind} on the wrong side", kind=kind))
            continue
        try:
            label = asked_for(server.text_of("username"), inputs)
            found = _server(server, protocol, maker, is_asked=label is not None)
            candidates += found
            if label is not None:
                asks.append(
                    tr(
                        "{host} asks for “{label}” as the user name: type it instead of the address.",
                        host=found[0].host,
                        label=label,
                    )
                )
        except Refused as error:
            refused.append(str(error))
    notes = [*dict.fromkeys(asks), *_notes(provider, languages or (spoken().partition("-")[0], "en"))]
    if others and not candidates:
        kinds = ", ".join(dict.fromkeys(others))
        notes.append(tr("This provider names servers of other kinds only: {kinds}.", kinds=kinds))
    unique = [*dict.fromkeys(candidates)]
    encrypted = [c for c in unique if c.security is not Security.NONE]
    clear = [c for c in unique if c.security is Security.NONE]
    offer = _browser_offer(root, maker, refused)
    return Answer(tuple(encrypted + clear), tuple(notes), tuple(dict.fromkeys(refused)), oauth=offer)


def _section(root: Element, address: Address) -> Element | None:
    """The provider that is about the address's domain, else the only or the first one: a file may hold several."""
    sections = [*root.find("emailProvider")]
    domains = {address.domain, address.shown_domain.lower()}

    def is_about(section: Element) -> bool:
        return any(entry.text.strip().lower().rstrip(".") in domains for entry in section.each("domain"))

    return next((section for section in sections if is_about(section)), sections[0] if sections else None)


def _server(server: Element, protocol: Protocol, maker: Maker, *, is_asked: bool) -> tuple[ServerCandidate, ...]:
    host = server.text_of("hostname")
    if host is None:
        raise Refused(tr("a server without a name"))
    written = server.text_of("port")
    kind = (server.text_of("socketType") or "").lower()
    security = _SECURITY.get(kind)
    if security is None and kind:
        raise Refused(tr("encryption “{kind}” of {host}", kind=one_line(kind, 20), host=one_line(host, 60)))
    if written is None:
        raise Refused(tr("no port for {host}", host=one_line(host, 60)))
    port = port_number(written)
    if security is None:
        security = usual_security(protocol, port)
        if security is None:
            raise Refused(tr("no encryption named for {host}", host=one_line(host, 60)))
    # Many files state a user name once per protocol, some leave it out: then it is the address.
    username = None if is_asked else server.text_of("username")
    return maker.ways(protocol, host, port, security, username, _auth(server, protocol))


def _auth(server: Element, protocol: Protocol) -> tuple[str, ...]:
    methods: list[str] = []
    for element in server.each("authentication"):
        match element.text.strip().lower():
            case "password-cleartext" | "plain" | "password-plaintext":
                methods += PASSWORD_METHODS[protocol]
            case "password-encrypted" | "secure" | "cram-md5":
                methods += DIGEST_METHODS[protocol]
            case "oauth2" | "oauth":
                methods += OAUTH_METHODS
            case _:
                pass  # NTLM, GSSAPI, client-IP-address, none … : nothing that a person with a password can use
    return tuple(dict.fromkeys(methods))


def _browser_offer(root: Element, maker: Maker, refused: list[str]) -> BrowserOffer | None:
    """The first <oAuth2> section; addresses that are no HTTPS pages are refused by name."""
    section = next(root.find("oAuth2"), None)
    if section is None:
        return None
    pages: list[str | None] = []
    for tag in ("authURL", "tokenURL"):
        written = section.text_of(tag)
        page = _link(written)
        if written is not None and (page is None or not page.lower().startswith("https://") or not page.isascii()):
            refused.append(f"{tag} “{one_line(written, 60)}”")
            page = None
        pages.append(page)
    issuer = one_line(section.text_of("issuer") or "", 300) or None
    if issuer is None and not any(pages):
        return None
    hosts = [urlsplit(page).hostname or "" for page in pages if page is not None]
    at_home = len(hosts) == len(pages) and all(same_site(host, maker.address.domain) for host in hosts)
    scopes = one_line(section.text_of("scope") or "", 1000).split()
    return BrowserOffer(maker.source, issuer, tuple(scopes[:20]), pages[0], pages[1], maker.vouched and at_home)


def _notes(provider: Element, languages: tuple[str, ...]) -> list[str]:
    """The provider's own instructions, with their links, each in the best language there is."""
    notes: list[str] = []
    for element in [*provider.each("enable"), *provider.find("documentation")][:6]:
        words = _in_language([*element.each("instruction", "descr")], languages)
        link = _link(element.attributes.get("visiturl") or element.attributes.get("url"))
        if words or link:
            says = " ".join(part for part in (words, link) if part)
            if element.tag.lower() == "enable":
                notes.append(tr("The provider says: {words}", words=says))
            else:
                notes.append(tr("The provider's guide: {link}", link=says))
    return list(dict.fromkeys(notes))


def _in_language(elements: list[Element], languages: tuple[str, ...]) -> str | None:
    if not elements:
        return None

    def order(element: Element) -> int:
        language = element.attributes.get("lang", "").lower().partition("-")[0]
        if language in languages:
            return languages.index(language)
        return len(languages) + bool(language)

    return one_line(min(elements, key=order).text) or None


def _link(url: str | None) -> str | None:
    clean = one_line(url, 300) if url else ""
    return clean if clean.lower().startswith(("https://", "http://")) and " " not in clean else None
