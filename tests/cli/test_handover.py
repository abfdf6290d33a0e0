from __future__ import annotations

import io
import json
import plistlib
import re
import shutil
import sys
from pathlib import Path

import pytest

from tests.accounts.books import note, put
from tests.cli.commands import run
from tests.handover.accounts import account, diagnosis_document, failed, works
from wizard.accounts.store import AccountBook, default_path
from wizard.cli import handover
from wizard.errors import HandoverError, ResourceError, UsageError
from wizard.handover.document import check_document
from wizard.handover.targets import targets
from wizard.model.address import Address


@pytest.fixture(autouse=True)
def _own_data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("XDG_DATA_HOME", "WIN_PD_OVERRIDE_LOCAL_APPDATA"):
        monkeypatch.setenv(name, str(tmp_path / "data"))


@pytest.fixture
def check_file(tmp_path: Path) -> str:
    path = tmp_path / "check.json"
    path.write_text(json.dumps(check_document(works(), diagnosis_document=diagnosis_document)))
    return str(path)


def test_list_names_every_target(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(handover, "list", "--json") == 0
    listed = json.loads(capsys.readouterr().out)
    assert [target["id"] for target in listed] == [target.id for target in targets()]
    assert all(set(target) == {"id", "title", "kind", "installed"} for target in listed)
    known = {target["id"]: target for target in listed}
    assert known["thunderbird"]["title"] == "Thunderbird"
    assert known["phone"] == {"id": "phone", "title": "Phone", "kind": "person", "installed": False}
    assert known["git"]["installed"] is (shutil.which("git") is not None)
    assert run(handover, "list") == 0
    assert "thunderbird          Thunderbird" in capsys.readouterr().out


def test_a_saved_account_is_written_down(capsys: pytest.CaptureFixture[str]) -> None:
    put(AccountBook(default_path()), account())
    assert run(handover, "thunderbird", "--account", "ada@example.org") == 0
    out = capsys.readouterr().out
    assert "Connection security    SSL/TLS" in out
    assert "Incoming server\n===============\n" in out
    assert "1. In Thunderbird" in out


def test_settings_that_did_not_work_at_the_last_check_are_handed_over_with_a_word(
    capsys: pytest.CaptureFixture[str],
) -> None:
    book = AccountBook(default_path())
    note(book, put(book, account()), failed())
    assert run(handover, "thunderbird", "--account", "ada@example.org") == 0
    assert re.search(
        r"Not verified: The server refused this password, .*These are the settings", capsys.readouterr().err
    )


def test_the_only_saved_account_needs_no_name(capsys: pytest.CaptureFixture[str]) -> None:
    book = AccountBook(default_path())
    with pytest.raises(UsageError, match="--account ADDRESS"):
        run(handover, "thunderbird")
    put(book, account())
    assert run(handover, "thunderbird") == 0
    put(book, account(address=Address.parse("eve@example.net")))
    with pytest.raises(UsageError, match="--account ADDRESS"):
        run(handover, "thunderbird")
    with pytest.raises(UsageError, match="not a saved account"):
        run(handover, "thunderbird", "--account", "nobody@example.org")


def test_a_programs_file_goes_to_stdout_alone(check_file: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(handover, "msmtp", "--from", check_file) == 0
    captured = capsys.readouterr()
    assert captured.out.startswith("account ada@example.org\nhost")
    assert "msmtprc" not in captured.out
    assert "~/.msmtprc" in captured.err


def test_what_check_prints_can_be_piped_in(check_file: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(Path(check_file).read_bytes())))
    assert run(handover, "env", "--from", "-") == 0


def test_json_holds_everything(check_file: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(handover, "phone", "--from", check_file, "--name", "Ada Example", "--json") == 0
    document = json.loads(capsys.readouterr().out)
    assert document["target"] == "phone"
    assert json.loads(document["qr"])[3][0][1] == ["ada@example.org", "Ada Example"]
    assert {"field": "incoming-port", "label": "Port", "value": "993", "group": "Receiving"} in document["rows"]
    assert document["files"][0]["name"] == "ada@example.org.mobileconfig"


def test_output_writes_a_file_that_its_program_can_read(
    check_file: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "ada.mobileconfig"
    assert run(handover, "apple-mail", "--from", check_file, "--output", str(path)) == 0
    assert plistlib.loads(path.read_bytes())["PayloadType"] == "Configuration"
    assert path.stat().st_mode & 0o444 == 0o444
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(("name", "start"), [("code.svg", b"<?xml"), ("code.png", b"\x89PNG")])
def test_the_qr_code_is_written_as_a_picture(check_file: str, tmp_path: Path, name: str, start: bytes) -> None:
    assert run(handover, "phone", "--from", check_file, "--output", str(tmp_path / name)) == 0
    assert (tmp_path / name).read_bytes().startswith(start)


def test_a_target_without_a_file_says_so(check_file: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="typed in"):
        run(handover, "gmail-app", "--from", check_file, "--output", str(tmp_path / "x"))
    assert not (tmp_path / "x").exists()


def test_settings_that_were_not_proven_are_not_handed_over(tmp_path: Path) -> None:
    path = tmp_path / "failed.json"
    document = check_document(failed(), diagnosis_document=diagnosis_document)
    path.write_text(json.dumps(document))
    with pytest.raises(HandoverError, match="only receiving was checked"):
        run(handover, "msmtp", "--from", str(path))


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"[" * 100_000, b"\xff", b'{"schema": "mailwright/check/1"}'])
def test_a_file_that_is_no_check_is_said(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(content)
    with pytest.raises(UsageError, match=r"This is not|names no address|is not text"):
        run(handover, "msmtp", "--from", str(path))
    with pytest.raises(UsageError, match="does not exist"):
        run(handover, "msmtp", "--from", str(tmp_path / "missing"))


def test_a_check_about_somebody_else_is_noticed(check_file: str) -> None:
    with pytest.raises(UsageError, match=r"about ada@example\.org"):
        run(handover, "msmtp", "--from", check_file, "--account", "eve@example.net")


def test_a_folder_gets_every_file(check_file: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(handover, "evolution", "--from", check_file, "--output", str(tmp_path), "--json") == 0
    paths = [Path(path) for path in json.loads(capsys.readouterr().out)["paths"]]
    assert [path.name.rpartition("-")[2] for path in paths] == ["account.source", "identity.source", "transport.source"]
    assert all(path.parent == tmp_path and path.stat().st_mode & 0o444 == 0o444 for path in paths)


@pytest.mark.parametrize(
    ("target", "output", "count"),
    [("evolution", "new", 3), ("evolution", "new/", 3), ("outlook-classic", "a/b", 3), ("msmtp", "new/", 1)],
)
def test_a_folder_is_made(check_file: str, tmp_path: Path, target: str, output: str, count: int) -> None:
    assert run(handover, target, "--from", check_file, "--output", f"{tmp_path}/{output}") == 0
    assert len(list((tmp_path / output).iterdir())) == count


def test_one_file_among_several_is_chosen_by_its_ending(check_file: str, tmp_path: Path) -> None:
    path = tmp_path / "settings.xml"
    assert run(handover, "outlook-classic", "--from", check_file, "--output", str(path)) == 0
    assert path.read_bytes().startswith(b"<?xml")


def test_a_folder_that_cannot_be_made_is_said(check_file: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ResourceError, match="could not be made"):
        run(handover, "evolution", "--from", check_file, "--output", f"{tmp_path}/file/folder/")


def test_a_password_goes_into_one_file_for_its_owner_alone(
    check_file: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    password, path = tmp_path / "password", tmp_path / "msmtprc"
    password.write_text("only-letters-9\n")
    words = ("msmtp", "--from", check_file, "--with-password", "--password-file", str(password))
    assert run(handover, *words, "--output", str(path), "--json") == 0
    shown = capsys.readouterr()
    assert "only-letters-9" not in shown.out + shown.err
    assert json.loads(shown.out)["files"][0]["content"] is None
    assert '\npassword "only-letters-9"\n' in path.read_text()
    if sys.platform != "win32":
        assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(UsageError, match="a password is not printed"):
        run(handover, *words)


def test_a_password_that_was_not_asked_for_stays_out(check_file: str, tmp_path: Path) -> None:
    password, path = tmp_path / "password", tmp_path / "msmtprc"
    password.write_text("only-letters-9\n")
    assert run(handover, "msmtp", "--from", check_file, "--password-file", str(password), "--output", str(path)) == 0
    assert "only-letters-9" not in path.read_text()


def test_a_program_without_a_file_for_a_password_says_so(check_file: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="takes no file with a password"):
        run(handover, "neomutt", "--from", check_file, "--with-password", "--output", str(tmp_path / "muttrc"))


@pytest.mark.skipif(sys.platform == "win32", reason="msmtp keeps its file so on Linux")
def test_set_up_for_me_read_back_and_undone(
    check_file: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "home" / ".config"))
    words = ("msmtp", "--from", check_file)
    assert run(handover, *words, "--read-back") == 1
    assert capsys.readouterr().out == "msmtp has no account of this address in its own files.\n"
    assert run(handover, *words, "--install", "--json") == 0
    document = json.loads(capsys.readouterr().out)
    (path,) = (Path(text) for text in document["paths"])
    assert path == tmp_path / "home" / ".msmtprc"
    assert document["differences"] == []
    assert run(handover, *words, "--read-back", "--json") == 0
    assert json.loads(capsys.readouterr().out) == {"target": "msmtp", "state": "same", "differences": []}
    path.write_text(path.read_text().replace("port 465", "port 25"))
    assert run(handover, *words, "--read-back") == 1
    assert "Sending: port is 25, proven was 465" in capsys.readouterr().out
    assert run(handover, *words, "--undo") == 0
    assert capsys.readouterr().out == "Taken out again.\n"
    assert not path.exists()
    with pytest.raises(HandoverError, match="nothing to undo"):
        run(handover, *words, "--undo")


@pytest.mark.slow
def test_calendars_are_handed_over_beside_the_mail(
    check_file: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from tests.lab.names import NameServer

    lines = ["_caldavs._tcp SRV 0 1 443 dav", "dav A 192.0.2.10"]
    with NameServer({"example.org": lines}) as names:
        words = ("--from", check_file, "--calendars", "--nameserver", names.option, "--offline", "--json")
        assert run(handover, "thunderbird", *words) == 0
    rows = json.loads(capsys.readouterr().out)["rows"]
    assert {
        "field": "caldav",
        "label": "Calendars (CalDAV)",
        "value": "https://dav.example.org/.well-known/caldav",
        "group": "Calendars and contacts",
    } in rows
