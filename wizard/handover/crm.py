"""A CRM, shop, ticket system or newsletter on the web that sends through this account."""

from __future__ import annotations

from msgspec.structs import replace

from wizard.handover import other
from wizard.handover.sheet import Note, Sheet, Target, TargetKind
from wizard.handover.words import SignInKind, require_outgoing, sign_in_kinds
from wizard.language import tr, tr_later
from wizard.model.account import VerifiedAccount

TARGET = Target("crm", tr_later("CRM, shop or web form"), TargetKind.PERSON)


def sheet(account: VerifiedAccount) -> Sheet:
    """The fields of such forms, and what only a service on somebody else's computers needs."""
    require_outgoing(
        account, refusal=tr("A web service that sends needs the sending server, and only receiving was checked.")
    )
    steps = [
        tr("Look in the service's settings for Email, Outgoing email, Custom SMTP or “Send from my own address”."),
        tr("Copy the fields below into the form. Not every form has all of them."),
    ]
    if SignInKind.OAUTH2 in sign_in_kinds(account):
        steps.append(
            tr(
                "Your provider wants a sign-in in the browser. Look for “Connect” or “Sign in with …” in that service; "
                "a form that only takes a password cannot be used with this account."
            )
        )
    else:
        steps.append(
            tr(
                "Give it the password that worked here. Where your provider has app passwords, make one just for this "
                "service: it can be withdrawn alone."
            )
        )
    steps.append(tr("Send from the address below: most servers refuse any other sender."))
    notes = (
        tr(
            "The service signs in from its own computers, and your provider may stop that. Ask the service for the "
            "addresses it sends from, and write to your provider or administrator: “Allow sign-in to our mailbox "
            "{address} from these addresses.” They come in three notations: one address (192.0.2.10), a block "
            "(192.0.2.0/24), a range (192.0.2.10-192.0.2.20).",
            address=account.address,
        ),
        tr(
            "If the service sends from its own servers instead, your domain's SPF record must name it, and it must "
            "sign with your domain (DKIM): it tells you the records."
        ),
    )
    title = tr("Use it in a web service")
    return replace(
        other.sheet(account), target=TARGET, title=title, steps=tuple(steps), notes=tuple(Note(text) for text in notes)
    )
