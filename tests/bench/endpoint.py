"""One given endpoint: how close a verdict is to the floor, and how others do."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

from tests.bench.clients import (
    Took,
    our_check,
    raw_imap,
    raw_smtp,
    took,
    with_aiosmtplib,
    with_smtplib,
    with_swaks,
)
from tests.bench.far_end import AGAINST_SMTPLIB, DOMAIN, World
from tests.bench.figures import Figure, median
from wizard.model.server import Protocol

SMTP, IMAP = f"smtp.{DOMAIN}", f"imap.{DOMAIN}"


def figures(world: World, rtt_ms: float, *, quick: bool) -> Iterator[Figure]:
    """On the line, where the goals apply, and on loopback, where they do not: there a millisecond is half the floor."""
    world.obstruct()
    world.carry(rtt_ms)
    part = f"One endpoint, {rtt_ms:g} ms line"
    yield from _of(world, part, world.near(), 3 if quick else 9, goals=True)
    yield from _of(world, "One endpoint, loopback", world.far(), 5 if quick else 15, goals=False)


def _of(world: World, part: str, where: AbstractContextManager[None], times: int, *, goals: bool) -> Iterator[Figure]:
    context = world.context
    ca_file = world.ca_file

    def ours(protocol: Protocol, outgoing: str | None = None, incoming: str | None = None) -> Took:
        return took(asyncio.run(our_check(world.way, outgoing=outgoing, incoming=incoming, whole=False)), protocol)

    clients: dict[str, dict[str, Callable[[], Took]]] = {
        "465": {
            "raw sockets": lambda: raw_smtp(SMTP, 465, context),
            "Mailwright": lambda: ours(Protocol.SMTP, outgoing=f"{SMTP}:465/tls"),
            "smtplib": lambda: with_smtplib(SMTP, 465, context),
            "aiosmtplib": lambda: asyncio.run(with_aiosmtplib(SMTP, 465, context)),
            "swaks": lambda: with_swaks(world.told(SMTP, 465), tls=True, ca_file=ca_file),
        },
        "587": {
            "raw sockets": lambda: raw_smtp(SMTP, 587, context),
            "Mailwright": lambda: ours(Protocol.SMTP, outgoing=f"{SMTP}:587/starttls"),
            "smtplib": lambda: with_smtplib(SMTP, 587, context),
            "aiosmtplib": lambda: asyncio.run(with_aiosmtplib(SMTP, 587, context)),
            "swaks": lambda: with_swaks(world.told(SMTP, 587), tls=False, ca_file=ca_file),
        },
        "993": {
            "raw sockets": lambda: raw_imap(IMAP, 993, context),
            "Mailwright": lambda: ours(Protocol.IMAP, incoming=f"imap:{IMAP}:993/tls"),
        },
    }
    with where:
        for port, of_port in clients.items():
            runs: defaultdict[str, list[Took]] = defaultdict(list)
            for _ in range(times):
                for name, client in of_port.items():
                    runs[name].append(client())
            signed_in = {name: median(run.sign_in_s for run in those) for name, those in runs.items()}
            whole = {name: median(run.whole_s for run in those) for name, those in runs.items()}
            mine, floor = signed_in["Mailwright"], signed_in["raw sockets"]
            limit = 1.10 if goals and port != "993" else None
            yield Figure(part, f"{port}: sign-in answered", mine, "s", "raw sockets", floor, limit)
            if port != "993":
                yield Figure(
                    part, f"{port}: verdict, envelope tried", whole["Mailwright"], "s", "raw sockets",
                    whole["raw sockets"], limit,
                )  # fmt: skip
            for other in signed_in.keys() - {"raw sockets", "Mailwright"}:
                judged = goals and AGAINST_SMTPLIB not in world.left_out and (other, port) == ("smtplib", "465")
                goal = 1.0 if judged else None
                yield Figure(part, f"{port}: sign-in answered", mine, "s", other, signed_in[other], goal)
