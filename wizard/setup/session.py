"""One account's way through Mailwright: find, check, explain, fix, prove. The window and the command line share it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import TYPE_CHECKING, assert_never

from msgspec.structs import replace

from wizard.model.account import CheckResult, Status
from wizard.model.address import Address
from wizard.model.diagnosis import (
    AskAdministrator,
    Change,
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
from wizard.model.plan import Plan, PlanOptions
from wizard.model.progress import Listener, nobody
from wizard.model.provider import Provider
from wizard.model.secret import Secret
from wizard.net.patience import now
from wizard.probe.error_kinds import StageFailed
from wizard.setup.context import Services, SessionContext
from wizard.setup.judge import Judge
from wizard.setup.look_ups import LookUps
from wizard.setup.network_return import wait_for_network
from wizard.setup.options import Options
from wizard.setup.remedied import changed, moved_to, suggested_by, without_blank
from wizard.setup.round_trip import OpenLines, RoundTripRun
from wizard.setup.run import Run
from wizard.setup.secret_gate import SecretGate
from wizard.setup.token_keeper import TokenKeeper
from wizard.setup.warm import Raced, WarmLines
from wizard.signin.refusals import SignInRefused

if TYPE_CHECKING:  # a sign-in in the browser is seldom wanted, and takes a moment to import
    from wizard.setup.browser_sign_in import OpenBrowser, ShowCode

IDLE_S = 120.0


class SetupSession:
    """Holds what lasts from press to press: what discovery heard, the sign-in budget, trusted certificates, open lines.

    Every coroutine may be cancelled and then frees all it opened. Call `close` at the end.
    """

    def __init__(self, services: Services, options: Options | None = None) -> None:
        self._context = SessionContext(services, options or Options())
        self.look_ups = LookUps(self._context)
        self._lines: OpenLines | None = None
        self._idle: asyncio.TimerHandle | None = None
        self._keeper = TokenKeeper(services.browser)
        self._warm: WarmLines | None = None

    @property
    def options(self) -> Options:
        """How checks are run."""
        return self._context.options

    def change_options(self, options: Options) -> None:
        """How checks are run from now on."""
        self._context.options = options

    async def discover(self, address: Address, *, ask_nobody: bool = False, listener: Listener = nobody) -> Plan:
        """The settings that would be tried for the address; no password is in reach of this."""
        return await self._context.discover(address, PlanOptions(ask_nobody=ask_nobody, listener=listener))

    async def prepare(self, address: Address, *, ask_nobody: bool = False, listener: Listener = nobody) -> Plan:
        """As `discover`, for whoever types on meanwhile: `check` of this address then finds a line a side open.

        The lines are opened once the plan is there, and never where nobody is to be asked; another address, `check`
        and `close` end them.
        """
        await self._cool_down()
        warm = self._warm = WarmLines(self._context, address) if self._context.services.keeps_warm else None
        plan = await self.discover(address, ask_nobody=ask_nobody, listener=listener)
        asks_nobody = ask_nobody or self.options.ask_nobody or self.options.offline
        if warm is not None and self._warm is warm and not asks_nobody:  # a check that began meanwhile has taken it
            warm.open(plan)
        return plan

    async def _cool_down(self) -> None:
        warm, self._warm = self._warm, None
        if warm is not None:
            await warm.close()

    async def _raced(self, draft: AccountDraft) -> Raced | None:
        """What was raced beforehand for this account; the line is the run's from now on."""
        warm, self._warm = self._warm, None
        if warm is None:
            return None
        raced = await warm.take()
        if warm.address == draft.address and not draft.ask_nobody:
            return raced
        raced.prober.abort()
        return None

    async def wait_until_free(self, hosts: Iterable[str]) -> None:
        """Returns once these servers may see another sign-in; a table of accounts waits here, before a deadline."""
        for host in hosts:
            await self._context.services.budget.wait_until_free(host)

    async def wait_for_network(self, result: CheckResult) -> None:
        """Returns once the network that this check did not find is there; that may be never."""
        await wait_for_network(self._context.services.dialer, result)

    def get_ready(self, *, for_words: bool = True) -> None:
        """Reads what only a failure needs, so that none waits for it; in a thread of its own, as it takes a moment.

        `for_words`: also what only a server's words need, in all languages.
        """
        diagnoser = self._context.services.diagnoser()
        if for_words:
            diagnoser.of_text("ready")

    def explain(self, text: str) -> Diagnosis:
        """The cause behind an error text."""
        return self._context.services.diagnoser().of_text(text)

    def cause(self, name: str) -> Diagnosis | None:
        """What a cause says of which nothing but the name was kept; `None` where it is unknown by now."""
        return self._context.services.diagnoser().of_cause(name)

    async def check(
        self,
        draft: AccountDraft,
        *,
        plan: Plan | None = None,
        previous: CheckResult | None = None,
        listener: Listener = nobody,
        spent_s: float = 0.0,
        asked_s: float = 0.0,
    ) -> CheckResult:
        """Proves the account, or names what stops it and what helps.

        Args:
            draft: what the person said; a side that is not given comes from the plan.
            plan: what discovery found; asked for here when it is needed and None.
            previous: an earlier result of this session: a side verified then and unchanged since is not tried again.
            listener: told about every stage, on the loop's thread.
            spent_s: what is over of the deadline, in seconds.
            asked_s: how long ago this check's first question was asked, where that was done beforehand.
        """
        await self._close_lines()
        left_s = self.options.deadline_s - spent_s
        run = Run(self._context, draft, plan, previous, listener, left_s, await self._raced(draft))
        run.prober.clock.set_back(asked_s)
        result = await run.check()
        self._context.note_silence(result.reports)
        if result.diagnoses:
            from wizard.setup.refused_sign_in import token_refused, without_client_id

            if not self._keeper.can_sign_in(run.provider):
                result = without_client_id(result, run.provider)
            if draft.oauth_token is not None and token_refused(result):
                return await self._with_new_token(run, result, listener)
        return self._checked(run, result)

    async def sign_in_and_check(
        self,
        draft: AccountDraft,
        *,
        plan: Plan | None = None,
        open_browser: OpenBrowser | None = None,
        show_code: ShowCode | None = None,
        listener: Listener = nobody,
    ) -> CheckResult:
        """As `sign_in` and then `check`; a sign-in that was refused ends in a result as well."""
        plan = plan or await self.discover(draft.address, listener=listener)
        try:
            signed_in = await self.sign_in(draft, plan=plan, open_browser=open_browser, show_code=show_code)
        except SignInRefused as refused:
            return await self.check_without_token(draft, refused, plan=plan, listener=listener)
        return await self.check(signed_in, plan=plan, listener=listener)

    async def check_saved(
        self,
        draft: AccountDraft,
        *,
        permission: Secret | None = None,
        spent_s: float = 0.0,
        test_message_to: Address | None = None,
    ) -> CheckResult:
        """As `check`, for a saved account; this session's own account keeps its token and its open lines meanwhile.

        Args:
            draft: the saved settings, with the password that was kept.
            permission: the permission of a browser sign-in that was kept instead; it is renewed in the keyring.
            spent_s: what is over of the deadline, in seconds.
            test_message_to: whom a test message goes to once the account is proven, in what is left of the deadline.
        """
        options = replace(self.options, deadline_s=self.options.deadline_s - spent_s)
        other = SetupSession(self._context.services, options)
        other._context = replace(self._context, options=options)
        began = now()
        try:
            if draft.secret is None and permission is not None:
                # No deadline cuts it off: a permission that is good for one use would be lost. Its time is counted.
                draft = await other.sign_in_again(draft, permission)
            result = await other.check(draft, spent_s=now() - began)
            if test_message_to is None or not result.works:
                return result
            left_s = options.deadline_s - (now() - began)
            return await other.send_test_message(result, test_message_to, deadline_s=left_s)
        except SignInRefused as refused:
            return await other.check_without_token(draft, refused)
        finally:
            await other.close()

    async def sign_in(
        self,
        draft: AccountDraft,
        *,
        plan: Plan | None = None,
        open_browser: OpenBrowser | None = None,
        show_code: ShowCode | None = None,
    ) -> AccountDraft:
        """The draft with a token from a sign-in in the browser, or on another device where `show_code` is given.

        Raises SignInRefused; `check_without_token` makes a result of it.
        """
        return await self._keeper.sign_in(draft, self._provider(draft, plan), open_browser, show_code)

    async def sign_in_again(self, draft: AccountDraft, permission: Secret, *, plan: Plan | None = None) -> AccountDraft:
        """The draft with a token made from a permission of the keyring, where a renewed one takes its place.

        Raises:
            SignInRefused: the permission has ended.
        """
        return await self._keeper.sign_in_again(draft, self._provider(draft, plan), permission)

    def sign_in_to_keep(self, draft: AccountDraft) -> Secret | None:
        """The permission behind the draft's token, for `SavedAccounts.save`; `None` where there is none of ours."""
        return self._keeper.to_keep(draft)

    async def check_without_token(
        self,
        draft: AccountDraft,
        refused: SignInRefused,
        *,
        plan: Plan | None = None,
        listener: Listener = nobody,
    ) -> CheckResult:
        """What can be proven without a token: reach, encryption, methods offered. The refusal's card comes first."""
        await self.close()
        run = Run(self._context, replace(draft, secret=None, oauth_token=None), plan, None, listener)
        return self._after_refusal(await run.check(), refused, run.provider)

    async def _with_new_token(self, run: Run, result: CheckResult, listener: Listener) -> CheckResult:
        """The result after a server refused the token: with a new one, or with why there is none.

        A permission that still gives new tokens is neither expired nor withdrawn: a server that refuses a new one as
        well says that it is not for mail.
        """
        from wizard.setup.refused_sign_in import token_refused

        try:
            renewed = await self._keeper.renewed(result.draft, run.provider)
        except SignInRefused as refused:
            return self._after_refusal(result, refused, run.provider)
        if renewed is None:
            return result
        left_s = self.options.deadline_s - result.elapsed_s
        again = Run(self._context, renewed, run.plan, None, listener, left_s)
        second = await again.check()
        if token_refused(second):
            return self._after_refusal(second, self._keeper.not_for_mail(run.provider), run.provider)
        return self._checked(again, second)

    def _after_refusal(self, result: CheckResult, refused: SignInRefused, provider: Provider | None) -> CheckResult:
        from wizard.setup.refused_sign_in import after_refusal

        cause = self._context.services.diagnoser().of_refusal(refused.refusal)
        return after_refusal(result, refused, cause, provider)

    def _checked(self, run: Run, result: CheckResult) -> CheckResult:
        """The result; the lines of a verified account stay open for a test message."""
        conversations = run.open_lines()
        if conversations:
            self._lines = OpenLines.of(run.prober, conversations)
            self._idle = asyncio.get_running_loop().call_later(IDLE_S, self._let_go)
        return result

    def apply(self, remedy: Remedy, diagnosis: Diagnosis, result: CheckResult) -> AccountDraft:
        """The draft with the remedy applied; what only the person can do leaves it as it was."""
        draft = result.draft
        match remedy.action:
            case ChangeSettings(Change.SUGGESTED_ADDRESS):
                suggestion = self._judge_of(result).suggestion or suggested_by(diagnosis)
                return draft if suggestion is None else moved_to(draft, suggestion)
            case ChangeSettings(Change.ADDRESS_IS_RIGHT):
                return replace(draft, address_is_right=True)
            case ChangeSettings(Change.PASSWORD_WITHOUT_BLANK):
                return without_blank(draft, diagnosis)
            case ChangeSettings(change, candidate):
                chosen = candidate or self._judge_of(result).settings_for(change, diagnosis, result.reports)
                return draft if chosen is None else changed(result, change, chosen)
            case TrustCertificate(sha256):
                if diagnosis.server is not None:
                    self._context.pins[diagnosis.server] = sha256
                return draft
            case EditField() | TryAgain() | SignIn() | OpenUrl() | CopyText() | AskAdministrator() | Wait():
                return draft
            case _:
                assert_never(remedy.action)

    def _judge_of(self, result: CheckResult) -> Judge:
        return Judge.of_result(self._context.services, result)

    def _provider(self, draft: AccountDraft, plan: Plan | None) -> Provider | None:
        return Judge.of(self._context.services, draft, plan).provider

    async def send_test_message(
        self,
        result: CheckResult,
        to: Address | None = None,
        *,
        listener: Listener = nobody,
        deadline_s: float | None = None,
    ) -> CheckResult:
        """The result with its round trip: one message is sent, once, and its arrival watched for (45 s at most).

        Only a message to the account itself can be seen arriving. A deadline that passes while it is watched for ends
        the watching alone: the settings stay proven and the message sent. One that passes before the server took the
        message leaves its outcome unknown.
        """
        self._stop_idling()
        if self._lines is None:
            self._lines = OpenLines(self._context.prober(result.draft, listener), result.reports)
        trip = RoundTripRun(self._context, self._lines, result, to or result.draft.address, listener)
        try:
            return await trip.run(deadline_s)
        finally:
            await self._close_lines()

    async def delete_test_message(self, result: CheckResult) -> bool:
        """Whether the arrived test message could be removed without touching any other."""
        token, folder, side = result.round_trip.token, result.round_trip.folder, result.incoming
        if token is None or side is None or side.status is not Status.VERIFIED:
            return False
        prober = self._context.prober(result.draft, nobody)
        try:
            mailbox = prober.mailbox(side.candidate)
            await SecretGate(self._judge_of(result), self.options, self._context.services.budget).open(mailbox)
            deleted = await mailbox.delete_message(token, folder or "INBOX")
            prober.part(mailbox)
        except StageFailed:
            deleted = False
        finally:
            await prober.close()
            prober.abort()
        return deleted

    async def close(self, *, waits: bool = True) -> None:
        """Ends the connections that were kept open for a check or for a test message.

        Without `waits`, for a program that ends: goodbye is said, and the answer, a round trip away, is not heard.
        """
        await self._cool_down()
        await self._close_lines(waits=waits)

    async def _close_lines(self, *, waits: bool = True) -> None:
        self._stop_idling()
        lines, self._lines = self._lines, None
        if lines is None:
            return
        for conversation in lines.conversations:
            lines.prober.part(conversation)
        try:
            await (lines.prober.close() if waits else asyncio.sleep(0))  # each is said at its task's first step
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
