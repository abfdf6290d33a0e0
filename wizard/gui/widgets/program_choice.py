"""Which program the settings are for: one of five tiles, and a second choice where one name means several programs."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

from msgspec import Struct
from msgspec.structs import replace
from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QVBoxLayout, QWidget

from wizard.gui.widgets.choices import Choice, Segmented, Tile
from wizard.language import tr, tr_later

Option = tuple[str, str]  # a target's id and what it is called beside the others


class Family(Struct, frozen=True):
    """One tile and the programs behind it, the usual one first."""

    id: str
    name: str
    icon: str
    options: tuple[Option, ...]


_NAMED: Final = (
    Family("thunderbird", "Thunderbird", "mail", (("thunderbird", "Thunderbird"),)),
    Family(
        "outlook",
        "Outlook",
        "window",
        (("outlook-new", tr_later("New Outlook")), ("outlook-classic", tr_later("Classic Outlook"))),
    ),
    Family(
        "apple-mail",
        "Apple Mail",
        "at",
        (("apple-mail-mac", tr_later("On a Mac")), ("iphone", tr_later("iPhone or iPad"))),
    ),
    Family(
        "phone",
        tr_later("Phone"),
        "smartphone",
        (
            ("thunderbird-android", tr_later("Android: Thunderbird")),
            ("iphone", tr_later("iPhone or iPad: Mail")),
            ("gmail-app", tr_later("Android: Gmail")),
            ("samsung-email", tr_later("Android: Samsung Email")),
            ("outlook-mobile", tr_later("Any phone: Outlook")),
        ),
    ),
)
_OTHER: Final = Family("other", tr_later("Something else"), "ellipsis", (("other", tr_later("Something else")),))
_SEGMENTS_AT_MOST: Final = 2
_SOME: Final = 3  # tiles in a row where not all of them have room


def families() -> tuple[Family, ...]:
    """The tiles; the last one holds every program the others do not."""
    from wizard.handover.targets import targets

    named = {target for family in _NAMED for target, _ in family.options} | {family.id for family in _NAMED}
    rest = [(target.id, target.name) for target in targets() if target.id not in named]
    first = [option for option in rest if option[0] == "other"]
    others = sorted((option for option in rest if option not in first), key=lambda option: option[1].casefold())
    return (*_NAMED, replace(_OTHER, options=(*first, *others)))


class ProgramChoice(QWidget):
    """`chosen` carries the id of the hand-over target that is wanted now; buttons are `target:<id>`."""

    chosen = Signal(str)

    def __init__(self, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(tr("Use it in"))
        # All programs are looked up once somebody wants one of them: an open window needs none.
        self._families = {family.id: family for family in (*_NAMED, _OTHER)}
        self._knows_all = False
        self._offered: Collection[str] = ()
        self._by_program = False
        self._compact = False
        self._columns = 0
        self._family = next(iter(self._families))
        self.target = self._options()[0][0]
        self.touched = False  # the person has chosen
        self.tiles: dict[str, Tile] = {}
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(8)
        group = QButtonGroup(self)
        for family in self._families.values():
            tile = Tile(tr(family.name), family.icon)
            tile.setObjectName(f"target:{family.id}")
            tile.toggled.connect(lambda on, family=family.id: self._tile_toggled(family) if on else None)
            group.addButton(tile)
            self.tiles[family.id] = tile
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(8)
        self._column.addLayout(self._grid)
        self.second: Segmented | Choice | None = None
        self.set_compact(False)
        self.choose(self.target)

    def choose(self, target: str) -> None:
        """Chooses the program without telling; a tile's own id stands for its first program."""
        if not any(target in (family.id, *dict(family.options)) for family in self._families.values()):
            self._know_all()
        family = next(
            (each for each in self._families.values() if target == each.id and target not in dict(each.options)),
            None,
        ) or next(
            (each for each in (self._families[self._family], *self._families.values()) if target in dict(each.options)),
            self._families[self._family],
        )
        self._show(family.id, target if target in dict(family.options) else None)

    def prefer(self, installed: Sequence[str]) -> str | None:
        """Chooses the first tile one of whose programs is installed here, unless the person has chosen."""
        if self.touched:
            return None
        for family in self._families.values():
            found = [target for target, _ in self._options(family.id) if target in installed]
            found = found or [family.id] * (family.id in installed and bool(self._options(family.id)))
            if found and not self.tiles[family.id].isHidden():
                self.choose(found[0])
                return self.target
        return None

    def offer_only(self, offered: Collection[str]) -> None:
        """Offers these programs and tiles and no other; all of them where none is named, or none is known."""
        if offered:
            self._know_all()
        known = {target for family in self._families.values() for target in (family.id, *dict(family.options))}
        self._offered = [target for target in offered if target in known]
        shown = [family for family in self._families if self._options(family)]
        for family, tile in self.tiles.items():
            tile.setVisible(family in shown)
        self.restart()

    def restart(self) -> None:
        """The first program that is offered; nothing was chosen yet."""
        self.touched = False
        self._show(next(family for family in self._families if self._options(family)), None)

    def set_compact(self, compact: bool) -> None:
        """Tiles two by two."""
        self._compact = compact
        self._arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width may have room for all tiles in a row, or not."""
        super().resizeEvent(event)
        self._arrange()

    def minimumSizeHint(self) -> QSize:
        """As narrow as the page."""
        return QSize(0, super().minimumSizeHint().height())

    def _arrange(self) -> None:
        gaps = self._grid.horizontalSpacing() * (len(self.tiles) - 1)
        needed = sum(tile.sizeHint().width() for tile in self.tiles.values()) + gaps
        columns = 2 if self._compact else len(self.tiles) if needed <= self.width() else _SOME
        if columns == self._columns:
            return
        self._columns = columns
        for index, tile in enumerate(self.tiles.values()):
            self._grid.removeWidget(tile)
            is_alone = columns == 2 and index % 2 == 0 and index == len(self.tiles) - 1
            self._grid.addWidget(tile, index // columns, index % columns, 1, 2 if is_alone else 1)
        for column in range(len(self.tiles)):
            self._grid.setColumnStretch(column, 1 if column < columns else 0)

    def _know_all(self) -> None:
        if not self._knows_all:
            self._knows_all = True
            self._families = {family.id: family for family in families()}

    def _options(self, family: str | None = None) -> tuple[Option, ...]:
        """The programs behind a tile that are offered."""
        whole = self._families[family or self._family]
        if not self._offered or whole.id in self._offered:
            return whole.options
        return tuple(option for option in whole.options if option[0] in self._offered)

    def _tile_toggled(self, family: str) -> None:
        if not self._by_program:
            self.touched = True
            self._show(family, None)
            self.chosen.emit(self.target)

    def _second_chosen(self, target: str) -> None:
        self.touched = True
        self.target = target
        self.chosen.emit(target)

    def _show(self, family: str, target: str | None) -> None:
        if family == _OTHER.id:
            self._know_all()
        self._by_program = True
        self.tiles[family].setChecked(True)
        self._by_program = False
        options = self._options(family)
        self.target = target or options[0][0]
        if family != self._family or self.second is None:
            self._family = family
            self._replace_second(options)
        if isinstance(self.second, Segmented):
            self.second.choose(self.target)
        elif self.second is not None:
            self.second.setCurrentIndex(self.second.findData(self.target))

    def _replace_second(self, options: tuple[Option, ...]) -> None:
        if self.second is not None:
            self._column.removeWidget(self.second)
            self.second.hide()
            self.second.deleteLater()
            self.second = None
        if len(options) < 2:
            return
        if len(options) <= _SEGMENTS_AT_MOST:
            segments = Segmented([(target, tr(name)) for target, name in options])
            segments.name_buttons("target:")
            segments.chosen.connect(self._second_chosen)
            self.second = segments
        else:
            made = Choice()
            for target, name in options:
                made.addItem(tr(name), target)
            made.activated.connect(lambda index: self._second_chosen(made.itemData(index)))
            self.second = made
        self.second.setObjectName("which-program")
        self.second.setAccessibleName(tr("Which one"))
        self._column.addWidget(self.second)
