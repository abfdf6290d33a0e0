"""Settings that the person brings along: an autoconfig file, an Apple profile, a saved report, a provider's mail.

What they say is a stranger's word: names and ports are checked as discovery checks them, and a server outside the
address's own domain waits for the person's yes before a password goes there.
"""

from __future__ import annotations

import html
import json
import re
import unicodedata
from pathlib import Path
from typing import Final
from urllib.parse import unquote

from msgspec import Struct

from wizard.discovery import autoconfig
from wizard.discovery.answer import Refused
from wizard.discovery.candidate import MAIL_PORTS, Maker
from wizard.errors import UsageError
from wizard.handover.programs import apple_profile
from wizard.handover.programs.found import FoundAccount, FoundServer
from wizard.handover.targets import target
from wizard.language import tr, tr_context, tr_later
from wizard.model.address import Address
from wizard.model.server import STANDARD_PORTS, Protocol, Security, ServerCandidate, Source, usual_security
from wizard.model.text import single_line
from wizard.setup.misread import put_right
from wizard.text_file import decoded

LIMIT_BYTES: Final = 1024 * 1024
_NOTHING: Final = tr_later("No mail server is named there. Copy the lines that name the servers, or type them in.")
# Chinese, Japanese and Korean are written without blanks: a name may stand right beside their words.
_UNSPACED: Final = r"\u3000-\u30ff\u3400-\u9fff\uac00-\ud7af\uff00-\uffef"
_BEFORE: Final = rf"(?<![@/.-])(?:(?<!\w)|(?<=[{_UNSPACED}]))"
_AFTER: Final = rf"(?!(?![{_UNSPACED}])[\w@-])"
_ADDRESS = re.compile(r"(?<![A-Za-z0-9_.+-])[A-Za-z0-9_.+-]{1,64}@[\w-]+(?:\.[\w-]+)+")
_HOST = re.compile(rf"{_BEFORE}(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{{2,24}}{_AFTER}", re.IGNORECASE)
# What a provider's mail is illustrated with: names of files look like those of servers. None of these is a domain.
_FILES: Final = frozenset(
    {
        *("reg", "xml", "html", "htm", "txt", "pdf", "json", "eml", "mobileconfig"),
        *("doc", "docx", "png", "jpg", "exe", "msi"),
    }
)
_PORT = re.compile(r"(?<![\d.])(\d{2,4})(?![\d.]*\d)")
_USER = re.compile(
    r"(?:user\s?-?name|user|login|account\s+name|benutzer(?:name|kennung)?|identifiant|utilisateur|usuario|"
    r"nome\s+utente|usu[aá]rio|gebruikersnaam|nazwa\s+użytkownika|имя\s+пользователя|логин|ユーザー?名|アカウント名|"
    r"用户名|用戶名|账号|帳號|اسم\s+المستخدم)\s*(?:name)?[ ]*[:=\t|]\s*(\S+)(?:[ ]+(\S+))?",
    re.IGNORECASE,
)
_THE_ADDRESS = re.compile(r"e-?mail(?:-?adress\w*|-?address)?|mail-?adress\w*|adress\w*|address", re.IGNORECASE)
# A word that begins what is said of one side; not within a server's name such as imap.example.org.
_SIDE = re.compile(
    rf"{_BEFORE}(?:(?P<imap>imap4?s?)|(?P<pop>pop-?3?s?)|(?P<smtp>smtps?|outgoing|sending|postausgang\w*|"
    r"ausgehend\w*|ausgangsserver|versand\w*|sortant\w*|envoi|saliente|salida|env[ií]o|(?:in\s+)?uscita|invio|sa[ií]da|"
    r"uitgaand\w*|verzend\w*|wychodząc\w*|wysyłan\w*|исходящ\w*|send\s+mail|送信\w*|发送\w*|发件\w*|發送\w*|寄件\w*|보내는|"
    r"الصادر\w*|صادر\w*)|"
    r"(?P<incoming>incoming|receiving|posteingang\w*|eingehend\w*|eingangsserver|empfang\w*|entrant\w*|réception|"
    r"entrante|recepción|(?:in\s+)?arrivo|ricezione|entrada|recebimento|inkomend\w*|ontvang\w*|przychodząc\w*|"
    r"odbior\w*|входящ\w*|receive\s+mail|受信\w*|接收\w*|收件\w*|받는|الوارد\w*|وارد\w*))"
    rf"(?!(?![{_UNSPACED}])[\w@-]|\.\w)",
    re.IGNORECASE,
)
_URL = re.compile(
    r"(?<![\w.-])(?P<scheme>imaps?|pop3?s?|smtps?|submissions?)://(?:(?P<user>[^\s@/:]*)(?::[^\s@/]*)?@)?"
    r"(?P<host>[\w.-]+)(?::(?P<port>\d+))?\S*",
    re.IGNORECASE,
)
_OF_PORT: Final = {143: "imap", 993: "imap", 110: "pop", 995: "pop", 465: "smtp", 587: "smtp"}
_PROTOCOL_OF_HOST: Final = {"imap": "imap", "pop": "pop", "pop3": "pop", "smtp": "smtp", "smtps": "smtp"}


