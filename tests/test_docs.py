"""The pages for people who come name only what is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), ROOT / "tests/mutants/SURVIVORS.md"])
_WIZARD = "accounts cli diagnosis discovery gui handover model net practice probe setup signin".split()  # noqa: SIM905
_FOLDERS = ("wizard", "tests", "resources", "packaging", "docs")


def named(text: str) -> set[str]:
    """The paths a page names, of this checkout; a name with capitals or <…> in it stands for many."""
    found: set[str] = set()
    for quoted in re.findall(r"`([^`\n]+)`", text):
        for word in re.split(r"[\s,;]+", quoted):
            first = word.split("/")[0]
            if "/" in word and re.fullmatch(r"[a-z0-9_./*-]+", word) and first in (*_FOLDERS, *_WIZARD):
                found.add(word if first in _FOLDERS else f"wizard/{word}")
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_file_that_is_named_is_there(page: Path) -> None:
    text = page.read_text("utf-8")
    gone = [path for path in named(text) if not any(ROOT.glob(path.rstrip("/")))]
    targets = re.findall(r"\[[^\]\n]+\]\((?!https?:|mailto:|#)([\w./-]+)", text)
    gone += [target for target in targets if not (page.parent / target).exists()]
    # What this names only an example of, and what is made and not kept.
    assert set(gone) <= {
        "resources/diagnoses/auth/mailbox-archived.toml",
        "resources/diagnoses/auth/smart-card-required.toml",
        "tests/probe/test_imap.py",
    }


def test_the_search_finds_paths() -> None:
    assert named('`wizard/probe/imap.py`, `probe/imap.py` and `make test ARGS="tests/cli"`, `a/b`') == {
        "wizard/probe/imap.py"
    }


def test_ten_questions_are_answered_by_a_file_each() -> None:
    text = (ROOT / "docs" / "ARCHITECTURE.md").read_text("utf-8")
    rows = re.findall(r"^\| [^|]+\? \| `(wizard/[a-z_/]+\.py)` \|$", text, re.MULTILINE)
    assert len(rows) == 10
    assert all((ROOT / row).is_file() for row in rows)


@pytest.mark.parametrize(
    ("counted", "files"),
    [
        (r"(\d+) providers", "presets/*.toml"),
        (r"(\d+) causes", "diagnoses/*/*.toml"),
        (r"(\d+) accounts", "practice/*.toml"),
    ],
)
def test_the_changes_count_what_is_there(counted: str, files: str) -> None:
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    (number,) = re.findall(counted, text)
    assert int(number) == len(list((ROOT / "resources").glob(files)))


def test_the_changes_count_the_targets() -> None:
    from wizard.handover.targets import targets

    assert f"**Hand over**: {len(targets())} targets" in (ROOT / "CHANGELOG.md").read_text("utf-8")


def test_a_decision_is_three_lines() -> None:
    decisions = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    assert len(decisions) >= 12
    for path in decisions:
        marks = re.findall(r"^- \*\*(\w+):\*\* .+$", path.read_text("utf-8"), re.MULTILINE)
        assert marks == ["Context", "Decision", "Consequence"], path.name


def test_a_docstring_cites_no_page_that_is_not_here() -> None:
    pages = {page.name for page in PAGES} | {"README.md"}
    for path in [*ROOT.glob("wizard/**/*.py"), *ROOT.glob("tests/**/*.py")]:
        for name in re.findall(r"\b([A-Za-z]+\.md)\b", path.read_text("utf-8")):
            assert name in pages, f"{path.relative_to(ROOT)} cites {name}"


def test_threats_and_promises_that_are_cited_stand_in_the_security_page() -> None:
    text = (ROOT / "SECURITY.md").read_text("utf-8")
    threats: set[int] = set()
    promises: set[int] = set()
    for row in re.findall(r"^\| ((?:T?\d+[^|]*)) \|", text, re.MULTILINE):
        numbers = [int(number) for number in re.findall(r"\d+", row)]
        if re.search(r" to |–", row):
            numbers = list(range(numbers[0], numbers[1] + 1)) + numbers[2:]
        (threats if "T" in row else promises).update(numbers)
    assert promises >= set(range(1, 18))
    for path in [*ROOT.glob("wizard/**/*.py"), *ROOT.glob("tests/**/*.py")]:
        source = path.read_text("utf-8")
        assert {int(number) for number in re.findall(r"\(T([0-3]\d)\)", source)} <= threats, path.name
        assert {int(number) for number in re.findall(r"promise (\d+)", source)} <= promises, path.name


def test_no_file_of_discovery_or_the_net_has_a_password_in_reach() -> None:
    for path in [*ROOT.glob("wizard/discovery/*.py"), *ROOT.glob("wizard/net/*.py")]:
        assert not re.search(r"import .*\b(Secret|Credentials)\b", path.read_text("utf-8")), path.name
