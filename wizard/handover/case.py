"""The case code: by it a person on the phone and whoever has the letter, the report or the result mean one check."""

from __future__ import annotations

import hashlib

from wizard.model.account import CheckResult


def case_code(result: CheckResult) -> str:
    """Eight letters and digits, such as "3F2A-91BC"; one check always has the same, in every form it is shown in."""
    parts = (
        str(result.draft.address),
        result.started_at.isoformat(),
        f"{result.elapsed_s:.6f}",
        result.verdict.value,
        *(f"{one.cause} {one.server}" for one in result.diagnoses),
    )
    digest = hashlib.sha256("\n".join(parts).encode("utf-8", "replace")).hexdigest()[:8].upper()
    return f"{digest[:4]}-{digest[4:]}"
