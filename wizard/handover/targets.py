"""All programs settings can be handed to, by id."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Final

from msgspec.structs import replace

from wizard.errors import HandoverError, UsageError
from wizard.handover import (
    aerc,
    apple_mail,
    autoconfig_xml,
    claws,
    crm,
    django,
    env,
    evolution,
    fetchmail,
    flask,
    getmail,
    git,
    gitlab,
    kmail,
    laravel,
    mbsync,
    msmtp,
    neomutt,
    nextcloud,
    nodemailer,
    offlineimap,
    other,
    outlook,
    phone,
    phone_apps,
    postfix,
    printed_page,
    printer,
    symfony,
    thunderbird,
    url,
    wordpress,
)
from wizard.handover.inert import is_single_line
from wizard.handover.sheet import Sheet, Target
from wizard.handover.words import SignInKind, browser_only, sends_without_sign_in, sign_in_kinds
from wizard.language import tr
from wizard.model.account import VerifiedAccount
from wizard.model.secret import Secret
from wizard.model.text import single_line

# In the order people are offered them.
_MAKERS: Final[dict[Target, Callable[..., Sheet]]] = {
    thunderbird.TARGET: thunderbird.sheet,
    outlook.TARGET: outlook.sheet,
    outlook.NEW: outlook.new,
    outlook.CLASSIC: outlook.classic,
    apple_mail.TARGET: apple_mail.sheet,
    apple_mail.MAC: apple_mail.mac,
    phone.TARGET: phone.sheet,
    phone.ANDROID: phone.android,
    phone.IPHONE: phone.iphone,
    phone_apps.GMAIL: phone_apps.gmail,
    phone_apps.OUTLOOK: phone_apps.outlook,
    phone_apps.SAMSUNG: phone_apps.samsung,
    phone_apps.GMAIL_SEND_AS: phone_apps.gmail_send_as,
    evolution.TARGET: evolution.sheet,
    kmail.TARGET: kmail.sheet,
    claws.TARGET: claws.sheet,
    printer.TARGET: printer.sheet,
    crm.TARGET: crm.sheet,
    nextcloud.TARGET: nextcloud.sheet,
    printed_page.TARGET: printed_page.sheet,
    other.TARGET: other.sheet,
    autoconfig_xml.TARGET: autoconfig_xml.sheet,
    msmtp.TARGET: msmtp.sheet,
    url.TARGET: url.sheet,
    env.TARGET: env.sheet,
    wordpress.TARGET: wordpress.sheet,
    neomutt.TARGET: neomutt.sheet,
    aerc.TARGET: aerc.sheet,
    git.TARGET: git.sheet,
    mbsync.TARGET: mbsync.sheet,
    fetchmail.TARGET: fetchmail.sheet,
    getmail.TARGET: getmail.sheet,
    offlineimap.TARGET: offlineimap.sheet,
    postfix.TARGET: postfix.sheet,
    django.TARGET: django.sheet,
    flask.TARGET: flask.sheet,
    laravel.TARGET: laravel.sheet,
    symfony.TARGET: symfony.sheet,
    nodemailer.TARGET: nodemailer.sheet,
    gitlab.TARGET: gitlab.sheet,
}


_NAMES_FOR_SENDING: Final = frozenset({"outgoing-username", "new-outgoing-username"})


def targets() -> tuple[Target, ...]:
    """Every target, those for people first."""
    return tuple(_MAKERS)


def target(target_id: str) -> Target:
    """The target with this id.

    Raises:
        UsageError: there is none; the sentence names those there are.
    """
    found = next((one for one in _MAKERS if one.id == target_id), None)
    if found is None:
        known = ", ".join(one.id for one in _MAKERS)
        raise UsageError(
            tr(
                "“{target}” is not a program settings can be written for. There are: {known}.",
                target=target_id,
                known=known,
            )
        )
    return found


def sheet(target_id: str, account: VerifiedAccount, secret: Secret | None = None) -> Sheet:
    """What the program with this id needs for this account; with `secret`, the password stands in its file.

    Raises:
        UsageError: there is no such target, or it has no file for a password.
        HandoverError: this account, or this password, cannot be written down for that program.
    """
    wanted = target(target_id)
    _require_single_lines(account)
    # The name others see is not worth a refusal: it goes without its marks of direction.
    named = replace(account, display_name=single_line(account.display_name or "") or None)
    if secret is None:
        return _signing_in_where_it_is_wanted(_MAKERS[wanted](named), account)
    if not wanted.takes_password:
        raise UsageError(
            tr("{program} takes no file with a password in it; it asks for the password itself.", program=wanted.name)
        )
    if sign_in_kinds(account) & {SignInKind.OAUTH2}:
        raise HandoverError(browser_only(tr("There is no password to write down.")))
    if not is_single_line(secret.reveal()):
        raise HandoverError(tr("The password holds a line break or control character; no file can say it."))
    return _MAKERS[wanted](named, secret)


def may_hold_password(target: Target, account: VerifiedAccount) -> bool:
    """Whether the window offers to write this account's password into a file of the program.

    The command line's --with-password does so as well where the program runs a command for it.
    """
    kinds = sign_in_kinds(account)
    return target.takes_password and not target.takes_command and not kinds & {SignInKind.OAUTH2, SignInKind.NONE}


def _signing_in_where_it_is_wanted(made: Sheet, account: VerifiedAccount) -> Sheet:
    """The sheet without a user name for sending where nobody signs in to send: the fields that stay say so."""
    if not sends_without_sign_in(account):
        return made
    return replace(made, rows=tuple(row for row in made.rows if row.field_id not in _NAMES_FOR_SENDING))


def _require_single_lines(account: VerifiedAccount) -> None:
    """Refuses what no configuration file can quote, such as a newline, which would start a setting of its own.

    So is what would read as something else than it is: marks of direction, and characters that nobody sees.
    """
    name = account.display_name or ""
    texts = [account.address.local, account.address.shown_domain]
    for server in (account.incoming, account.outgoing):
        if server is not None:
            texts += [server.host, server.username]
    hidden = any(unicodedata.category(character) == "Cf" for text in texts for character in text)
    if hidden or not all(is_single_line(text) for text in (*texts, name)):
        raise HandoverError(
            tr(
                "The name, a server or a user name holds a line break or control character, or one that nobody sees; "
                "no program takes that."
            )
        )
