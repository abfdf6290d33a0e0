"""Reads one preset: a provider's TOML file, checked strictly.

The file's name is the provider's id. Top-level keys; those with a star must be there:

    name*         as lists show it                      brand     the name within a sentence, where `name` is too long
    country*      ISO 3166 code, EU, or WW              category* freemail, isp, hoster, transactional
    status*       ok; preparation (something must be done first); unsupported (no mail program gets in)
    domains       address domains, "*.example.org" for every sub-domain
    mx            endings of MX host names that only this provider has
    hosts         server names it owns beside those below, "*." patterns too; decides where providers share a server
    sign_in       password, app-password, oauth2, api-key: in the order a person would use them (default: password);
                  password with app-password: the latter is wanted once two-step sign-in is on
    no_servers_because   a sentence; needed exactly when there are no servers
    username_hint        a sentence: what the user name is, where it cannot be made from the address
    webmail_url, max_message, limits (list of sentences), limit_reset, relay_only_in_network, notes (list)
    checked*      the day the facts were last looked at   sources*  where they come from

Tables:

    [imap] [pop3] [smtp]  servers* = ["HOST:PORT/SECURITY", …] best first (security: tls, starttls, none);
                          username = full-address (default), local-part or other; username_text for other: fixed text or
                          placeholders (left out: the person is asked); sign_in where it differs
    [app_password]        called, url, steps, pattern (regular expression for the whole secret), strip_blanks
    [oauth]               authorization*, token*, scopes*, device
    [[preparation]]       say*, steps, url, by (you, administrator)
    [[dated]]             on*, say*: what changed or will change, and on which day
    [regions]             region = "what stands for %REGION% in hosts"; the first one is the usual one
    [placeholders]        NAME = "what to ask for"; %NAME% may then stand in hosts and user names
    [quirks]              facts for the diagnosis rules: text, numbers, true or false

In hosts and user names may also stand %EMAILADDRESS%, %EMAILLOCALPART% and %EMAILDOMAIN%.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, NoReturn, TypeVar

from wizard.errors import ResourceError
from wizard.model.provider import (
    AppPassword,
    DatedFact,
    OAuthEndpoints,
    Preparation,
    Provider,
    ProviderServer,
    ProviderStatus,
    SignInWay,
)
from wizard.model.server import Protocol, Security, UsernameForm

Document = Mapping[str, Any]
Member = TypeVar("Member", bound=StrEnum)

CATEGORIES: Final = ("freemail", "isp", "hoster", "transactional")
ADDRESS_PLACEHOLDERS: Final = frozenset({"EMAILADDRESS", "EMAILLOCALPART", "EMAILDOMAIN"})

_TOP: Final = frozenset(
    {"name", "brand", "country", "category", "status", "domains", "mx", "hosts", "sign_in", "no_servers_because"}
    | {"username_hint", "webmail_url", "max_message", "limits", "limit_reset", "relay_only_in_network", "notes"}
    | {"checked", "sources", "app_password", "oauth", "preparation", "dated", "regions", "placeholders", "quirks"}
    | {protocol.value for protocol in Protocol}
)
_SIDE: Final = frozenset({"servers", "username", "username_text", "sign_in"})
_APP_PASSWORD: Final = frozenset({"called", "url", "steps", "pattern", "strip_blanks"})
_OAUTH: Final = frozenset({"authorization", "token", "scopes", "device"})
_PREPARATION: Final = frozenset({"say", "steps", "url", "by"})
_DATED: Final = frozenset({"on", "say"})

_ID: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_SERVER: Final = re.compile(r"([^\s:/]+):(\d{1,5})/([a-z]+)")
_DOMAIN: Final = re.compile(r"(?:\*\.)?(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]")
_PLACEHOLDER: Final = re.compile(r"%([A-Z]+)%")


def read_document(path: Path) -> dict[str, Any]:
    """The TOML file as it stands.

    Raises:
        ResourceError: when it cannot be read or is not TOML.
    """
    try:
        with path.open("rb") as file:
            return tomllib.load(file)
    except tomllib.TOMLDecodeError as error:
        raise ResourceError(f"{path.name}: not valid TOML: {error}") from None
    except UnicodeDecodeError:
        raise ResourceError(f"{path.name}: not UTF-8 text") from None
    except OSError as error:
        raise ResourceError(f"{path.name}: cannot be read: {error.strerror}") from None


def read_preset(path: Path) -> Provider:
    """The provider that a preset file states.

    Raises:
        ResourceError: naming the file and the key that does not hold what it must.
    """
    return provider_of(path.stem, read_document(path), file=path.name)


def provider_of(provider_id: str, document: Document, *, file: str | None = None) -> Provider:
    """The provider in a preset's document; `checked` may be a date or its ISO text, as JSON has it.

    Raises:
        ResourceError: naming the file and the key that does not hold what it must.
    """
    reader = _Reader(file or f"{provider_id}.toml", document)
    if not _ID.fullmatch(provider_id):
        raise ResourceError(f"{reader.file}: the file name must be lower-case letters, digits and single hyphens")
    return reader.provider(provider_id)


class _Reader:
    """One document while it is read; every complaint names the file and the key."""

    def __init__(self, file: str, document: Document) -> None:
        self.file = file
        self.document = document

    def provider(self, provider_id: str) -> Provider:
        document = self.document
        self._no_other_keys(document, _TOP, "")
        placeholders = self._texts_by_name(document, "placeholders")
        known = ADDRESS_PLACEHOLDERS | placeholders.keys()
        regions = self._texts_by_name(document, "regions")
        servers = tuple(
            server
            for protocol in (Protocol.IMAP, Protocol.POP3, Protocol.SMTP)
            if protocol.value in document
            for server in self._side(protocol, regions, known)
        )
        status = self._member(ProviderStatus, document, "status", "")
        reason = self._optional_text(document, "no_servers_because", "")
        if servers and reason:
            self._refuse("no_servers_because", "there are servers")
        if not servers and not reason:
            self._refuse("no_servers_because", "is missing, and there are no servers")
        if servers and status is ProviderStatus.UNSUPPORTED:
            self._refuse("status", "is unsupported, yet there are servers")
        sign_in = self._sign_in(document, "")
        if SignInWay.OAUTH2 in sign_in and servers and "oauth" not in document:
            self._refuse("oauth", "is missing, and sign_in names oauth2")
        category = self._text(document, "category", "")
        if category not in CATEGORIES:
            self._refuse("category", f"must be one of {', '.join(CATEGORIES)}")
        preparation = tuple(
            self._preparation(table, f"preparation[{number}]")
            for number, table in enumerate(self._tables(document, "preparation"))
        )
        return Provider(
            id=provider_id,
            name=self._text(document, "name", ""),
            country=self._text(document, "country", ""),
            category=category,
            domains=self._domains(document, "domains"),
            mx_suffixes=self._domains(document, "mx"),
            servers=servers,
            status=status,
            sign_in=sign_in or (() if status is ProviderStatus.UNSUPPORTED else (SignInWay.PASSWORD,)),
            preparation=preparation,
            app_password=self._app_password() if "app_password" in document else None,
            oauth=self._oauth() if "oauth" in document else None,
            no_servers_because=reason,
            limits=self._text_list(document, "limits", ""),
            max_message=self._optional_text(document, "max_message", ""),
            relay_only_in_network=self._flag(document, "relay_only_in_network", ""),
            webmail_url=self._url(document, "webmail_url", ""),
            quirks=self._quirks(),
            notes=self._text_list(document, "notes", ""),
            checked=self._day(document, "checked", ""),
            sources=self._text_list(document, "sources", "", needed=True),
            brand=self._optional_text(document, "brand", ""),
            hosts=self._domains(document, "hosts"),
            limit_reset=self._optional_text(document, "limit_reset", ""),
            username_hint=self._optional_text(document, "username_hint", ""),
            placeholders=placeholders,
            dated=tuple(
                self._dated(table, f"dated[{number}]") for number, table in enumerate(self._tables(document, "dated"))
            ),
        )

    def _side(self, protocol: Protocol, regions: Mapping[str, str], known: frozenset[str]) -> list[ProviderServer]:
        where = protocol.value
        table = self._table(self.document, where)
        self._no_other_keys(table, _SIDE, where)
        form = (
            self._member(UsernameForm, table, "username", where) if "username" in table else UsernameForm.FULL_ADDRESS
        )
        text = self._optional_text(table, "username_text", where)
        if text is not None and form is not UsernameForm.OTHER:
            self._refuse(_key(where, "username_text"), 'needs username = "other"')
        self._known_placeholders(text or "", known, _key(where, "username_text"))
        sign_in = self._sign_in(table, where)
        servers = []
        key = _key(where, "servers")
        for entry in self._text_list(table, "servers", where, needed=True):
            match = _SERVER.fullmatch(entry)
            if match is None or not 0 < int(match[2]) < 65536 or match[3] not in tuple(Security):
                self._refuse(key, f"“{entry}” is not HOST:PORT/SECURITY with tls, starttls or none")
            host, port, security = match[1], int(match[2]), Security(match[3])
            if "%REGION%" not in host:
                self._known_placeholders(host, known, key)
                servers.append(ProviderServer(protocol, host, port, security, form, text, None, sign_in))
                continue
            if not regions:
                self._refuse(key, "%REGION% needs a table of regions")
            for region, stands_for in regions.items():
                regional = host.replace("%REGION%", stands_for)
                self._known_placeholders(regional, known, key)
                servers.append(ProviderServer(protocol, regional, port, security, form, text, region, sign_in))
        return servers

    def _app_password(self) -> AppPassword:
        where = "app_password"
        table = self._table(self.document, where)
        self._no_other_keys(table, _APP_PASSWORD, where)
        pattern = self._optional_text(table, "pattern", where)
        if pattern is not None:
            try:
                re.compile(pattern)
            except re.error as error:
                self._refuse(_key(where, "pattern"), f"is not a regular expression: {error}")
        return AppPassword(
            url=self._url(table, "url", where),
            steps=self._text_list(table, "steps", where),
            pattern=pattern,
            strip_blanks=self._flag(table, "strip_blanks", where),
            called=self._optional_text(table, "called", where) or "app password",
        )

    def _oauth(self) -> OAuthEndpoints:
        where = "oauth"
        table = self._table(self.document, where)
        self._no_other_keys(table, _OAUTH, where)
        authorization, token = self._url(table, "authorization", where), self._url(table, "token", where)
        if authorization is None or token is None:
            self._refuse(_key(where, "token" if authorization else "authorization"), "is missing")
        scopes = self._text_list(table, "scopes", where, needed=True)
        return OAuthEndpoints(authorization, token, scopes, self._url(table, "device", where))

    def _preparation(self, table: Document, where: str) -> Preparation:
        self._no_other_keys(table, _PREPARATION, where)
        by = self._optional_text(table, "by", where) or "you"
        if by not in ("you", "administrator"):
            self._refuse(_key(where, "by"), "must be you or administrator")
        return Preparation(
            say=self._text(table, "say", where),
            steps=self._text_list(table, "steps", where),
            url=self._url(table, "url", where),
            by=by,
        )

    def _quirks(self) -> Mapping[str, str | int | bool]:
        table = self._table(self.document, "quirks") if "quirks" in self.document else {}
        for name, value in table.items():
            if not isinstance(value, str | int):
                self._refuse(_key("quirks", name), "must be text, a whole number, true or false")
        return MappingProxyType(dict(table))

    def _dated(self, table: Document, where: str) -> DatedFact:
        self._no_other_keys(table, _DATED, where)
        return DatedFact(self._day(table, "on", where), self._text(table, "say", where))

    def _day(self, table: Document, key: str, where: str) -> date:
        value = table.get(key)
        try:
            day = date.fromisoformat(value) if isinstance(value, str) else value
        except ValueError:
            day = None
        if type(day) is not date:
            self._refuse(_key(where, key), "must be a day such as 2026-11-21")
        return day

    def _sign_in(self, table: Document, where: str) -> tuple[SignInWay, ...]:
        key = _key(where, "sign_in")
        ways = self._text_list(table, "sign_in", where)
        for way in ways:
            if way not in tuple(SignInWay):
                self._refuse(key, f"“{way}” is not one of {', '.join(SignInWay)}")
        return tuple(SignInWay(way) for way in ways)

    def _domains(self, table: Document, key: str) -> tuple[str, ...]:
        names = self._text_list(table, key, "")
        for name in names:
            if not _DOMAIN.fullmatch(name):
                self._refuse(key, f"“{name}” is not a domain in lower-case ASCII")
        if len(set(names)) < len(names):
            self._refuse(key, "names a domain twice")
        return names

    def _known_placeholders(self, text: str, known: frozenset[str], key: str) -> None:
        for name in _PLACEHOLDER.findall(text):
            if name not in known:
                self._refuse(key, f"%{name}% is not known; name it under [placeholders]")

    def _member(self, members: type[Member], table: Document, key: str, where: str) -> Member:
        value = self._text(table, key, where)
        if value not in tuple(members):
            self._refuse(_key(where, key), f"must be one of {', '.join(members)}")
        return members(value)

    def _text(self, table: Document, key: str, where: str) -> str:
        value = table.get(key)
        if value is None:
            self._refuse(_key(where, key), "is missing")
        if not isinstance(value, str) or not value.strip():
            self._refuse(_key(where, key), "must be text")
        return value

    def _optional_text(self, table: Document, key: str, where: str) -> str | None:
        return self._text(table, key, where) if key in table else None

    def _url(self, table: Document, key: str, where: str) -> str | None:
        value = self._optional_text(table, key, where)
        if value is not None and not value.startswith("https://"):
            self._refuse(_key(where, key), "must be an https:// address")
        return value

    def _text_list(self, table: Document, key: str, where: str, *, needed: bool = False) -> tuple[str, ...]:
        values = table.get(key, [])
        if not isinstance(values, list) or not all(isinstance(value, str) and value.strip() for value in values):
            self._refuse(_key(where, key), "must be a list of texts")
        if needed and not values:
            self._refuse(_key(where, key), "is missing")
        return tuple(values)

    def _texts_by_name(self, table: Document, key: str) -> Mapping[str, str]:
        values = self._table(table, key) if key in table else {}
        for name in values:
            self._text(values, name, key)
        return MappingProxyType(dict(values))

    def _flag(self, table: Document, key: str, where: str) -> bool:
        value = table.get(key, False)
        if not isinstance(value, bool):
            self._refuse(_key(where, key), "must be true or false")
        return value

    def _table(self, table: Document, key: str) -> Document:
        value = table.get(key)
        if not isinstance(value, dict):
            self._refuse(key, "must be a table")
        return value

    def _tables(self, table: Document, key: str) -> list[Document]:
        values = table.get(key, [])
        if not isinstance(values, list) or not all(isinstance(value, dict) for value in values):
            self._refuse(key, f"must be written as [[{key}]]")
        return values

    def _no_other_keys(self, table: Document, known: frozenset[str], where: str) -> None:
        for key in table:
            if key not in known:
                self._refuse(_key(where, key), "is not a key of presets")

    def _refuse(self, key: str, why: str) -> NoReturn:
        raise ResourceError(f"{self.file}: {key}: {why}")


def _key(where: str, key: str) -> str:
    return f"{where}.{key}" if where else key
