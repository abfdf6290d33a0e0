"""The helpdesk packs that a computer's administrator has laid down for everybody who uses Mailwright there."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from wizard.places import site_config
from wizard.policy import policy


def installed_packs() -> tuple[Path, ...]:
    """The packs that the policy "Pack" names (several by ";"), else the one that lies in the system's place.

    That place is what an installer wrote into the registry's Software\\Mailwright (its /PACK= or PACK=), or
    /etc/xdg/mailwright, or /Library; then what is called pack or pack.zip beside the program. ProgramData is not looked
    into: everybody may put a folder there, and a pack says where passwords go. A named one that is not there now is
    left out: the server that holds it may be out of reach.
    """
    named = policy("Pack") or _installed()
    if named is not None and named.strip():
        return tuple(path for part in named.split(";") if (path := _path(part)) is not None and _is_there(path))
    return _in_the_systems_place() or _beside_the_program()


def _is_there(path: Path) -> bool:
    """Also where a folder on the way is locked: who reads the pack says so, and no rule of it is lost in silence."""
    try:
        os.stat(path)
    except PermissionError:
        return True
    except (OSError, ValueError):
        return False
    return True


def _path(text: str) -> Path | None:
    text = os.path.expandvars(text.strip()) if sys.platform == "win32" else text.strip()
    return Path(text) if text else None


def _installed() -> str | None:
    if sys.platform == "win32":
        from wizard.policy import registry_value

        return registry_value(r"Software\Mailwright", "Pack")
    return None


def _in_the_systems_place() -> tuple[Path, ...]:
    """/etc/xdg/mailwright/pack or pack.zip, on macOS in /Library."""
    if sys.platform == "win32":
        return ()
    return _first(site_config())


def _beside_the_program() -> tuple[Path, ...]:
    """A pack that was put next to the program's own file, as on a stick; a checkout has none."""
    return _first(Path(sys.executable).parent) if getattr(sys, "frozen", False) else ()


def _first(place: Path) -> tuple[Path, ...]:
    return next(((place / name,) for name in ("pack", "pack.zip") if _is_there(place / name)), ())
