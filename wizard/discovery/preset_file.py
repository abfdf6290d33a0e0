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
    [quirks]              NAME = true: facts for the diagnosis rules, from model/provider.py (Quirk), with "_" for "-"

In hosts and user names may also stand %EMAILADDRESS%, %EMAILLOCALPART% and %EMAILDOMAIN%.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from wizard.errors import ResourceError
from wizard.language import tr
from wizard.model.provider import (
    CATEGORIES,
    GENERAL_NAME,
    AppPassword,
    DatedFact,
    Doer,
    OAuthEndpoints,
    Preparation,
    Provider,
    ProviderServer,
    ProviderStatus,
    Quirk,
    SignInWay,
)
from wizard.model.server import Protocol, Security, UsernameForm
from wizard.model.shape import check_shape
from wizard.toml_reader import Table, read_toml

ADDRESS_PLACEHOLDERS: Final = frozenset({"EMAILADDRESS", "EMAILLOCALPART", "EMAILDOMAIN"})

_ID: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_SERVER: Final = re.compile(r"([^\s:/]+):(\d{1,5})/([a-z]+)")
_DOMAIN: Final = re.compile(r"(?:\*\.)?(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]")
_PLACEHOLDER: Final = re.compile(r"%([A-Z]+)%")


def read_preset(path: Path) -> Provider:
    """The provider that a preset file states.

    Raises:
        ResourceError: naming the file and the key that does not hold what it must.
    """
    return provider_of(path.stem, read_toml(path))


def provider_of(provider_id: str, table: Table) -> Provider:
    """The provider in a preset's document.

    Raises:
        ResourceError: naming the file and the key that does not hold what it must.
    """
    if not _ID.fullmatch(provider_id):
        raise ResourceError(
            tr("{file}: the file name must be lower-case letters, digits and single hyphens.", file=table.file)
        )
    placeholders = MappingProxyType(table.texts_by_name("placeholders"))
    known = ADDRESS_PLACEHOLDERS | placeholders.keys()
    regions = table.texts_by_name("regions")
    servers = tuple(server for protocol in _ORDER for server in _side(table, protocol, regions, known))
    status = table.member("status", ProviderStatus)
    reason = table.optional_text("no_servers_because")
    if servers and reason:
        table.fail("no_servers_because", tr("there are servers"))
    if not servers and not reason:
        table.fail("no_servers_because", tr("is missing, and there are no servers"))
    if servers and status is ProviderStatus.UNSUPPORTED:
        table.fail("status", tr("is unsupported, yet there are servers"))
    sign_in = table.members("sign_in", SignInWay)
    oauth = _oauth(table.table("oauth"))
    if SignInWay.OAUTH2 in sign_in and servers and oauth is None:
        table.fail("oauth", tr("is missing, and sign_in names oauth2"))
    category = table.text("category")
    if category not in CATEGORIES:
        table.fail("category", tr("“{text}” is not one of {known}", text=category[:80], known=", ".join(CATEGORIES)))
    provider = Provider(
        id=provider_id,
        name=table.text("name"),
        country=_country(table),
        category=category,
        domains=_domains(table, "domains"),
        mx_suffixes=_domains(table, "mx"),
        servers=servers,
        status=status,
        sign_in=sign_in or (() if status is ProviderStatus.UNSUPPORTED else (SignInWay.PASSWORD,)),
        preparation=tuple(_preparation(each) for each in table.tables("preparation")),
        app_password=_app_password(table.table("app_password")),
        oauth=oauth,
        no_servers_because=reason,
        limits=table.texts("limits"),
        max_message=table.optional_text("max_message"),
        relay_only_in_network=table.flag("relay_only_in_network"),
        webmail_url=table.url("webmail_url"),
        quirks=_quirks(table.table("quirks")),
        notes=table.texts("notes"),
        checked=table.day("checked"),
        sources=table.texts("sources", needed=True),
        brand=table.optional_text("brand"),
        hosts=_domains(table, "hosts"),
        limit_reset=table.optional_text("limit_reset"),
        username_hint=table.optional_text("username_hint"),
        placeholders=placeholders,
        dated=tuple(_dated(each) for each in table.tables("dated")),
    )
    table.end()
    return provider