class Brought(Struct, frozen=True):
    """What was read; `said_by` ends the sentence “As they stand in …”, `servers` are best first for each side."""

    said_by: str
    servers: tuple[ServerCandidate, ...]
    address: Address | None = None
    name: str | None = None


def read_settings(content: bytes, address: Address | None = None) -> Brought:
    """The servers in `content`, for `address`, or else for the first address in it.

    Raises:
        UsageError: nothing in it names a mail server, or it names no address and none is given; a sentence.
    """
    if len(content) > LIMIT_BYTES:
        raise UsageError(tr("That is too long to be settings."))
    if b"<plist" in content or b"com.apple.mail.managed" in content:
        return _profile(content, address)
    if content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") and b"<clientconfig" in content.lower():
        return _autoconfig(content, address)
    try:
        text = unicodedata.normalize("NFKC", decoded(content, tr("The text"), limit_bytes=LIMIT_BYTES, ansi=True))
    except UsageError:  # such as a picture of the settings
        raise UsageError(tr(_NOTHING)) from None
    lower = text.lower()
    start, end = lower.find("<clientconfig"), lower.rfind("</clientconfig>")
    if 0 <= start < end:  # in UTF-16, or among the words of a message
        return _autoconfig(text[start : end + len("</clientconfig>")].encode(), address)
    if text.lstrip().startswith("{"):
        return _report(text, address)
    if "<html" in text[:2000].lower() or "<!doctype html" in text[:200].lower():
        text = html.unescape(re.sub(r"<[^>]*>", "\n", re.sub(r"(?is)<(script|style).*?</\1>", "", text)))
    return _words(text, address)


def from_program(found: FoundAccount) -> Brought:
    """The servers that a mail program of this computer has; they are the person's own words.

    Raises:
        UsageError: the program names no address, or no server.
    """
    draft = found.draft()
    servers = tuple(server for server in (draft.incoming, draft.outgoing) if server is not None)
    return Brought(target(found.program).name, servers, draft.address, draft.display_name)


def _maker(address: Address | None, written: str | None) -> Maker:
    if address is None and written is not None:
        try:
            address = Address.parse(written)
        except UsageError:
            address = None
    if address is None:
        raise UsageError(tr("Type your email address first: these settings do not say whose they are."))
    return Maker(address, Source.GIVEN, vouched=False, known=lambda _: None)


def _autoconfig(content: bytes, address: Address | None) -> Brought:
    try:
        maker = _maker(address, None)
        answer = autoconfig.read(content, maker)
    except Refused as error:
        raise UsageError(tr("This autoconfig file cannot be used: {reason}.", reason=error)) from None
    return _with_servers(
        Brought(tr_context("As they stand in …", "the autoconfig file"), answer.candidates, maker.address)
    )


def _profile(content: bytes, address: Address | None) -> Brought:
    accounts = tuple(apple_profile.accounts_in(content, Path("profile")))
    if not accounts:
        raise UsageError(tr("This profile holds no mail account."))
    own = next((one for one in accounts if one.address == address), None)
    found = own or accounts[0]
    maker = _maker(address, str(found.address) if found.address is not None else None)
    servers = (_made(maker, server) for server in (found.incoming, found.outgoing) if server is not None)
    is_theirs = own is not None or address is None
    name = single_line(found.name or "") or None if is_theirs else None
    return _with_servers(
        Brought(tr_context("As they stand in …", "the profile"), tuple(filter(None, servers)), maker.address, name)
    )


def _made(maker: Maker, server: FoundServer) -> ServerCandidate | None:
    return _candidate(maker, server.protocol, server.host, server.port, server.security, server.username)


def _report(text: str, address: Address | None) -> Brought:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise UsageError(tr(_NOTHING)) from None
    check = document.get("check", document) if isinstance(document, dict) else {}
    check = check if isinstance(check, dict) else {}
    written = check.get("address")
    maker = _maker(address, written if isinstance(written, str) and "*" not in written else None)
    servers = [_of_report(maker, check.get(side)) for side in ("incoming", "outgoing")]
    return _with_servers(
        Brought(tr_context("As they stand in …", "the report"), tuple(filter(None, servers)), maker.address)
    )


def _of_report(maker: Maker, side: object) -> ServerCandidate | None:
    if not isinstance(side, dict):
        return None
    host, port, user = side.get("host"), side.get("port"), side.get("username")
    try:
        protocol, security = Protocol(str(side.get("protocol"))), Security(str(side.get("security")))
    except ValueError:
        return None
    if not isinstance(host, str) or not isinstance(port, int):
        return None
    # A report may mask the user name; then it is the address, as with most.
    username = user if isinstance(user, str) and "…" not in user and "*" not in user else None
    return _candidate(maker, protocol, host, port, security, username)


