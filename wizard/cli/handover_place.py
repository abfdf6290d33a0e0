"""`mailwright handover --install`, `--undo` and `--read-back`: settings in the program's own files on this computer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.accounts.store import default_path
from wizard.cli import render
from wizard.handover.targets import target
from wizard.language import tr
from wizard.model.account import VerifiedAccount
from wizard.model.secret import Secret

if TYPE_CHECKING:
    from wizard.handover.programs.placing import Placed


def install(target_id: str, account: VerifiedAccount, secret: Secret | None, *, as_json: bool) -> int:
    """Puts the account in place and reads it back; 1 when the program's files say something else then."""
    from wizard.handover.programs.putting import placement
    from wizard.handover.programs.reading import readable_programs

    planned = placement(target_id, account, secret)
    paths = placed(target_id, account).put(planned)
    told = _compared(target_id, account)
    if as_json:
        render.print_json(
            {
                "target": target_id,
                "installed": True,
                "paths": [str(path) for path in paths],
                "then": list(planned.then),
                "differences": None if told is None else list(told),
            }
        )
    else:
        for path in paths:
            render.progress(tr("Written: {file}", file=path))
        verdict = [_verdict(target_id, told)] if target_id in readable_programs() else []
        render.print_text("\n".join([*verdict, *planned.then, tr("To take it out again: --undo")]))
    return 1 if told else 0


def undo(target_id: str, account: VerifiedAccount, *, as_json: bool) -> int:
    """Takes out what `install` put in, and says what was kept because others wrote into it since; 0."""
    kept = placed(target_id, account).undo()
    if as_json:
        render.print_json({"target": target_id, "installed": False, "kept": [str(path) for path in kept]})
        return 0
    render.print_text(tr("Taken out again."))
    for path in kept:
        render.print_text(tr("Kept, because there is more in it by now: {file}", file=path))
    return 0


def read_back(target_id: str, account: VerifiedAccount, *, as_json: bool) -> int:
    """0 where the program has the settings that were proven, 1 where it has others or no such account."""
    from wizard.handover.programs.reading import read_back

    target(target_id)
    told = read_back(target_id, account)
    if as_json:
        state = "missing" if told is None else "differs" if told else "same"
        render.print_json({"target": target_id, "state": state, "differences": list(told or ())})
    else:
        render.print_text(_verdict(target_id, told))
    return 0 if told == () else 1


def placed(target_id: str, account: VerifiedAccount) -> Placed:
    """What was put in place for the account, or may be; the window keeps the same record."""
    from wizard.handover.programs.placing import Placed
    from wizard.handover.programs.putting import record_name

    target(target_id)
    return Placed(default_path().parent / "handover", record_name(target_id, account))


def _compared(target_id: str, account: VerifiedAccount) -> tuple[str, ...] | None:
    """As `read_back`; `None` also for what is a file for others, such as Thunderbird's for a whole domain."""
    from wizard.handover.programs.reading import read_back, readable_programs

    return read_back(target_id, account) if target_id in readable_programs() else None


def _verdict(target_id: str, told: tuple[str, ...] | None) -> str:
    name = target(target_id).name
    if told is None:
        return tr("{program} has no account of this address in its own files.", program=name)
    if not told:
        return tr("{program} took these settings.", program=name)
    return "\n".join([tr("{program} has other settings:", program=name), *(f"  {sentence}" for sentence in told)])
