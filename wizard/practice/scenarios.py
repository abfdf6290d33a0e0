"""Practice accounts as their scenario files state them: one file each, strictly read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path

from msgspec import Struct

from wizard.errors import ResourceError
from wizard.language import tr, tr_context
from wizard.language.data_texts import practice_context
from wizard.model.provider import AppPassword, Provider, ProviderServer, SignInWay
from wizard.model.record import printed
from wizard.model.server import Protocol, Security
from wizard.net.dns import MxRecord, SrvRecord
from wizard.toml_reader import Table, read_toml


class CertificateKind(StrEnum):
    """The certificate a server shows."""

    GOOD = "good"
    EXPIRED = "expired"
    NOT_YET_VALID = "not-yet-valid"
    OTHER_NAME = "other-name"
    SELF_SIGNED = "self-signed"
    UNTRUSTED = "untrusted"


class Accepts(StrEnum):
    """Whom a server lets sign in."""

    FULL_ADDRESS = "full-address"
    LOCAL_PART = "local-part"
    NOBODY = "nobody"


class FoundBy(StrEnum):
    """How discovery comes to the account's settings."""

    PRESET = "preset"
    AUTOCONFIG = "autoconfig"
    AUTODISCOVER = "autodiscover"
    SRV = "srv"
    GUESS = "guess"
    NOBODY = "nobody"  # the address itself is the matter: there is nothing to find


class PracticeAccount(Struct, frozen=True):
    """What a person needs to try an account: whom, which password, what it teaches and which cause comes out."""

    scenario: str
    name: str
    address: str
    password: str
    teaches: str
    cause: str | None
    fixable: bool

    def __repr__(self) -> str:
        return printed(self, without="password")

    @property
    def lesson(self) -> str:
        """What it teaches, in the language spoken now."""
        return tr_context(practice_context(self.scenario), self.teaches)


class PracticeServer(Struct, frozen=True):
    """A server that really listens, or with `blocked` a port that never answers, or with `no_route` one that the
    computer has no way to, as without a network.

    `username` and `password` are what is let in where it is neither the account's address nor its password.
    `banner` is sent instead of the greeting, then the connection ends. `refusal` answers a sign-in that is not
    accepted; `mail_reply`, `rcpt_reply` and `data_reply` refuse these SMTP commands, with {address} for the one named
    there, `helo_reply` every name a client gives itself; their lines are parted by a newline. `open_reply` keeps the
    mailbox shut after the sign-in. `relays` takes mail from anybody and knows no sign-in, as servers in a company do.
    """

    protocol: Protocol
    host: str
    port: int
    security: Security
    certificate: CertificateKind = CertificateKind.GOOD
    certificate_name: str | None = None
    blocked: bool = False
    no_route: bool = False
    auth: tuple[str, ...] = ("PLAIN", "LOGIN")
    accepts: Accepts = Accepts.FULL_ADDRESS
    username: str | None = None
    password: str | None = None
    banner: str | None = None
    delay_s: float = 0.0
    refusal: str | None = None
    mail_reply: str | None = None
    rcpt_reply: str | None = None
    data_reply: str | None = None
    helo_reply: str | None = None
    open_reply: str | None = None
    relays: bool = False

    def __repr__(self) -> str:
        return printed(self, without="password")


class Delivery(Struct, frozen=True):
    """Where a message to the account lands, how many seconds later, and what the receiver notes about its origin."""

    folder: str = "INBOX"
    after_s: float = 0.3
    spf: str = "pass"
    dkim: str = "pass"
    dmarc: str = "pass"


class Scenario(Struct, frozen=True):
    """One practice account with its servers and names.

    `listed` are the settings discovery finds, which may differ from the servers that are really there; `second` are
    what an Autodiscover page says beside them, where other settings are wanted to fall back on.
    `accepted_password` is the one the servers take.
    """

    account: PracticeAccount
    accepted_password: str
    found_by: FoundBy
    servers: tuple[PracticeServer, ...]
    listed: tuple[ProviderServer, ...]
    second: tuple[ProviderServer, ...]
    mx: tuple[MxRecord, ...]
    delivery: Delivery
    provider: Provider | None = None

    def __repr__(self) -> str:
        return printed(self, without="accepted_password")

    @property
    def id(self) -> str:
        """The scenario's name: its file's, without the ending."""
        return self.account.scenario

    @property
    def domain(self) -> str:
        """The part of the address after the @."""
        return self.account.address.rpartition("@")[2]

    @property
    def srv(self) -> Mapping[str, tuple[SrvRecord, ...]]:
        """The service records by name (RFC 6186, RFC 8314 §5.1); none unless that is how the settings are found."""
        if self.found_by is not FoundBy.SRV:
            return {}
        records: dict[str, tuple[SrvRecord, ...]] = {}
        for server in self.listed:
            name = f"{_SERVICES[server.protocol, server.security]}.{self.domain}"
            records[name] = (*records.get(name, ()), SrvRecord(0, 1, server.port, server.host))
        return records

    @property
    def autoconfig(self) -> tuple[ProviderServer, ...]:
        """What the domain's Autoconfig page names; nothing when there is none."""
        return self.listed if self.found_by is FoundBy.AUTOCONFIG else ()

    @property
    def autodiscover(self) -> tuple[ProviderServer, ...]:
        """What the domain's Autodiscover page names; nothing when there is none."""
        return self.listed if self.found_by is FoundBy.AUTODISCOVER else self.second


