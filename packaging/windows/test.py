"""Tries what `make windows` built under Wine, as a person and a helpdesk would: test.py [--quick] [PICTURE.png]

Run it under packaging/with-desktop.sh, with the host's Python. It installs, checks, opens the window, upgrades and
removes, in a Wine prefix of its own; --quick leaves the test suite on Windows' Python out. Wine is not Windows:
packaging/README.md says what this does not show.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
PREFIX = CHECKOUT / "build" / "windows" / "test-prefix"
WINE = str(CHECKOUT / "packaging" / "windows" / "wine.sh")
PYTHON = str(CHECKOUT / "build" / "windows" / "python" / "python.exe")
USER = PREFIX / "drive_c" / "users" / (os.environ.get("USER") or "root")
LOCAL = USER / "AppData" / "Local" / "Programs" / "Mailwright"
MACHINE = PREFIX / "drive_c" / "Program Files" / "Mailwright"
UNINSTALL = r"Software\Microsoft\Windows\CurrentVersion\Uninstall\Mailwright"
POLICIES = r"Software\Policies\Mailwright"
IN_USE = 32  # ERROR_SHARING_VIOLATION
ACCOUNTS = 5  # of practice, that are checked
LEAST_PASSED = 2500
LIMIT_S = 7200  # for a run that hangs; a busy computer takes an hour
FOLDERS = (  # the longest first: as many run at once as there are processors
    *("probe", "handover", "setup", "cli", "diagnosis", "discovery", "model", "net", "accounts", "practice"),
    *("signin", "domain", "providers"),
)


def main(quick: bool, picture: Path | None) -> None:
    """Raises SystemExit with a sentence at the first thing that is wrong."""
    setup = only("dist/Mailwright-*-windows-x64-setup.exe")
    msi = only("dist/Mailwright-*-windows-x64.msi")
    remove_leftovers()
    expect(run([str(setup), "/S", r"/PACK=C:\pack"]), 0, "the silent installation")
    program = LOCAL / "mailwright.exe"
    for path in (program, LOCAL / "mailwright-gui.exe", LOCAL / "uninstall.exe", shortcut()):
        if not path.exists():
            raise SystemExit(f"{path} was not installed")
    entries = registry("HKCU", UNINSTALL)
    for name in ("DisplayVersion", "EstimatedSize", "InstallLocation", "QuietUninstallString"):
        if name not in entries:
            raise SystemExit(f"the entry {name} is missing")
    if registry("HKCU", r"Software\Mailwright").get("Pack") != r"C:\pack":
        raise SystemExit("/PACK= was not written down")
    done("installed silently for one person, with a pack")

    practice_accounts(program)
    refusal_and_ipv6(program)
    keyring()
    saved_account(program)
    policy(program)
    window(setup, picture)
    expect(run([str(LOCAL / "uninstall.exe"), "/S", f"_?={windows_path(LOCAL)}"]), 0, "the silent removal")
    (LOCAL / "uninstall.exe").unlink(missing_ok=True)  # with _?= it does not run from a copy, and cannot remove itself
    left = [path for path in (*LOCAL.rglob("*"), *tasks(), shortcut()) if path.is_file()]
    if left or registry("HKCU", UNINSTALL):
        raise SystemExit(f"the removal left something behind: {left}")
    done("removed without leftovers")

    expect(run([str(setup), "/S", "/ALLUSERS"]), 0, "the installation for everybody")
    expect(run([str(MACHINE / "mailwright.exe"), "--version"]), 0, "the program in Program Files")
    expect(run([str(MACHINE / "uninstall.exe"), "/S", f"_?={windows_path(MACHINE)}"]), 0, "its removal")
    shutil.rmtree(MACHINE, ignore_errors=True)  # what removes itself with _?= leaves itself
    done("installed for everybody and removed")
    windows_installer(msi)
    failed = [*window_tests(), *([] if quick else suite())]
    if failed:
        raise SystemExit("\n".join(failed))
    print("all of it passed under", run(["--version"]).output.strip())


class Ended:
    """A program that ran: its exit code and what it printed."""

    def __init__(self, code: int, output: str) -> None:
        self.code = code
        self.output = output


def run(command: list[str], *, stdin: str = "", limit_s: float = 300, plugin: str = "") -> Ended:
    """Runs a Windows program to its end; `plugin` is Qt's platform plugin, empty for its own choice."""
    environment = {**os.environ, "WINEPREFIX": str(PREFIX), "QT_QPA_PLATFORM": plugin}
    if not plugin:
        del environment["QT_QPA_PLATFORM"]
    words = [WINE, *command]
    ended = subprocess.run(
        # Text is in the code page of Windows; what is compared here is ASCII.
        words,
        env=environment,
        input=stdin,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=limit_s,
        check=False,
    )
    return Ended(ended.returncode, ended.stdout if ended.stdout else ended.stderr)


