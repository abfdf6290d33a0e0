"""A side that reached nobody is asked about once more: does its domain exist, and is it a guest network's doing?"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from msgspec.structs import replace

from tests.lab.certificates import Authority
from tests.lab.scripted import Conversation as Talk
from tests.lab.scripted import ScriptedServer
from tests.lab.stage import speaks_first, stage
from tests.probe.talk import Names
from tests.setup.accounts import draft, new_session
from wizard.model.account import CheckResult
from wizard.model.diagnosis import Change, ChangeSettings, EditField, Field
from wizard.model.server import Protocol, Security, ServerCandidate, Source
from wizard.net.dial import Dialed, Dialer, SystemDialer
from wizard.setup.options import Options

OPTIONS = Options(autofix=False, deadline_s=20)
MOVED = b"HTTP/1.1 302 Found\r\nLocation: http://login.hotel.example/guest\r\nContent-Length: 0\r\n\r\n"
BAD = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class Shut(Dialer):
    """A network that leads one port to a server of ours, whatever the name, and refuses all others."""

    def __init__(self, ports: dict[int, int], *, for_nobody: bool = False) -> None:
        self._ports = ports
        self._for_nobody = for_nobody  # also in the place of an address that nobody has
        self._dialer = SystemDialer(Names({"gone.example.org": ()}), lab=True)
        self.asked: list[int] = []

    async def dial(
        self, host: str, port: int, *, given: bool = False, on_found: Callable[[float], None] | None = None
    ) -> Dialed:
        self.asked.append(port)
        is_there = host != "192.0.2.1" or self._for_nobody
        there = self._ports.get(port, 1) if is_there else 1
        return await self._dialer.dial(
            host if host.startswith("gone.") else "127.0.0.1", there, given=given, on_found=on_found
        )


async def web(talk: Talk) -> None:
    """A sign-in page as guest networks have it: it waits for a question and answers it, and does not know TLS."""
    asked = await talk.some_bytes()
    await talk.send_raw(MOVED if asked.startswith(b"GET / ") else BAD)


async def ordinary_web(talk: Talk) -> None:
    """A company's web server."""
    await talk.some_bytes()
    await talk.send_raw(b"HTTP/1.1 301 Moved\r\nLocation: https://www.example.org/\r\nContent-Length: 0\r\n\r\n")


def sending(port: int, security: Security, host: str = "smtp.example.org") -> ServerCandidate:
    return ServerCandidate(Protocol.SMTP, host, port, security, "ada@example.org", Source.GIVEN, trusted=True)


async def checked(dialer: Dialer, where: ServerCandidate, authority: Authority) -> CheckResult:
    session = new_session(authority, options=OPTIONS, dialer=dialer)
    result = await session.check(draft(None, where))
    await session.close()
    return result


