"""`mailwright practice`."""

from __future__ import annotations

import argparse
import json
import signal
import socket
import ssl
import subprocess
import sys
from pathlib import Path

import pytest

from wizard.cli import practice

RUN = """
import argparse, sys
from wizard.cli import practice
parser = argparse.ArgumentParser()
parser.add_argument("--json", action="store_true")
practice.add_arguments(parser)
sys.exit(practice.run(parser.parse_args()))
"""
# A computer without a network has no way to these.
NO_ROUTE = [(f"{name}.no-network.example", port) for name, port in (("smtp", 465), ("smtp", 587), ("imap", 993))]
HEAVY = ("cryptography", "dns", "httpcore", "wizard.practice.network", "PySide6")

needs_signals = pytest.mark.skipif(sys.platform == "win32", reason="one process cannot be told to stop there")


def run(*words: str) -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--json", action="store_true")
    practice.add_arguments(parser)
    return practice.run(parser.parse_args(words))


def test_list_as_json_has_the_contracts_keys(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("list", "--json") == 0
    document = json.loads(capsys.readouterr().out)
    assert list(document) == ["accounts"]
    assert len(document["accounts"]) >= 12
    for account in document["accounts"]:
        assert list(account) == ["address", "password", "teaches", "cause", "fixable"]
    assert document["accounts"][0]["address"] == "ada@all-well.example"
    assert document["accounts"][0]["cause"] is None
    fixable = {account["cause"] for account in document["accounts"] if account["fixable"]}
    assert {"username-format", "connection-timed-out", "tls-mode-mismatch"} <= fixable


def test_list_for_people_is_the_default(capsys: pytest.CaptureFixture[str]) -> None:
    assert run() == 0
    text = capsys.readouterr().out
    assert "ada@wrong-port.example" in text
    assert "connection-timed-out, works after a fix" in text
    assert "mailwright check ada@all-well.example --practice --test-message" in text


def test_list_starts_nothing_and_imports_little() -> None:
    code = f"{RUN.rpartition('sys.exit')[0]}\npractice.run(parser.parse_args(['list', '--json']))\n"
    code += f"print([name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.slow
@needs_signals
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_serve_serves_until_it_is_stopped(number: signal.Signals) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", RUN, "serve", "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        try:
            document = json.loads(process.stdout.readline())
            ca_file = Path(document["ca_file"])
            endpoint = next(item for item in document["endpoints"] if item["host"] == "smtp.all-well.example")
            context = ssl.create_default_context(cafile=str(ca_file))
            with (
                socket.create_connection((endpoint["real_host"], endpoint["real_port"]), 10) as sock,
                context.wrap_socket(sock, server_hostname=endpoint["host"]) as inside,
            ):
                assert inside.recv(100).startswith(b"220 smtp.all-well.example")
                process.send_signal(number)
                assert process.wait(20) == 0
            assert process.stderr.read() == ""
        finally:
            process.kill()
    assert not ca_file.parent.exists()
    blocked = [item for item in document["endpoints"] if item["real_port"] is None]
    assert [(item["host"], item["port"]) for item in blocked] == [*NO_ROUTE, ("post.wrong-port.example", 587)]
    assert len(document["accounts"]) >= 12


@needs_signals
def test_serve_for_people_names_every_real_port() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", RUN, "serve"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            lines: list[str] = []
            while not lines or "Ctrl+C" not in lines[-1]:
                lines.append(process.stdout.readline())
                assert lines[-1]
            process.send_signal(signal.SIGINT)
            assert process.wait(20) == 0
        finally:
            process.kill()
    text = "".join(lines)
    assert "127.0.0.1:" in text
    assert "blocked" in text
    assert "practice-ca.pem" in text
