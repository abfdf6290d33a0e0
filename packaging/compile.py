"""Builds compiled causes, presets and translations, which load faster: by make, and as the wheel's build hook."""

from __future__ import annotations

import sys
from pathlib import Path

try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ImportError:  # make compiles with an environment that builds no wheels
    BuildHookInterface = object

CHECKOUT = Path(__file__).resolve().parents[1]


def compile_all(checkout: Path = CHECKOUT) -> list[Path]:
    """Writes the compiled files beside their sources and names them; needs nothing but Python.

    Raises:
        wizard.errors.ResourceError: when a source is not valid.
        wizard.language.po.PoError: when a translators' file is not.
    """
    sys.path.insert(0, str(checkout))
    try:
        from wizard.diagnosis import catalogue
        from wizard.discovery import preset_index
        from wizard.language import catalogues
    finally:
        sys.path.remove(str(checkout))
    written = []
    for made_by, folder in ((catalogue, "diagnoses"), (preset_index, "presets")):
        source = checkout / "resources" / folder
        path = source / made_by.COMPILED
        path.write_text(made_by.compiled(source), encoding="utf-8", newline="\n")
        written.append(path)
    for source in sorted((checkout / "resources" / "locale").glob(f"*/{catalogues.SOURCE_FILE}")):
        path = source.with_name(catalogues.COMPILED)
        path.write_bytes(catalogues.compiled(source.parent))
        written.append(path)
    return written


class CompileHook(BuildHookInterface):
    """Hatch calls this before it gathers the files of a wheel."""

    def initialize(self, version: str, build_data: dict) -> None:
        """Compiles; the folder of resources is then taken as it stands."""
        del version, build_data
        if self.target_name == "wheel":
            compile_all(Path(self.root))


if __name__ == "__main__":
    compile_all()
