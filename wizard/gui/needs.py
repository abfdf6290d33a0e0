"""What a provider wants from the person before a mail program can sign in, in words; no Qt here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from wizard.language import tr

if TYPE_CHECKING:  # loaded after the first paint
    from wizard.model.plan import Plan
    from wizard.model.provider import Provider


class Need(Struct, frozen=True):
    """One banner: fact, sentence where there is more to say, steps to follow and the page they happen on.

    `tone` is a colour of the theme; `url_says` is what the page's link says where "Open the page" says too little.
    """

    fact: str
    sentence: str = ""
    tone: str = "accent"
    icon: str = "info"
    steps: tuple[str, ...] = ()
    url: str | None = None
    url_says: str | None = None
    browser_sign_in: bool = False


def of_plan(plan: Plan, *, by_browser: bool = False) -> Need | None:
    """The need that comes first; `None` when the everyday password will do.

    `by_browser` says that a sign-in in the browser can be done from here.
    """
    from wizard.language.formats import ended
    from wizard.model.provider import Doer, ProviderStatus, SignInWay

    provider = plan.provider
    if provider is None:
        if plan.notes and not plan.candidates:
            return Need(
                tr("We found no mail servers for {domain}.", domain=plan.address.shown_domain),
                plan.notes[0],
                "warn",
                "warning",
            )
        return None
    provider = provider.translated()
    if provider.status is ProviderStatus.UNSUPPORTED:
        because = provider.no_servers_because or tr(
            "{provider} has no way in for mail programs.", provider=provider.name
        )
        return Need(
            because, tone="stop", icon="shield-x", url=provider.webmail_url, url_says=tr("Open the mail in the browser")
        )
    name = provider.spoken_name
    if by_browser and SignInWay.OAUTH2 in provider.sign_in:
        return Need(tr("There is no password to type here."), icon="browser", browser_sign_in=True)
    if wants_app_password(provider):
        steps, url = _app_password_steps(provider)
        return Need(
            tr("{provider} wants an app password, not your everyday one.", provider=name),
            icon="key",
            steps=steps,
            url=url,
            url_says=tr("Open the page at {provider}", provider=name),
        )
    if wants_browser(provider):
        fact = ended(tr("{provider} wants a sign-in in the browser", provider=name))
        return Need(fact, tr("Continue without a password: the steps follow."), icon="browser")
    if provider.preparation:
        first = provider.preparation[0]
        icon = "users" if first.by is Doer.ADMINISTRATOR else "info"
        return Need(first.say, icon=icon, steps=first.steps, url=first.url)
    if SignInWay.API_KEY in provider.sign_in and SignInWay.PASSWORD not in provider.sign_in:
        return Need(tr("{provider} wants an API key here, not your everyday password.", provider=name), icon="key")
    return None


def wants_app_password(provider: Provider | None) -> bool:
    """Whether the everyday password will be refused and an app password accepted."""
    return provider is not None and provider.refuses_everyday_password and "app-password" in provider.sign_in


def wants_browser(provider: Provider | None) -> bool:
    """Whether signing in in the browser is the only way."""
    return provider is not None and provider.wants_browser


def shape_warning(provider: Provider | None, password: str) -> str | None:
    """A sentence when the password cannot be the app password the provider wants; `None` when it can."""
    if provider is None or provider.app_password is None or not wants_app_password(provider):
        return None
    if not password or provider.app_password.fits(password) is not False:
        return None
    return tr(
        "This does not look like an app password of {provider}. Your everyday password will be refused.",
        provider=provider.name,
    )


def _app_password_steps(provider: Provider) -> tuple[tuple[str, ...], str | None]:
    """What must be switched on first, then how the password is made."""
    from wizard.model.provider import Doer

    steps: list[str] = []
    url = None
    for item in provider.preparation:
        if item.by is Doer.YOU:
            steps += item.steps or (item.say,)
            url = url or item.url
    if provider.app_password is not None:
        steps += provider.app_password.steps
        url = provider.app_password.url or url
    return tuple(steps), url
