"""Prints what a helpdesk is sent, for fifteen practice accounts: `python -m tests.reports > docs/REPORTS.md`.

Each account is really checked, in the practice network, with nothing put right by itself. What differs from run to run
(times, case codes, fingerprints, the order in which servers answered) is that of one run; the system is left out.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from typing import Final

from wizard import assets, wiring
from wizard.diagnosis.document import diagnosis_document
from wizard.handover.report import report_document, report_text
from wizard.model.address import Address
from wizard.model.draft import AccountDraft
from wizard.model.secret import Secret
from wizard.practice.scenarios import load_scenarios
from wizard.setup.options import Options

HEAD: Final = """\
# What a helpdesk is sent

Written by `python -m tests.reports > docs/REPORTS.md` from checks of fifteen practice accounts; times, case codes and
fingerprints are those of one run, and what stands there of the system is left out here. `check --report FILE` saves the
same as .txt, .html or .json, the window has it behind *Report*; the address is masked unless somebody wants it left in.
"""
# One of each kind: what works, the name, the way there, its encryption, the sign-in, the account, and what is sent.
ACCOUNTS: Final = (
    "all-well", "mistyped", "no-network", "port-closed", "wrong-port", "wrong-encryption", "no-starttls", "expired",
    "misnamed", "wrong-password", "browser-only", "short-name", "full", "relay-denied", "spam-filter",
)  # fmt: skip
HELPDESK: Final = {"name": "Example helpdesk", "phone": "+1 202 555 0143"}


async def reports() -> AsyncGenerator[tuple[str, Mapping[str, object]], None]:
    """Practice account and the report of its check, the address masked as it usually is."""
    scenarios = {scenario.account.address: scenario for scenario in load_scenarios(assets.resources() / "practice")}
    settings = wiring.Settings(practice=True, options=Options(autofix=False, deadline_s=30))
    async with wiring.sessions(settings) as new_session:
        for name in ACCOUNTS:
            account = scenarios[f"ada@{name}.example"].account
            session = new_session()
            result = await session.check(AccountDraft(Address.parse(account.address), secret=Secret(account.password)))
            await session.close()
            yield name, report_document(result, diagnosis_document=diagnosis_document, helpdesk=HELPDESK)


async def _print() -> None:
    print(HEAD)
    async for name, report in reports():
        shown = {key: value for key, value in report.items() if key not in ("system", "python")}
        print(f"## {name}\n\n```text\n{report_text(shown)}```\n")


if __name__ == "__main__":
    asyncio.run(_print())
