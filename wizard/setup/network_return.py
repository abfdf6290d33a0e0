"""A check that found no network: when there is one again."""

from __future__ import annotations

import asyncio
from typing import Final

from wizard.model.account import CheckResult, Verdict
from wizard.model.evidence import ErrorKind
from wizard.model.server import ServerCandidate, Source
from wizard.net.dial import Dialer, DialFailed
from wizard.net.patience import within
from wizard.probe.environment import has_route

# The computer itself says these: no packet gets out, or no name server is reached.
_NO_NETWORK: Final = frozenset({ErrorKind.NETWORK_UNREACHABLE, ErrorKind.DNS_UNAVAILABLE})
ASK_AGAIN_S: Final = 3.0  # about what a computer takes to join a network
ANSWER_S: Final = 3.0  # a network that is back reaches a server, or is refused by it, in less
_MOST: Final = 2  # servers that are asked each time


def found_no_network(result: CheckResult) -> bool:
    """Whether nothing was reached because there is no network, so that the result says nothing of the account."""
    kinds = [failed.error for report in result.reports if (failed := report.failure) is not None]
    lost = len(kinds) == len(result.reports) > 0 and _NO_NETWORK.issuperset(kinds)
    return result.verdict is Verdict.FAILS and (lost or result.surroundings.online is False)


async def wait_for_network(dialer: Dialer, result: CheckResult) -> None:
    """Returns once the network that a check did not find is there; that may be never, and the caller gives up.

    Nobody is asked but the check's own servers, by a connection that says nothing; without a network none leaves the
    computer.
    """
    servers = {report.candidate.endpoint: report.candidate for report in result.reports}
    while True:
        await asyncio.sleep(ASK_AGAIN_S)
        for server in list(servers.values())[:_MOST]:
            if await _is_reached(dialer, server):
                return


async def _is_reached(dialer: Dialer, server: ServerCandidate) -> bool:
    """Whether the server, or a name server asked for it, said anything at all."""
    try:
        with within(ANSWER_S):
            dialed = await dialer.dial(server.host, server.port, given=server.source is Source.GIVEN)
    except DialFailed as failure:
        # A computer without a network may say of every name that it does not exist.
        return failure.kind is ErrorKind.CONNECTION_REFUSED or (
            failure.kind is ErrorKind.NAME_NOT_FOUND and has_route()
        )
    except TimeoutError:
        return False
    dialed.sock.close()
    return True
