"""Gathers build/licences/: what a bundle is made of and under which terms, with every text."""

from __future__ import annotations

import re
import shutil
import sysconfig
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
_TEXTS = re.compile(r"(licen[cs]e|copying|notice)[^/]*$", re.IGNORECASE)
IN_COMPONENTS = {"pyside6-essentials", "shiboken6"}  # their terms stand in COMPONENTS.txt, their wheels hold no text


def gather(checkout: Path = CHECKOUT) -> Path:
    """The folder, made anew.

    Raises:
        SystemExit: a package that is bundled brings no licence text and is not named in COMPONENTS.txt.
    """
    folder = checkout / "build" / "licences"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(checkout / "packaging" / "licences", folder)
    shutil.copy(checkout / "LICENSE", folder / "LICENSE")
    shutil.copy(_of_python(), folder / "PYTHON.txt")
    lines = []
    for package in bundled(checkout):
        texts = [path for path in package.files or () if ".dist-info/" in path.as_posix() and _TEXTS.search(path.name)]
        target = folder / "packages" / package.name
        for path in texts:
            target.mkdir(parents=True, exist_ok=True)
            shutil.copy(Path(str(package.locate_file(path))), target / path.name)
        if not texts and package.name.lower().replace("_", "-") not in IN_COMPONENTS:
            raise SystemExit(f"{package.name} brings no licence: name it in packaging/licences/COMPONENTS.txt.")
        lines.append(f"    {package.name} {package.version}: {_terms(package)}")
    with (folder / "COMPONENTS.txt").open("a", encoding="utf-8", newline="\n") as file:
        file.write("\n".join(lines) + "\n")
    return folder


def bundled(checkout: Path = CHECKOUT) -> list[Distribution]:
    """The packages of requirements/run.txt that this system has, by name."""
    found = []
    lock = (checkout / "packaging" / "requirements" / "run.txt").read_text("utf-8")
    for name in re.findall(r"^([A-Za-z0-9._-]+)==", lock, re.MULTILINE):
        try:
            found.append(distribution(name))
        except PackageNotFoundError:  # its marker names another system
            continue
    return found


def _terms(package: Distribution) -> str:
    said = package.metadata["License-Expression"] or package.metadata["License"] or ""
    classifiers = [
        line.rpartition(" :: ")[2] for line in package.metadata.get_all("Classifier") or () if "License ::" in line
    ]
    short = said.strip() if said and "\n" not in said.strip() else ", ".join(classifiers)
    return short or "see its text"


def _of_python() -> Path:
    names = ("LICENSE.txt", "LICENSE")
    folders = (sysconfig.get_path("stdlib"), sysconfig.get_config_var("base"))
    for path in (Path(folder, name) for folder in folders for name in names):
        if path.is_file():
            return path
    raise SystemExit("Python's own licence was not found.")


if __name__ == "__main__":
    gather()
