"""The IETF's successor of autoconfig (draft-ietf-mailmaint-pacc-02): a JSON file over HTTPS, its digest in DNS."""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import hmac
import json
from typing import Any

from wizard.discovery.answer import NOTHING, Answer, Question, Refused
from wizard.discovery.candidate import OAUTH_METHODS, PASSWORD_METHODS, KnownHost, Maker, one_line
from wizard.errors import NameNotFound
from wizard.language import tr
from wizard.model.address import Address
from wizard.model.server import Protocol, Security, ServerCandidate, Source
from wizard.net.dns import Resolver
from wizard.net.fetch import Fetcher
from wizard.net.sites import same_site

# The draft leaves no choice: encryption from the start, at the standard port.
_PLACES = (("imap", Protocol.IMAP, 993), ("pop3", Protocol.POP3, 995), ("smtp", Protocol.SMTP, 465))


def pacc(address: Address, fetcher: Fetcher, resolver: Resolver, known: KnownHost, *, rank: int) -> Question:
    """The domain's file; it is believed only when the digest in DNS is that of the bytes received."""
    host = f"ua-auto-config.{address.domain}"

    async def ask() -> Answer:
        # Both at once; a domain without the record has no PACC, and then the page is not waited for.
        page = asyncio.ensure_future(fetcher.get(f"https://{host}/.well-known/user-agent-configuration.json"))
        try:
            try:
                records = await resolver.txt(f"_{host}")
            except NameNotFound:
                return NOTHING
            fetched = await page
        finally:
            page.cancel()
            await asyncio.gather(page, return_exceptions=True)
        if fetched.status != 200:
            return NOTHING
        if not digest_matches(fetched.body, records[:10]):
            raise Refused(tr("the digest in DNS is not that of the file"))
        vouched = all(same_site(hop, address.domain) for hop in fetched.hops)
        return read(fetched.body, Maker(address, Source.PACC, vouched, known))

    return Question(Source.PACC, host, rank, ask)


def digest_matches(body: bytes, records: tuple[str, ...]) -> bool:
    """Whether one of the TXT records, such as "v=UAAC1; a=sha256; d=…", carries the digest of `body`."""
    digest = hashlib.sha256(body).digest()
    for record in records:
        tags = {name.strip(): value.strip() for name, _, value in (part.partition("=") for part in record.split(";"))}
        if tags.get("v") != "UAAC1" or tags.get("a", "").lower() != "sha256":
            continue
        try:
            if hmac.compare_digest(base64.b64decode(tags.get("d", ""), validate=True), digest):
                return True
        except (binascii.Error, ValueError):
            continue
    return False


def read(body: bytes, maker: Maker) -> Answer:
    """What the JSON file says. Raises Refused."""
    try:
        document: Any = json.loads(body)
    except (ValueError, RecursionError):
        raise Refused(tr("a page that is not JSON")) from None
    protocols = _table(document, "protocols")
    ways = _table(document, "authentication")
    candidates: list[ServerCandidate] = []
    refused: list[str] = []
    for key, protocol, port in _PLACES:
        host = _table(protocols, key).get("host")
        if host is None:
            continue
        methods = (OAUTH_METHODS if _table(ways, "oauth-public") else ()) + (
            PASSWORD_METHODS[protocol] if ways.get("password") is True else ()
        )
        try:
            if not isinstance(host, str):
                raise Refused(tr("{key} without a server name", key=key))
            candidates.append(maker.make(protocol, host, port, Security.TLS, None, methods))
        except Refused as error:
            refused.append(str(error))
    guide = _table(_table(document, "info"), "help").get("documentation")
    notes: tuple[str, ...] = ()
    if isinstance(guide, str) and guide.startswith("https://"):
        notes = (tr("The provider's guide: {link}", link=one_line(guide)),)
    return Answer(tuple(candidates), notes if candidates else (), tuple(refused))


def _table(value: Any, key: str) -> dict[str, Any]:
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, dict) else {}