_SERVICES = {
    (Protocol.SMTP, Security.TLS): "_submissions._tcp",
    (Protocol.SMTP, Security.STARTTLS): "_submission._tcp",
    (Protocol.IMAP, Security.TLS): "_imaps._tcp",
    (Protocol.IMAP, Security.STARTTLS): "_imap._tcp",
    (Protocol.POP3, Security.TLS): "_pop3s._tcp",
    (Protocol.POP3, Security.STARTTLS): "_pop3._tcp",
}
_HOST = re.compile(r"(?=.{1,253}\Z)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+example")
_ADDRESS = re.compile(r"([a-z0-9.+-]+)@(.+)")
_CAUSE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_MECHANISMS = {"PLAIN", "LOGIN", "XOAUTH2"}
_SMTP_REPLIES = ("mail_reply", "rcpt_reply", "data_reply", "helo_reply")
_FOLDERS = {"INBOX", "Junk"}
_VERDICTS = {"pass", "fail", "softfail", "neutral", "none"}


def load_scenarios(folder: Path) -> tuple[Scenario, ...]:
    """Every scenario in the folder, "all-well" first, the others by name.

    Raises:
        ResourceError: a file does not hold what it must, or two files claim the same name.
    """
    files = sorted(folder.glob("*.toml"), key=lambda file: (file.stem != "all-well", file.stem))
    if not files:
        raise ResourceError(tr("{name}: there are no practice accounts here.", name=folder.name))
    scenarios = tuple(load_scenario(file) for file in files)
    owners: dict[str, str] = {}
    for scenario in scenarios:
        claims = {scenario.domain, *(server.host for server in scenario.servers)}
        for name in claims:
            owner = owners.setdefault(name, scenario.id)
            if owner != scenario.id:
                raise ResourceError(
                    tr(
                        "{file}: {name} belongs to {other} already.",
                        file=f"{scenario.id}.toml",
                        name=name,
                        other=f"{owner}.toml",
                    )
                )
    return scenarios


def load_scenario(file: Path) -> Scenario:
    """The scenario in one file.

    Raises:
        ResourceError: names the file, the key and what is wrong with it.
    """
    return _scenario(file.stem, read_toml(file))


def _host(table: Table, key: str) -> str:
    return _checked_host(table, key, table.text(key))


def _checked_host(table: Table, key: str, value: str) -> str:
    if not _HOST.fullmatch(value):
        table.fail(key, tr("“{value}” is not a name under .example, in lower case", value=value[:80]))
    return value


def _port(table: Table) -> int:
    port = table.whole("port", 1, 65535)
    if port is None:
        table.fail("port", tr("is missing"))
    return port


def _scenario(name: str, table: Table) -> Scenario:
    address = table.text("address")
    parts = _ADDRESS.fullmatch(address)
    if parts is None:
        table.fail("address", tr("is not an address"))
    domain = parts[2]
    cause = table.optional_text("cause")
    if cause is not None and not _CAUSE.fullmatch(cause):
        table.fail("cause", tr("is not a cause id"))
    password = table.text("password")
    fixable = table.flag("fixable")
    if fixable and cause is None:
        table.fail("fixable", tr("needs a cause"))
    account = PracticeAccount(
        scenario=name,
        name=table.text("name", "Ada Example"),
        address=address,
        password=password,
        teaches=table.text("teaches"),
        cause=cause,
        fixable=fixable,
    )
    accepted_password = table.text("accepted_password", password)
    mx = tuple(
        MxRecord(10 * index, _checked_host(table, "mx", host))
        for index, host in enumerate(table.texts("mx") or ((f"mx.{domain}",) if domain.endswith(".example") else ()), 1)
    )
    servers = tuple(_server(item) for item in table.tables("server"))
    if len({(server.host, server.port) for server in servers}) < len(servers):
        table.fail("server", tr("names the same host and port twice"))
    delivery_table = table.table("delivery")
    delivery = Delivery() if delivery_table is None else _delivery(delivery_table)
    found = table.table("found")
    if found is None:
        table.fail("found", tr("is missing"))
    found_by = found.member("by", FoundBy)
    if bool(servers) is (found_by is FoundBy.NOBODY):
        table.fail("server", tr("is missing") if not servers else tr("would be found by nobody"))
    if found_by is not FoundBy.NOBODY:
        _checked_host(table, "address", domain)
    listed = tuple(_listed(item) for item in found.tables("server")) or tuple(
        ProviderServer(server.protocol, server.host, server.port, server.security) for server in servers
    )
    second = tuple(_listed(item) for item in found.tables("second"))
    if found_by is FoundBy.SRV and any(server.security is Security.NONE for server in listed):
        found.fail("server", tr("without encryption has no SRV record"))
    provider = _provider(name, domain, listed, found) if found_by is FoundBy.PRESET else None
    found.end()
    table.end()
    return Scenario(account, accepted_password, found_by, servers, listed, second, mx, delivery, provider)


