"""Prints what a mail administrator is sent, for the practice accounts: `python -m tests.letters > docs/LETTERS.md`.

Each account is really checked, in the practice network, with nothing put right by itself. What differs from run to run
(times, case codes, fingerprints, ports of this computer) is a sample of that run.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from wizard import assets, wiring
from wizard.handover.administrator_message import administrator_letter
from wizard.model.address import Address
from wizard.model.diagnosis import AskAdministrator
from wizard.model.draft import AccountDraft
from wizard.model.secret import Secret
from wizard.practice.scenarios import load_scenarios
from wizard.setup.options import Options

HEAD = """\
# What an administrator is sent

Written by `python -m tests.letters > docs/LETTERS.md` from checks of the practice accounts; times, case codes and
fingerprints are those of one run. The letters are made in `wizard/handover/administrator_message.py`, what is asked for
stands in each cause's file as `ask_administrator`.
"""


async def letters() -> AsyncIterator[tuple[str, str]]:
    """Cause and letter, the first of each cause that an administrator can help with."""
    scenarios = load_scenarios(assets.resources() / "practice")
    settings = wiring.Settings(practice=True, options=Options(autofix=False, accept_untrusted=True, deadline_s=30))
    told: set[str] = set()
    async with wiring.sessions(settings) as new_session:
        for scenario in scenarios:
            session = new_session()
            account = scenario.account
            draft = AccountDraft(Address.parse(account.address), secret=Secret(account.password))
            result = await session.check(draft)
            await session.close()
            for diagnosis in result.diagnoses[:1]:
                asks = any(isinstance(remedy.action, AskAdministrator) for remedy in diagnosis.remedies)
                if not asks or diagnosis.cause in told:
                    continue
                told.add(diagnosis.cause)
                yield diagnosis.cause, str(administrator_letter(diagnosis, result))


async def _print() -> None:
    print(HEAD)
    async for cause, letter in letters():
        print(f"## {cause}\n\n```text\n{letter}```\n")


if __name__ == "__main__":
    asyncio.run(_print())
