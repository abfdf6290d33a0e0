"""Opens conversations: one per candidate, at most two per host and twenty-four per run at once."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from wizard.model.evidence import ProbeReport
from wizard.model.progress import Listener, nobody
from wizard.model.secret import Redactor
from wizard.model.server import Protocol, ServerCandidate
from wizard.probe.conversation import Conversation, Network
from wizard.probe.recorder import Recorder, RunClock

PER_HOST = 2
PER_RUN = 24


class Prober:
    """Makes conversations for one run.

    Args:
        network: how to get to servers and whom to trust.
        redact: masks every form of the secrets in play.
        listener: told about every stage; called on the loop's thread.
        allow_unencrypted: whether signing in in clear was explicitly permitted.
    """

    def __init__(
        self, network: Network, redact: Redactor, *, listener: Listener = nobody, allow_unencrypted: bool = False
    ) -> None:
        self.network = network
        self.clock = RunClock()
        self._redact = redact
        self._listener = listener
        self._allow_unencrypted = allow_unencrypted
        self._per_run = asyncio.Semaphore(PER_RUN)
        self._per_host: defaultdict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(PER_HOST))
        self._farewells: set[asyncio.Task[None]] = set()
        self._recorders: list[Recorder] = []

    def conversation(self, candidate: ServerCandidate) -> Conversation:
        """A conversation with the server, not yet connected."""
        recorder = Recorder(candidate, self.clock, self._listener, self._redact)
        self._recorders.append(recorder)
        # Imported when first spoken: aiosmtplib alone costs 80 ms of start-up.
        match candidate.protocol:
            case Protocol.SMTP:
                from wizard.probe.smtp import SmtpConversation

                return SmtpConversation(candidate, self.network, recorder, allow_unencrypted=self._allow_unencrypted)
            case Protocol.IMAP:
                from wizard.probe.imap import ImapConversation

                return ImapConversation(candidate, self.network, recorder, allow_unencrypted=self._allow_unencrypted)
            case Protocol.POP3:
                from wizard.probe.pop3 import Pop3Conversation

                return Pop3Conversation(candidate, self.network, recorder, allow_unencrypted=self._allow_unencrypted)

    @property
    def reports(self) -> tuple[ProbeReport, ...]:
        """What every conversation of the run showed so far, in the order they were begun."""
        return tuple(recorder.report() for recorder in self._recorders)

    @asynccontextmanager
    async def place(self, host: str) -> AsyncIterator[None]:
        """Waits until another connection to the host, and another one at all, is allowed (promise 15)."""
        async with self._per_host[host.lower()], self._per_run:
            yield

    def part(self, conversation: Conversation) -> None:
        """Says goodbye in the background, off the critical path."""
        task = asyncio.ensure_future(conversation.close())
        self._farewells.add(task)
        task.add_done_callback(self._farewells.discard)

    async def close(self) -> None:
        """Waits for the goodbyes, a quarter of a second each at most."""
        await asyncio.gather(*self._farewells, return_exceptions=True)
