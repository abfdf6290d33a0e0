"""The cause of a failure in words for people, and what can be done about it."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from wizard.model.evidence import CertificateFacts, Evidence, Reply, Stage
from wizard.model.record import WithCompanion
from wizard.model.server import Protocol, Security, ServerCandidate


class Change(StrEnum):
    """The settings a remedy may change; setup/autofix.py turns each into concrete candidates."""

    OTHER_PORT = "other-port"
    OTHER_SECURITY = "other-security"
    OTHER_HOST = "other-host"
    OTHER_USERNAME_FORM = "other-username-form"
    API_USERNAME = "api-username"  # the fixed user name a provider wants, such as SendGrid's "apikey"
    OUTGOING_SERVER = "outgoing-server"  # the sending server of the provider whose IMAP or POP server was typed
    ENCRYPT = "encrypt"
    SENDER_IS_USERNAME = "sender-is-username"
    ISP_RELAY = "isp-relay"
    IN_CLEAR = "in-clear"  # sign in without encryption, where the line does not leave this computer
    SMALLER_MESSAGE = "smaller-message"
    PASSWORD_WITHOUT_BLANK = "password-without-blank"  # noqa: S105 - what cannot be seen at its ends is taken off
    NO_SIGN_IN = "no-sign-in"  # a server that takes mail without one
    SUGGESTED_ADDRESS = "suggested-address"  # the address that was probably meant
    ADDRESS_IS_RIGHT = "address-is-right"  # the person's word that it is as it was typed
    AGREE_TO_SERVER = "agree-to-server"  # the same server, now that the person said that it may have the password
    OWN_NETWORK = "own-network"  # the same server, now that the person said yes to where it stands


class ChangeSettings(Struct, frozen=True):
    """Other settings, applied and checked again from the failed stage. `candidate` is set once one is known."""

    change: Change
    candidate: ServerCandidate | None = None


class Field(StrEnum):
    """The fields of the window that a remedy may lead to; its value is the catalogue's name for it."""

    ADDRESS = "address"
    PASSWORD = "password"  # noqa: S105 - the name of a field
    INCOMING_HOST = "incoming-host"
    INCOMING_PORT = "incoming-port"
    INCOMING_USERNAME = "incoming-username"
    OUTGOING_HOST = "outgoing-host"
    OUTGOING_PORT = "outgoing-port"
    OUTGOING_USERNAME = "outgoing-username"
    RECIPIENT = "recipient"  # whom the test message goes to
    TEST_TO = "test-to"  # the same field, with the account's own address in it


class EditField(Struct, frozen=True):
    """Put the cursor into a field of the window.

    `server` is filled in around it, where it is known and only its login is not: it has one of its own.
    """

    field: Field
    server: ServerCandidate | None = None


class TryAgain(Struct, frozen=True):
    """Check again from the failed stage."""


class SignIn(Struct, frozen=True):
    """Sign in at the provider in the web browser (OAuth 2.0)."""


class OpenUrl(Struct, frozen=True):
    """Open a page of the provider."""

    url: str


class CopyText(Struct, frozen=True):
    """Copy a text that is written out, such as the steps in another program."""

    text: str


class AskAdministrator(Struct, frozen=True):
    """Ask whoever runs the mail server for this, in a sentence or two.

    The letter around it has the facts (`handover/administrator_message.py`); in JSON that is a `copy-text`.
    """

    request: str


class TrustCertificate(Struct, frozen=True):
    """Accept exactly this certificate; SHA-256 of its DER form, lower-case hex."""

    sha256: str


class Wait(Struct, frozen=True):
    """Nothing helps but time; `seconds` is `None` when nobody can say how long."""

    seconds: int | None


Action = (
    ChangeSettings | EditField | TryAgain | SignIn | OpenUrl | CopyText | AskAdministrator | TrustCertificate | Wait
)

ACTION_NAMES: dict[type, str] = {
    ChangeSettings: "change-settings",
    EditField: "edit-field",
    TryAgain: "try-again",
    SignIn: "sign-in",
    OpenUrl: "open-url",
    CopyText: "copy-text",
    AskAdministrator: "copy-text",
    TrustCertificate: "trust-certificate",
    Wait: "wait",
}