_ORDER: Final = (Protocol.IMAP, Protocol.POP3, Protocol.SMTP)


def _country(table: Table) -> str:
    code = table.text("country")
    if not (len(code) == 2 and code.isascii() and code.isalpha() and code.isupper()):
        table.fail("country", tr("“{text}” is no ISO 3166 code of two capital letters, EU or WW", text=code[:80]))
    return code


def _side(
    document: Table, protocol: Protocol, regions: Mapping[str, str], known: frozenset[str]
) -> tuple[ProviderServer, ...]:
    table = document.table(protocol.value)
    if table is None:
        return ()
    form = table.member("username", UsernameForm, UsernameForm.FULL_ADDRESS)
    text = table.optional_text("username_text")
    if text is not None and form is not UsernameForm.OTHER:
        table.fail("username_text", tr('needs username = "other"'))
    _known_placeholders(table, "username_text", text or "", known)
    sign_in = table.members("sign_in", SignInWay)
    servers: list[ProviderServer] = []
    for entry in table.texts("servers", needed=True):
        match = _SERVER.fullmatch(entry)
        if match is None or not 0 < int(match[2]) < 65536 or match[3] not in tuple(Security):
            table.fail(
                "servers",
                tr("“{text}” is not {form} with tls, starttls or none", text=entry[:80], form="HOST:PORT/SECURITY"),
            )
        host, port, security = match[1], int(match[2]), Security(match[3])
        if "%REGION%" in host and not regions:
            table.fail("servers", tr("%REGION% needs a table of regions"))
        for region, stands_for in regions.items() if "%REGION%" in host else ((None, ""),):
            named = host.replace("%REGION%", stands_for)
            _known_placeholders(table, "servers", named, known)
            servers.append(ProviderServer(protocol, named, port, security, form, text, region, sign_in))
    table.end()
    return tuple(servers)


def _app_password(table: Table | None) -> AppPassword | None:
    if table is None:
        return None
    pattern = table.optional_text("pattern")
    if pattern is not None:
        try:
            check_shape(pattern)
        except re.error as error:
            table.fail("pattern", tr("is not a regular expression: {error}", error=error))
        except (ValueError, RecursionError, OverflowError) as error:
            table.fail("pattern", str(error))
    app_password = AppPassword(
        url=table.url("url"),
        steps=table.texts("steps"),
        pattern=pattern,
        strip_blanks=table.flag("strip_blanks"),
        called=table.text("called", GENERAL_NAME),
    )
    table.end()
    return app_password


def _oauth(table: Table | None) -> OAuthEndpoints | None:
    if table is None:
        return None
    authorization, token = table.url("authorization"), table.url("token")
    if authorization is None or token is None:
        table.fail("token" if authorization else "authorization", tr("is missing"))
    endpoints = OAuthEndpoints(authorization, token, table.texts("scopes", needed=True), table.url("device"))
    table.end()
    return endpoints


def _preparation(table: Table) -> Preparation:
    by = table.member("by", Doer, Doer.YOU)
    preparation = Preparation(table.text("say"), table.texts("steps"), table.url("url"), by)
    table.end()
    return preparation


def _quirks(table: Table | None) -> frozenset[Quirk]:
    if table is None:
        return frozenset()
    quirks = frozenset(quirk for quirk in Quirk if table.flag(quirk.replace("-", "_")))
    table.end()
    return quirks


def _dated(table: Table) -> DatedFact:
    dated = DatedFact(table.day("on"), table.text("say"))
    table.end()
    return dated


def _domains(table: Table, key: str) -> tuple[str, ...]:
    names = table.texts(key)
    for name in names:
        if not _DOMAIN.fullmatch(name):
            table.fail(key, tr("“{text}” is not a domain in lower-case ASCII", text=name[:80]))
    if len(set(names)) < len(names):
        table.fail(key, tr("names a domain twice"))
    return names


def _known_placeholders(table: Table, key: str, text: str, known: frozenset[str]) -> None:
    for name in _PLACEHOLDER.findall(text):
        if name not in known:
            table.fail(key, tr("%{name}% is not known; name it under [placeholders]", name=name))
