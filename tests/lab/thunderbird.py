"""A real Thunderbird, with a screen or without, driven through its own Marionette port (Firefox's remote protocol)."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

_START_S = 60.0
_IMPORTS = """
const { MailServices } = ChromeUtils.importESModule("resource:///modules/MailServices.sys.mjs");
const done = arguments[arguments.length - 1];
"""


class Thunderbird:
    """`with Thunderbird(home, "-P", "NAME") as program:` runs it with this home folder; ended with the block.

    `desktop` is the environment of a screen that it appears on.
    """

    def __init__(self, home: Path, *words: str, desktop: Mapping[str, str] | None = None) -> None:
        headless = ["--headless"] if desktop is None else []
        self._command = ["thunderbird", *headless, "--marionette", "-remote-allow-system-access", *words]
        with socket.create_server(("127.0.0.1", 0)) as free:  # not the usual one: another test may have its own running
            self._port: int = free.getsockname()[1]
        port = {"MOZ_MARIONETTE_PREF_STATE_ACROSS_RESTARTS": json.dumps({"marionette.port": self._port})}
        self._environment = {
            **(desktop or {}),
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "LC_ALL": "C.UTF-8",
            **port,
        }
        self._log = home / "thunderbird.log"
        self._line: socket.socket | None = None
        self._number = 0

    def __enter__(self) -> Self:
        with self._log.open("wb") as log:
            self._child = subprocess.Popen(
                self._command, env=self._environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip
        try:
            self._connect()
            self._call("WebDriver:NewSession", capabilities={})
            self._call("Marionette:SetContext", value="chrome")
            self._call("WebDriver:SetTimeouts", script=60_000)
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._line is not None:
            with contextlib.suppress(OSError, RuntimeError, ValueError):
                self._call("Marionette:Quit", flags=["eAttemptQuit"])
            self._line.close()
        try:
            self._child.wait(20)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._child.pid, signal.SIGKILL)
            self._child.wait(20)

    def run(self, script: str, *words: object) -> Any:
        """What the script gives to `done`; `MailServices` and `Services` are there, and `words` as arguments."""
        answer = self._call(
            "WebDriver:ExecuteAsyncScript", script=_IMPORTS + script, args=list(words), sandbox="system"
        )
        return answer["value"]

    def _connect(self) -> None:
        deadline = time.monotonic() + _START_S
        while True:
            try:
                self._line = socket.create_connection(("127.0.0.1", self._port))
                break
            except OSError:
                if time.monotonic() > deadline or self._child.poll() is not None:
                    raise RuntimeError(
                        f"Thunderbird did not start:\n{self._log.read_text('utf-8', 'replace')}"
                    ) from None
                time.sleep(0.1)
        self._line.settimeout(90)
        self._read()  # its greeting

    def _call(self, command: str, **parameters: object) -> Any:
        assert self._line is not None
        self._number += 1
        content = json.dumps([0, self._number, command, parameters]).encode()
        self._line.sendall(b"%d:%b" % (len(content), content))
        _, _, error, result = self._read()
        if error:
            raise RuntimeError(f"{command}: {error['message']}")
        return result

    def _read(self) -> Any:
        assert self._line is not None
        head = b""
        while not head.endswith(b":"):
            head += self._received(1)
        content, size = b"", int(head[:-1])
        while len(content) < size:
            content += self._received(size - len(content))
        return json.loads(content)

    def _received(self, size: int) -> bytes:
        assert self._line is not None
        content = self._line.recv(size)
        if not content:
            raise RuntimeError("Thunderbird ended")
        return content


TRUST = """
const base64 = arguments[0];
Cc["@mozilla.org/security/x509certdb;1"].getService(Ci.nsIX509CertDB).addCertFromBase64(base64, "C,,");
done(true);
"""
# What it keeps itself once a person has typed the password.
KEEP_PASSWORDS = """
const [pairs] = arguments;
(async () => {
  for (const [origin, user, password] of pairs) {
    const login = Cc["@mozilla.org/login-manager/loginInfo;1"].createInstance(Ci.nsILoginInfo);
    login.init(origin, null, origin, user, password, "", "");
    await Services.logins.addLoginAsync(login);
  }
  done(true);
})().catch((error) => done(String(error)));
"""
ACCOUNTS = """
done(MailServices.accounts.accounts
  .filter((account) => account.incomingServer && account.incomingServer.type != "none")
  .map((account) => [account.incomingServer.type, account.incomingServer.hostname, account.incomingServer.port,
    account.incomingServer.username, account.defaultIdentity.email, account.defaultIdentity.fullName]));
