"""Pages of A4: as a PDF, or on a printer that the person chooses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QBuffer, QIODevice, QMarginsF
from PySide6.QtGui import QPageLayout, QPageSize, QPdfWriter, QTextDocument
from PySide6.QtWidgets import QWidget

from wizard.language import tr

if TYPE_CHECKING:
    from PySide6.QtPrintSupport import QPrinter

_MARGINS = QMarginsF(18, 18, 18, 18)  # millimetres


def pdf(html: str, title: str) -> bytes:
    """The page as a PDF with that title."""
    text = QTextDocument()
    text.setHtml(html)
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setTitle(title)
    writer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    writer.setPageMargins(_MARGINS, QPageLayout.Unit.Millimeter)
    text.print_(writer)
    content = bytes(buffer.data().data())
    buffer.close()
    return content


def print_page(html: str, title: str, parent: QWidget) -> None:
    """Asks for a printer, and prints the page there."""
    from PySide6.QtPrintSupport import QPrintDialog, QPrinter

    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setDocName(title)
    printer.setPageMargins(_MARGINS, QPageLayout.Unit.Millimeter)
    dialog = QPrintDialog(printer, parent)
    dialog.setWindowTitle(tr("Print these settings"))
    if dialog.exec() == QPrintDialog.DialogCode.Accepted:
        print_on(printer, html)
    dialog.deleteLater()


def print_on(printer: QPrinter, html: str) -> None:
    """Prints the page on that printer."""
    text = QTextDocument()
    text.setHtml(html)
    text.print_(printer)
