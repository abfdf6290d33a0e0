"""All programs settings can be handed to, by id."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from wizard.errors import HandoverError, UsageError
from wizard.handover import (
    apple_mail,
    autoconfig_xml,
    env,
    git,
    msmtp,
    neomutt,
    other,
    outlook,
    phone,
    thunderbird,
    url,
    wordpress,
)
from wizard.handover.inert import is_single_line
from wizard.handover.sheet import Sheet, Target
from wizard.model.account import VerifiedAccount
from wizard.model.text import single_line

# In the order people are offered them.
_MAKERS: Final[dict[Target, Callable[[VerifiedAccount], Sheet]]] = {
    thunderbird.TARGET: thunderbird.sheet,
    outlook.TARGET: outlook.sheet,
    apple_mail.TARGET: apple_mail.sheet,
    phone.TARGET: phone.sheet,
    other.TARGET: other.sheet,
    autoconfig_xml.TARGET: autoconfig_xml.sheet,
    msmtp.TARGET: msmtp.sheet,
    url.TARGET: url.sheet,
    env.TARGET: env.sheet,
    wordpress.TARGET: wordpress.sheet,
    neomutt.TARGET: neomutt.sheet,
    git.TARGET: git.sheet,
}


def targets() -> tuple[Target, ...]:
    """Every target, those for people first."""
    return tuple(_MAKERS)


def sheet(target_id: str, account: VerifiedAccount) -> Sheet:
    """What the program with this id needs for this account.

    Raises:
        UsageError: there is no such target; the sentence names those there are.
        HandoverError: this account cannot be written down for that program.
    """
    maker = next((make for target, make in _MAKERS.items() if target.id == target_id), None)
    if maker is None:
        known = ", ".join(target.id for target in _MAKERS)
        raise UsageError(f"“{target_id}” is not a program settings can be written for. There are: {known}.")
    _require_single_lines(account)
    # The name others see is not worth a refusal: it goes without its marks of direction.
    return maker(replace(account, display_name=single_line(account.display_name or "") or None))


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
            "The name, a server or a user name holds a line break or control character, or one that nobody sees; "
            "no program takes that."
        )
