from __future__ import annotations

import pytest

from tests.handover.accounts import account
from tests.handover.test_report import Tags
from wizard.handover.sheet_page import sheet_html, sheet_text
from wizard.handover.targets import sheet, targets

IDS = tuple(target.id for target in targets())


@pytest.mark.parametrize("target", IDS)
def test_every_step_and_field_is_on_both_pages(target: str) -> None:
    written = sheet(target, account())
    text, page = sheet_text(written), sheet_html(written)
    for number, step in enumerate(written.steps, 1):
        assert f"{number}. {step}" in text
    for row in written.rows:
        assert row.label in text
        assert row.value in text
        assert f"<td>{row.value}</td>" in page


def test_a_name_in_markup_stays_a_name() -> None:
    page = sheet_html(sheet("thunderbird", account(display_name="<img src=x> & co")))
    assert "img" not in {tag for tag, _ in Tags(page).seen}
    assert "&lt;img src=x&gt; &amp; co" in page
