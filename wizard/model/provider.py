"""A mail provider as its preset states it: servers, demands, limits."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from msgspec import Struct, field
from msgspec.structs import replace

from wizard.language import SOURCE, spoken, tr, tr_context, tr_later
from wizard.language.data_texts import preset_context
from wizard.model.server import Protocol, Security, UsernameForm
from wizard.model.shape import has_shape


class ProviderStatus(StrEnum):
    """Whether an account there can be set up: at once, after something was switched on, or not at all."""

    OK = "ok"
    PREPARATION = "preparation"
    UNSUPPORTED = "unsupported"


class SignInWay(StrEnum):
    """What the provider accepts as proof of who signs in."""

    PASSWORD = "password"  # noqa: S105 - a word for the way, not a password
    APP_PASSWORD = "app-password"  # noqa: S105 - likewise
    OAUTH2 = "oauth2"
    API_KEY = "api-key"


CATEGORIES: Final = ("freemail", "isp", "hoster", "transactional")


class Quirk(StrEnum):
    """What a provider does unlike others, as presets state it and rules name it; a preset's [quirks] sets it true."""

    EVERYDAY_PASSWORD_REFUSED = "everyday-password-refused"  # noqa: S105 - mail programs need another password
    APP_PASSWORD_REFUSED = "app-password-refused"  # noqa: S105 - only the sign-in in the browser is let in
    MAIL_ACCESS_OFF_BY_DEFAULT = "mail-access-off-by-default"
    MAIL_ACCESS_MAY_BE_OFF = "mail-access-may-be-off"
    SWITCH_TOLD_AS_WRONG_PASSWORD = "switch-told-as-wrong-password"  # noqa: S105 - of access for mail programs
    SMTP_AUTH_OFF_BY_DEFAULT = "smtp-auth-off-by-default"  # sending by programs has a switch of its own
    ALIAS_CANNOT_SIGN_IN = "alias-cannot-sign-in"
    PAID_PLAN = "paid-plan"  # mail programs are for paying customers
    PAID_PLAN_FOR_NEW_ACCOUNTS = "paid-plan-for-new-accounts"
    MAILBOX_PASSWORD = "mailbox-password"  # noqa: S105 - not the password of the customer's account
    ACCOUNT_PROTECTION_BLOCKS_PROGRAMS = "account-protection-blocks-programs"
    REGION_DECIDES_SERVERS = "region-decides-servers"  # another region's server refuses the right password


class ProviderServer(Struct, frozen=True):
    """One server of a provider.

    In `host` and `username` may stand %EMAILADDRESS%, %EMAILLOCALPART%, %EMAILDOMAIN% and placeholders of the provider.
    """

    protocol: Protocol
    host: str
    port: int
    security: Security
    username_form: UsernameForm = UsernameForm.FULL_ADDRESS
    username: str | None = None  # fixed text or placeholders, for `UsernameForm.OTHER`; None there: the person is asked
    region: str | None = None  # the servers of a region are a choice, not alternatives
    sign_in: tuple[SignInWay, ...] = ()  # only where this protocol differs from the provider's other ones


class Doer(StrEnum):
    """Who can do what a provider wants done first."""

    YOU = "you"
    ADMINISTRATOR = "administrator"


class Preparation(Struct, frozen=True):
    """What must be done before a mail program can sign in, and by whom."""

    say: str
    steps: tuple[str, ...] = ()
    url: str | None = None
    by: Doer = Doer.YOU


class DatedFact(Struct, frozen=True):
    """What changed or will change at the provider, and on which day."""

    on: date
    say: str


GENERAL_NAME: Final = tr_later("app password")


class AppPassword(Struct, frozen=True):
    """The provider's password for programs: what it is called, where it is made, and its shape where that is known."""

    url: str | None = None
    steps: tuple[str, ...] = ()
    pattern: str | None = None  # for the whole secret once blanks are gone: see `shape.check_shape`
    strip_blanks: bool = False
    called: str = GENERAL_NAME  # some say authorisation code, mail key, API key …

    def clean(self, typed: str) -> str:
        """What goes on the wire: the blanks dropped that the provider only shows for reading.

        An everyday password that happens to hold blanks keeps them: without them it would not be one of these.
        """
        return self._bare(typed) if self.fits(typed) is not False else typed

    def fits(self, typed: str) -> bool | None:
        """Whether this can be such a password; `None` where its shape is not known."""
        if self.pattern is None:
            return None
        return has_shape(self.pattern, self._bare(typed))

    def _bare(self, typed: str) -> str:
        return "".join(typed.split()) if self.strip_blanks else typed