def _server(table: Table) -> PracticeServer:
    protocol = table.member("protocol", Protocol)
    certificate = table.member("certificate", CertificateKind, CertificateKind.GOOD)
    certificate_name = _host(table, "certificate_name") if certificate is CertificateKind.OTHER_NAME else None
    auth = table.texts("auth") or ("PLAIN", "LOGIN")
    if not _MECHANISMS.issuperset(auth):
        table.fail("auth", tr("must be of {words}", words=", ".join(sorted(_MECHANISMS))))
    refusal = table.optional_text("refusal")
    if refusal is not None:
        _check_reply(table, "refusal", refusal, protocol)
    replies = {key: table.optional_text(key) for key in (*_SMTP_REPLIES, "open_reply")}
    for key, reply in replies.items():
        if reply is None:
            continue
        if (protocol is Protocol.SMTP) is not (key in _SMTP_REPLIES):
            table.fail(key, tr("is for smtp only") if key in _SMTP_REPLIES else tr("is for imap and pop3 only"))
        _check_reply(table, key, reply, protocol)
    relays = table.flag("relays")
    if relays and protocol is not Protocol.SMTP:
        table.fail("relays", tr("is for smtp only"))
    server = PracticeServer(
        protocol=protocol,
        host=_host(table, "host"),
        port=_port(table),
        security=table.member("security", Security),
        certificate=certificate,
        certificate_name=certificate_name,
        blocked=table.flag("blocked"),
        no_route=table.flag("no_route"),
        auth=auth,
        accepts=table.member("accepts", Accepts, Accepts.FULL_ADDRESS),
        banner=table.optional_text("banner"),
        delay_s=table.number("delay_s", 0, 60, 0.0),
        username=table.optional_text("username"),
        password=table.optional_text("password"),
        refusal=refusal,
        relays=relays,
        **replies,
    )
    table.end()
    return server


def _check_reply(table: Table, key: str, reply: str, protocol: Protocol) -> None:
    lines = reply.split("\n")
    match protocol:
        case Protocol.SMTP:
            code = lines[0][:3]
            heads = [f"{code}-"] * (len(lines) - 1) + [f"{code} "]
            well = re.fullmatch(r"[45]\d\d", code) is not None and [line[:4] for line in lines] == heads
        case Protocol.IMAP:
            well = len(lines) == 1 and reply.startswith(("NO ", "BAD "))
        case Protocol.POP3:
            well = len(lines) == 1 and reply.startswith("-ERR ")
    if not well:
        table.fail(key, tr("is not a refusal in {protocol}'s grammar", protocol=protocol))


def _delivery(table: Table) -> Delivery:
    usual = Delivery()
    folder = table.text("folder", usual.folder)
    if folder not in _FOLDERS:
        table.fail("folder", tr("must be one of {words}", words=", ".join(sorted(_FOLDERS))))
    verdicts = {key: table.text(key, getattr(usual, key)) for key in ("spf", "dkim", "dmarc")}
    for key, verdict in verdicts.items():
        if verdict not in _VERDICTS:
            table.fail(key, tr("must be one of {words}", words=", ".join(sorted(_VERDICTS))))
    delivery = Delivery(folder=folder, after_s=table.number("after_s", 0, 60, usual.after_s), **verdicts)
    table.end()
    return delivery


def _listed(table: Table) -> ProviderServer:
    server = ProviderServer(
        protocol=table.member("protocol", Protocol),
        host=_host(table, "host"),
        port=_port(table),
        security=table.member("security", Security),
    )
    table.end()
    return server


def _provider(name: str, domain: str, listed: tuple[ProviderServer, ...], table: Table) -> Provider:
    sign_in = table.member("sign_in", SignInWay, SignInWay.PASSWORD)
    app_password = None
    app_password_table = table.table("app_password")
    if app_password_table is not None:
        app_password = AppPassword(
            url=app_password_table.text("url"), steps=app_password_table.texts("steps"), strip_blanks=True
        )
        app_password_table.end()
    return Provider(
        id=f"practice-{name}",
        name=table.text("provider"),
        country="ZZ",
        category="practice",
        domains=(domain,),
        mx_suffixes=(),
        servers=listed,
        sign_in=(sign_in,),
        app_password=app_password,
    )
