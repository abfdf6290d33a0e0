"""A camera reads the code for Thunderbird on Android: from the file, and as the window paints it, in both schemes."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tests.cli.commands import run
from tests.handover.accounts import account, diagnosis_document, imap, smtp, works
from wizard.cli import handover
from wizard.gui import theme
from wizard.gui.widgets.qr_code import QrCode
from wizard.handover.document import check_document
from wizard.handover.phone import qr_text
from wizard.model.account import VerifiedAccount
from wizard.model.server import Protocol, Security

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("zbarimg") is None, reason="zbar-tools is not installed: make handover-test"),
]

ACCOUNTS = {
    "tls": account(),
    "starttls": account(
        incoming=imap(port=143, security=Security.STARTTLS), outgoing=smtp(port=587, security=Security.STARTTLS)
    ),
    "pop3": account(incoming=imap(protocol=Protocol.POP3, port=995)),
    "short-names": account(incoming=imap(username="ada"), outgoing=smtp(username="ada-sends")),
    "umlaut": account(display_name="Zoë Müller"),
    "han": account(display_name="王小明"),
    "long": account(display_name="A name " * 12, incoming=imap(host=f"{'a' * 60}.{'b' * 60}.example.org")),
}


def read(picture: Path) -> str:
    """What a camera sees in the picture."""
    done = subprocess.run(["zbarimg", "--quiet", "--raw", str(picture)], capture_output=True, check=True, timeout=60)
    return done.stdout.decode().rstrip("\n")


def parsed(text: str) -> tuple[list[object], list[object]]:
    """The receiving and the first sending server, by the grammar of the format's version 1."""
    version, (part, parts), incoming, ((outgoing, identity),) = json.loads(text)
    assert (version, part, parts) == (1, 1, 1)
    assert isinstance(identity[0], str)
    return incoming, [*outgoing, *identity]


def expected(of: VerifiedAccount) -> tuple[list[object], list[object]]:
    """What was proven, in the numbers of the format."""
    assert of.incoming is not None
    assert of.outgoing is not None
    security = {Security.TLS: 3, Security.STARTTLS: 2}
    kind = 1 if of.incoming.protocol is Protocol.POP3 else 0
    first, second = of.incoming, of.outgoing
    return (
        [kind, first.host, first.port, security[first.security], 1, first.username],
        [0, second.host, second.port, security[second.security], 1, second.username, str(of.address), of.display_name],
    )


@pytest.mark.parametrize("kind", ACCOUNTS)
@pytest.mark.parametrize("scheme", [Qt.ColorScheme.Light, Qt.ColorScheme.Dark], ids=["light", "dark"])
def test_as_the_window_paints_it(kind: str, scheme: Qt.ColorScheme, qtbot: QtBot, tmp_path: Path) -> None:
    text = qr_text(ACCOUNTS[kind])
    assert text is not None
    code = QrCode()
    qtbot.addWidget(code)
    theme.current().prefer(scheme)
    try:
        code.show_text(text)
        code.resize(code.sizeHint())
        assert code.grab().save(str(tmp_path / "code.png"))
    finally:
        theme.current().prefer(None)
    shown = read(tmp_path / "code.png")
    assert shown == text
    assert parsed(shown) == expected(ACCOUNTS[kind])


def test_from_the_file(tmp_path: Path) -> None:
    check = tmp_path / "check.json"
    check.write_text(json.dumps(check_document(works(), diagnosis_document=diagnosis_document)))
    for name in ("Ada Example", "Zoë Müller", "王小明"):
        picture = tmp_path / "code.png"
        words = ("thunderbird-android", "--from", str(check), "--name", name, "--output", str(picture))
        assert run(handover, *words) == 0
        _, outgoing = parsed(read(picture))
        assert outgoing[-1] == name
