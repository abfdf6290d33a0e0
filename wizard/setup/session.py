"""One account's way through Mailwright: find, check, explain, fix, prove. The window and the command line share it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import assert_never

from wizard.model.account import CheckResult, Status
from wizard.model.address import Address
from wizard.model.diagnosis import (
    ChangeSettings,
    CopyText,
    Diagnosis,
    EditField,
    OpenUrl,
    Remedy,
    SignIn,
    TrustCertificate,
    TryAgain,
    Wait,
)
from wizard.model.draft import AccountDraft
from wizard.model.plan import Plan
from wizard.model.progress import Listener, nobody
from wizard.probe.error_kinds import StageFailed
from wizard.setup.options import Options
from wizard.setup.parts import Bench, Parts
from wizard.setup.round_trip import OpenLines, RoundTripRun
from wizard.setup.run import Run

IDLE_S = 120.0


class SetupSession:
    """Holds what lasts from press to press: what discovery heard, the sign-in budget, trusted certificates, open lines.

    Every coroutine may be cancelled and then frees all it opened. Call `close` at the end.
    """

    def __init__(self, parts: Parts, options: Options | None = None) -> None:
        self._bench = Bench(parts, options or Options())
        self._lines: OpenLines | None = None
        self._idle: asyncio.TimerHandle | None = None

    @property
    def options(self) -> Options:
        """How checks are run."""
        return self._bench.options

    def change_options(self, options: Options) -> None:
        """How checks are run from now on."""
        self._bench.options = options

    async def discover(self, address: Address, *, ask_nobody: bool = False, listener: Listener = nobody) -> Plan:
        """The settings that would be tried for the address; no password is in reach of this."""
        return await self._bench.discover(address, ask_nobody=ask_nobody, listener=listener)

    def explain(self, text: str) -> Diagnosis:
        """The cause behind an error text."""
        return self._bench.parts.diagnoser.of_text(text)

    async def check(
        self,
        draft: AccountDraft,
        *,
        plan: Plan | None = None,
        previous: CheckResult | None = None,
        listener: Listener = nobody,
    ) -> CheckResult:
        """Proves the account, or names what stops it and what helps.

        Args:
            draft: what the person said; a side that is not given comes from the plan.
            plan: what discovery found; asked for here when it is needed and None.
            previous: an earlier result of this session: a side verified then and unchanged since is not tried again.
            listener: told about every stage, on the loop's thread.
        """
        await self.close()
        self._bench.budget.begin_press()
        run = Run(self._bench, draft, plan, previous, listener)
        result = await run.check()
        lines = run.open_lines()
        if lines:
            self._lines = OpenLines(run.prober, lines)
            self._idle = asyncio.get_running_loop().call_later(IDLE_S, self._let_go)
        return result

    def apply(self, remedy: Remedy, diagnosis: Diagnosis, result: CheckResult) -> AccountDraft:
        """The draft with the remedy applied; what only the person can do leaves it as it was."""
        draft = result.draft
        match remedy.action:
            case ChangeSettings(_, candidate):
                if candidate is None:
                    return draft
                if candidate.is_incoming:
                    return replace(draft, incoming=candidate)
                return replace(draft, outgoing=candidate)
            case TrustCertificate(sha256):
                if diagnosis.server is not None:
                    self._bench.pins[diagnosis.server] = sha256
                return draft
            case EditField() | TryAgain() | SignIn() | OpenUrl() | CopyText() | Wait():
                return draft
            case _:
                assert_never(remedy.action)

    async def send_test_message(
        self, result: CheckResult, to: Address | None = None, *, listener: Listener = nobody
    ) -> CheckResult:
        """The result with its round trip: one message is sent, once, and its arrival watched for (45 s at most).

        Only a message to the account itself can be seen arriving.
        """
        self._stop_idling()
        if self._lines is None:
            self._lines = OpenLines(self._bench.prober(result.draft, listener))
        trip = RoundTripRun(self._bench, self._lines, result, to or result.draft.address, listener)
        try:
            return await trip.run()
        finally:
            await self.close()

    async def delete_test_message(self, result: CheckResult) -> bool:
        """Whether the arrived test message could be removed without touching any other."""
        token, folder, side = result.round_trip.token, result.round_trip.folder, result.incoming
        if token is None or side is None or side.status is not Status.VERIFIED:
            return False
        prober = self._bench.prober(result.draft, nobody)
        try:
            conversation, _ = await self._bench.reopen(prober, result.draft, side)
            from wizard.probe.imap import ImapConversation
            from wizard.probe.pop3 import Pop3Conversation

            deleted = False
            if isinstance(conversation, ImapConversation):
                deleted = await conversation.delete_message(token, folder or "INBOX")
            elif isinstance(conversation, Pop3Conversation):
                deleted = await conversation.delete_message(token)
            prober.part(conversation)
        except StageFailed:
            deleted = False
        finally:
            await prober.close()
            prober.abort()
        return deleted

    async def close(self) -> None:
        """Ends the connections that were kept open for a test message."""
        self._stop_idling()
        lines, self._lines = self._lines, None
        if lines is None:
            return
        for conversation, _ in lines.conversations.values():
            lines.prober.part(conversation)
        try:
            await lines.prober.close()
        finally:
            lines.prober.abort()

    def _stop_idling(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None

    def _let_go(self) -> None:
        lines, self._lines = self._lines, None
        if lines is not None:
            lines.prober.abort()
