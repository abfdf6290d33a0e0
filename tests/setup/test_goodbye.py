"""What is said at the end of a check: goodbye to both servers, and no longer a wait than somebody has to."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

import pytest

from tests.lab.certificates import Authority, Issued
from tests.lab.scripted import Conversation as Talk
from tests.probe.talk import Mail, candidate, tls_server, until
from tests.setup.accounts import draft, new_session
from wizard.model.account import Verdict
from wizard.model.server import Protocol, Security


async def _says_nothing(talk: Talk, line: bytes) -> None:
    """A server that is far away: its answer to the goodbye comes when nobody waits for it any more."""


@pytest.mark.parametrize("protocol", [Protocol.IMAP, Protocol.POP3])
async def test_a_program_that_ends_says_goodbye_and_waits_for_no_answer(
    authority: Authority, certificate: Issued, protocol: Protocol, monkeypatch: pytest.MonkeyPatch
) -> None:
    for room in ("smtp", "imap", "pop3"):
        monkeypatch.setattr(f"wizard.probe.{room}.GOODBYE_S", 60.0)  # who waited would be seen to
    mails = [Mail(protocol, at={"quit": _says_nothing}), Mail(Protocol.SMTP, at={"quit": _says_nothing})]
    async with AsyncExitStack() as stack:
        servers = [await stack.enter_async_context(tls_server(mail, certificate, Security.TLS)) for mail in mails]
        sides = [candidate(server, mail.protocol, Security.TLS) for server, mail in zip(servers, mails, strict=True)]
        session = new_session(authority)
        result = await session.check(draft(*sides))
        assert result.verdict is Verdict.WORKS
        assert [mail.verbs[-1] for mail in mails] == ["examine" if protocol is Protocol.IMAP else "stat", "rset"]
        async with asyncio.timeout(30):
            await session.close(waits=False)
        await until(lambda: [mail.verbs[-1] for mail in mails] == ["quit", "quit"])
        await until(lambda: not any(server._playing for server in servers))
