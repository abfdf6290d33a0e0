"""Whatever a person names as a file, the command ends with a sentence about it and the code for wrong input."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.certificates import Authority
from tests.lab.names import NameServer
from wizard.cli.main import main

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps pipes and devices elsewhere")

CHECK = ("check", "ada@example.org", "--ask-nobody", "--no-sign-in", "--nameserver", "127.0.0.1:1")

# Every option and argument that names what is to be read.
READERS = (
    (*CHECK, "--password-file"),
    (*CHECK, "--outgoing-password-file"),
    (*CHECK, "--ca-file"),
    (*CHECK, "--pack"),
    ("discover", "ada@example.org", "--ask-nobody", "--pack"),
    ("discover", "--ask-nobody", "--json", "--lines"),
    ("explain", "535 no", "--pack"),
    ("explain", "--lines"),
    ("presets", "check"),
    ("presets", "gmail", "--pack"),
    ("catalogue", "check"),
    ("catalogue", "new", "smart-card-required", "--from"),
    ("handover", "thunderbird", "--from"),
    ("report", "open"),
    ("bulk", "--ask-nobody"),
)
ODD = ("/dev/zero", "/dev/null", "/dev/tty", "/proc/self/mem", "loop", "socket", "silent", "missing", "x" * 300)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The working folder, with a loop of links, a socket and a pipe that nobody writes to."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("wizard.text_file.WAIT_S", 0.05)
    Path("loop").symlink_to("loop")
    os.mkfifo("silent")
    with socket.socket(socket.AF_UNIX) as sock:
        sock.bind("socket")
        yield tmp_path


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("words", READERS, ids=" ".join)
def test_what_is_no_file_is_told_as_that(
    words: tuple[str, ...], odd: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*words, odd]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert Path(odd).name[:40] in told.err
    assert len(told.err.strip().splitlines()) == 1


@pytest.mark.parametrize("inside", ["presets", "diagnoses/auth"])
@pytest.mark.parametrize("command", [CHECK, ("explain", "535 no")], ids=" ".join)
def test_what_is_no_file_in_a_pack(
    command: tuple[str, ...], inside: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if command[0] == "explain" and inside == "presets":
        command = ("discover", "ada@example.org", "--ask-nobody")
    place = folder / "pack" / inside
    place.mkdir(parents=True)
    for odd in ("loop", "silent", "endless", "folder"):
        path = place / f"{odd}.toml"
        if odd == "endless":
            path.symlink_to("/dev/zero")
        elif odd == "folder":
            path.mkdir()
        else:
            path.symlink_to(folder / odd)
        assert main([*command, "--pack", str(folder / "pack")]) == 2
        assert f"The file {odd}.toml cannot be read" in capsys.readouterr().err
        path.rmdir() if odd == "folder" else path.unlink()


def test_nobody_is_asked_before_a_pack_can_be_read(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = folder / "pack" / "diagnoses" / "auth"
    place.mkdir(parents=True)
    (place / "broken.toml").write_text("title =")
    with NameServer({"example.org": ["imap A 127.0.0.1", "smtp A 127.0.0.1"]}) as names:
        words = [*CHECK[:-1], names.option, "--pack", str(folder / "pack")]
        to_start = names.questions
        assert main(words) == 2
        assert "broken.toml" in capsys.readouterr().err
        assert names.questions == to_start


BROKEN = {
    "helpdesk.toml": b"helpdesk =",
    "presets/example-org.toml": b'name = "x"\n',
    "diagnoses/auth/new-cause.toml": b"\xff\xfe[",
    "pack.zip": b"PK, and no archive",
    "pack.txt": b"no pack",
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_pack_that_does_not_hold_what_it_must_is_wrong_input(
    name: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = folder / "pack" / name
    path.parent.mkdir(parents=True)
    path.write_bytes(BROKEN[name])
    pack = path if name.startswith("pack.") else folder / "pack"
    assert main([*CHECK, "--pack", str(pack)]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert path.name in told.err
    assert len(told.err.strip().splitlines()) == 1


@pytest.mark.parametrize(
    "words",
    [
        ("discover", "ada@example.org", "--ask-nobody"),
        ("explain", "535 no"),
        ("presets", "gmail"),
        ("bulk", "table.csv", "--ask-nobody"),
    ],
    ids=" ".join,
)
def test_every_command_calls_such_a_pack_wrong_input(
    words: tuple[str, ...], folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "pack.toml").write_text("helpdesk =", "utf-8")
    (folder / "pack").mkdir()
    (folder / "pack" / "helpdesk.toml").write_text("helpdesk =", "utf-8")
    (folder / "table.csv").write_text("address\nada@example.org\n", "utf-8")
    for pack in ("pack", "pack.toml"):
        assert main([*words, "--pack", str(folder / pack)]) == 2, pack
        assert "not valid TOML" in capsys.readouterr().err


@pytest.mark.parametrize("words", [("pack", "check"), ("presets", "check"), ("catalogue", "check")], ids=" ".join)
def test_whoever_asks_what_a_file_holds_is_answered(
    words: tuple[str, ...], folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = folder / "auth" / "new-cause.toml"
    broken.parent.mkdir()
    broken.write_text("title =", "utf-8")
    assert main([*words, str(broken)]) == 1
    assert "new-cause.toml: not valid TOML" in capsys.readouterr().out


def test_a_folder_that_may_not_be_looked_into(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Root may look into any, so the name is too long for a file system instead: it fails at the same places."""
    for words in READERS:
        assert main([*words, "/".join(["y" * 300, "file"])]) == 2
        assert capsys.readouterr().err.count("\n") == 1


