"""Mail programs that bring their own browser sign-in: what a person without a client id does instead, step by step."""

from __future__ import annotations

from wizard.model.address import Address
from wizard.model.diagnosis import CopyText, Remedy


def programs(provider: str | None, address: Address) -> tuple[Remedy, ...]:
    """One remedy that names all three, then one for each; the first keeps the id of the browser sign-in."""
    page = f"the page of {provider}" if provider else "the provider's page"
    thunderbird = (
        "Open Thunderbird's menu (≡) and choose New Account, Email; in older versions New, Existing Mail Account.",
        f"Type your name and {address}, and choose Continue. Leave the password empty.",
        "Where it shows the servers, choose OAuth2 as the way to sign in, for receiving and for sending.",
        f"Choose Done: {page} opens. Sign in there as {address} and allow the access.",
    )
    outlook = (
        "In Outlook choose File, Add Account; in the new Outlook choose Settings, Accounts, Add account.",
        f"Type {address} and choose Connect or Continue.",
        f"{page[:1].upper()}{page[1:]} opens. Sign in there as {address} and allow the access.",
    )
    apple = (
        "On a Mac choose Mail, Add Account; on an iPhone open Settings, Apps, Mail, Mail Accounts, Add Account.",
        "Choose the button of your provider (Google, Microsoft Exchange, Outlook.com, Yahoo, AOL), not “Other”.",
        f"Type {address} and choose Sign In: {page} opens. Sign in there and allow the access.",
    )
    each = (
        ("use-thunderbird", "Set it up in Thunderbird", thunderbird),
        ("use-outlook", "Set it up in Outlook", outlook),
        ("use-apple-mail", "Set it up in Apple Mail", apple),
    )
    single = tuple(Remedy(id, say, CopyText(_numbered(say, steps)), steps) for id, say, steps in each)
    everything = "\n\n".join(_numbered(say, steps) for _, say, steps in each)
    say = "Copy the steps for Thunderbird, Outlook and Apple Mail"
    return (Remedy("sign-in-with-browser", say, CopyText(everything)), *single)


def _numbered(title: str, steps: tuple[str, ...]) -> str:
    return "\n".join([title, *(f"{number}. {step}" for number, step in enumerate(steps, 1))])