def expect(ended: Ended, code: int, what: str) -> None:
    """Ends the test unless the code is that one."""
    if ended.code != code:
        raise SystemExit(f"{what} ended with {ended.code}, not {code}:\n{ended.output}")


def done(what: str) -> None:
    """Says what was shown."""
    print(f"ok: {what}", flush=True)


def only(pattern: str) -> Path:
    """The one file of that name."""
    found = sorted(CHECKOUT.glob(pattern))
    if len(found) != 1:
        raise SystemExit(f"there must be one {pattern}, not {len(found)}: run `make windows`")
    return found[0]


def windows_path(path: Path) -> str:
    """As Windows writes it."""
    return "C:\\" + str(path.relative_to(PREFIX / "drive_c")).replace("/", "\\")


def shortcut() -> Path:
    """The entry of the person's Start menu."""
    return USER / "AppData/Roaming/Microsoft/Windows/Start Menu/Programs/Mailwright.lnk"


def registry(root: str, key: str) -> dict[str, str]:
    """The key's values; empty when it is not there."""
    output = run(["reg", "query", rf"{root}\{key}"]).output
    return dict(re.findall(r"^\s+(\S.*?)\s{4}REG_\w+\s{4}(.*?)\s*$", output, re.MULTILINE))


def remove_leftovers() -> None:
    """What an earlier run left that was stopped."""
    for folder in (LOCAL, MACHINE):
        shutil.rmtree(folder, ignore_errors=True)
    shortcut().unlink(missing_ok=True)
    for root in ("HKCU", "HKLM"):
        for key in (UNINSTALL, r"Software\Mailwright", POLICIES):
            run(["reg", "delete", rf"{root}\{key}", "/f"])


def check(program: Path, address: str, password: str, *options: str) -> dict[str, object]:
    """What `check --json` says."""
    command = [str(program), "check", address, "--password-file", "-", "--json", "--quiet", *options]
    ended = run(command, stdin=password + "\n")
    try:
        document: dict[str, object] = json.loads(ended.output)
    except ValueError:
        raise SystemExit(f"check {address} ended with {ended.code}:\n{ended.output}") from None
    return document


def causes(document: dict[str, object]) -> list[str]:
    """The ids of what was diagnosed."""
    return [diagnosis["cause"] for diagnosis in document["diagnoses"]]  # type: ignore[attr-defined]


def practice_accounts(program: Path) -> None:
    """The first account that works, by a test message too, and others that must fail by their cause."""
    listed = json.loads(run([str(program), "practice", "list", "--json"]).output)["accounts"]
    works = next(account for account in listed if account["cause"] is None)
    fails = [account for account in listed if account["cause"] is not None and not account["fixable"]]
    document = check(program, works["address"], works["password"], "--practice", "--test-message")
    if document["verdict"] != "works" or document["round_trip"]["status"] != "arrived":  # type: ignore[index]
        raise SystemExit(f"the practice check ended otherwise: {document}")
    for account in fails[: ACCOUNTS - 1]:
        named = causes(check(program, account["address"], account["password"], "--practice"))
        if account["cause"] not in named:
            raise SystemExit(f"{account['address']} is {account['cause']}, and was called {named}")
        done(f"practice account {account['address']}: {account['cause']}")
    done(f"practice account {works['address']}: works, test message arrived")


