"""Our own icons: one grid, one stroke, any colour."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication

from wizard.assets import resources
from wizard.gui import icons

FILES = sorted((resources() / "icons").glob("*.svg"))
LINE_ICONS = [path for path in FILES if path.stem not in {"mailwright", "letter-m"}]


@pytest.mark.parametrize("path", LINE_ICONS, ids=lambda path: path.stem)
def test_one_grid_one_stroke_no_colour_of_its_own(path: Path) -> None:
    svg = path.read_text(encoding="utf-8")
    assert 'viewBox="0 0 24 24"' in svg
    assert 'stroke-width="1.75"' in svg
    assert 'fill="none"' in svg
    assert not re.search(r"#[0-9a-fA-F]{3}", svg)


@pytest.mark.slow
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
@pytest.mark.parametrize("ratio", [1.0, 2.0])
def test_draws_in_the_colour_it_is_given(qapp: QApplication, path: Path, ratio: float) -> None:
    image = icons.pixmap(path.stem, QColor("#ff0000"), 24, ratio).toImage()
    assert image.width() == round(24 * ratio)
    inked = [
        image.pixelColor(x, y)
        for x in range(image.width())
        for y in range(image.height())
        if image.pixelColor(x, y).alpha() > 200
    ]
    assert inked
    if path.stem != "mailwright":
        assert all(colour.red() > 240 and colour.blue() < 15 for colour in inked)


def test_every_icon_that_is_asked_for_exists() -> None:
    known = {path.stem for path in FILES}
    gui = Path(icons.__file__).parent
    makers = "Icon|IconTile|LinkButton|SecondaryButton|Hint|Banner"
    pattern = re.compile(rf'(?:{makers})\((?:"[^"]*", )?"([a-z]+(?:-[a-z]+)*)"')
    asked = {name for path in gui.rglob("*.py") for name in pattern.findall(path.read_text(encoding="utf-8"))}
    asked -= {"accent"}
    assert asked
    assert asked <= known
