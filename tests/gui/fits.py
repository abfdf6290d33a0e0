"""What is wrong with the texts of a window, measured: cut, one over another, or not in the language that is spoken."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QFontMetrics, QFontMetricsF
from PySide6.QtWidgets import QAbstractButton, QLabel, QLineEdit, QWidget

from wizard.gui import theme
from wizard.gui.widgets.buttons import Button
from wizard.gui.widgets.label import Label
from wizard.gui.widgets.language_link import LanguageLink
from wizard.gui.widgets.path_picture import PathPicture
from wizard.gui.widgets.side_panel import StepRow
from wizard.gui.widgets.stage_table import SideHead, StageMark
from wizard.gui.widgets.timeline import Timeline
from wizard.language.pseudo import CLOSE, OPEN

_PAINTED: Final = (StageMark, SideHead, Timeline)
# Hosts, addresses, versions, names of programs and people, words of protocols: the same in every language;
# and the months, for which the pseudo-language has no habits of its own.
# A program's own name of a field, in the language of the program and then in English.
_IN_ENGLISH_TOO: Final = re.compile(r"\] \([^()]*\)")
_THE_SAME: Final = re.compile(
    r"\S*[@.:/\\…]\S*|\d\S*|IMAP|SMTP|POP3|SSL|TLS\S*|STARTTLS|SPF|DKIM|DMARC|TLSv\S*|Mailwright|PDF|KB|MB|GB|kB|ada|Ada|Example|"
    r"CA|([0-9A-F]{4})|"
    r"January|February|March|April|May|June|July|August|September|October|November|December"
)
_FOR_A_HELPDESK: Final = frozenset({"about-facts", "crash-report"})  # the same for it in every language
_OF_A_SERVER: Final = frozenset({"server-words", "certificate-names", "certificate-issuer"})  # told as it said them


def shown(window: QWidget) -> list[QWidget]:
    """What can be seen of it, scrolled or not."""
    return [each for each in window.findChildren(QWidget) if each.isVisible() and each.width() > 0]


def cut(window: QWidget) -> list[str]:
    """Each text that has not the room it needs."""
    return [f"{type(each).__name__} {_name(each)}: {why}" for each in shown(window) if (why := _why_cut(each))]


def over_each_other(window: QWidget) -> list[str]:
    """Each pair of neighbours in a layout of which one covers a part of the other."""
    found = []
    for parent in [window, *shown(window)]:
        layout = parent.layout()
        if layout is None or isinstance(parent, QLineEdit):
            continue
        inside = [each for each in parent.children() if isinstance(each, QWidget) and _is_text(each)]
        for number, one in enumerate(inside):
            for other in inside[number + 1 :]:
                common = one.geometry().intersected(other.geometry())
                if common.width() > 2 and common.height() > 3:
                    found.append(f"{_name(one)} and {_name(other)}: {_size(common)}")
    return found


def not_translated(window: QWidget) -> list[str]:
    """Each text of a window in the pseudo-language, seen or heard, with words that nobody gave to a translator."""
    found = []
    for widget in [window, *shown(window)]:
        if isinstance(widget, LanguageLink):
            continue  # each language is called by its own name
        if widget.objectName() in _FOR_A_HELPDESK | _OF_A_SERVER:
            continue
        for text in _texts(widget):
            text = _IN_ENGLISH_TOO.sub("]", text)
            left = _outside_of_marks(text)
            words = [word for word in re.findall(r"[^\s,;()“”\"'–—·]+", left) if re.search(r"[A-Za-z]{2}", word)]
            words = [word for word in words if not _THE_SAME.fullmatch(word.rstrip(".?!"))]
            if words:
                found.append(f"{type(widget).__name__} {_name(widget)}: {text!r} ({' '.join(words)})")
    return list(dict.fromkeys(found))


def _is_text(widget: QWidget) -> bool:
    return widget.isVisible() and isinstance(widget, QLabel | QAbstractButton | QLineEdit)


def _why_cut(widget: QWidget) -> str | None:
    if isinstance(widget, PathPicture):
        return _why_cut_on_the_way(widget)
    if isinstance(widget, StepRow):
        told = widget.note_lines()
        return f"{told} is cut" if any("…" in line and " " in "".join(told) for line in told) else None
    if isinstance(widget, _PAINTED):
        needed = widget.minimumSizeHint()
        short = widget.width() + 1 < needed.width() or widget.height() + 1 < needed.height()
        return f"{widget.accessibleName()!r} wants {needed.width()}, has {widget.width()}" if short else None
    if isinstance(widget, QAbstractButton):
        if not widget.text():
            return None
        if widget.hasHeightForWidth():
            least = widget.minimumSizeHint().width()
            if widget.width() + 1 < least:
                return f"{widget.text()!r} wants {least}, has {widget.width()}"
            needed_height = widget.heightForWidth(widget.width())
            return f"{widget.text()!r} wants {needed_height} high" if widget.height() + 1 < needed_height else None
        wanted = widget.sizeHint().width() if isinstance(widget, Button) else widget.minimumSizeHint().width()
        return f"{widget.text()!r} wants {wanted}, has {widget.width()}" if widget.width() + 1 < wanted else None
    if (
        isinstance(widget, QLabel)
        and widget.text()
        and type(widget).paintEvent in (QLabel.paintEvent, Label.paintEvent)
    ):
        return _why_label_cut(widget)
    return None


def _why_label_cut(label: QLabel) -> str | None:
    metrics, text = QFontMetrics(label.font()), label.text()
    if label.toolTip():
        return None  # cut on purpose: the whole of it is there
    if not label.wordWrap():
        wanted = max(metrics.horizontalAdvance(line) for line in text.split("\n"))
        return f"{text!r} wants {wanted}, has {label.width()}" if wanted > label.width() + 1 else None
    needed = label.heightForWidth(label.width())
    if label.height() + 1 < needed:
        return f"{text!r} wants {needed} high, has {label.height()}"
    longest = metrics.boundingRect(QRect(0, 0, label.width(), 100_000), int(Qt.TextFlag.TextWordWrap), text).width()
    return f"{text!r} has a word of {longest}, has {label.width()}" if longest > label.width() + 1 else None


def _why_cut_on_the_way(picture: PathPicture) -> str | None:
    if picture.width() + 1 < picture.minimumSizeHint().width() or picture.height() + 1 < picture.sizeHint().height():
        return f"wants {_size(QRect(0, 0, picture.minimumSizeHint().width(), picture.sizeHint().height()))}"
    small = QFontMetricsF(theme.font(theme.Role.SMALL))
    for place in picture.way.places if picture.way is not None else ():
        for line in picture.word_lines(place.word):
            if small.horizontalAdvance(line) > picture.width() / 4 + 2:
                return f"{line!r} is wider than its column"
    return None


def _texts(widget: QWidget) -> Iterator[str]:
    if isinstance(widget, QLabel | QAbstractButton):
        yield widget.text()
    if isinstance(widget, QLineEdit):
        yield widget.placeholderText()
    yield widget.accessibleName()
    yield widget.accessibleDescription()
    yield widget.toolTip()


def _outside_of_marks(text: str) -> str:
    depth, left = 0, ""
    for letter in text:
        if letter == OPEN:
            depth += 1
        elif letter == CLOSE:
            depth -= 1
        elif depth == 0:
            left += letter
    return left


def _name(widget: QWidget) -> str:
    return widget.objectName() or repr(getattr(widget, "text", str)()[:30])


def _size(area: QRect) -> str:
    return f"{area.width()}x{area.height()}"