@contextlib.contextmanager
def silent_imap_server() -> Iterator[int]:
    """A server on ::1 that greets and says no more; its port."""
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as listener:
        kept: list[socket.socket] = []

        def serve() -> None:
            with contextlib.suppress(OSError):
                while True:
                    line, _ = listener.accept()
                    line.sendall(b"* OK IMAP4rev1 ready\r\n")
                    kept.append(line)

        threading.Thread(target=serve, daemon=True).start()
        try:
            yield listener.getsockname()[1]
        finally:
            for line in kept:
                line.close()


def refusal_and_ipv6(program: Path) -> None:
    """A port that really refuses is named as that; an address of IPv6 is really connected to."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        refusing = closed.getsockname()[1]
    with silent_imap_server() as port:
        servers = ["--outgoing", f"127.0.0.1:{refusing}", "--incoming", f"[::1]:{port}", "--no-autofix"]
        document = check(program, "ada@example.org", "tulip-wagon-64", *servers, "--deadline", "20")
    named = [one for one in document["diagnoses"] if one["cause"] == "connection-refused"]  # type: ignore[attr-defined]
    if not named or "network-unreachable" in causes(document):
        raise SystemExit(f"the refused port was called {causes(document)}")
    if f"does not answer on port {refusing}" not in named[0]["title"]:
        raise SystemExit(f"the refused port was told as: {named[0]['title']}")
    connected = [
        item
        for item in document["timeline"]  # type: ignore[attr-defined]
        if item["server"] == f"[::1]:{port}" and (item["stage"], item["outcome"]) == ("connect", "ok")
    ]
    if not connected:
        raise SystemExit(f"[::1]:{port} was not connected to: {causes(document)}")
    done(f"a refused port: “{named[0]['title']}”; [::1] connected")


def keyring() -> None:
    """A password is saved in the Credential Manager, read by another process, and forgotten."""
    begin = (
        "import asyncio; from wizard.accounts.secret_store import SecretKind, SecretStore; "
        "from wizard.model.address import Address; from wizard.model.secret import Secret; "
        "store = SecretStore(); ada = Address.parse('ada@example.org'); "
    )
    steps = {
        "name": "print(asyncio.run(store.name()))",
        "save": "asyncio.run(store.save(ada, {SecretKind.PASSWORD: Secret('tulip-wagon-64')})); print('saved')",
        "read": "print(asyncio.run(store.load(ada))[SecretKind.PASSWORD].reveal() == 'tulip-wagon-64')",
        "forget": "print(len(asyncio.run(store.forget(ada))), len(asyncio.run(store.load(ada))))",
    }
    wanted = {"save": "saved", "read": "True", "forget": "1 0"}
    said = {}
    for step, code in steps.items():
        ended = run([PYTHON, "-c", f"import sys; sys.path.insert(0, r'{CHECKOUT}'); {begin}{code}"])
        said[step] = ended.output.strip()
        if ended.code or (step in wanted and said[step] != wanted[step]):
            raise SystemExit(f"keyring, {step}: {ended.output}")
    done(f"password saved, read and forgotten in the {said['name']}")


def saved_account(program: Path) -> None:
    """An account is added, checked with the password that was kept, handed over, scheduled and forgotten."""
    address = "ada@all-well.example"
    add = ["accounts", "add", address, "--practice", "--password-file", "-", "--quiet"]
    expect(run([str(program), *add], stdin="practice-all-well\n"), 0, "accounts add")
    expect(run([str(program), "accounts", "check", "--all", "--practice", "--quiet"]), 0, "accounts check")
    handed = run([str(program), "handover", "thunderbird", "--account", address])
    expect(handed, 0, "handover thunderbird")
    if "smtp.all-well.example" not in handed.output:
        raise SystemExit(f"the hand-over names no server:\n{handed.output}")
    expect(run([str(program), "accounts", "schedule", "--every", "6h"]), 0, "accounts schedule --every")
    if not tasks():
        raise SystemExit("Task Scheduler has no task of ours")
    expect(run([str(program), "accounts", "schedule", "--off"]), 0, "accounts schedule --off")
    if tasks():
        raise SystemExit("the task is still there")
    expect(run([str(program), "accounts", "schedule", "--every", "6h"]), 0, "accounts schedule --every")
    expect(run([str(program), "accounts", "forget", "--all", "--quiet"]), 0, "accounts forget")
    listed = run([str(program), "accounts", "list"]).output
    if address in listed:
        raise SystemExit(f"the account is still there: {listed}")
    done("an account added, checked again, handed over, scheduled and forgotten")


def tasks() -> list[Path]:
    """The tasks of ours that Task Scheduler keeps."""
    return [path for path in (PREFIX / "drive_c/windows/system32/tasks").glob("*") if "Mailwright" in path.name]


def policy(program: Path) -> None:
    """A pack that a policy names goes before the installer's."""
    pack = PREFIX / "drive_c" / "helpdesk"
    shutil.rmtree(pack, ignore_errors=True)
    expect(run([str(program), "pack", "new", windows_path(pack), "--name", "Example helpdesk"]), 0, "pack new")
    run(["reg", "add", rf"HKCU\{POLICIES}", "/v", "Pack", "/d", windows_path(pack), "/f"])
    said = run([str(program), "pack", "--json"]).output
    if json.loads(said)["packs"] != [windows_path(pack)]:
        raise SystemExit(f"the pack of the policy does not count: {said}")
    run(["reg", "delete", rf"HKCU\{POLICIES}", "/f"])
    done("a pack by policy")


