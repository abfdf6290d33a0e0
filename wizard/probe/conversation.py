"""What SMTP, IMAP and POP3 share: opening a conversation, signing in once, deadlines and evidence."""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import AbstractContextManager
from functools import partial

from msgspec import Struct
from msgspec.structs import replace

from wizard.model.evidence import CertificateFacts, Detail, ErrorKind, Reply, Stage
from wizard.model.progress import nobody
from wizard.model.secret import Secret
from wizard.model.server import AuthMethod, Security, ServerCandidate
from wizard.net.patience import now, within
from wizard.probe.connector import PEEK_S, Connector, Network, Wire
from wizard.probe.credentials import Credentials
from wizard.probe.error_kinds import StageFailed
from wizard.probe.mechanisms import CHALLENGED, Answer, Attempt, Challenge, refuses_command
from wizard.probe.permits import Permits
from wizard.probe.recorder import Recorder, StageFacts
from wizard.probe.sasl import mechanism_of

SIGN_IN_S = 30.0
STILL_ANSWERS_S = 5.0


class Terms(Struct, frozen=True):
    """On what terms a conversation is held.

    `network` says how to get to the server, `recorder` keeps the evidence, `permits` how many connections there may
    be. `allow_unencrypted`: signing in over a line in clear was explicitly permitted. `observe`: look at the
    certificate only, accept any, and stop right after the handshake.
    """

    network: Network
    recorder: Recorder
    permits: Permits
    allow_unencrypted: bool = False
    observe: bool = False


class Conversation(ABC):
    """One connection to one server. Every method raises `StageFailed`, and every failure is already in the recorder."""

    _new_wire: type[Wire]  # makes the protocol object of one connection

    def __init__(self, candidate: ServerCandidate, terms: Terms) -> None:
        self.candidate = candidate
        self.terms = terms
        self.recorder = terms.recorder
        self.connector = Connector(
            candidate,
            terms.network,
            terms.recorder,
            terms.permits,
            self._new_wire,
            look=partial(_seen_certificate, type(self), candidate, terms),  # not a method: no circle to collect
            observe=terms.observe,
        )
        self._is_said = False

    @property
    @abstractmethod
    def is_open(self) -> bool:
        """Whether the line still stands."""

    @property
    @abstractmethod
    def is_quiet(self) -> bool:
        """Whether the line stands and the server said nothing on it that it was not asked for."""

    @abstractmethod
    async def still_answers(self) -> bool:
        """Whether the server answers a command that asks for nothing (NOOP), where one may be sent before a sign-in."""

    @property
    @abstractmethod
    def offered(self) -> tuple[str, ...]:
        """The methods of signing in that the server announced (SASL names)."""

    async def open(self) -> None:
        """Connects, encrypts, reads the greeting and what the server offers.

        What was offered in clear counts for nothing once the line is encrypted: it is asked again inside TLS
        (RFC 3207 §4.2, RFC 9051 §6.2.1, RFC 2595 §4).
        """
        await self.connector.connect()
        if self.terms.observe and self.connector.is_encrypted:
            return
        with self.recorder.stage(Stage.GREETING, self.connector.opens_until) as facts:
            await self._greet()
            await self._ask_offer()
            self._note_offer(facts)
        if self.candidate.security is not Security.STARTTLS:
            return
        await self.connector.encrypt(self._starttls)
        if self.terms.observe:
            return
        with self.recorder.stage(Stage.GREETING, self.connector.opens_until) as facts:
            await self._ask_offer()
            self._note_offer(facts)

    @abstractmethod
    async def _greet(self) -> None:
        """Reads the greeting; raises StageFailed when it is a refusal or another protocol's."""

    @abstractmethod
    async def _ask_offer(self) -> None:
        """Asks what the server offers, and keeps it."""

    @abstractmethod
    def _note_offer(self, facts: StageFacts) -> None:
        """Puts what the server offers into the evidence."""

    @abstractmethod
    async def _starttls(self) -> None:
        """Asks for the switch to TLS; raises StageFailed when it is not offered or refused."""

    async def sign_in(self, credentials: Credentials) -> str:
        """Signs in by the best way that both sides know; the method that did it.

        The password is judged once. A refusal of the command says nothing of it: the next way is tried then, each
        once, and `sign_in_attempts` counts only what was judged, or may have been.
        """
        with self._stage(Stage.AUTH, SIGN_IN_S) as facts:
            facts.detail["username"] = credentials.username
            if not self.connector.is_encrypted and not self.terms.allow_unencrypted:
                facts.detail["mechanisms"] = " ".join(self.offered) or None
                raise StageFailed(Stage.AUTH, ErrorKind.UNENCRYPTED)
            credentials.check()
            if self._is_signed_in:
                self.recorder.auth = facts.detail["method"] = AuthMethod.PREAUTH.value
                return AuthMethod.PREAUTH.value
            if not self.offered:
                await self._ask_again()
            facts.detail["mechanisms"] = " ".join(self.offered) or None
            refused: Reply | None = None
            attempts = self._attempts(credentials)
            if not self.connector.is_encrypted:
                attempts.sort(key=lambda attempt: attempt.method not in CHALLENGED)
            for attempt in attempts:
                if not self.is_open:
                    break
                self._is_said = False
                answer = await self._try(attempt, credentials)
                facts.detail["method"] = attempt.method.value
                facts.reply = answer.reply
                if answer.accepted:
                    self.recorder.auth = attempt.method.value
                    return attempt.method.value
                of_the_command = refuses_command(answer.reply) and not answer.is_explained
                if not of_the_command and (self._is_said or refused is None):
                    raise StageFailed(Stage.AUTH, ErrorKind.REPLY, reply=answer.reply)
                if self._is_said:
                    self.recorder.sign_in_attempts -= 1
                refused = refused or answer.reply
            raise StageFailed(Stage.AUTH, ErrorKind.NO_COMMON_AUTH, reply=refused)

    @property
    def _is_signed_in(self) -> bool:
        """Whether the server signed us in by itself."""
        return False

    async def _ask_again(self) -> None:  # noqa: B027 - only SMTP has reason to
        """Asks once more what is offered, where no way of signing in was among it."""

    @abstractmethod
    def _attempts(self, credentials: Credentials) -> list[Attempt]:
        """The ways these credentials can be sent, best first; raises StageFailed when the server takes none of them."""

    async def _try(self, attempt: Attempt, credentials: Credentials) -> Answer:
        """What the server says to one way."""
        mechanism = mechanism_of(attempt.method, credentials, self.candidate)
        first = None
        if attempt.at_once:
            first, mechanism.first = mechanism.first, None
            self._saying()
        heard = await self._begin(attempt.method, first)
        while isinstance(heard, Challenge):
            said = await mechanism.answer(heard.data)
            self._saying()
            heard = await self._respond(said)
        if heard.accepted and not mechanism.has_proof:
            raise StageFailed(Stage.AUTH, ErrorKind.PROTOCOL_ERROR, reply=heard.reply, detail=Detail(ours="no-proof"))
        if mechanism.reason is None:
            return heard
        text = self.recorder.shown(f"{heard.reply.text} {mechanism.reason}".strip())
        judged = Secret(f"{heard.reply.judged} {mechanism.reason}".strip())
        return Answer(heard.accepted, replace(heard.reply, text=text, heard=judged), is_explained=True)

    @abstractmethod
    async def _begin(self, method: AuthMethod, first: bytes | None) -> Challenge | Answer:
        """Sends the command that begins a SASL exchange, with what the client says first where that is given."""

    @abstractmethod
    async def _respond(self, data: bytes) -> Challenge | Answer:
        """Sends what the client says to a challenge."""

    def _saying(self) -> None:
        """Counts an attempt, once for each way, when the first of the credentials is about to be sent."""
        if not self._is_said:
            self._is_said = True
            self.recorder.sign_in_attempts += 1

    @abstractmethod
    async def prove_usable(self, address: str) -> None:
        """Shows that who signed in can go on: the inbox opens, or a message of the address to itself would be taken."""

    @abstractmethod
    async def close(self) -> None:
        """Says goodbye without waiting long, and frees the socket."""

    def abort(self) -> None:
        """Frees the socket at once."""
        self.connector.abort()

    def _stage(self, stage: Stage, seconds: float) -> AbstractContextManager[StageFacts]:
        """A stage that may take so many seconds."""
        return self.recorder.stage(stage, now() + seconds)

    def _only_failure(self, stage: Stage, seconds: float) -> AbstractContextManager[StageFacts]:
        """As a stage, for what follows in one or is done many times over: only its failure is recorded."""
        return self.recorder.stage(stage, now() + seconds, only_failure=True)