class OAuthEndpoints(Struct, frozen=True):
    """Where the browser sign-in goes (RFC 6749 §3, RFC 8628 §3.1)."""

    authorization: str
    token: str
    scopes: tuple[str, ...]
    device: str | None = None


class Provider(Struct, frozen=True):
    """One preset; `id` is its file name, `quirks` are facts for the diagnosis rules.

    `sign_in` is in the order a person would use the ways: a password and an app password together mean that the app
    password is wanted once two-step sign-in is on.
    """

    id: str
    name: str
    country: str
    category: str
    domains: tuple[str, ...]
    mx_suffixes: tuple[str, ...]
    servers: tuple[ProviderServer, ...]
    status: ProviderStatus = ProviderStatus.OK
    sign_in: tuple[SignInWay, ...] = (SignInWay.PASSWORD,)
    preparation: tuple[Preparation, ...] = ()
    app_password: AppPassword | None = None
    oauth: OAuthEndpoints | None = None
    no_servers_because: str | None = None
    limits: tuple[str, ...] = ()
    max_message: str | None = None
    relay_only_in_network: bool = False
    webmail_url: str | None = None
    quirks: frozenset[Quirk] = frozenset()
    notes: tuple[str, ...] = ()
    checked: date | None = None
    sources: tuple[str, ...] = ()
    brand: str | None = None  # the name within a sentence, where `name` is too long for one
    hosts: tuple[str, ...] = ()  # server names it owns beside those in `servers`, old ones and "*." patterns included
    limit_reset: str | None = None  # when sending opens again after a limit was met
    username_hint: str | None = None  # what the user name is, where it cannot be made from the address
    placeholders: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))  # name -> what to ask for

    dated: tuple[DatedFact, ...] = ()

    def translated(self) -> Provider:
        """The same with all that people read in the language spoken now; whoever shows it asks for this."""
        if spoken() == SOURCE:
            return self
        context = preset_context(self.id)

        def one(text: str | None) -> str | None:
            return tr_context(context, text) if text is not None else None

        def all_of(texts: tuple[str, ...]) -> tuple[str, ...]:
            return tuple(tr_context(context, text) for text in texts)

        app_password = self.app_password
        return replace(
            self,
            no_servers_because=one(self.no_servers_because),
            username_hint=one(self.username_hint),
            limits=all_of(self.limits),
            max_message=one(self.max_message),
            limit_reset=one(self.limit_reset),
            notes=all_of(self.notes),
            app_password=replace(
                app_password,
                # What a preset does not name is called as the code calls it, and known to translators by that.
                called=tr(GENERAL_NAME)
                if app_password.called == GENERAL_NAME
                else tr_context(context, app_password.called),
                steps=all_of(app_password.steps),
            )
            if app_password is not None
            else None,
            preparation=tuple(
                replace(each, say=tr_context(context, each.say), steps=all_of(each.steps)) for each in self.preparation
            ),
            dated=tuple(replace(each, say=tr_context(context, each.say)) for each in self.dated),
            placeholders=MappingProxyType({name: tr_context(context, ask) for name, ask in self.placeholders.items()}),
        )

    @property
    def refuses_everyday_password(self) -> bool:
        """Whether mail programs need another password, such as an app password, than the one people know."""
        only_app_passwords = SignInWay.APP_PASSWORD in self.sign_in and SignInWay.PASSWORD not in self.sign_in
        return only_app_passwords or Quirk.EVERYDAY_PASSWORD_REFUSED in self.quirks

    @property
    def wants_browser(self) -> bool:
        """Whether signing in in the browser is the only way."""
        return self.sign_in == (SignInWay.OAUTH2,)

    @property
    def spoken_name(self) -> str:
        """The name as it stands in a sentence."""
        return self.brand or self.name

    @property
    def regions(self) -> tuple[str, ...]:
        """The regions a person chooses from, the usual one first."""
        return tuple(dict.fromkeys(server.region for server in self.servers if server.region is not None))
