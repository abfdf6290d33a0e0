"""Exchange Autodiscover (POX, [MS-OXDSCLI]) over HTTPS, asked without credentials and of the mail domain only (T33)."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

from wizard.discovery.answer import MAX_NAMES, NOTHING, Answer, Question, Refused
from wizard.discovery.candidate import PASSWORD_METHODS, KnownHost, Maker, one_line, port_number
from wizard.discovery.safe_xml import Element, parse
from wizard.language import tr
from wizard.model.address import Address
from wizard.model.server import Protocol, Security, ServerCandidate, Source, usual_security
from wizard.net.dns import Resolver
from wizard.net.fetch import Fetcher
from wizard.net.sites import is_public_suffix, same_site

PATH = "/autodiscover/autodiscover.xml"
MAX_FORWARDS = 2
MAX_LOOKED_AT = 64 * 1024
_REQUEST = (
    '<?xml version="1.0" encoding="utf-8"?>'
    '<Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/outlook/requestschema/2006">'
    "<Request><EMailAddress>{address}</EMailAddress>"
    "<AcceptableResponseSchema>http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a"
    "</AcceptableResponseSchema></Request></Autodiscover>"
)
_PROTOCOLS = {"imap": Protocol.IMAP, "pop3": Protocol.POP3, "pop": Protocol.POP3, "smtp": Protocol.SMTP}
_TLS_PORTS = {Protocol.IMAP: 993, Protocol.POP3: 995, Protocol.SMTP: 465}


def autodiscover(address: Address, fetcher: Fetcher, known: KnownHost, *, rank: int) -> tuple[Question, ...]:
    """The two hosts of the mail domain; never one above it, and none at all for a domain anybody can register in."""
    if is_public_suffix(address.domain):
        return ()
    hosts = (f"autodiscover.{address.domain}", address.domain)
    return tuple(_question(address, host, fetcher, known, rank) for host in hosts)


def autodiscover_srv(
    address: Address, resolver: Resolver, fetcher: Fetcher, known: KnownHost, *, rank: int
) -> Question:
    """The host that `_autodiscover._tcp` names, asked only where it stands in the address's own domain (promise 11)."""
    name = f"_autodiscover._tcp.{address.domain}"

    async def ask() -> Answer:
        records = [record for record in (await resolver.srv(name))[:MAX_NAMES] if record.host]
        if not records:
            return NOTHING
        hosts = dict.fromkeys(record.host for record in records if record.port == 443)
        refused = [
            tr("{host} is another domain's", host=one_line(host, 60)) for host in hosts if not _at_home(address, host)
        ]
        then = [_question(address, host, fetcher, known, rank) for host in hosts if _at_home(address, host)]
        return Answer(refused=tuple(refused), then=tuple(then))

    return Question(Source.AUTODISCOVER, name, rank, ask)


def _at_home(address: Address, host: str) -> bool:
    return same_site(host, address.domain) and not is_public_suffix(host)


def _question(address: Address, host: str, fetcher: Fetcher, known: KnownHost, rank: int) -> Question:
    async def ask() -> Answer:
        from html import escape

        url = f"https://{host}{PATH}"
        body = _REQUEST.format(address=escape(address.wire)).encode()
        maker = Maker(address, Source.AUTODISCOVER, True, known)
        for _ in range(MAX_FORWARDS + 1):
            fetched = await fetcher.post(url, body, "text/xml; charset=utf-8")
            if fetched.status != 200:
                return NOTHING  # 401 is the usual answer: Exchange wants the password first, and does not get it
            try:
                forward = read_forward(fetched.body)
                if forward is None:
                    return read(fetched.body, maker)
            except Refused as error:
                if b"<protocol" not in fetched.body[:MAX_LOOKED_AT].lower():
                    raise  # no settings at all
                told = tr(
                    "{host} publishes settings that cannot be read: {reason}.",
                    host=urlsplit(url).hostname,
                    reason=error,
                )
                return Answer(notes=(told,), refused=(str(error),))
            url = urljoin(url, forward)
            target = urlsplit(url).hostname or ""
            if not same_site(target, address.domain):
                raise Refused(tr("it sends on to another domain, {host}", host=one_line(target, 60)))
        raise Refused(tr("it sends on in circles"))

    return Question(Source.AUTODISCOVER, f"{host}{PATH}", rank, ask)


def _accounts(body: bytes) -> list[Element]:
    """The accounts of an answer, at least one: some generators write one for each protocol."""
    root = parse(body)
    accounts = [*root.find("Account")]
    if root.tag.lower() != "autodiscover":
        raise Refused(tr("a page that is no Autodiscover answer"))
    if not accounts:
        error = next(root.find("Error"), None)
        words = error.text_of("Message") if error is not None else None
        raise Refused(tr("an error: {reply}", reply=one_line(words or tr("without words"), 80)))
    return accounts


def read_forward(body: bytes) -> str | None:
    """Where an answer sends on to; None when it holds settings. Raises Refused, also where it names another address."""
    account = _accounts(body)[0]
    match (account.text_of("Action") or "settings").lower():
        case "redirecturl":
            url = account.text_of("RedirectUrl")
            if url is None:
                raise Refused(tr("it sends on to nowhere"))
            return url
        case "redirectaddr":
            raise Refused(tr("it names another email address to ask for"))
        case _:
            return None


def read(body: bytes, maker: Maker) -> Answer:
    """What an Autodiscover answer says about IMAP, POP and SMTP. Raises Refused."""
    candidates: list[ServerCandidate] = []
    refused: list[str] = []
    exchange = False
    settings = [one for one in _accounts(body) if (one.text_of("Action") or "settings").lower() == "settings"]
    for entry in [entry for account in settings for entry in account.each("Protocol")][:20]:
        kind = (entry.text_of("Type") or entry.attributes.get("type", "")).lower()
        protocol = _PROTOCOLS.get(kind)
        if protocol is None:
            exchange = exchange or kind in ("exch", "expr", "exhttp", "web", "mobilesync", "mapihttp")
            continue
        try:
            candidates += _server(entry, protocol, maker)
        except Refused as error:
            refused.append(str(error))
    notes = (tr("This is an Exchange server; it does not say whether IMAP and SMTP are switched on."),)
    in_order = sorted(dict.fromkeys(candidates), key=lambda candidate: candidate.security is Security.NONE)
    return Answer(tuple(in_order), notes if exchange and not candidates else (), tuple(dict.fromkeys(refused)))


def _server(entry: Element, protocol: Protocol, maker: Maker) -> tuple[ServerCandidate, ...]:
    host = entry.text_of("Server")
    if host is None:
        raise Refused(tr("a server without a name"))
    written = entry.text_of("Port")
    port = port_number(written) if written else _TLS_PORTS[protocol]
    login = entry.text_of("LoginName")
    # SPA on (the default) says nothing about PLAIN; only "off" means that a plain password is what it takes.
    auth = PASSWORD_METHODS[protocol] if (entry.text_of("SPA") or "").lower() == "off" else ()
    return maker.ways(protocol, host, port, _security(entry, protocol, port), login, auth)


def _security(entry: Element, protocol: Protocol, port: int) -> Security:
    usual = usual_security(protocol, port)
    match (entry.text_of("Encryption") or "").lower():
        case "ssl":
            return usual or Security.TLS
        case "tls":
            return usual or Security.STARTTLS
        case "none":
            return Security.NONE
        case _:
            pass
    if (entry.text_of("SSL") or "on").lower() == "off":
        return Security.NONE
    # "SSL on" is written for port 587 and 143 too, where it can only mean STARTTLS.
    return usual or Security.TLS
