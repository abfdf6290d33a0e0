"""The address the browser comes back to: who is answered, who is not, and that nothing of it stays."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import time

import pytest

from wizard.net.visitors import MAX_AT_ONCE
from wizard.signin.loopback import HOST, PATH, Loopback, listening

STATE = "the-right-state"


def is_ours(state: str) -> bool:
    return state == STATE


async def get(loopback: Loopback, target: str, *, host: str | None = None, method: str = "GET", more: str = "") -> str:
    port = port_of(loopback)
    head = f"{method} {target} HTTP/1.1\r\nHost: {host or f'127.0.0.1:{port}'}\r\n{more}\r\n"
    return await say(port, head.encode())


async def say(port: int, data: bytes) -> str:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(data)
        return (await reader.read()).decode()
    finally:
        writer.transport.abort()


def port_of(loopback: Loopback) -> int:
    return int(loopback.redirect_uri.split(":")[2].rstrip("/"))


async def test_the_answer_is_taken_and_the_browser_is_told_so() -> None:
    async with listening(is_ours) as loopback:
        page = await get(loopback, f"/?code=the-code&state={STATE}")
        answer = await loopback.answer(5)
    assert page.startswith("HTTP/1.1 200 ")
    assert "Close this page" in page
    assert answer.code is not None
    assert answer.code.reveal() == "the-code"
    assert answer.error is None


async def test_a_refusal_is_an_answer_too() -> None:
    async with listening(is_ours) as loopback:
        await get(loopback, f"/?error=access_denied&error_description=No+thanks&state={STATE}")
        answer = await loopback.answer(5)
    assert (answer.code, answer.error, answer.description) == (None, "access_denied", "No thanks")


async def test_the_page_runs_loads_and_repeats_nothing() -> None:
    async with listening(is_ours) as loopback:
        page = await get(loopback, f"/?code=<script>&state={STATE}")
    assert "script" not in page
    assert "default-src 'none'" in page
    assert "no-store" in page
    assert "no-referrer" in page


@pytest.mark.parametrize(
    "target",
    [
        "/?code=c&state=wrong",
        "/?code=c",
        "/?code=c&state=",
        f"/?code=c&state={STATE}&state=x",
        f"/other?code=c&state={STATE}",
        f"//127.0.0.1/?code=c&state={STATE}",
        f"http://evil.example/?code=c&state={STATE}",
        f"/?state={STATE}",
        f"/?code=c&error=e&state={STATE}",
        "/favicon.ico",
        "/",
        "*",
        "",
        f"/?code=c&state={STATE}&" + "a=b&" * 30,
        "http://[/?state=x",
        f"/?code=c&state={STATE} extra",
    ],
)
async def test_no_other_request_counts(target: str) -> None:
    async with listening(is_ours) as loopback:
        page = await get(loopback, target)
        assert page.startswith("HTTP/1.1 404 ")
        assert "is of no use by itself" in page
        await get(loopback, f"/?code=still&state={STATE}")
        assert (await loopback.answer(5)).code is not None


@pytest.mark.parametrize("host", ["localhost:1", "evil.example", "127.0.0.1", "127.0.0.1:1"])
async def test_another_name_for_this_computer_is_not_answered(host: str) -> None:
    async with listening(is_ours) as loopback:
        assert (await get(loopback, f"/?code=c&state={STATE}", host=host)).startswith("HTTP/1.1 404 ")
        with pytest.raises(TimeoutError):
            await loopback.answer(0)


@pytest.mark.parametrize("method", ["POST", "HEAD", "OPTIONS", "get"])
async def test_other_methods_are_not_answered(method: str) -> None:
    async with listening(is_ours) as loopback:
        page = await get(loopback, f"/?code=c&state={STATE}", method=method)
    assert page.startswith("HTTP/1.1 404 ")


async def test_two_names_in_one_request_are_not_answered() -> None:
    async with listening(is_ours) as loopback:
        page = await get(loopback, f"/?code=c&state={STATE}", more="Host: evil.example\r\n")
    assert page.startswith("HTTP/1.1 404 ")


async def test_the_second_use_is_refused() -> None:
    async with listening(is_ours) as loopback:
        await get(loopback, f"/?code=first&state={STATE}")
        page = await get(loopback, f"/?code=second&state={STATE}")
        answer = await loopback.answer(5)
    assert page.startswith("HTTP/1.1 404 ")
    assert answer.code is not None
    assert answer.code.reveal() == "first"


async def test_it_is_at_home_on_loopback_only() -> None:
    async with listening(is_ours) as loopback:
        port = port_of(loopback)
        for address in ("127.0.0.2", "::1"):
            with pytest.raises(OSError):  # noqa: PT011 - refused or not reachable, by the system
                await asyncio.open_connection(address, port)


async def test_garbage_and_floods_change_nothing() -> None:
    async with listening(is_ours) as loopback:
        port = port_of(loopback)
        for data in (b"\x16\x03\x01\x00\r\n\r\n", b"\0" * 100 + b"\r\n\r\n", b"\r\n\r\n"):
            assert "404" in await say(port, data)
        with contextlib.suppress(ConnectionError):  # cut off while it still spoke
            assert await say(port, b"GET /" + b"a" * 60_000) == ""
        await get(loopback, f"/?code=c&state={STATE}")
        assert (await loopback.answer(5)).code is not None


@pytest.mark.slow
async def test_only_a_few_are_heard_at_once() -> None:
    async with listening(is_ours) as loopback:
        lines = [await asyncio.open_connection("127.0.0.1", port_of(loopback)) for _ in range(MAX_AT_ONCE + 1)]
        try:
            reader, _ = lines[-1]
            assert await reader.read() == b""
        finally:
            for _, writer in lines:
                writer.transport.abort()


async def test_an_answer_that_came_while_this_program_had_no_turn_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wizard.net.visitors.REQUEST_S", 0.2)
    async with listening(is_ours) as loopback:
        port = port_of(loopback)
        with socket.create_connection((HOST, port)) as browser:
            browser.setblocking(False)
            await asyncio.sleep(0.05)  # by now it is listened to
            browser.send(f"GET /?code=the-code&state={STATE} HTTP/1.1\r\nHost: {HOST}:{port}\r\n\r\n".encode())
            time.sleep(0.5)  # noqa: ASYNC251 - the busy computer
            answer = await loopback.answer(5)
            assert answer.code is not None
            page = await asyncio.get_running_loop().sock_recv(browser, 4096)
            assert page.startswith(b"HTTP/1.1 200 ")


async def test_nobody_comes() -> None:
    async with listening(is_ours) as loopback:
        with pytest.raises(TimeoutError):
            await loopback.answer(0.01)


async def test_nothing_listens_afterwards() -> None:
    async with listening(is_ours) as loopback:
        port = port_of(loopback)
        idle, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        assert await idle.read() == b""
    finally:
        writer.transport.abort()
    with socket.socket() as sock:
        assert sock.connect_ex(("127.0.0.1", port)) != 0


@pytest.mark.parametrize(("before", "after"), [(2 * MAX_AT_ONCE, 0), (10, 50)], ids=["idle ones", "and newcomers"])
async def test_a_crowd_of_connections_keeps_no_browser_out(before: int, after: int) -> None:
    """Also not where more come in the moment between the browser's connection and its request."""
    async with listening(lambda state: state == "right") as loopback, contextlib.AsyncExitStack() as stack:
        host, port = HOST, int(loopback.redirect_uri.split(":")[2].split("/")[0])
        for _ in range(before):
            stack.enter_context(socket.create_connection((host, port)))
        await asyncio.sleep(0.05)
        browser = stack.enter_context(socket.create_connection((host, port)))
        browser.setblocking(False)
        await asyncio.sleep(0.05)
        for _ in range(after):
            stack.enter_context(socket.create_connection((host, port)))
        await asyncio.sleep(0.05)
        request = f"GET {PATH}?state=right&code=x HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n"
        loop = asyncio.get_running_loop()
        await loop.sock_sendall(browser, request.encode())
        assert (await loopback.answer()).code is not None
        assert (await loop.sock_recv(browser, 100)).startswith(b"HTTP/1.1 200")
