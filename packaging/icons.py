"""Draws build/icons/ from the one drawing: PNG in every size, .ico for Windows, an .iconset for macOS."""

from __future__ import annotations

import os
import struct
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"

from PySide6.QtCore import QByteArray, Qt
from PySide6.QtGui import QGuiApplication, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

CHECKOUT = Path(__file__).resolve().parents[1]
SIZES = (16, 32, 48, 64, 128, 256, 512, 1024)


def draw(source: QByteArray, size: int, target: Path) -> None:
    """Writes the drawing as a square PNG."""
    image = QImage(size, size, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    QSvgRenderer(source).render(painter)
    painter.end()
    if not image.save(str(target)):
        raise SystemExit(f"could not write {target}")


def ico(pictures: list[Path]) -> bytes:
    """A Windows icon that holds PNG pictures (sizes up to 256; 0 in the table is 256)."""
    data = [picture.read_bytes() for picture in pictures]
    sizes = [int(picture.stem) % 256 for picture in pictures]
    header = struct.pack("<HHH", 0, 1, len(data))
    at = len(header) + 16 * len(data)
    table = b""
    for size, picture in zip(sizes, data, strict=True):
        table += struct.pack("<BBBBHHII", size, size, 0, 0, 1, 32, len(picture), at)
        at += len(picture)
    return header + table + b"".join(data)


def main() -> None:
    """Draws them all."""
    application = QGuiApplication([])
    source = QByteArray((CHECKOUT / "resources" / "icons" / "mailwright.svg").read_bytes())
    folder = CHECKOUT / "build" / "icons"
    iconset = folder / "mailwright.iconset"
    iconset.mkdir(parents=True, exist_ok=True)
    for size in SIZES:
        draw(source, size, folder / f"{size}.png")
    (folder / "mailwright.ico").write_bytes(ico([folder / f"{size}.png" for size in SIZES if size <= 256]))
    for size in (16, 32, 128, 256, 512):
        (iconset / f"icon_{size}x{size}.png").write_bytes((folder / f"{size}.png").read_bytes())
        (iconset / f"icon_{size}x{size}@2x.png").write_bytes((folder / f"{size * 2}.png").read_bytes())
    del application


main()