@pytest.mark.parametrize(("port", "security"), [(465, Security.TLS), (587, Security.STARTTLS)])
async def test_one_host_behind_a_portal_is_a_portal(
    port: int, security: Security, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wizard.probe.connector.PEEK_AFTER_S", 0.3)
    async with ScriptedServer(web) as portal:
        result = await checked(Shut({port: portal.port}), sending(port, security), authority)
    first = speaks_first(result, "captive-portal", "open-sign-in-page")
    assert first.remedies[0].id == "open-sign-in-page"
    assert first.title == "This network wants a sign-in page first"
    assert result.surroundings.captive_portal is True
    assert b"AUTH" not in portal.received


@pytest.mark.parametrize(("port", "security"), [(465, Security.TLS), (587, Security.STARTTLS)])
async def test_a_web_server_on_a_mail_port_is_no_portal(
    port: int, security: Security, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wizard.probe.connector.PEEK_AFTER_S", 0.3)
    async with ScriptedServer(ordinary_web) as server:
        result = await checked(Shut({port: server.port}), sending(port, security), authority)
    assert speaks_first(result, "not-a-mail-server", "edit-server").title == (
        "What answers at smtp.example.org is a web server"
    )


async def test_mail_ports_that_are_shut_behind_a_portal(authority: Authority) -> None:
    async def page(talk: Talk) -> None:
        await talk.some_bytes()
        await talk.send_raw(b"HTTP/1.1 511 Network Authentication Required\r\nContent-Length: 0\r\n\r\n")

    async with ScriptedServer(page) as portal:
        dialer = Shut({80: portal.port})
        result = await checked(dialer, sending(465, Security.TLS), authority)
    speaks_first(result, "captive-portal", "open-sign-in-page")
    assert result.surroundings.captive_portal is True
    assert dialer.asked == [465, 80]
    assert portal.received.startswith(b"GET / HTTP/1.1\r\nHost: smtp.example.org\r\n")


async def test_mail_ports_that_are_shut_beside_a_companys_web_server(authority: Authority) -> None:
    async with ScriptedServer(ordinary_web) as server:
        result = await checked(Shut({80: server.port}), sending(465, Security.TLS), authority)
    speaks_first(result, "connection-refused", "use-other-port")
    assert result.surroundings.captive_portal is None


async def test_a_page_that_answers_for_an_address_that_nobody_has_is_a_portal(authority: Authority) -> None:
    """It sends whoever asks to a company elsewhere, in words that we do not know, as many a hotel's does."""
    async with ScriptedServer(ordinary_web) as portal:
        dialer = Shut({80: portal.port}, for_nobody=True)
        result = await checked(dialer, sending(465, Security.TLS), authority)
    speaks_first(result, "captive-portal", "open-sign-in-page")
    assert dialer.asked == [465, 80, 80]


async def test_names_that_do_not_exist_hide_no_portal(authority: Authority) -> None:
    """Of the usual names of a domain only some are there, in a guest network as anywhere."""
    async with ScriptedServer(ordinary_web) as portal:
        dialer = Shut({80: portal.port}, for_nobody=True)
        there = sending(465, Security.TLS)
        both = replace(draft(None, there), outgoing_others=(replace(there, host="gone.example.org"),))
        session = new_session(authority, options=OPTIONS, dialer=dialer)
        speaks_first(await session.check(both), "captive-portal", "open-sign-in-page")
        await session.close()


async def test_a_receiving_server_that_is_shut_is_asked_for_a_page_beside_the_ports_left(authority: Authority) -> None:
    """What it answers holds for the sending server, too: a network lets its guests through to both or to neither."""

    class SlowElsewhere(Shut):
        """One whose last server is silent until the page is asked for."""

        is_asked = asyncio.Event()

        async def dial(
            self, host: str, port: int, *, given: bool = False, on_found: Callable[[float], None] | None = None
        ) -> Dialed:
            if port == 80:
                self.is_asked.set()
            elif host == "mail.example.org":
                await self.is_asked.wait()
            return await super().dial(host, port, given=given, on_found=on_found)

    receiving = ServerCandidate(
        Protocol.IMAP, "imap.example.org", 993, Security.TLS, "ada@example.org", Source.GIVEN, trusted=True
    )
    others = (
        replace(receiving, port=143, security=Security.STARTTLS),
        replace(receiving, host="mail.example.org"),
    )
    async with ScriptedServer(ordinary_web) as server:
        dialer = SlowElsewhere({80: server.port})
        session = new_session(authority, options=OPTIONS, dialer=dialer)
        account = replace(draft(receiving, sending(465, Security.TLS)), incoming_others=others)
        result = await session.check(account)
        await session.close()
    assert {diagnosis.cause for diagnosis in result.diagnoses} == {"connection-refused"}, "nothing was waited for"
    assert result.surroundings.captive_portal is None
    assert dialer.asked.count(80) == 2, "once for both sides, and once where nobody is"


async def test_one_server_for_both_sides_is_asked_for_a_page_once_there_is_room(authority: Authority) -> None:
    """Its ports for sending are tried as soon as those for receiving are shut: then there is no room for the web."""

    async def page(talk: Talk) -> None:
        await talk.some_bytes()
        await talk.send_raw(b"HTTP/1.1 511 Network Authentication Required\r\nContent-Length: 0\r\n\r\n")

    class Slow(Shut):
        async def dial(
            self, host: str, port: int, *, given: bool = False, on_found: Callable[[float], None] | None = None
        ) -> Dialed:
            await asyncio.sleep({465: 0.6, 587: 0.6, 143: 0.3}.get(port, 0))  # 587 waits for what 143 gives back
            return await super().dial(host, port, given=given, on_found=on_found)

    outgoing = sending(465, Security.TLS, "mail.example.org")
    incoming = replace(outgoing, protocol=Protocol.IMAP, port=993)
    account = replace(
        draft(incoming, outgoing),
        incoming_others=(replace(incoming, port=143, security=Security.STARTTLS),),
        outgoing_others=(replace(outgoing, port=587, security=Security.STARTTLS),),
    )
    async with ScriptedServer(page) as portal:
        session = new_session(authority, options=OPTIONS, dialer=Slow({80: portal.port}))
        result = await session.check(account)
        await session.close()
    speaks_first(result, "captive-portal", "open-sign-in-page")


async def test_an_address_in_numbers_is_not_asked_for_a_page(authority: Authority) -> None:
    dialer = Shut({})
    await checked(dialer, sending(465, Security.TLS, "127.0.0.1"), authority)
    assert dialer.asked == [465]


@pytest.mark.parametrize(
    ("typed", "meant"), [("runbox.comm", "runbox.com"), ("wab.de", "web.de"), ("mailbxo.org", "mailbox.org")]
)
async def test_a_domain_that_does_not_exist_and_is_like_a_providers(typed: str, meant: str) -> None:
    async with stage(f"ada@{typed}", options=OPTIONS) as on_stage:
        result = await on_stage.check()
        first = speaks_first(result, "address-mistyped", "use-suggested-address")
        assert first.title == f"Did you mean ada@{meant}?"
        assert [one.id for one in first.remedies] == ["use-suggested-address", "edit-address"]
        assert first.remedies[0].action == ChangeSettings(Change.SUGGESTED_ADDRESS)
        assert str(on_stage.session.apply(first.remedies[0], first, result).address) == f"ada@{meant}"
    assert dict(result.sign_in_attempts) == {}


async def test_an_ending_that_nobody_can_register() -> None:
    async with stage("ada@lovelace-roofing.orrg", options=OPTIONS) as on_stage:
        first = speaks_first(await on_stage.check(), "address-mistyped", "edit-address")
    assert first.title == "lovelace-roofing.orrg cannot be right: nobody can register such a name"
    assert [one.action for one in first.remedies] == [EditField(Field.ADDRESS)]


async def test_a_domain_that_resembles_nobodys() -> None:
    async with stage("ada@lovelace-roofing.org", options=OPTIONS) as on_stage:
        first = speaks_first(await on_stage.check(), "domain-not-registered", "check-domain-registration")
    assert [one.id for one in first.remedies][:2] == ["check-domain-registration", "edit-address"]