def _words(text: str, address: Address | None) -> Brought:
    """Servers from sentences, tables and lists: a host is one where its own name or a word beside it names a side."""
    text = _URL.sub(_of_url, text)
    first = _ADDRESS.search(text)
    text = put_right(text, address or _first_address(first))
    bare = _ADDRESS.sub(lambda found: " " * len(found[0]), text)
    hosts = [found for found in _HOST.finditer(bare) if found[0].rpartition(".")[2].lower() not in _FILES]
    anybody = _username(text)
    maker: Maker | None = None
    servers: list[ServerCandidate] = []
    for number, host in enumerate(hosts):
        before = bare[hosts[number - 1].end() if number else 0 : host.start()]
        after = bare[host.end() : hosts[number + 1].start() if number + 1 < len(hosts) else len(bare)]
        word = _SIDE.search(after)  # begins what is said of the next one
        own = after[: word.start()] if word is not None else after
        side = _side(host[0], before, own, word)
        if side is None:
            continue
        ports = [int(port) for each in (own, after, before) for port in _PORT.findall(each) if int(port) in MAIL_PORTS]
        protocol = _protocol(side, ports)
        username = _username(text[host.end() : host.end() + len(after)]) or anybody
        maker = maker or _maker(address, first[0] if first is not None else None)
        port, security = _port_and_security(protocol, ports, own or before)
        made = _candidate(maker, protocol, host[0], port, security, username)
        if made is not None:
            servers.append(made)
    best = sorted(dict.fromkeys(servers), key=lambda server: server.protocol is Protocol.POP3)
    place = tr_context("As they stand in …", "what you pasted")
    return _with_servers(Brought(place, tuple(best), maker.address if maker is not None else None))


def _first_address(found: re.Match[str] | None) -> Address | None:
    try:
        return Address.parse(found[0]) if found is not None else None
    except UsageError:
        return None


def _username(text: str) -> str | None:
    """The user name that is written out; a sentence about it, such as “your full email address”, is none."""
    for found in _USER.finditer(text):
        name = found[1].strip("\"'“”<>(),;")
        following = (found[2] or "").strip("\"'“”<>(),;.")
        is_sentence = following.replace("-", "").isalpha() and name.isalpha()
        if name and name.isascii() and not is_sentence and not _THE_ADDRESS.fullmatch(name):
            return name
    return None


def _of_url(url: re.Match[str]) -> str:
    """A URL in the words of a list; a password in it is not read."""
    side = "smtp" if url["scheme"].lower().startswith("submission") else url["scheme"]
    user = f"user: {unquote(url['user'])}" if url["user"] else ""
    return f"{side} {url['host']} {url['port'] or ''} {user}\n"


def _side(host: str, before: str, own: str, behind: re.Match[str] | None) -> str | None:
    """The word for the side: of the host's own name, else the nearest before it, else what its port is for alone.

    Else the first word behind it: that may begin what is said of the next one.
    """
    named = _PROTOCOL_OF_HOST.get(host.partition(".")[0].lower())
    if named is not None:
        return named
    ahead = [found.lastgroup for found in _SIDE.finditer(before)]
    if ahead:
        return ahead[-1]
    ports = (_OF_PORT.get(int(port)) for port in _PORT.findall(own))
    return next((side for side in ports if side is not None), behind.lastgroup if behind is not None else None)


def _protocol(side: str, ports: list[int]) -> Protocol:
    if side == "smtp":
        return Protocol.SMTP
    is_pop = side == "pop" or (side == "incoming" and ports[:1] in ([110], [995]))
    return Protocol.POP3 if is_pop else Protocol.IMAP


def _port_and_security(protocol: Protocol, ports: list[int], words: str) -> tuple[int, Security]:
    """Port and encryption as they are written; what is left open is the usual, and never without encryption."""
    said = words.lower()
    switches = "starttls" in said or "start tls" in said
    usual = [
        (port, how) for port, how in STANDARD_PORTS[protocol] if how is not Security.NONE and port not in (25, 2525)
    ]
    fitting = [port for port in ports if usual_security(protocol, port) is not None]
    if fitting:
        port = fitting[0]
        how = usual_security(protocol, port)
        return port, how if how not in (None, Security.NONE) else Security.STARTTLS
    wanted = Security.STARTTLS if switches else Security.TLS
    return next((pair for pair in usual if pair[1] is wanted), usual[0])


def _candidate(
    maker: Maker, protocol: Protocol, host: str, port: int, security: Security, username: str | None
) -> ServerCandidate | None:
    if security is Security.NONE:
        return None
    try:
        return maker.make(protocol, host, port, security, username)
    except Refused:
        return None


def _with_servers(brought: Brought) -> Brought:
    if not brought.servers:
        raise UsageError(tr(_NOTHING))
    return brought
