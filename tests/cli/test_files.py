"""Whatever a person names as a file, the command ends with a sentence about it and the code for wrong input."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.lab.certificates import Authority
from tests.lab.names import NameServer
from tests.lab.users import bound_by_modes
from wizard.cli.main import main
from wizard.setup.pack_archive import MAX_UNPACKED

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps pipes and devices elsewhere")

EXAMPLE = Path(__file__).parents[2] / "resources" / "pack-example"
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


@pytest.mark.slow
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


@pytest.mark.slow
@pytest.mark.parametrize("inside", ["presets", "diagnoses/auth"])
@pytest.mark.parametrize("command", [CHECK, ("explain", "535 no")], ids=" ".join)
def test_what_is_no_file_in_a_pack(
    command: tuple[str, ...], inside: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if command[0] == "explain" and inside == "presets":
        command = ("discover", "ada@example.org", "--ask-nobody")
    unread = "The file {odd}.toml cannot be read: {reason}."
    no_file = f"The helpdesk pack pack holds {inside}/{{odd}}.toml, which is no ordinary file."
    for odd, leads_to, told in (
        ("loop", "loop", unread.format(odd="loop", reason="Too many levels of symbolic links")),
        ("folder", ".", unread.format(odd="folder", reason="it is a folder")),
        ("silent", "silent", no_file.format(odd="silent")),
        ("endless", "/dev/zero", no_file.format(odd="endless")),
        ("socket", "socket", no_file.format(odd="socket")),
    ):
        pack = folder / "packs" / odd / "pack"
        (pack / inside).mkdir(parents=True)
        (pack / inside / f"{odd}.toml").symlink_to(folder / leads_to)
        assert main([*command, "--pack", str(pack)]) == 2
        assert capsys.readouterr().err.splitlines() == [f"mailwright: {told}"]


# All that is read of a pack in a folder, by whichever reader; some of them would wait for ever.
@pytest.mark.parametrize(
    "name",
    [
        "helpdesk.toml",
        "signature.txt",
        "logo.png",
        "alone.toml",
        "compiled.jsonl",
        "presets/example-org.toml",
        "presets/compiled.jsonl",
        "diagnoses/families.toml",
        "diagnoses/compiled.json",
        "diagnoses/auth/new-cause.toml",
        "locale/de/mailwright.po",
        "locale/de/mailwright.json.gz",
    ],
)
def test_a_pipe_in_a_pack_is_refused_at_once_wherever_it_stands(
    name: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = folder / "pack" / name
    path.parent.mkdir(parents=True)
    os.mkfifo(path)
    for command in (CHECK, ("explain", "535 no"), ("presets", "gmail")):
        assert main([*command, "--pack", str(folder / "pack")]) == 2
        told = f"The helpdesk pack pack holds {name}, which is no ordinary file."
        assert capsys.readouterr().err.splitlines() == [f"mailwright: {told}"]


def test_a_pipe_among_what_is_signed_is_refused_at_once(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pack = folder / "pack"
    (pack / "more").mkdir(parents=True)
    (pack / "helpdesk.toml").write_text('[helpdesk]\nname = "Us"\n')
    (folder / "key").write_bytes(
        Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())
    )
    sign = ["pack", "sign", str(pack), "--key", str(folder / "key")]
    assert main(sign) == 0
    os.mkfifo(pack / "more" / "notes.txt")
    told = "The helpdesk pack pack holds more/notes.txt, which is no ordinary file."
    for command in (sign, [*CHECK, "--pack", str(pack)]):
        capsys.readouterr()
        assert main(command) == 2
        assert capsys.readouterr().err.splitlines() == [f"mailwright: {told}"]


def test_a_pipe_in_place_of_a_signature_beside_an_archive_is_refused_at_once(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.make_archive("pack", "zip", EXAMPLE)
    os.mkfifo("pack.zip.sig")
    assert main([*CHECK, "--pack", "pack.zip"]) == 2
    told = "The helpdesk pack pack.zip holds pack.zip.sig, which is no ordinary file."
    assert capsys.readouterr().err.splitlines() == [f"mailwright: {told}"]


# What an administrator who keeps everything from others (umask 077) lays down; "" is the folder itself.
@pytest.mark.slow
@pytest.mark.parametrize("locked", ["..", "", "presets", "diagnoses", "diagnoses/auth", "locale", "locale/de"])
def test_a_pack_of_which_a_folder_is_locked_is_told_and_not_read_in_part(locked: str, folder: Path) -> None:
    pack = folder / "mailwright" / "pack"
    shutil.copytree(EXAMPLE, pack)
    (pack / "diagnoses" / "auth").mkdir(parents=True)
    (pack / "locale" / "de").mkdir(parents=True)
    place = pack if not locked else pack.parent if locked == ".." else pack / locked
    named = pack if locked == ".." else place
    told = f"mailwright: The helpdesk pack pack cannot be read: this user may not open {named}."
    found_by_itself = {**os.environ, "XDG_CONFIG_DIRS": str(folder)} if sys.platform == "linux" else None
    place.chmod(0)
    try:
        for env, words in ((found_by_itself, ()), (dict(os.environ), ("--pack", str(pack)))):
            for command in (("explain", "535 no"), ("discover", "ada@example.org", "--ask-nobody"), CHECK):
                if env is not None:
                    done = subprocess.run(
                        bound_by_modes(sys.executable, "-m", "wizard", *command, *words),
                        env=env, capture_output=True, text=True, timeout=60, check=False, stdin=subprocess.DEVNULL,
                    )  # fmt: skip
                    assert (done.returncode, done.stderr.splitlines()) == (2, [told])
    finally:
        place.chmod(0o700)


@pytest.mark.parametrize("name", ["presets/large.toml", "locale/de/large.po", "diagnoses/large.json", "large.png"])
def test_a_folder_may_hold_no_more_than_an_archive(name: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = folder / "pack" / name
    path.parent.mkdir(parents=True)
    with path.open("wb") as file:
        file.truncate(MAX_UNPACKED + 1)
    assert main(["explain", "535 no", "--pack", str(folder / "pack")]) == 2
    assert capsys.readouterr().err.splitlines() == ["mailwright: The helpdesk pack pack is too large."]


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


@pytest.mark.slow
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


@pytest.mark.parametrize("option", ["report", "letter", "metrics", "junit", "json-log"])
def test_a_folder_that_is_not_there_is_told_before_anybody_is_asked(
    option: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with NameServer({"example.org": ["imap A 127.0.0.1", "smtp A 127.0.0.1"]}) as names:
        to_start = names.questions
        assert main([*CHECK[:-1], names.option, f"--{option}", "reports/ada.html"]) == 2
        assert names.questions == to_start
    assert capsys.readouterr().err == "mailwright: There is no folder “reports”.\n"
    (folder / "accounts.csv").write_text("address\nada@example.org\n")
    assert main(["bulk", "accounts.csv", "--ask-nobody", "--no-sign-in", "--output", "reports/results.jsonl"]) == 2
    assert "There is no folder “reports”." in capsys.readouterr().err


def test_a_report_for_a_folder_that_is_not_there_says_what_it_takes(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*CHECK, "--report", "reports/"]) == 2
    assert (
        "--report takes a file that ends in .json, .html or .txt, or a folder that is there." in capsys.readouterr().err
    )
