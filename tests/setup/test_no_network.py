"""Without a network the network is the cause, and nothing that follows from it: in a network namespace, as root."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys

import pytest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.root,
    pytest.mark.skipif(shutil.which("unshare") is None, reason="network namespaces are Linux's, by unshare"),
]

NOWHERE = "true"
# A way out that swallows everything, the name server's answers included.
SWALLOWED = "ip link set lo up; ip addr add 10.9.9.2/24 dev lo; ip route add default dev lo"
NAMES = ("--incoming", "imap.example.org:993/tls", "--outgoing", "smtp.example.org:465/tls")
ADDRESSES = ("--incoming", "198.51.100.7:993/tls", "--outgoing", "198.51.100.7:465/tls")


def checked(line: str, *given: str, address: str = "ada@own-domain.example") -> dict[str, object]:
    """The check's JSON, on a computer whose network is what `line` makes of an empty one."""
    command = [sys.executable, "-m", "wizard", "check", address, "--json", "--quiet", "--password-env", "WORD"]
    done = subprocess.run(
        ["unshare", "-n", "sh", "-c", f'{line}; exec "$@"', "sh", *command, "--deadline", "20", *given],
        env={**os.environ, "WORD": "tulip-wagon-64"},
        capture_output=True,
        stdin=subprocess.DEVNULL,
        timeout=60,
        check=False,
    )
    found = json.loads(done.stdout)
    assert isinstance(found, dict)
    return found


def causes(result: dict[str, object]) -> list[str]:
    told = result["diagnoses"]
    assert isinstance(told, list)
    return [diagnosis["cause"] for diagnosis in told]


@pytest.mark.parametrize("given", [(), NAMES, ADDRESSES], ids=["nothing", "names", "addresses"])
def test_a_computer_without_any_route_has_no_internet_and_nothing_else(given: tuple[str, ...]) -> None:
    result = checked(NOWHERE, *given)
    assert causes(result) == ["no-internet"]
    assert result["sign_in_attempts"] == {}


def test_a_provider_everybody_knows_is_not_blamed_either() -> None:
    assert causes(checked(NOWHERE, address="ada@gmail.com")) == ["no-internet"]


@pytest.mark.slow
@pytest.mark.parametrize("given", [(), NAMES], ids=["nothing", "names"])
def test_a_name_server_that_is_silent_is_named_and_no_port(given: tuple[str, ...]) -> None:
    assert causes(checked(SWALLOWED, *given)) == ["dns-unavailable"]


@pytest.mark.slow
def test_a_line_that_swallows_everything_is_no_refused_password() -> None:
    assert causes(checked(SWALLOWED, *ADDRESSES)) == ["connection-timed-out"]
