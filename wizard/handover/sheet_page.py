"""A hand-over sheet to save or print."""

from __future__ import annotations

from wizard.handover.page import Section, html_page, text_page
from wizard.handover.sheet import Sheet


def sheet_text(sheet: Sheet) -> str:
    """The sheet as plain text: the steps, what is good to know, then the fields under their headings."""
    return text_page(_sections(sheet))


def sheet_html(sheet: Sheet) -> str:
    """The sheet as a page to print; the QR code is for the screen and stays out."""
    return html_page(sheet.title, _sections(sheet))


def _sections(sheet: Sheet) -> list[Section]:
    steps = (f"{number}. {step}" for number, step in enumerate(sheet.steps, 1))
    sections = [Section(sheet.title, paragraphs=(*steps, *sheet.notes_at()))]
    for group in dict.fromkeys(row.group for row in sheet.rows):
        pairs = tuple((row.label, row.value) for row in sheet.rows if row.group == group)
        sections.append(Section(group, paragraphs=sheet.notes_at(group), pairs=pairs))
    return sections
