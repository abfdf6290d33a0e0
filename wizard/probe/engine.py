"""Makes the conversations of one run, and sees to it that none outlives it."""

from __future__ import annotations

import asyncio
from collections.abc import Container, Iterable

from wizard.model.evidence import ProbeReport, Stage
from wizard.model.progress import Listener, nobody
from wizard.model.secret import Redactor
from wizard.model.server import Protocol, ServerCandidate, Way
from wizard.probe.connector import Network
from wizard.probe.conversation import Conversation, Mailbox, Outbox, Terms
from wizard.probe.permits import PER_RUN, HostPermits, Permits
from wizard.probe.recorder import Recorder, RunClock


class Prober:
    """Makes conversations for one run.

    Args:
        network: how to get to servers and whom to trust.
        redact: masks every form of the secrets in play.
        listener: told about every stage; called on the loop's thread.
        allow_unencrypted: whether signing in in clear was explicitly permitted.
        in_clear: hosts for which it was, where it was not for all.
        hosts: the connections to each host, where other runs share them.
    """

    def __init__(
        self,
        network: Network,
        redact: Redactor,
        *,
        listener: Listener = nobody,
        allow_unencrypted: bool = False,
        in_clear: frozenset[str] = frozenset(),
        hosts: HostPermits | None = None,
    ) -> None:
        self.network = network
        self.clock = RunClock()
        self._redact = redact
        self._listener = listener
        self._allow_unencrypted, self._in_clear = allow_unencrypted, in_clear
        self.permits = Permits(hosts)
        self._farewells: set[asyncio.Task[None]] = set()
        self._conversations: list[Conversation] = []

    def conversation(self, candidate: ServerCandidate) -> Mailbox | Outbox:
        """A conversation with the server, not yet connected."""
        return self.outbox(candidate) if candidate.way is Way.SENDING else self.mailbox(candidate)

    def outbox(self, candidate: ServerCandidate) -> Outbox:
        """A conversation with a sending server, not yet connected."""
        from wizard.probe.smtp import SmtpConversation  # when first spoken: aiosmtplib costs 80 ms of start-up

        conversation = SmtpConversation(candidate, self._terms(candidate))
        self._conversations.append(conversation)
        return conversation

    def mailbox(self, candidate: ServerCandidate) -> Mailbox:
        """A conversation with a receiving server, not yet connected."""
        conversation: Mailbox
        if candidate.protocol is Protocol.POP3:
            from wizard.probe.pop3 import Pop3Conversation

            conversation = Pop3Conversation(candidate, self._terms(candidate))
        else:
            from wizard.probe.imap import ImapConversation

            conversation = ImapConversation(candidate, self._terms(candidate))
        self._conversations.append(conversation)
        return conversation

    def _terms(self, candidate: ServerCandidate) -> Terms:
        recorder = Recorder(candidate, self.clock, self._listener, self._redact)
        return Terms(self.network, recorder, self.permits, self._allow_unencrypted or candidate.host in self._in_clear)

    @property
    def reports(self) -> tuple[ProbeReport, ...]:
        """What every conversation of the run showed so far, in the order they were begun."""
        return tuple(conversation.recorder.report() for conversation in self._conversations)

    @property
    def is_spent(self) -> bool:
        """Whether the run has made, or begun, as many connections as a run may; a name that is not there made none."""
        if max(self.permits.taken, len(self._conversations)) < PER_RUN:  # nearly always
            return False
        failures = (report.failure for report in self.reports)
        begun = sum(failure is None or failure.stage is not Stage.DNS for failure in failures)
        return max(self.permits.taken, begun) >= PER_RUN

    def forget(self, conversations: Iterable[Conversation]) -> None:
        """Ends conversations that turned out not to be wanted; they are in no report."""
        unwanted = set(conversations)
        for conversation in unwanted:
            conversation.abort()
        self._conversations = [one for one in self._conversations if one not in unwanted]

    def forget_all_but(self, wanted: Container[Conversation]) -> None:
        """As `forget`, for all others."""
        self.forget([one for one in self._conversations if one not in wanted])

    def go_on_with(self, other: Prober) -> None:
        """Takes over the conversations of an earlier run, and what they showed; this run closes them."""
        self.permits, self._farewells, self._conversations = other.permits, other._farewells, other._conversations
        for conversation in self._conversations:
            conversation.recorder.go_on(self.clock, self._listener, self._redact)

    def part(self, conversation: Conversation) -> None:
        """Says goodbye in the background, off the critical path."""
        task = asyncio.ensure_future(conversation.close())
        self._farewells.add(task)
        task.add_done_callback(self._farewells.discard)

    async def close(self) -> None:
        """Waits for the goodbyes, a quarter of a second each at most."""
        await asyncio.gather(*self._farewells, return_exceptions=True)

    def abort(self) -> None:
        """Frees every socket of the run at once."""
        for task in self._farewells:
            task.cancel()
        for conversation in self._conversations:
            conversation.abort()
