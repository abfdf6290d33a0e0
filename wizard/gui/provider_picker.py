"""The list of providers, to be searched by name, domain or server."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from wizard.gui import theme
from wizard.gui.accessibility import announce
from wizard.gui.country_names import WORLD_WIDE, country_name
from wizard.gui.theme import Role
from wizard.gui.widgets.buttons import PrimaryButton, SecondaryButton
from wizard.gui.widgets.dialog import Dialog
from wizard.gui.widgets.fields import Field
from wizard.gui.widgets.label import Label
from wizard.gui.widgets.scroll_page import ScrollBar
from wizard.language import tr, tr_plural
from wizard.model.provider import Provider

_PROVIDER: Final = int(Qt.ItemDataRole.UserRole)
_DOMAINS: Final = _PROVIDER + 1

# What most people look for, first; the ids of their presets.
POPULAR: Final = (
    *("gmail", "outlook-com", "icloud", "yahoo", "microsoft-365", "google-workspace", "aol", "gmx-net", "web-de"),
    *("fastmail", "zoho-com", "proton"),
)
Search = Callable[[str], Sequence[Provider]]


class ProviderPicker(Dialog):
    """`picked` carries the provider that was chosen; `domain` is that of the address, as people read it."""

    picked = Signal(object)

    def __init__(self, search: Search, domain: str, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("provider-picker")
        self.setWindowTitle(tr("Choose your provider"))
        self.resize(QSize(520, 560))
        self._search, self._domain = search, domain
        self.field = Field(tr("Provider"), placeholder=tr("Its name, the part after the @, or a server"))
        self.field.edited.connect(self._filter)
        self.field.input.installEventFilter(self)
        self.list = QListWidget()
        self.list.setObjectName("providers")
        self.list.setAccessibleName(tr("Providers"))
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setVerticalScrollBar(ScrollBar())
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setItemDelegate(_Row(self.list))
        self.list.setUniformItemSizes(False)
        self.list.itemActivated.connect(lambda _: self._choose())
        self.list.currentItemChanged.connect(lambda *_: self._judge())
        self.note = Label("", Role.SMALL, "warn", wrap=True)
        self.note.setObjectName("foreign-domain")
        self.note.hide()
        self.choose = PrimaryButton(tr("Use these settings"))
        self.choose.setObjectName("use-provider")
        self.choose.setDefault(True)
        self.choose.clicked.connect(self._choose)
        cancel = SecondaryButton(tr("Cancel"))
        cancel.setObjectName("close")
        cancel.clicked.connect(self.reject)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addStretch(1)
        buttons.addWidget(cancel)
        buttons.addWidget(self.choose)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 14)
        column.setSpacing(12)
        column.addWidget(Label(tr("Choose your provider"), Role.HEADING))
        column.addWidget(self.field)
        column.addWidget(self.list, 1)
        column.addWidget(self.note)
        column.addLayout(buttons)
        self._filter("")
        self.field.input.setFocus(Qt.FocusReason.OtherFocusReason)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Up and down move in the list while one types."""
        if watched is self.field.input and isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress:
            step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
            if step is not None:
                self._move(step)
                return True
        return super().eventFilter(watched, event)

    def _filter(self, query: str) -> None:
        found = tuple(self._search(query.strip()))
        self.list.clear()
        if query.strip():
            for provider in found:
                self._add(provider)
        else:
            self._add_by_country(found)
        self.list.setCurrentRow(-1)
        if query.strip():  # who searches has said what is wanted; nobody else is given a provider
            self._move(1)
        self._judge()
        if query.strip():
            announce(self, tr("Nothing found.") if not found else tr_plural("{n} found.", "{n} found.", len(found)))

    def _add_by_country(self, providers: Sequence[Provider]) -> None:
        popular = sorted((each for each in providers if each.id in POPULAR), key=lambda each: POPULAR.index(each.id))
        self._add_group(tr("Popular"), popular)
        groups: dict[str, list[Provider]] = {}
        for provider in providers:
            if provider.id not in POPULAR:
                groups.setdefault(country_name(provider.country), []).append(provider)
        # Those of no one country are looked for by name, and so stand before the countries.
        for country in sorted(groups, key=lambda name: (name != tr(WORLD_WIDE), _sorting(name))):
            self._add_group(country, sorted(groups[country], key=lambda provider: _sorting(provider.name)))

    def _add_group(self, title: str, providers: Sequence[Provider]) -> None:
        if not providers:
            return
        header = QListWidgetItem(title)
        header.setFlags(Qt.ItemFlag.NoItemFlags)
        self.list.addItem(header)
        for provider in providers:
            self._add(provider)

    def _add(self, provider: Provider) -> None:
        item = QListWidgetItem(provider.name)
        item.setData(_PROVIDER, provider)
        item.setData(_DOMAINS, ", ".join(provider.domains[:3]))
        self.list.addItem(item)

    def _move(self, step: int) -> None:
        """To the next provider; the countries between are passed over."""
        row = self.list.currentRow() + step
        while 0 <= row < self.list.count():
            if self.list.item(row).data(_PROVIDER) is not None:
                self.list.setCurrentRow(row)
                return
            row += step

    def _judge(self) -> None:
        item = self.list.currentItem()
        provider = item.data(_PROVIDER) if item is not None else None
        self.choose.setEnabled(isinstance(provider, Provider))
        foreign = isinstance(provider, Provider) and self._domain not in provider.domains
        if isinstance(provider, Provider) and foreign:
            sentence = tr(
                "{domain} is not one of {provider}’s own domains. Choose it only if your mail is kept there.",
                domain=self._domain,
                provider=provider.spoken_name,
            )
            self.note.setText(sentence)
        self.note.setVisible(foreign)
        self.list.setAccessibleDescription(self.note.text() if foreign else "")

    def _choose(self) -> None:
        item = self.list.currentItem()
        provider = item.data(_PROVIDER) if item is not None else None
        if isinstance(provider, Provider):
            self.picked.emit(provider)
            self.accept()


