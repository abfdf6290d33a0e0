"""The relay passes everything on in order; what it refuses is refused, what it drops is never answered."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import suppress

import pytest

from tests.bench.relay import Relay
from tests.bench.way import Place
from tests.lab.processes import free_address, free_ports

pytestmark = pytest.mark.slow


@pytest.fixture
def echo() -> Iterator[Place]:
    """A server that says back what it was told once all was told."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            try:
                connection, _ = listening.accept()
            except OSError:  # nobody came
                return
            with connection:
                connection.sendall(b"hello ")
                told = b""
                while piece := connection.recv(65536):
                    told += piece
                connection.sendall(told)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listening.getsockname()
        # Closing alone would leave the thread waiting at a number that the next socket gets.
        with suppress(OSError):
            listening.shutdown(socket.SHUT_RDWR)
        thread.join(5)


@pytest.fixture
def near() -> Place:
    address = free_address()
    return address, free_ports(address, 1)[0]


def test_what_is_said_arrives_whole_and_in_order(echo: Place, near: Place) -> None:
    said = bytes(range(256)) * 2000
    with Relay({near: echo}, {}) as relay:
        relay.carry(4)
        with socket.create_connection(near, timeout=10) as client:
            for start in range(0, len(said), 7777):
                client.sendall(said[start : start + 7777])
            client.shutdown(socket.SHUT_WR)
            heard = b""
            while piece := client.recv(65536):
                heard += piece
    assert heard == b"hello " + said


def test_nothing_arrives_before_the_line_could_have_brought_it(echo: Place, near: Place) -> None:
    with Relay({near: echo}, {}) as relay:
        relay.carry(20_000)
        with socket.create_connection(near, timeout=0.2) as client, pytest.raises(TimeoutError):
            client.recv(1)


def test_a_question_is_answered(near: Place) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as names:
        names.bind(("127.0.0.1", 0))
        names.settimeout(10)
        with Relay({}, {near: names.getsockname()}) as relay:
            relay.carry(4)
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
                client.settimeout(10)
                client.sendto(b"who", near)
                question, whom = names.recvfrom(100)
                names.sendto(question + b" is it", whom)
                assert client.recv(100) == b"who is it"


def test_refused_and_dropped(echo: Place, near: Place) -> None:
    with Relay({near: echo}, {}) as relay:
        relay.obstruct(dropped=(), refused=[near])
        relay.carry(0)
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(near, timeout=10)
        relay.obstruct(dropped=[near], refused=())
        relay.carry(0)
        with pytest.raises(TimeoutError):
            socket.create_connection(near, timeout=0.2)
        relay.obstruct(dropped=(), refused=())
        relay.carry(0)
        with socket.create_connection(near, timeout=10) as client:
            assert client.recv(6) == b"hello "