def window(setup: Path, picture: Path | None) -> None:
    """The window opens with Qt's own plugin for Windows, once; while it is open, nothing can be replaced or removed."""
    environment = {**os.environ, "WINEPREFIX": str(PREFIX)}
    environment.pop("QT_QPA_PLATFORM", None)
    started = time.monotonic()
    child = subprocess.Popen([WINE, str(LOCAL / "mailwright-gui.exe"), "--practice"], env=environment)
    try:
        while not shown():
            if time.monotonic() - started > 60 or child.poll() is not None:
                raise SystemExit("the window did not open")
            time.sleep(0.1)
        done(f"window open after {time.monotonic() - started:.1f} s")
        while "practice" not in title():  # the practice accounts have come into the list
            if time.monotonic() - started > 300:
                raise SystemExit(f"the practice network did not start: the window is called {title()!r}")
            time.sleep(0.1)
        before = shown()
        second = run([str(LOCAL / "mailwright-gui.exe"), "--practice", "ada@example.org"], limit_s=60)
        expect(second, 0, "a second start")
        if shown() != before:
            raise SystemExit(f"a second start opened a window: {before}, then {shown()}")
        done("a second start brings the open window to the front, and ends")
        if picture is not None:
            subprocess.run(["import", "-window", shown()[-1], "-depth", "8", str(picture)], check=True)
        expect(run([str(setup), "/S"]), IN_USE, "an upgrade over the running program")
        uninstall = [str(LOCAL / "uninstall.exe"), "/S", f"_?={windows_path(LOCAL)}"]
        expect(run(uninstall), IN_USE, "a removal under the running program")
        done(f"over the running program: exit code {IN_USE}, nothing touched")
    finally:
        subprocess.run(
            [WINE, "taskkill", "/f", "/im", "mailwright-gui.exe"], env=environment, capture_output=True, check=False
        )
        child.wait(30)
    expect(run([str(setup), "/S"]), 0, "the upgrade")
    if registry("HKCU", r"Software\Mailwright").get("Pack") != r"C:\pack":
        raise SystemExit("the upgrade lost the pack")
    expect(run([str(LOCAL / "mailwright.exe"), "--version"]), 0, "the upgraded program")
    done("upgraded")


def shown() -> list[str]:
    """The ids of the windows of that name."""
    found = subprocess.run(
        ["xdotool", "search", "--onlyvisible", "--class", "mailwright-gui"], capture_output=True, text=True, check=False
    )
    return found.stdout.split()


