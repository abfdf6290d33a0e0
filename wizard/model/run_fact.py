"""Facts that no single server shows: what the whole run, the person's input and the provider's preset say together."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from wizard.model.sides import Sides


class RunFact(StrEnum):
    """One fact about the side a card speaks of; the rules name it as a value of `seen`."""

    SIGNED_IN = "signed-in"  # this very server accepted name and password, whatever it refused afterwards
    OTHER_SIDE_SIGNED_IN = "other-side-signed-in"
    OTHER_SIDE_ACCEPTED_PASSWORD = "other-side-accepted-password"  # noqa: S105 - a fact's name; this very password
    OTHER_SIDE_ACCEPTED_USERNAME = "other-side-accepted-username"  # this very user name
    SENDING_HAS_OWN_LOGIN = "sending-has-own-login"
    EVERYDAY_PASSWORD_REFUSED = "everyday-password-refused"  # noqa: S105 - the provider takes app passwords only
    APP_PASSWORD_SHAPE_WRONG = "app-password-shape-wrong"  # noqa: S105 - it cannot be an app password of this provider
    APP_PASSWORD_SHAPE_RIGHT = "app-password-shape-right"  # noqa: S105 - its shape is known, and this has it
    PASSWORD_OUTER_BLANK = "password-outer-blank"  # noqa: S105 - a blank or an unseen character at either end
    PASSWORD_BEYOND_ASCII = "password-beyond-ascii"  # noqa: S105 - servers differ in how they store such letters
    CAPITAL_IN_ADDRESS = "capital-in-address"  # in the user name that was sent
    SENDER_IS_SIGN_IN = "sender-is-sign-in"  # the message's sender is the name that signs in
    RECIPIENT_IS_SELF = "recipient-is-self"  # the message's recipient is the account itself
    ENCRYPTION_CHOSEN_OFF = "encryption-chosen-off"  # somebody typed the server as unencrypted
    ENCRYPTION_OFFERED = "encryption-offered"  # the server offers to encrypt the line that was not encrypted
    TAKES_MAIL_WITHOUT_SIGN_IN = "takes-mail-without-sign-in"


RunFacts = Sides[frozenset[RunFact]]
NO_RUN_FACTS: Final[RunFacts] = Sides(frozenset(), frozenset())
