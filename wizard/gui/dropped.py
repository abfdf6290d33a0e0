"""What is dropped onto the window, or pasted into it."""

from __future__ import annotations

from PySide6.QtCore import QMimeData


def files_of(data: QMimeData) -> list[str]:
    """The paths of the files of this computer that it names."""
    return [path for url in data.urls() if url.isLocalFile() and (path := url.toLocalFile())]


def names_files(data: QMimeData) -> bool:
    """Whether files are meant, which come with their names as a text as well."""
    return bool(files_of(data))
