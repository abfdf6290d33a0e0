"""A report as plain text."""

from __future__ import annotations

from collections.abc import Mapping

from wizard.handover.report_sections import Section, sections


def text_page(document: Mapping[str, object]) -> str:
    """The report for a terminal or a mail, without any control character but the newline."""
    return "\n".join(line for section in sections(document) for line in _lines(section))


def _lines(section: Section) -> list[str]:
    lines = [section.heading, "=" * min(len(section.heading), 78), *section.paragraphs]
    width = max((len(name) for name, _ in section.pairs), default=0)
    lines += [f"{name:<{width}}  {value}" for name, value in section.pairs]
    for row in section.table:
        *cells, last = row
        lines.append("  ".join([*(f"{cell:<9}" for cell in cells), last]).rstrip())
    lines += [f"    {line}" for line in section.lines]
    return [*lines, ""]
