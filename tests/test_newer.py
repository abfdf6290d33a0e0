"""Whether a newer version is announced: asked of a real server, and believed only with the publisher's signature."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.release import PATH, Publisher, publisher
from wizard import __version__
from wizard.errors import ResourceError
from wizard.newer import FORBIDDEN, announcements, newer_version

pytestmark = pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="ssh-keygen is not here")


@pytest.fixture
def ours(tmp_path: Path) -> Iterator[Publisher]:
    with publisher(tmp_path) as running:
        yield running


@pytest.mark.parametrize(
    ("own", "files", "told"),
    [
        ("0.1.0", ["Mailwright-0.2.0-linux-x86_64.tar.xz", "mailwright_0.2.0_amd64.deb"], "0.2.0"),
        ("0.9", ["Mailwright-0.10-windows-x64-setup.exe"], "0.10"),
        ("0.2.0", ["Mailwright-0.2.0-linux-x86_64.run"], None),
        ("0.2", ["Mailwright-0.2.0-linux-x86_64.run"], None),
        ("1.0", ["Mailwright-0.9.9-linux-x86_64.run"], None),
        ("1.0rc1", ["Mailwright-1.0-linux-x86_64.run"], "1.0"),
        ("0.1.0", ["Mailwright-0.2.0rc1-linux-x86_64.run"], None),
        ("0.1.0", ["something-else-9.9.9.zip", "Mailwright-9.9.9-../../x"], None),
    ],
)
async def test_what_is_newer(own: str, files: list[str], told: str | None, ours: Publisher) -> None:
    ours.publish(*files)
    assert await newer_version(ours.fetcher, ours.where, own) == told


async def test_a_list_that_somebody_else_signed_says_nothing(ours: Publisher) -> None:
    ours.publish("Mailwright-9.0-linux-x86_64.run", key=ours.other_key)
    with pytest.raises(ResourceError, match=r"at www\.example\.org is not signed by the publisher"):
        await newer_version(ours.fetcher, ours.where, "0.1.0")
    ours.web.pages.pop(("www.example.org", f"{PATH}.sig"))
    with pytest.raises(ResourceError, match=r"has no list of versions \(HTTP 404\)"):
        await newer_version(ours.fetcher, ours.where, "0.1.0")


async def test_nothing_about_the_person_is_sent(ours: Publisher) -> None:
    ours.publish("Mailwright-0.2.0-linux-x86_64.run")
    await newer_version(ours.fetcher, ours.where)
    assert [request.path for request in ours.web.requests] == [PATH, f"{PATH}.sig"]
    assert all(set(request.headers) <= {"host", "user-agent", "accept", "accept-encoding", "connection"}
               for request in ours.web.requests)  # fmt: skip
    assert not any(__version__ in str(request.headers) for request in ours.web.requests)


def test_the_file_that_comes_with_the_program_announces_nothing_and_can_be_filled_in(
    ours: Publisher, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(FORBIDDEN, raising=False)
    assert announcements() is None
    file = tmp_path / "release.toml"
    where = ours.where
    file.write_text(f'sums = "{where.sums}"\nkey = "{ours.line}"\npage = "{where.page}"\n')
    assert announcements(file) == where
    assert where.site == "www.example.org"
    monkeypatch.setenv(FORBIDDEN, "1")
    assert announcements(file) is None


def test_a_policy_forbids_it(ours: Publisher, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_DIRS", str(tmp_path))
    (tmp_path / "mailwright").mkdir()
    (tmp_path / "mailwright" / "policy.toml").write_text("NoUpdateCheck = true\n")
    file = tmp_path / "release.toml"
    file.write_text(f'sums = "{ours.where.sums}"\nkey = "{ours.line}"\npage = "{ours.where.page}"\n')
    assert announcements(file) is None


@pytest.mark.parametrize("key", ["ssh-rsa AAAA", "nothing"])
def test_a_key_that_is_none_is_said(key: str, tmp_path: Path) -> None:
    file = tmp_path / "release.toml"
    file.write_text(f'sums = "https://example.org/SHA256SUMS"\nkey = "{key}"\npage = "https://example.org/"\n')
    with pytest.raises(ResourceError, match=r"release\.toml: key: is no line that begins with ssh-ed25519"):
        announcements(file)