"""
SUBJECTS = """
const account = MailServices.accounts.accounts.find((one) => one.incomingServer.type != "none");
const server = account.incomingServer;
const inbox = () => server.rootFolder.getFolderWithFlags(Ci.nsMsgFolderFlags.Inbox);
const deadline = Date.now() + 45000;
server.getNewMessages(server.rootFolder.getFolderWithFlags(Ci.nsMsgFolderFlags.Inbox) ?? server.rootFolder, null, null);
const look = () => {
  const folder = inbox();
  const subjects = folder ? [...folder.messages].map((header) => header.mime2DecodedSubject) : [];
  if (subjects.length || Date.now() > deadline) { done(subjects); return; }
  if (folder && server.type == "imap") { folder.updateFolder(null); }
  setTimeout(look, 300);
};
const { setTimeout } = ChromeUtils.importESModule("resource://gre/modules/Timer.sys.mjs");
look();
"""
SEND = """
const [path, to] = arguments;
const account = MailServices.accounts.accounts.find((one) => one.incomingServer.type != "none");
const identity = account.defaultIdentity;
const server = MailServices.outgoingServer.getServerByIdentity(identity);
const file = Cc["@mozilla.org/file/local;1"].createInstance(Ci.nsIFile);
file.initWithPath(path);
const [recipient] = MailServices.headerParser.makeFromDisplayAddress(to);
const listener = {
  QueryInterface: ChromeUtils.generateQI(["nsIMsgOutgoingListener"]),
  onSendStart(request) {},
  onSendStop(uri, status, info, message) { done(status ? `${status.toString(16)} ${message}` : "sent"); },
};
server.sendMailMessage(
  file, [recipient], [], identity, identity.email, null, null, false, "<by-thunderbird@lab>", listener);
"""
# As its account wizard does it: what it finds in its own folder, before it asks anybody.
FOUND_ON_DISK = """
const [domain] = arguments;
const { FetchConfig } = ChromeUtils.importESModule("resource:///modules/accountcreation/FetchConfig.sys.mjs");
FetchConfig.fromDisk(domain, new AbortController().signal).then(
  (config) => done([config.incoming, config.outgoing].map((one) =>
    [one.type, one.hostname, one.port, one.socketType, one.username])),
  (error) => done(String(error)));
"""
# As its account wizard does it: what the domain's own pages say, at the address where this computer looks for them.
FOUND_AT_PROVIDER = """
const [domain, address, where] = arguments;
Services.prefs.setCharPref("network.dns.forceResolve", where);
const { FetchConfig } = ChromeUtils.importESModule("resource:///modules/accountcreation/FetchConfig.sys.mjs");
FetchConfig.fromISP(domain, address, new AbortController().signal).then(
  (config) => done([config.incoming, config.outgoing].map((one) =>
    [one.type, one.hostname, one.port, one.socketType, one.username])),
  (error) => done(String(error)));
"""
# A name that this computer is looked for under, and no other place is asked where an account's servers are.
LOOKED_FOR_HERE = """
const [name] = arguments;
Services.prefs.setCharPref("network.dns.localDomains", name);
Services.prefs.setCharPref("mailnews.auto_config_url", "");
Services.prefs.setCharPref("mailnews.mx_service_url", "");
done(true);
"""
_WAIT = """
const { setTimeout } = ChromeUtils.importESModule("resource://gre/modules/Timer.sys.mjs");
const deadline = Date.now() + 50000;
const wait = () => {
  const found = look();
  if (found || Date.now() > deadline) { done(found); } else { setTimeout(wait, 100); }
};
wait();
"""
# Whether the field of its account dialog has the keyboard, once it has; else what has it.
HAS_KEYBOARD = (
    """
const [field] = arguments;
const look = () => {
  const view = Services.wm.getMostRecentWindow("mail:3pane");
  let node = view && view.document.hasFocus() ? view.document.activeElement : null;
  while (node && node.shadowRoot && node.shadowRoot.activeElement) { node = node.shadowRoot.activeElement; }
  return node !== null && node.id === field;
};
"""
    + _WAIT
)
# Whether a person sees these words in its account dialog, once they do.
SHOWS = (
    """
const [words] = arguments;
const shown = (root) => [...root.querySelectorAll("*")].some((node) =>
  (node.shadowRoot && shown(node.shadowRoot)) ||
  (node.checkVisibility() && node.childElementCount === 0 && node.textContent.trim() === words));
const look = () => {
  const view = Services.wm.getMostRecentWindow("mail:3pane");
  return view !== null && [...view.document.querySelectorAll("account-hub-container")].some(
    (node) => node.shadowRoot && shown(node.shadowRoot));
};
"""
    + _WAIT
)