class _Row(QStyledItemDelegate):
    """A provider's name over its domains, or the name of a country."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        has_second = bool(index.data(_DOMAINS))
        return QSize(100, theme.control(52 if has_second else 36 if index.data(_PROVIDER) else 32))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        tokens = theme.tokens()
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        painter.save()
        if index.data(_PROVIDER) is None:
            painter.setFont(theme.font(Role.SMALL_LABEL))
            painter.setPen(tokens.ink2)
            painter.drawText(rect.adjusted(12, 8, -12, 0), int(Qt.AlignmentFlag.AlignVCenter), index.data())
            painter.restore()
            return
        if state & QStyle.StateFlag.State_Selected:
            theme.rounded(painter, rect.toRectF().adjusted(1, 1, -1, -1), 8, tokens.accenttint, tokens.accent, 2)
        domains = index.data(_DOMAINS)
        name_font, small = theme.font(Role.LABEL), theme.font(Role.SMALL)
        name_height = QFontMetrics(name_font).height()
        small_height = QFontMetrics(small).height() if domains else 0
        top = rect.top() + (rect.height() - name_height - small_height) / 2
        painter.setFont(name_font)
        painter.setPen(tokens.ink)
        line = QRect(rect.left() + 12, round(top), rect.width() - 24, name_height)
        painter.drawText(line, int(Qt.AlignmentFlag.AlignVCenter), _fitting(name_font, index.data(), line))
        if domains:
            painter.setFont(small)
            painter.setPen(tokens.ink2)
            line = QRect(rect.left() + 12, round(top) + name_height, rect.width() - 24, small_height)
            painter.drawText(line, int(Qt.AlignmentFlag.AlignVCenter), _fitting(small, domains, line))
        painter.restore()


def _fitting(font: QFont, text: str, line: QRect) -> str:
    return QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, line.width())


def _sorting(text: str) -> str:
    """Without accents and capitals, so that É stands beside E."""
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().casefold() or text