class Remedy(Struct, frozen=True):
    """One thing that can be done; the program tries `automatic` ones by itself, `last_resort` ones are never first."""

    id: str
    say: str
    action: Action
    steps: tuple[str, ...] = ()
    automatic: bool = False
    last_resort: bool = False


class Token(StrEnum):
    """What a cause says of the token of a browser sign-in."""

    WANTED = "wanted"  # the server takes no password: a token is needed
    REFUSED = "refused"  # the token that was sent is not, or no longer, good


class Implications(Struct, frozen=True):
    """What a cause means beyond its own card, as its diagnosis file states it.

    Attributes:
        whole_account: the account is refused, not one side of it; the other side is not asked with the same password.
        plain_refusal: name or password is wrong and the server says no more; the other form of the user name may be
            tried once.
        temporary: it may be over in a moment; tried once more, politely.
        whole_line: it holds for the computer or its line; one card for both sides.
        sending_only: it is told by servers for sending alone.
        hides_others: nothing else can be judged before this is put right; told first and alone.
        explains: causes that say of the other side what this one says in full; they get no card of their own.
        token: what it says of a browser sign-in's token.
    """

    whole_account: bool = False
    plain_refusal: bool = False
    temporary: bool = False
    whole_line: bool = False
    sending_only: bool = False
    hides_others: bool = False
    explains: tuple[str, ...] = ()
    token: Token | None = None


NO_IMPLICATIONS: Final = Implications()


class Likely(Struct, frozen=True):
    """A cause that comes into question where none is clear, and a question whose answer yes speaks for it."""

    cause: str
    confidence: float
    title: str
    question: str


class Diagnosis(WithCompanion, frozen=True, eq=False):
    """A cause by name, what it rests on and what can be done; `confidence` is between 0 and 1."""

    cause: str
    stage: Stage
    confidence: float
    title: str
    why: str
    remedies: tuple[Remedy, ...] = ()
    protocol: Protocol | None = None
    server: str | None = None
    reply: Reply | None = None
    certificate: CertificateFacts | None = None
    evidence: tuple[Evidence, ...] = ()
    implies: Implications = NO_IMPLICATIONS
    understood: tuple[str, ...] = ()  # what was recognised, for `explain` when the cause stays unknown
    case: int = 0  # which case of the cause was told, from 1; 0 is none of them
    category: str | None = None  # of the provider, as presets say it
    likely: tuple[Likely, ...] = ()  # up to three, the likeliest first, where the confidence is below 0.6
    # Tells it once more in the language spoken then; `None` where nobody can.
    again: Callable[[], Diagnosis] | None = None

    def in_the_language_spoken(self) -> Diagnosis:
        """The same card, its words in the language spoken now; as it is where it cannot be told once more."""
        if self.again is None:
            return self
        anew = self.again()
        said = {remedy.id: remedy for remedy in anew.remedies}
        remedies = tuple(said.get(remedy.id, remedy) for remedy in self.remedies)
        return replace(self, title=anew.title, why=anew.why, remedies=remedies)

    @property
    def concerns_others(self) -> bool:
        """Whether whoever runs the server can be asked: not about this computer, its line or what was typed, unless
        the cause says for what."""
        asks = any(isinstance(remedy.action, AskAdministrator) for remedy in self.remedies)
        return asks or not (self.implies.whole_line or self.stage is Stage.INPUT)

    @property
    def wants_other_settings(self) -> bool:
        """Whether something that was typed or found is to be changed; whom a test message goes to is no setting."""
        kinds = (ChangeSettings, EditField, SignIn, TrustCertificate)
        elsewhere = (EditField(Field.RECIPIENT), EditField(Field.TEST_TO))
        actions = [remedy.action for remedy in self.remedies]
        return any(isinstance(action, kinds) and action not in elsewhere for action in actions)


class ServerChange(Struct, frozen=True):
    """The settings a fix touched; `None` where it left them alone."""

    host: str | None = None
    port: int | None = None
    security: Security | None = None
    username: str | None = None


class Fix(Struct, frozen=True):
    """A change that was tried and works: which cause it answers, which remedy it is, before and after."""

    cause: str
    remedy: str
    protocol: Protocol
    before: ServerChange
    after: ServerChange
