"""What every test may use, and what none may leave behind."""

from __future__ import annotations

import asyncio
import inspect
import os
import shutil
import socket
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import hypothesis
import pytest
import pytest_asyncio

from tests.lab.certificates import Authority
from tests.lab.mail_server import MailServer
from tests.lab.users import is_root
from wizard.cli import render

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

# A busy computer takes longer for an example; that is no failure. What an example may cost has tests of its own.
# The same examples in every run, so that a failure is about a change; `make fuzz` looks for new ones.
hypothesis.settings.register_profile("mailwright", deadline=None, derandomize=True)
hypothesis.settings.register_profile(
    "fuzz", deadline=None, max_examples=10_000, suppress_health_check=list(hypothesis.HealthCheck)
)
hypothesis.settings.load_profile("mailwright")

GRACE_S = 0.5  # how long a closed connection may take to go (SECURITY.md T36)
_OPEN_FILES = Path("/proc/self/fd")  # Linux has it; elsewhere a socket left open is an unraisable ResourceWarning
_REAL_SERVERS = frozenset({"mail_server", "exim_server", "new_mail_server"})


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What starts real mail servers is marked `root`; without root it is left out, with the reason in the summary."""
    skip = pytest.mark.skip(reason="real mail servers need root: `make test` sees to that")
    for item in items:
        chosen = getattr(item, "callspec", None)  # a fixture may take the server's name as its parameter
        named = [name for name in (chosen.params.values() if chosen else ()) if isinstance(name, str)]
        if _REAL_SERVERS.intersection([*getattr(item, "fixturenames", ()), *named]):
            item.add_marker(pytest.mark.root)
        if not is_root() and item.get_closest_marker("root"):
            item.add_marker(skip)


@pytest.fixture(scope="session", autouse=True)
def _own_folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test, and no program one starts, reads or writes what belongs to the person who runs it."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"):
            patch.setenv(name, str(tmp_path_factory.mktemp(name.lower())))
        patch.delenv("PYTHONUNBUFFERED", raising=False)  # programs that tests start print as they do at people's
        patch.setenv("MAILWRIGHT_LANGUAGE", "en")  # whatever the computer of the person who runs the tests speaks
        patch.setenv(
            "WIN_PD_OVERRIDE_LOCAL_APPDATA", os.environ["XDG_STATE_HOME"]
        )  # the same for platformdirs on Windows
        # One root in place of the system's 140: loading those costs more than most tests, and none of them is met here.
        patch.setenv("SSL_CERT_FILE", str(Authority(tmp_path_factory.mktemp("roots")).ca_file))
        yield


@pytest.fixture(autouse=True)
def _no_sign_in_remembered(_own_folders: None) -> Iterator[None]:
    """What was refused in one test does not count in the sign-in budget of the next."""
    yield
    shutil.rmtree(Path(os.environ["XDG_STATE_HOME"], "mailwright", "sign-ins"), ignore_errors=True)


@pytest.fixture(autouse=True)
def _not_quiet() -> None:
    """What one test did with --quiet says nothing of the next."""
    render.be_quiet(False)


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Issues certificates; its `ca_file` is what a client of the lab trusts."""
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session")
def _postfix_and_dovecot(authority: Authority) -> Iterator[MailServer]:
    with MailServer(authority) as server:
        yield server


@pytest.fixture(scope="session")
def _exim_and_dovecot(authority: Authority) -> Iterator[MailServer]:
    with MailServer(authority, sends_with="exim") as server:
        yield server


@pytest.fixture
def mail_server(_postfix_and_dovecot: MailServer) -> MailServer:
    """Postfix and Dovecot with empty mailboxes and nobody signed in yet."""
    _postfix_and_dovecot.refresh()
    return _postfix_and_dovecot


@pytest.fixture
def exim_server(_exim_and_dovecot: MailServer) -> MailServer:
    """Exim and Dovecot with empty mailboxes and nobody signed in yet."""
    _exim_and_dovecot.refresh()
    return _exim_and_dovecot


@pytest.fixture
def new_mail_server(authority: Authority) -> Iterator[Callable[..., MailServer]]:
    """Starts a mail server of the test's own; takes the options of MailServer."""
    with ExitStack() as started:
        yield lambda *names, **options: started.enter_context(MailServer(authority, *names, **options))


@pytest.fixture(autouse=True)
def _nothing_left(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test that leaves a task running or a network socket open fails."""
    before = _network_sockets()
    if inspect.iscoroutinefunction(getattr(request.node, "function", None)):
        request.getfixturevalue("_no_task_left")
    yield
    end = time.monotonic() + GRACE_S
    while (left := _network_sockets() - before) and time.monotonic() < end:
        time.sleep(0.01)
    if left:
        pytest.fail(f"sockets left open: {', '.join(sorted(left))}")


@pytest_asyncio.fixture
async def _no_task_left() -> AsyncIterator[None]:
    before = asyncio.all_tasks()
    yield
    left = asyncio.all_tasks() - before - {asyncio.current_task()}
    if left:
        _, left = await asyncio.wait(left, timeout=GRACE_S)  # such as a generator that is just being closed
    if left:
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        pytest.fail(f"tasks left running: {', '.join(sorted(repr(task) for task in left))}")


def _network_sockets() -> set[str]:
    """The TCP and UDP sockets of this process; Qt's and the desktop's are of other families."""
    found: set[str] = set()
    for entry in _OPEN_FILES.iterdir() if _OPEN_FILES.exists() else ():
        try:
            name = os.readlink(entry)
            if not name.startswith("socket:"):
                continue
            with socket.socket(fileno=os.dup(int(entry.name))) as sock:
                if sock.family in (socket.AF_INET, socket.AF_INET6):
                    found.add(f"{name} {sock.getsockname()}")
        except OSError:  # closed while we looked
            continue
    return found