async def _seen_certificate(
    kind: type[Conversation], candidate: ServerCandidate, terms: Terms
) -> CertificateFacts | None:
    """The certificate the server shows, seen through a line of its own that ends right after the handshake."""
    quiet = Recorder(candidate, terms.recorder.clock, nobody, terms.recorder.redact)
    look = kind(candidate, replace(terms, recorder=quiet, observe=True))
    try:
        with within(PEEK_S):
            await look.open()
    except (StageFailed, TimeoutError):
        pass
    finally:
        look.abort()
    seen = quiet.report().last(Stage.TLS)
    return seen.certificate if seen is not None else None


class Found(Struct, frozen=True):
    """A message that arrived: the folder it lies in, its header, whether that folder is the one for junk."""

    folder: str
    header: bytes
    is_junk: bool = False


class Mailbox(Conversation):
    """The receiving side: a conversation in which messages can be found."""

    @property
    @abstractmethod
    def sees_new_mail(self) -> bool:
        """Whether a message that arrives now is seen without signing in again."""

    @property
    def sign_in_pause_s(self) -> float:
        """How many seconds the server wants between two sign-ins."""
        return 0.0

    @property
    @abstractmethod
    def looked_in(self) -> tuple[str, ...]:
        """The folders that were looked through so far, as people read their names."""

    @abstractmethod
    async def find_message(self, token: str) -> Found | None:
        """The message whose Subject holds `token`; None while it is in neither the inbox nor a folder for junk."""

    @abstractmethod
    async def find_elsewhere(self, token: str) -> Found | None:
        """The message in any other folder that a filter may have put it into; None when it is in none of them."""

    @abstractmethod
    async def delete_message(self, token: str, folder: str) -> bool:
        """Whether the message with `token` was removed from the folder for good, and no other."""


class Outbox(Conversation):
    """The sending side: a conversation in which a message can be handed over."""

    @abstractmethod
    async def try_envelope(self, sender: str, recipient: str, *, keep: bool = False) -> None:
        """Asks whether the server would take a message from `sender` to `recipient` (RFC 5321 §3.3).

        Without `keep` the envelope is dropped again and nothing is sent.
        """

    @abstractmethod
    async def send(self, sender: str, recipient: str, message: bytes) -> Reply:
        """Sends one message, once; the server's acceptance. Silence after the final dot is OUTCOME_UNKNOWN (T12)."""
