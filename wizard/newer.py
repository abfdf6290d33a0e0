"""Whether a newer version of the program is announced: asked only of people who switched that on.

What is fetched is the list of checksums of the latest release, whose file names carry the version, and its signature by
`ssh-keygen -Y sign -n file`. Nothing is sent but the question; a list that the publisher did not sign says nothing.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from msgspec import Struct

from wizard import __version__, assets
from wizard.errors import ResourceError
from wizard.language import tr
from wizard.policy import is_set
from wizard.ssh_signature import SignatureUnfit, public_key, signer
from wizard.toml_reader import read_toml

if TYPE_CHECKING:
    from wizard.net.fetch import Fetcher

FORBIDDEN: Final = "MAILWRIGHT_NO_UPDATE_CHECK"
_POLICY: Final = "NoUpdateCheck"
_PURPOSE: Final = "file"
_LINE: Final = re.compile(r"[0-9a-f]{64} [ *]Mailwright-(\d{1,4}(?:\.\d{1,4}){1,3})-[\w.-]{1,80}")
_TIMEOUT_S: Final = 10.0


class Announcements(Struct, frozen=True):
    """Where releases are announced, by whom they are signed, and where people get them."""

    sums: str
    key: bytes
    page: str

    @property
    def site(self) -> str:
        """The host that is asked."""
        return urlsplit(self.sums).hostname or ""


def announcements(file: Path | None = None) -> Announcements | None:
    """What `resources/release.toml` says; `None` where it says nothing, or where looking is forbidden on this computer.

    Raises:
        ResourceError: the file does not hold what it must.
    """
    if os.environ.get(FORBIDDEN) or is_set(_POLICY):
        return None
    table = read_toml(file or assets.resources() / "release.toml")
    sums, page, key = table.url("sums"), table.url("page"), table.line("key")
    table.end()
    if sums is None or page is None or key is None:
        return None
    try:
        return Announcements(sums, public_key(key), page)
    except ValueError:
        table.fail("key", tr("is no line that begins with {kind}", kind="ssh-ed25519"))


async def newer_version(fetcher: Fetcher, where: Announcements, own: str = __version__) -> str | None:
    """The version that is announced, where it is newer than `own`.

    Raises:
        FetchError: nobody answers.
        ResourceError: there is no list, or it is not signed by the publisher.
    """
    sums = await fetcher.get(where.sums, timeout_s=_TIMEOUT_S)
    signature = await fetcher.get(f"{where.sums}.sig", timeout_s=_TIMEOUT_S)
    for page in (sums, signature):
        if page.status != 200:
            raise ResourceError(
                tr("{site} has no list of versions (HTTP {status}).", site=where.site, status=page.status)
            )
    try:
        is_signed = signer(sums.body, signature.body, _PURPOSE) == where.key
    except SignatureUnfit:
        is_signed = False
    if not is_signed:
        raise ResourceError(tr("The list of versions at {site} is not signed by the publisher.", site=where.site))
    found = [match[1] for line in sums.body.decode("utf-8", "replace").splitlines() if (match := _LINE.fullmatch(line))]
    latest = max(found, key=_order, default=None)
    return latest if latest is not None and _order(latest) > _order(own) else None


def _order(version: str) -> tuple[tuple[int, ...], bool]:
    """What to sort by: 1.10 comes after 1.9, 1.0 is 1, and 1.0 comes after its pre-release 1.0rc1."""
    plain = re.sub(r"[^\d.].*", "", version)
    numbers = [int(number) for number in plain.split(".") if number]
    while numbers and not numbers[-1]:
        numbers.pop()
    return tuple(numbers), plain == version
