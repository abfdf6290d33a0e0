"""Many accounts from a table."""

from __future__ import annotations

import asyncio
import base64
import csv
import io
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.lab.certificates import Authority
from tests.lab.scripted import Conversation as Talk
from tests.lab.scripted import Script, ScriptedServer
from tests.probe.talk import Mail, no
from wizard.cli.bulk import Queue
from wizard.cli.main import main
from wizard.cli.table import Row
from wizard.model.server import Protocol
from wizard.setup import signin_budget
from wizard.setup.signin_budget import HOST_WINDOW_S

GOOD = "ada@all-well.example,practice-all-well"
BAD = "ada@expired.example,practice-expired"


def results(text: str) -> dict[int, dict[str, object]]:
    return {line["row"]: line for line in map(json.loads, text.splitlines())}


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "accounts.csv"
    path.write_text(f"Address,Password\n{GOOD}\n{BAD}\nnobody,x\n", encoding="utf-8-sig")
    return path


def test_one_line_for_each_account(table: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bulk", str(table), "--practice", "--jobs", "2"]) == 1
    lines = results(capsys.readouterr().out)
    assert lines[1]["verdict"] == "works"
    assert lines[2]["diagnoses"][0]["cause"] == "certificate-expired"  # type: ignore[index]
    assert "has an @" in str(lines[3]["error"])
    assert (lines[3]["address"], lines[3]["line"]) == (None, 4)


@pytest.mark.parametrize(
    "content",
    [
        'address,password\n"ada@example.org,Tulip-12\nbob@example.org,Tulip-13\n',
        "ada@example.org,tulip-12\nbob@example.org,tulip-13\n",
        "address,password\nTulip-12,ada@example.org\n",
        "address,password\nada@Tulip-12,x\nTul ip-12@example.org,x\n",
        "address,outgoing\nada@example.org,smtp://ada:Tulip-12@mail.example.org\n",
        "address,outgoing\nada@example.org,Tulip-12 Tulip-12\n",
        "address,password\nada@example.org,Tulip-12,x\n",
        "address,Tulip-12\nnobody,Tulip-12\n",
    ],
)
def test_no_cell_that_may_be_a_password_is_shown(
    tmp_path: Path, content: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "accounts.csv"
    path.write_text(content)
    assert main(["bulk", str(path), "--practice", "--no-sign-in", "--deadline", "2"]) in (1, 2)
    shown = capsys.readouterr()
    assert "ulip-1" not in shown.out + shown.err


def test_results_go_to_a_file_and_a_second_run_goes_on(
    table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.jsonl"
    words = ["bulk", str(table), "--practice", "--output", str(out)]
    assert main(words) == 1
    first = results(out.read_text())
    assert set(first) == {1, 2, 3}
    assert capsys.readouterr().out == ""
    if sys.platform != "win32":  # there the folder's own rules say who may read
        assert out.stat().st_mode & 0o077 == 0
    assert main(words) == 2
    assert "--resume" in capsys.readouterr().err
    kept = [line for line in out.read_text().splitlines() if json.loads(line)["row"] == 1]
    out.write_text(kept[0] + "\n" + '{"row": 2, "li')  # the program was ended while it wrote the second
    assert main([*words, "--resume"]) == 1
    lines = out.read_text().splitlines()
    assert [json.loads(line)["row"] for line in lines] in ([1, 2, 3], [1, 3, 2])
    assert not out.with_name("out.jsonl.begun").exists()


def test_a_row_that_was_begun_is_told_and_not_tried_again(table: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    out.with_name("out.jsonl.begun").write_text("1\n2\n")
    out.write_text("")
    assert main(["bulk", str(table), "--practice", "--output", str(out), "--resume"]) == 1
    lines = results(out.read_text())
    for number in (1, 2):
        assert lines[number]["verdict"] is None
        assert "in the middle" in str(lines[number]["error"])
    assert lines[1]["address"] == "ada@all-well.example"


def test_another_table_is_not_gone_on_with(table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out.jsonl"
    out.write_text('{"row": 1, "address": "bob@example.org", "verdict": "works"}\n')
    assert main(["bulk", str(table), "--practice", "--output", str(out), "--resume"]) != 0
    assert "not the account of that row" in capsys.readouterr().err


def test_an_error_of_our_own_in_a_row_costs_no_other(
    table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from wizard.setup.session import SetupSession

    real = SetupSession.check

    async def breaks(self: SetupSession, draft: object, **how: object) -> object:
        if "expired" in str(draft):
            raise RuntimeError("practice-expired")
        return await real(self, draft, **how)  # type: ignore[arg-type]

    monkeypatch.setattr("platformdirs.user_log_dir", lambda *_, **__: str(tmp_path))
    monkeypatch.setattr(SetupSession, "check", breaks)
    assert main(["bulk", str(table), "--practice"]) == 1
    shown = capsys.readouterr()
    lines = results(shown.out)
    assert lines[1]["verdict"] == "works"
    assert "wrong inside" in str(lines[2]["error"])
    assert "practice-expired" not in shown.out + shown.err + (tmp_path / "error.log").read_text()


def _rows(*domains: str) -> Iterator[Row]:
    for number, domain in enumerate(domains, 1):
        yield Row(number, number + 1, {"address": f"ada@{domain}.example"})


async def test_rows_of_different_servers_take_turns() -> None:
    queue = Queue(_rows("a", "a", "a", "b", "c", "b"))
    taken = [await queue.next() for _ in range(3)]
    assert [found[0].number for found in taken if found is not None] == [1, 4, 5]
    waiting = asyncio.ensure_future(queue.next())
    await asyncio.sleep(0)
    assert not waiting.done()  # each server has a row
    queue.done("b.example")
    fourth = await waiting
    assert fourth is not None
    assert fourth[0].number == 6
    queue.done("a.example")
    fifth = await queue.next()
    assert fifth is not None
    assert fifth[0].number == 2


@pytest.mark.slow
def test_memory_is_flat(tmp_path: Path) -> None:
    path = tmp_path / "accounts.csv"
    peaks = []
    for count in (2_000, 40_000):
        path.write_text("address,password\n" + "".join(f"nobody{n},tulip-{n}\n" for n in range(count)))
        program = (
            "import resource, sys; from wizard.cli.main import main; sys.stdout = open('/dev/null', 'w');"
            f"main(['bulk', {str(path)!r}, '--practice', '--quiet']);"
            "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)"
        )
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
        peaks.append(int(done.stderr.split()[-1]))
    assert peaks[1] - peaks[0] < 8 * 1024


@pytest.mark.slow
async def test_a_server_has_two_connections_at_once_and_the_account_three_refusals(
    authority: Authority, tmp_path: Path
) -> None:
    certificate = authority.issue("127.0.0.1")
    at_once = most = 0
    refused: list[bytes] = []

    def counted(mail: Mail) -> Script:
        async def play(talk: Talk) -> None:
            nonlocal at_once, most
            at_once += 1
            most = max(most, at_once)
            try:
                await asyncio.sleep(0.02)
                await mail(talk)
            finally:
                at_once -= 1

        return play

    async def refuse(talk: Talk, line: bytes) -> None:
        refused.append(line)
        await talk.send_raw(no(Protocol.IMAP, line, b"[AUTHENTICATIONFAILED] Invalid credentials: " + line))

    imap, smtp = Mail(Protocol.IMAP, auth=refuse), Mail(Protocol.SMTP)
    async with (
        ScriptedServer(counted(imap), certificate=certificate, tls_at_start=True) as receiving,
        ScriptedServer(counted(smtp), certificate=certificate, tls_at_start=True) as sending,
    ):
        path = tmp_path / "accounts.csv"
        servers = f"127.0.0.1:{receiving.port}/tls,127.0.0.1:{sending.port}/tls"
        lines = [f"ada@d{n % 9}.example,wrong-{n},{servers}" for n in range(9)] + [
            f"eve@one.example,wrong-{n},{servers}" for n in range(6)
        ]
        path.write_text("address,password,incoming,outgoing\n" + "\n".join(lines))
        words = ["bulk", str(path), "--jobs", "8", "--ca-file", str(authority.ca_file), "--ask-nobody"]
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "wizard", *words,
            env={**os.environ, "XDG_STATE_HOME": str(tmp_path)},
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        out, err = await process.communicate()
    assert process.returncode == 1, err.decode()
    lines_out = results(out.decode())
    assert len(lines_out) == 15
    assert most <= 2
    assert "wrong-" not in out.decode() + err.decode()  # echoed by the server in base64
    assert not [line for line in refused if line.split(b" ")[-1] in out + err]
    tried = [line for line in refused if b"\0eve" in base64.b64decode(line.split(b" ")[-1])]
    assert len(tried) == 3
    last = lines_out[15]["diagnoses"][0]["cause"]  # type: ignore[index]
    assert last == "too-many-attempts"


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="the shell's limit of a file's size stands for a full disk")
def test_a_full_disk_is_told_and_the_next_run_goes_on(tmp_path: Path) -> None:
    path, out = tmp_path / "accounts.csv", tmp_path / "out.jsonl"
    rows = "".join(f"u{n}@d{n}.example,127.0.0.1:1,127.0.0.1:1\n" for n in range(6))
    path.write_text(f"address,incoming,outgoing\n{rows}")
    command = f"{sys.executable} -m wizard bulk {path} --output {out} --ask-nobody --no-sign-in --resume"
    for limit, code, told in (("ulimit -f 12; ", 2, "out.jsonl cannot be written: File too large."), ("", 1, "6 of 6")):
        done = subprocess.run(
            ["bash", "-c", f"{limit}{command} --nameserver 127.0.0.1:1"],
            env={**os.environ, "XDG_STATE_HOME": str(tmp_path)},
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert (done.returncode, told in done.stderr) == (code, True), done
    assert sorted(results(out.read_text())) == [1, 2, 3, 4, 5, 6]
    assert not out.with_name("out.jsonl.begun").exists()


@pytest.mark.parametrize(
    "content", ["precious", '{"rows": [', "[1", '{"rowing": 1}', "\0precious", "a\nb", '{"row": 1, "a": 2}\nprecious']
)
def test_a_file_of_somebody_elses_is_left_as_it_is(
    content: str, table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "notes.txt"
    out.write_text(content)
    assert main(["bulk", str(table), "--practice", "--output", str(out), "--resume"]) == 2
    assert "does not hold results of bulk" in capsys.readouterr().err
    assert out.read_text() == content


@pytest.mark.parametrize("torn", ["", "{", '{"ro', '{"row": 2, "li', "\0" * 50])
def test_what_a_killed_program_or_lost_power_left_is_taken_off(torn: str, table: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    out.write_text(torn)
    assert main(["bulk", str(table), "--practice", "--output", str(out), "--resume"]) == 1
    assert set(results(out.read_text())) == {1, 2, 3}


@pytest.mark.skipif(sys.platform == "win32", reason="no pipes with a name there")
def test_a_pipe_is_no_output_to_go_on_with(table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "pipe"
    os.mkfifo(out)
    assert main(["bulk", str(table), "--practice", "--output", str(out), "--resume"]) == 2
    assert "does not hold results of bulk" in capsys.readouterr().err


@pytest.mark.parametrize("resume", [(), ("--resume",)], ids=["anew", "resumed"])
@pytest.mark.parametrize("output", ["", ".", "/"])
def test_a_folder_is_no_output(
    output: str, resume: tuple[str, ...], table: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["bulk", str(table), "--ask-nobody", "--output", output, *resume]) == 2
    assert "this is a folder" in capsys.readouterr().err


@pytest.mark.skipif(sys.platform == "win32", reason="links want a right there")
def test_the_list_of_rows_begun_is_written_through_no_link(
    table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    precious = tmp_path / "precious"
    precious.write_text("as it was")
    (tmp_path / "out.jsonl.begun").symlink_to(precious)
    assert main(["bulk", str(table), "--ask-nobody", "--output", str(tmp_path / "out.jsonl")]) == 2
    assert "cannot be written" in capsys.readouterr().err
    assert precious.read_text() == "as it was"


@pytest.mark.slow
@pytest.mark.parametrize(("words", "rows", "limit"), [(("--per-host-per-minute", "4"), 4, 4), ((), 31, 60)])
async def test_a_server_sees_so_many_sign_ins_and_no_more_until_a_minute_has_passed(
    words: tuple[str, ...], rows: int, limit: int, authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The minutes pass when the program sleeps them away; each row signs in twice."""
    seen: list[str] = []
    now = 1_000_000.0

    async def slept(seconds: float) -> None:
        nonlocal now
        seen.append("minute")
        assert seconds == HOST_WINDOW_S
        now += seconds

    async def take(talk: Talk, line: bytes) -> bool:
        seen.append("sign-in")
        return True

    monkeypatch.setattr(signin_budget, "SignInBudget", partial(signin_budget.SignInBudget, clock=lambda: now))
    monkeypatch.setattr(signin_budget, "asyncio", SimpleNamespace(**{**vars(asyncio), "sleep": slept}))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    certificate = authority.issue("127.0.0.1")
    async with (
        ScriptedServer(Mail(Protocol.IMAP, auth=take), certificate=certificate, tls_at_start=True) as receiving,
        ScriptedServer(Mail(Protocol.SMTP, auth=take), certificate=certificate, tls_at_start=True) as sending,
    ):
        path = tmp_path / "accounts.csv"
        servers = f"127.0.0.1:{receiving.port}/tls,127.0.0.1:{sending.port}/tls"
        lines = [f"u{n}@d{n}.example,tulip-wagon-64,{servers}\n" for n in range(rows)]
        path.write_text("address,password,incoming,outgoing\n" + "".join(lines))
        command = ["bulk", str(path), "--output", str(tmp_path / "out.jsonl"), "--ask-nobody", "--quiet", *words]
        assert await asyncio.to_thread(main, [*command, "--ca-file", str(authority.ca_file)]) == 0
    assert seen == [*["sign-in"] * limit, "minute", *["sign-in"] * (2 * rows - limit)]


@pytest.mark.slow
async def test_a_run_that_is_killed_loses_nothing_and_signs_in_nobody_twice(
    authority: Authority, tmp_path: Path
) -> None:
    certificate = authority.issue("127.0.0.1")
    tried: Counter[bytes] = Counter()
    someone = asyncio.Condition()

    async def count(talk: Talk, line: bytes) -> bool:
        tried[base64.b64decode(line.split(b" ")[-1]).split(b"\0")[1]] += 1
        async with someone:
            someone.notify_all()
        await asyncio.sleep(0.1)
        return True

    async def until_tried(more: int) -> None:
        goal = len(tried) + more
        async with someone:
            await someone.wait_for(lambda: len(tried) >= goal)

    imap, smtp = Mail(Protocol.IMAP, auth=count), Mail(Protocol.SMTP)
    async with (
        ScriptedServer(imap, certificate=certificate, tls_at_start=True) as receiving,
        ScriptedServer(smtp, certificate=certificate, tls_at_start=True) as sending,
    ):
        path, out = tmp_path / "accounts.csv", tmp_path / "out.jsonl"
        servers = f"127.0.0.1:{receiving.port}/tls,127.0.0.1:{sending.port}/tls"
        path.write_text(
            "address,password,incoming,outgoing\n"
            + "".join(f"u{n}@d{n}.example,tulip-wagon-64,{servers}\n" for n in range(60))
        )
        words = ["bulk", str(path), "--output", str(out), "--ca-file", str(authority.ca_file), "--ask-nobody"]
        words += ["--per-host-per-minute", "10000", "--resume"]

        async def begin() -> asyncio.subprocess.Process:
            return await asyncio.create_subprocess_exec(
                sys.executable, "-m", "wizard", *words,
                env={**os.environ, "XDG_STATE_HOME": str(tmp_path)},
                stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
            )  # fmt: skip

        process = await begin()
        await until_tried(2)
        second = await begin()
        _, err = await second.communicate()
        assert second.returncode == 2
        assert "Another run of bulk is writing out.jsonl just now." in err.decode()
        unfinished: set[int] = set()
        for more in (0, 6, 5):  # killed, and killed again
            await until_tried(more)
            process.kill()
            await process.communicate()
            finished = results(out.read_text().rpartition("\n")[0])
            begun = {int(line) for line in out.with_name("out.jsonl.begun").read_text().split()}
            unfinished |= begun - set(finished)
            process = await begin()
        _, err = await process.communicate()
    assert process.returncode == 1, err.decode()
    lines = out.read_text().splitlines()
    told = results(out.read_text())
    assert len(lines) == 60
    assert set(told) == set(range(1, 61))
    assert {row for row, line in told.items() if "in the middle" in str(line.get("error"))} == unfinished
    assert unfinished
    assert max(tried.values()) == 1
    works = {f"u{row - 1}@d{row - 1}.example".encode() for row, line in told.items() if line["verdict"] == "works"}
    assert len(works) == 60 - len(unfinished)
    assert works <= set(tried)
    assert "60 of 60" in err.decode()


def test_a_table_is_made_of_the_results(table: Path, tmp_path: Path) -> None:
    table.write_text(f"Ticket;Address;Password\n=1+1;{GOOD.replace(',', ';')}\nT<2>;{BAD.replace(',', ';')}\n")
    out = tmp_path / "out.jsonl"
    words = ["bulk", str(table), "--practice", "--output", str(out), "--keep", "ticket"]
    assert main([*words, "--table", str(tmp_path / "t.csv")]) == 1
    assert main([*words, "--resume", "--table", str(tmp_path / "t.html")]) == 1
    rows = list(csv.reader(io.StringIO((tmp_path / "t.csv").read_text("utf-8-sig"), newline=""), delimiter=";"))
    by_address = {row[2]: row for row in rows}
    assert rows[0] == ["Row", "Line", "Address", "Cause", "What it says", "Sending", "Receiving", "Seconds", "ticket"]
    assert by_address["ada@all-well.example"][3:5] == ["works", "It works"]
    assert by_address["ada@all-well.example"][-1] == "'=1+1"
    assert by_address["ada@expired.example"][3] == "certificate-expired"
    page = (tmp_path / "t.html").read_text()
    assert "T&lt;2&gt;" in page
    assert '<input type="radio" name="kind" id="k2"> ' in page
    assert "<script" not in page
    if sys.platform != "win32":  # there the folder's own rules say who may read
        assert (tmp_path / "t.html").stat().st_mode & 0o077 == 0


def test_a_column_that_is_to_be_kept_must_be_there(table: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bulk", str(table), "--practice", "--keep", "Password"]) == 2
    assert "no column of your own" in capsys.readouterr().err
