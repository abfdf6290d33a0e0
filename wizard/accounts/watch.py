"""What is told of saved accounts that are checked unasked: the first failure, the recovery, and what will end soon."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from wizard.accounts.recheck import Recheck
from wizard.errors import ResourceError
from wizard.language import tr
from wizard.language.formats import date_text
from wizard.model.account import CheckResult, Verdict
from wizard.model.address import Address
from wizard.private_file import read_private, write_private

_MAX_BYTES: Final = 4 * 1024 * 1024
# Of a provider's announcements, those within this time are told.
_SOON: Final = timedelta(days=60)
_ASK_AGAIN: Final = timedelta(days=7)


class News(Struct, frozen=True):
    """One notification; `is_trouble` where something has to be done."""

    address: Address
    title: str
    body: str
    is_trouble: bool


class Told(Struct, frozen=True):
    """What was told of one account last: whether it works, and which warnings; when its domain was asked about."""

    works: bool = True
    warnings: tuple[str, ...] = ()
    domain_asked: date | None = None

    def wants_domain_asked(self, today: date) -> bool:
        """Whether the registry may be asked again: it is somebody's server, and the answer changes once a year."""
        return self.domain_asked is None or not timedelta() <= today - self.domain_asked < _ASK_AGAIN


def news(told: Mapping[str, Told], checked: Iterable[Recheck], today: date) -> tuple[list[News], dict[str, Told]]:
    """What is new since `told`, by account, and what is told then.

    A check without a verdict, and one that this computer's own line spoilt, say nothing about the account.
    """
    found: list[News] = []
    after = dict(told)
    for item in checked:
        address, result = item.saved.address, item.result
        if result is None or result.verdict is Verdict.UNDECIDED or _is_own_line(result):
            continue
        before = told.get(address.wire, Told())
        works = result.verdict is not Verdict.FAILS
        if works is not before.works:
            found.append(_recovery(address) if works else _failure(address, result))
        warnings = tuple(_warnings(result, today))
        found += [
            News(address, tr("{address}: something will end soon", address=address), warning, is_trouble=True)
            for warning in warnings
            if warning not in before.warnings
        ]
        after[address.wire] = replace(before, works=works, warnings=warnings if works else before.warnings)
    return found, after


def domain_news(address: Address, before: Told, warning: str | None, today: date) -> tuple[list[News], Told]:
    """What is new about the registration of the account's domain, whose registry was asked today.

    `warning` says that it ends; `None` where it does not, or nobody could say. It is told at each time it is asked:
    a domain that ends takes all mail with it.
    """
    title = tr("{address}: something will end soon", address=address.shown_domain)
    found = [News(address, title, warning, is_trouble=True)] if warning is not None else []
    return found, replace(before, domain_asked=today)


def _failure(address: Address, result: CheckResult) -> News:
    first = result.diagnoses[0] if result.diagnoses else None
    if first is None:
        return News(address, tr("{address} does not work any more", address=address), "", is_trouble=True)
    remedy = f" {first.remedies[0].say}" if first.remedies else ""
    return News(address, f"{address}: {first.title}", f"{first.why}{remedy}", is_trouble=True)


def _recovery(address: Address) -> News:
    return News(
        address,
        tr("{address} works again", address=address),
        tr("Sending and receiving were checked."),
        is_trouble=False,
    )


def _warnings(result: CheckResult, today: date) -> Iterable[str]:
    """Sentences about what will end: certificates, and what the provider has announced for a day."""
    yield from result.expiring
    for fact in result.known_provider.translated().dated if result.known_provider is not None else ():
        if today <= fact.on <= today + _SOON:
            yield f"{date_text(fact.on)}: {fact.say}"


def _is_own_line(result: CheckResult) -> bool:
    """Whether it is this computer's line that fails: the account itself is as it was."""
    return bool(result.diagnoses) and result.diagnoses[0].implies.whole_line


class ToldFile:
    """The file that remembers what was told; one that cannot be read is begun anew."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> dict[str, Told]:
        """What was told last, by account."""
        try:
            document = json.loads(read_private(self._path, limit_bytes=_MAX_BYTES))
            return {
                str(wire): Told(
                    entry["works"] is True,
                    tuple(str(text) for text in entry["warnings"]),
                    date.fromisoformat(entry["domain_asked"]) if entry.get("domain_asked") else None,
                )
                for wire, entry in document.items()
            }
        except (OSError, ValueError, AttributeError, KeyError, TypeError, RecursionError):
            return {}

    def write(self, told: Mapping[str, Told]) -> None:
        """Remembers it for the next time.

        Raises:
            ResourceError: the file cannot be written; the same would be told again and again.
        """
        document = {
            wire: {
                "works": entry.works,
                "warnings": list(entry.warnings),
                "domain_asked": entry.domain_asked.isoformat() if entry.domain_asked is not None else None,
            }
            for wire, entry in told.items()
        }
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            write_private(self._path, json.dumps(document, indent=1).encode())
        except OSError as error:
            raise ResourceError(
                tr("“{file}” could not be written: {reason}.", file=self._path, reason=error.strerror or error)
            ) from error