def _substituted(words: str, **made: str) -> subprocess.CompletedProcess[str]:
    """What bash gives for `mailwright WORDS`, where `{NAME}` in the words is a pipe with that text."""
    for name, text in made.items():
        words = words.replace(f"{{{name}}}", f"<(sleep 0.1; cat {text})")
    return subprocess.run(
        ["bash", "-c", f'"{sys.executable}" -m wizard {words}'],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_what_the_shell_substitutes_is_read_by_every_command(tmp_path: Path, authority: Authority) -> None:
    preset = Path("resources/presets/gmail.toml").resolve()
    lines = tmp_path / "lines"
    lines.write_text('{"id": "1", "text": "535 5.7.8 authentication failed", "address": "ada@gmx.net"}\n')
    table = tmp_path / "table"
    table.write_text("address\nnobody\n")
    word = tmp_path / "word"
    word.write_text("tulip-wagon-64\n")
    for words, code, shown in (
        ("explain --lines {lines}", 0, "bad-credentials"),
        ("discover --ask-nobody --json --lines {lines}", 0, "imap.gmx.net"),
        ("bulk --ask-nobody --no-sign-in {table}", 1, "such as ada@example.org"),
        ("discover ada@gmx.net --ask-nobody --ca-file {roots}", 0, "imap.gmx.net"),
        (
            "check ada@example.org --ask-nobody --password-file {word} --ca-file {roots} "
            "--incoming 127.0.0.1:1 --outgoing 127.0.0.1:1 --nameserver 127.0.0.1:1 --json",
            1,
            "connection-refused",
        ),
        ("catalogue new smart-card --json --into {into} --from {word}", 0, "smart-card.toml"),
        ("report open {word}", 2, "not"),
        ("handover thunderbird --from {word}", 2, "check --json"),
        ("presets check {preset}", 0, "valid"),
    ):
        asked = words.replace("{into}", str(tmp_path / "diagnoses"))
        done = _substituted(
            asked, lines=str(lines), table=str(table), word=str(word), preset=str(preset), roots=str(authority.ca_file)
        )
        assert (done.returncode, shown in done.stdout + done.stderr) == (code, True), (words, done)