def title() -> str:
    """What stands above the window."""
    named = subprocess.run(["xdotool", "getwindowname", *shown()[-1:]], capture_output=True, text=True, check=False)
    return named.stdout.strip()


def windows_installer(msi: Path) -> None:
    """The MSI installs silently with a pack and leaves nothing when it is removed."""
    package = "Z:" + str(msi).replace("/", "\\")
    expect(run(["msiexec", "/i", package, "/qn", r"PACK=C:\pack"]), 0, "msiexec /i")
    expect(run([str(MACHINE / "mailwright.exe"), "--version"]), 0, "the program of the MSI")
    if registry("HKLM", r"Software\Mailwright").get("Pack") != r"C:\pack":
        raise SystemExit("PACK= was not written down")
    path = registry("HKLM", r"System\CurrentControlSet\Control\Session Manager\Environment").get("PATH", "")
    if "Mailwright" not in path:
        raise SystemExit(f"the folder is not on the PATH: {path}")
    expect(run(["msiexec", "/x", package, "/qn"]), 0, "msiexec /x")
    path = registry("HKLM", r"System\CurrentControlSet\Control\Session Manager\Environment").get("PATH", "")
    if MACHINE.exists() or registry("HKLM", r"Software\Mailwright") or "Mailwright" in path:
        raise SystemExit("the MSI's removal left something behind")
    done("MSI: installed with /qn and a pack, on the PATH, removed without leftovers")


def pytest(arguments: list[str], *, plugin: str, limit_s: float) -> tuple[bool, str]:
    """Whether a run on Windows' Python passed, and its last line; it prints what failed."""
    packages = "Z:" + str(CHECKOUT / "build" / "windows" / "test-packages")
    os.environ["PYTHONPATH"] = packages
    os.environ["PYTHONPYCACHEPREFIX"] = "Z:" + str(CHECKOUT / "build" / "windows" / "pycache")
    command = [PYTHON, "-m", "pytest", "-p", "no:cacheprovider", "-q", "--tb", "short", "-m", "not root", *arguments]
    try:
        ended = run(command, plugin=plugin, limit_s=limit_s)
    except subprocess.TimeoutExpired:
        return False, f"not over after {limit_s:.0f} s"
    if ended.code:
        print(ended.output[-20_000:])
    lines = ended.output.strip().splitlines()
    return ended.code in (0, 5), lines[-1] if lines else "nothing was printed"  # 5: a folder of slow tests alone


def window_tests() -> list[str]:
    """What failed of the window's own tests with Qt's plugin for Windows: an account to its card, others to Done."""
    files = ["tests/gui/test_flow.py", "tests/gui/test_keeping.py", "tests/gui/test_single_instance.py"]
    passed, last = pytest(files, plugin="windows", limit_s=LIMIT_S)
    print("ok:" if passed else "FAILED:", f"window, Qt's plugin for Windows: {last}", flush=True)
    return [] if passed else [f"the window's tests: {last}"]


def suite() -> list[str]:
    """What failed of the tests that need no server of Linux, by folder: a failure in one costs no other its result."""
    passed = 0
    failed = []

    def share(folder: str) -> tuple[bool, str]:
        marks = ["-m", "not root and not slow", "--timeout", "600"]
        return pytest([*marks, f"tests/{folder}"], plugin="offscreen", limit_s=LIMIT_S)

    with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as runs:
        for folder, (well, last) in zip(FOLDERS, runs.map(share, FOLDERS), strict=True):
            if not well:
                failed.append(f"tests/{folder}: {last}")
            print("ok:" if well else "FAILED:", f"Windows' Python, tests/{folder}: {last}", flush=True)
            passed += sum(int(number) for number in re.findall(r"(\d+) passed", last))
    if passed < LEAST_PASSED:
        failed.append(f"only {passed} tests passed on Windows' Python")
    done(f"{passed} tests passed on Windows' Python")
    return failed


if __name__ == "__main__":
    words = sys.argv[1:]
    pictures = [Path(word) for word in words if not word.startswith("-")]
    main("--quick" in words, pictures[0] if pictures else None)
