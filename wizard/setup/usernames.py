"""Other forms of a user name that was refused; who publishes them is asked again where nobody waited for the answer."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from msgspec.structs import replace

from wizard.model.plan import Plan, PlanOptions
from wizard.model.progress import Listener
from wizard.model.server import ServerCandidate
from wizard.net.patience import Deadline, now
from wizard.setup.username_forms import other_usernames

if TYPE_CHECKING:
    from wizard.setup.context import SessionContext
    from wizard.setup.secret_gate import SecretGate

ASK_AGAIN_S = 3.0  # who sent a wrong password waits no longer for a page that may say nothing of it


class Usernames:
    """What one run knows of user names; a source that was not waited for is asked again where a name was refused.

    A guessed server may have answered before the provider's own page, which says how user names are made.

    Args:
        context: the session's.
        gate: its judge knows the account, and the plan from when this has learnt more.
        listener: told of every source that is asked.
    """

    def __init__(self, context: SessionContext, gate: SecretGate, listener: Listener) -> None:
        self._context = context
        self._gate = gate
        self._listener = listener
        self._asking: asyncio.Task[Plan] | None = None
        self._enough = asyncio.Event()
        self._until = 0.0

    async def others(self, candidate: ServerCandidate) -> tuple[str, ...]:
        """Other forms of the candidate's user name, likeliest first; none of one that has signed in before."""
        judge = self._gate.judge
        if judge.draft.worked_before:
            return ()  # the attempt is left for the new password
        plan = judge.plan
        if plan is not None and any(one.may_name_user and not one.has_answered for one in plan.asked):
            if self._asking is None:
                options = PlanOptions(
                    ask_nobody=judge.draft.ask_nobody, everybody=True, enough=self._enough, listener=self._listener
                )
                self._asking = asyncio.ensure_future(self._context.discover(judge.draft.address, options))
                self._until = now() + ASK_AGAIN_S
            with contextlib.suppress(TimeoutError), Deadline(self._until):
                await asyncio.shield(self._asking)
            self._enough.set()  # what was heard counts, whoever else is silent
            plan = await asyncio.shield(self._asking)
            judge = self._gate.judge = replace(self._gate.judge, plan=plan)
        named = plan.candidates if plan is not None else ()
        return other_usernames(candidate, judge.draft.address.wire, judge.provider, named)

    async def stop(self) -> None:
        """Ends the asking."""
        if self._asking is not None and not self._asking.done():
            self._asking.cancel()
            await asyncio.gather(self._asking, return_exceptions=True)
