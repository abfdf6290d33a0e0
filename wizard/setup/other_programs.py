"""Mail programs that bring their own browser sign-in: what a person without a client id does instead, step by step."""

from __future__ import annotations

from wizard.language import tr
from wizard.model.address import Address
from wizard.model.diagnosis import CopyText, Remedy


def programs(provider: str | None, address: Address) -> tuple[Remedy, ...]:
    """One remedy that names all three, then one for each; the first keeps the id of the browser sign-in."""
    if provider is not None:
        done = tr(
            "Choose Done: the page of {provider} opens. Sign in there as {address} and allow the access.",
            provider=provider,
            address=address,
        )
        opens = tr(
            "The page of {provider} opens. Sign in there as {address} and allow the access.",
            provider=provider,
            address=address,
        )
        sign_in = tr(
            "Type {address} and choose Sign In: the page of {provider} opens. Sign in there and allow the access.",
            provider=provider,
            address=address,
        )
    else:
        done = tr(
            "Choose Done: the provider's page opens. Sign in there as {address} and allow the access.", address=address
        )
        opens = tr("The provider's page opens. Sign in there as {address} and allow the access.", address=address)
        sign_in = tr(
            "Type {address} and choose Sign In: the provider's page opens. Sign in there and allow the access.",
            address=address,
        )
    thunderbird = (
        tr("Open Thunderbird's menu (≡) and choose New Account, Email; in older versions New, Existing Mail Account."),
        tr("Type your name and {address}, and choose Continue. Leave the password empty.", address=address),
        tr("Where it shows the servers, choose OAuth2 as the way to sign in, for receiving and for sending."),
        done,
    )
    outlook = (
        tr("In Outlook choose File, Add Account; in the new Outlook choose Settings, Accounts, Add account."),
        tr("Type {address} and choose Connect or Continue.", address=address),
        opens,
    )
    apple = (
        tr("On a Mac choose Mail, Add Account; on an iPhone open Settings, Apps, Mail, Mail Accounts, Add Account."),
        tr("Choose the button of your provider (Google, Microsoft Exchange, Outlook.com, Yahoo, AOL), not “Other”."),
        sign_in,
    )
    each = (
        ("use-thunderbird", tr("Set it up in Thunderbird"), thunderbird),
        ("use-outlook", tr("Set it up in Outlook"), outlook),
        ("use-apple-mail", tr("Set it up in Apple Mail"), apple),
    )
    single = tuple(Remedy(id, say, CopyText(_numbered(say, steps)), steps) for id, say, steps in each)
    everything = "\n\n".join(_numbered(say, steps) for _, say, steps in each)
    say = tr("Copy the steps for Thunderbird, Outlook and Apple Mail")
    return (Remedy("sign-in-with-browser", say, CopyText(everything)), *single)


def _numbered(title: str, steps: tuple[str, ...]) -> str:
    return "\n".join([title, *(f"{number}. {step}" for number, step in enumerate(steps, 1))])
