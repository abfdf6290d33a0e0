"""A helpdesk's day: `python -m tests.cli.bulk_day 100000` checks so many accounts at local servers, and kills it once.

Prints the largest memory of the program, its rate, and whether the servers' own count of sign-ins is the ledger's. The
servers are ten addresses of this computer; they cost next to nothing, so that it is the program that is measured.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import ssl
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.lab.certificates import Authority

HOSTS = 10
_SMTP = {b"EHLO": b"250-mail.example.org\r\n250 AUTH PLAIN\r\n", b"QUIT": b"221 Bye\r\n"}
_IMAP = {
    b"CAPABILITY": b"* CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR\r\n",
    b"EXAMINE": b"* 0 EXISTS\r\n",
    b"LOGOUT": b"* BYE\r\n",
}


async def _serve(certificate: str, key: str, ports: tuple[int, int]) -> None:
    count = 0

    async def smtp(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal count
        with contextlib.suppress(OSError, ssl.SSLError):
            writer.write(b"220 mail.example.org ESMTP\r\n")
            while line := await reader.readline():
                verb = line[:4].upper()
                count += verb == b"AUTH"
                writer.write(b"235 Welcome\r\n" if verb == b"AUTH" else _SMTP.get(verb, b"250 Ok\r\n"))
            writer.close()

    async def imap(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal count
        with contextlib.suppress(OSError, ssl.SSLError):
            writer.write(b"* OK IMAP4rev1 ready\r\n")
            while line := await reader.readline():
                tag, verb = line.split()[:2]
                count += verb.upper() == b"AUTHENTICATE"
                writer.write(_IMAP.get(verb.upper(), b"") + tag + b" OK done\r\n")
            writer.close()

    async def tell(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(b"%d\n" % count)
        await writer.drain()
        writer.close()

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    for number in range(HOSTS):
        for talk, port in ((smtp, ports[0]), (imap, ports[1])):
            await asyncio.start_server(talk, f"127.0.7.{number + 1}", port, ssl=context, backlog=1024)
    server = await asyncio.start_server(tell, "127.0.7.1", ports[0] + 10)
    print("ready", flush=True)
    await server.serve_forever()


def _count(port: int) -> int:
    import socket

    with socket.create_connection(("127.0.7.1", port)) as line:
        line.sendall(b"count\n")
        return int(line.recv(64))


def _memory_mib(pid: int) -> float:
    with contextlib.suppress(OSError, StopIteration):
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024
    return 0.0


def main(rows: int) -> None:
    """Runs the day and prints what was measured."""
    ports = (46501, 46502)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        authority = Authority(folder)
        issued = authority.issue(*(f"127.0.7.{number + 1}" for number in range(HOSTS)))
        server = subprocess.Popen(
            [sys.executable, "-m", "tests.cli.bulk_day", "serve", str(issued.certificate), str(issued.key)],
            stdout=subprocess.PIPE,
        )
        assert server.stdout is not None
        server.stdout.readline()
        table, out = folder / "accounts.csv", folder / "out.jsonl"
        with table.open("w") as file:
            file.write("address,password,incoming,outgoing\n")
            for row in range(rows):
                host = f"127.0.7.{row // (rows // HOSTS + 1) + 1}"  # as a company's list has them: host by host
                file.write(f"u{row}@d{row % 997}.example,tulip-{row},{host}:{ports[1]}/tls,{host}:{ports[0]}/tls\n")
        words = [sys.executable, "-m", "wizard", "bulk", str(table), "--output", str(out), "--resume", "--ask-nobody"]
        words += ["--ca-file", str(authority.ca_file), "--per-host-per-minute", "10000", "--jobs", "16", "--quiet"]
        began, peak = time.monotonic(), 0.0
        for kill_at in (rows // 3, None):
            process = subprocess.Popen(words, env={**os.environ, "XDG_STATE_HOME": name})
            while process.poll() is None:
                peak = max(peak, _memory_mib(process.pid))
                time.sleep(0.5)
                if kill_at is not None and out.exists() and _lines(out) >= kill_at:
                    process.kill()
                    process.wait()
                    print(f"killed after {_lines(out)} results", flush=True)
                    break
        seconds = time.monotonic() - began
        kinds = Counter(_kind(json.loads(line)) for line in out.open())
        signed_in = _count(ports[0] + 10)
        server.terminate()
        server.wait()
        unfinished = kinds["begun by the run that was killed"]
        print(f"{rows} rows: {dict(kinds)}")
        print(f"largest memory {peak:.0f} MiB; {rows / seconds:.0f} rows a second; {seconds:.0f} s")
        ledger = 2 * (rows - unfinished)
        print(f"sign-ins: the servers counted {signed_in}, finished rows make {ledger}, {unfinished} rows unfinished")


def _lines(path: Path) -> int:
    with path.open("rb") as file:
        return sum(1 for _ in file)


def _kind(document: dict[str, object]) -> str:
    told = str(document.get("error", ""))
    return "begun by the run that was killed" if "in the middle" in told else str(document["verdict"])


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        asyncio.run(_serve(sys.argv[2], sys.argv[3], (46501, 46502)))
    else:
        main(int(sys.argv[1]))
