"""The one gate that secrets pass: nothing else in the program signs in.

Whoever wants a password sent asks here, and only gets it sent to a server the person may give it to. A test reads the
source to see that no other file makes credentials or signs in.
"""

from __future__ import annotations

import asyncio
import re

from msgspec import Struct, field

from wizard.model.draft import AccountDraft
from wizard.model.evidence import Detail, ErrorKind, Reply, Stage
from wizard.model.provider import Provider
from wizard.model.server import ServerCandidate, Source, Way
from wizard.net.sites import registrable_domain, same_site
from wizard.probe.conversation import Conversation
from wizard.probe.credentials import Credentials
from wizard.probe.error_kinds import StageFailed
from wizard.setup.did_you_mean import resembles_provider
from wizard.setup.judge import Judge
from wizard.setup.options import Options
from wizard.setup.signin_budget import BudgetSpent, Press, SignInBudget

# Words of a server that counts sign-ins, in the languages that our causes are read in.
_COUNTS = re.compile(
    r"too many|attempts|tries|rate|frequen|zu viele|versuche|trop de|tentativ|demasiad|intentos|troppi|muitas|слишком"
    r"|попыт|多|回数|次数|너무|te veel|pogingen|zbyt|prób|çok",
    re.IGNORECASE,
)


def typed_sites(draft: AccountDraft) -> frozenset[str]:
    """The registrable domains of the servers that the person typed."""
    typed = (server for way in Way for server in draft.given(way) if server.source is Source.GIVEN)
    return frozenset(registrable_domain(server.host) for server in typed)


def needs_yes(candidate: ServerCandidate, draft: AccountDraft, owner: Provider | None) -> bool:
    """Whether the person must agree before a password goes to the server (safety promise 12).

    Not for servers of the address's own domain, of a domain the person typed or agreed to, or of a provider we know
    that a source named. A name that only looks like a known provider's always needs a yes of its own.

    Args:
        candidate: the server.
        draft: what the person typed and agreed to.
        owner: whose server it is, when a preset knows it.
    """
    site = registrable_domain(candidate.host)
    if site in draft.agreed or same_site(site, draft.address.domain):
        return False
    if owner is None and resembles_provider(site) is not None:
        return True
    if site in typed_sites(draft):
        return False
    # Whoever put another host into a typed candidate is not the source that named it.
    return owner is None or candidate.source is Source.GIVEN


class SecretGate(Struct):
    """Signs in for one run of an account.

    Args:
        judge: knows the account, its provider and whose servers are whose.
        options: what the person permitted for the whole run.
        budget: how often an account may be refused; shared by all that the program does.
        press: what this press has sent already.
    """

    judge: Judge
    options: Options
    budget: SignInBudget
    press: Press = field(default_factory=Press)

    def needs_yes(self, candidate: ServerCandidate) -> bool:
        """Whether the person must agree before a password goes to the server."""
        if self.options.accept_untrusted:
            return False
        if self.judge.is_of(self.judge.own_provider, candidate):
            return False
        return needs_yes(candidate, self.judge.draft, self.judge.services.provider_of_host(candidate.host))

    def _may_be_in_clear(self, candidate: ServerCandidate) -> bool:
        """Whether the person permitted to sign in there on a line without encryption."""
        return self.options.allow_unencrypted or candidate.host in self.judge.draft.in_clear

    def has_secret_for(self, candidate: ServerCandidate) -> bool:
        """Whether there is anything to sign in with at the server."""
        draft = self.judge.draft
        return draft.token_of(candidate.way) is not None or draft.secret_for(candidate) is not None

    def can_spare_one(self, candidate: ServerCandidate) -> bool:
        """Whether an attempt that nobody asked for leaves one for what the person types next."""
        return self.budget.left(*self._accounts(candidate)) > 1

    def _accounts(self, candidate: ServerCandidate) -> tuple[str, str]:
        # Many addresses may be one account: the name that signs in counts as well, at all servers of a domain together.
        return self.judge.draft.address.wire, f"{candidate.username} at {registrable_domain(candidate.host)}"

    async def open(self, conversation: Conversation) -> None:
        """Opens a new conversation and signs in, where there is anything to sign in with.

        Raises StageFailed, and the socket is free then.
        """
        try:
            await conversation.open()
            if self.has_secret_for(conversation.candidate):
                await self.sign_in(conversation)
        except BaseException:
            conversation.abort()
            raise

    async def sign_in(self, conversation: Conversation) -> None:
        """Signs in with the account's secret for that side, once.

        Raises:
            StageFailed: nothing was sent, for want of the person's word on the address
                (ADDRESS_MISTYPED), of consent to the server (HELD_BACK), of encryption (UNENCRYPTED), of a secret or of
                budget (BUDGET); or the server refused. Either way it stands in the conversation's evidence.
        """
        candidate, draft = conversation.candidate, self.judge.draft
        account = self._accounts(candidate)
        server = f"{candidate.protocol.value} {candidate.host}"  # one host may send and receive: two servers
        credentials = Credentials(candidate.username, draft.secret_for(candidate), draft.token_of(candidate.way))
        secret = credentials.token or credentials.secret
        recorder = conversation.recorder
        is_allowed = await self.budget.until_known(*account)
        failure: StageFailed | None = None
        meant = self.judge.suggestion
        if meant is not None and not self.options.accept_address:
            failure = StageFailed(Stage.AUTH, ErrorKind.ADDRESS_MISTYPED, detail=Detail(suggestion=str(meant)))
        elif self.needs_yes(candidate):
            failure = StageFailed(Stage.AUTH, ErrorKind.HELD_BACK)
        elif not conversation.connector.is_encrypted and not self._may_be_in_clear(candidate):
            failure = StageFailed(Stage.AUTH, ErrorKind.UNENCRYPTED)
        elif secret is None or not self.press.allows(server, credentials.username, secret) or not is_allowed:
            failure = self._spent(*account)
        if failure is not None or secret is None:
            failure = failure or StageFailed(Stage.AUTH, ErrorKind.HELD_BACK)
            recorder.failed(failure, 0.0)
            raise failure
        before = recorder.sign_in_attempts
        with self.budget.attempt(*account):
            await self.budget.wait_for_turn(candidate.host)
            try:
                with self.budget.sending(*account) as take_back:
                    try:
                        await conversation.sign_in(credentials)
                    except StageFailed as refused:
                        is_sent = recorder.sign_in_attempts > before
                        if is_sent:
                            self.press.refused(server, credentials.username, secret)
                        # A line that drops or falls silent may have been counted by the server too.
                        if not is_sent or _judged_nothing(refused.reply):
                            take_back()
                        raise
                    except asyncio.CancelledError:
                        # Stopped, or past a deadline: what was sent is judged all the same, and nobody hears how.
                        if recorder.sign_in_attempts == before:
                            take_back()
                        raise
                    take_back()
            except BudgetSpent:
                failure = self._spent(*account)
                recorder.failed(failure, 0.0)
                raise failure from None

    def _spent(self, *account: str) -> StageFailed:
        return StageFailed(Stage.AUTH, ErrorKind.BUDGET, detail=Detail(wait_s=self.budget.pause_s(*account)))


def _judged_nothing(reply: Reply | None) -> bool:
    """Whether a server put a sign-in off without judging it; one that counts them says that there were too many."""
    return reply is not None and reply.is_temporary and _COUNTS.search(reply.judged) is None
