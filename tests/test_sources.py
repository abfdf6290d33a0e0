"""Every way to find settings, from `mailwright check` to the servers' logs, over real DNS, HTTPS and mail servers."""

from __future__ import annotations

import io
import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, cast

import pytest

from tests.discovery.test_presets import expected_username, facts
from tests.lab.certificates import Authority
from tests.lab.processes import wait_until
from tests.lab.sources import (
    CONFIG,
    ISPDB,
    MAIL_V1,
    PACC,
    PASSWORD,
    POX,
    WELL_KNOWN,
    Domain,
    MuteNames,
    SourceLab,
    config,
    pacc,
    pacc_record,
    pox,
)
from tests.lab.web import Page, Request, moved, silent
from wizard import wiring
from wizard.cli.main import main
from wizard.discovery.planner import Patience, Planner
from wizard.discovery.presets import PresetBook
from wizard.model.address import Address
from wizard.net.fetch import Fetcher

pytestmark = pytest.mark.slow

Answering = Page | Callable[[Request], Page]
Check = Callable[..., tuple[int, dict[str, Any]]]

HOSTER = Domain("hoster.example")  # whose servers other domains use


def _domain(name: str, *zone: str, **rest: Any) -> Domain:
    return Domain(f"{name}.example", zone, **rest)


def _server(
    kind: str,
    host: str,
    port: int | None = None,
    socket: str = "SSL",
    user: str = "%EMAILADDRESS%",
    ways: tuple[str, ...] = ("password-cleartext",),
) -> str:
    side = "outgoingServer" if kind == "smtp" else "incomingServer"
    port = port or (465 if kind == "smtp" else 993)
    return (
        f'<{side} type="{kind}"><hostname>{host}</hostname><port>{port}</port><socketType>{socket}</socketType>'
        f"{''.join(f'<authentication>{way}</authentication>' for way in ways)}<username>{user}</username></{side}>"
    )


def _odd(name: str, servers: str, more: str = "", **rest: Any) -> Domain:
    """A domain whose own file is written in an odd way."""
    domain = _domain(name, **rest)
    body = f'<clientConfig version="1.1"><emailProvider id="x">{servers}</emailProvider>{more}</clientConfig>'
    page = {(f"autoconfig.{domain.wire}", CONFIG): Page(body.encode())}
    return _domain(name, "gone A %DEAD%", pages=page, **rest)


ALONE = {
    "pack": _domain("pack"),
    "preset": Domain("posteo.net", mail_hosts=["posteo.de"]),
    "autoconfig": _domain(
        "autoconfig", pages={("autoconfig.autoconfig.example", CONFIG): Page(config("post.autoconfig.example"))}
    ),
    "autoconfig with another's servers": _domain(
        "rented", pages={("autoconfig.rented.example", CONFIG): Page(config(HOSTER.post))}
    ),
    "well-known": _domain(
        "well-known", pages={("well-known.example", WELL_KNOWN): Page(config("post.well-known.example"))}
    ),
    "the draft's place": _domain(
        "draft", pages={("autoconfig.draft.example", MAIL_V1): Page(config("post.draft.example"))}
    ),
    "ispdb of the domain above": _domain(
        "campus.house", pages={(ISPDB, "/v1.1/house.example"): Page(config("post.%EMAILDOMAIN%"))}
    ),
    "ispdb": _domain("ispdb", pages={(ISPDB, "/v1.1/ispdb.example"): Page(config("post.%EMAILDOMAIN%"))}),
    "ispdb by MX": _domain(
        "ispdb-mx", "@ MX 10 in.far.hoster.example.",
        pages={(ISPDB, "/v1.1/hoster.example"): Page(config(HOSTER.post))},
    ),
    "autoconfig by MX": _domain(
        "autoconfig-mx", "@ MX 10 in.other-hoster.example.",
        pages={("autoconfig.other-hoster.example", CONFIG): Page(config(HOSTER.post))},
    ),
    "MX of a preset": _domain("mx", "@ MX 10 mxext1.mailbox.org.", mail_hosts=["imap.mailbox.org", "smtp.mailbox.org"]),
    "SRV": _domain("srv", "_imaps._tcp SRV 0 1 993 post", "_submissions._tcp SRV 0 1 465 post"),
    "SRV of RFC 6186": _domain("old-srv", "_imap._tcp SRV 0 1 143 post", "_submission._tcp SRV 0 1 587 post"),
    "SRV of another domain": _domain(
        "srv-abroad", f"_imaps._tcp SRV 0 1 993 {HOSTER.post}.", f"_submissions._tcp SRV 0 1 465 {HOSTER.post}."
    ),
    "_autodiscover._tcp": _domain(
        "autodiscover-srv", "_autodiscover._tcp SRV 0 0 443 ex",
        pages={("ex.autodiscover-srv.example", POX): Page(pox("post.autodiscover-srv.example"))},
    ),
    "Autodiscover": _domain("pox", pages={("autodiscover.pox.example", POX): Page(pox("post.pox.example"))}),
    "Autodiscover at the domain": _domain(
        "bare-pox", pages={("bare-pox.example", POX): Page(pox("post.bare-pox.example"))}
    ),
    "PACC": _domain(
        "pacc", pacc_record(pacc("post.pacc.example")),
        pages={("ua-auto-config.pacc.example", PACC): Page(pacc("post.pacc.example"))},
    ),
    "guess": _domain("guess", "mail A %MAIL%", mail_hosts=["mail.guess.example"]),
}  # fmt: skip
ODD = {
    "several servers, the first one gone": _odd(
        "several",
        _server("imap", "gone.several.example") + _server("imap", "post.several.example", 143, "STARTTLS")
        + _server("smtp", "gone.several.example") + _server("smtp", "post.several.example", 587, "starttls"),
    ),
    "malformed placeholders": _odd(
        "placeholders",
        _server("imap", "post.%EmailDomain%", user="% EMAILADDRESS %")
        + _server("smtp", "post.%EMAILDOMAIN%", user="%EMAILADDRESS"),
    ),
    "an unknown placeholder": _odd(
        "unknown",
        _server("imap", "%REALNAME%.unknown.example") + _server("imap", "post.unknown.example", user="%EMAILADRES%")
        + _server("imap", "post.unknown.example") + _server("smtp", "post.unknown.example"),
    ),
    "OAuth2 beside passwords": _odd(
        "oauth",
        _server("imap", "post.oauth.example", ways=("OAuth2", "password-cleartext"))
        + _server("smtp", "post.oauth.example", ways=("OAuth2", "NTLM", "password-cleartext")),
        "<oAuth2><issuer>login.oauth.example</issuer><scope>mail</scope>"
        "<authURL>https://login.oauth.example/a</authURL><tokenURL>https://login.oauth.example/t</tokenURL></oAuth2>",
    ),
    "OAuth2 elsewhere": _odd(
        "oauth-abroad",
        _server("imap", "post.oauth-abroad.example", ways=("OAuth2", "password-cleartext"))
        + _server("smtp", "post.oauth-abroad.example"),
        "<oAuth2><issuer>login.example.net</issuer><scope>mail</scope><authURL>http://login.example.net/a</authURL>"
        "<tokenURL>https://login.example.net/t</tokenURL></oAuth2>",
    ),
    "refused kinds": _odd(
        "refused-kinds",
        _server("imap", "post.refused-kinds.example", socket="quantum")
        + _server("imap", "post.refused-kinds.example").replace("993", "x")
        + _server("smtp", "post.refused-kinds.example").replace("outgoing", "incoming")
        + _server("imap", "post.refused-kinds.example") + _server("smtp", "post.refused-kinds.example"),
    ),
    "instructions": _odd(
        "enable",
        '<enable visiturl="https://enable.example/imap"><instruction lang="de">Ein</instruction>'
        '<instruction lang="en">Switch IMAP on</instruction></enable>'
        '<documentation url="https://enable.example/help"><descr lang="fr">Aide</descr><descr>Help</descr>'
        "</documentation>"
        + _server("imap", "post.enable.example") + _server("smtp", "post.enable.example"),
    ),
    "a user name for each protocol": _odd(
        "names",
        _server("imap", "post.names.example", user="%EMAILLOCALPART%")
        + _server("smtp", "post.names.example", user="%EMAILLOCALPART%"),
        login="ada.names", local="ada.names",
    ),
    "an IDN domain": _odd("bücher", _server("imap", "post.%EMAILDOMAIN%") + _server("smtp", "post.bücher.example")),
    "a plus-address": _odd(
        "plus", _server("imap", "post.plus.example") + _server("smtp", "post.plus.example"), local="ada+news"
    ),
    "a local part beyond ASCII": _odd(
        "umlauts", _server("imap", "post.umlauts.example") + _server("smtp", "post.umlauts.example"), local="ädä"
    ),
    "a sub-domain": _odd(
        "students.campus", _server("imap", "post.%EMAILDOMAIN%") + _server("smtp", "post.%EMAILDOMAIN%")
    ),
    "other kinds of server": _odd(
        "kinds",
        _server("exchange", "post.kinds.example") + _server("jmap", "post.kinds.example")
        + _server("imap", "post.kinds.example") + _server("smtp", "post.kinds.example"),
    ),
}  # fmt: skip
SOURCES = {
    "well-known": "autoconfig", "the draft's place": "autoconfig", "ispdb of the domain above": "ispdb",
    "autoconfig with another's servers": "autoconfig", "autoconfig by MX": "autoconfig",
    "ispdb by MX": "ispdb", "MX of a preset": "mx", "SRV": "srv", "SRV of RFC 6186": "srv",
    "SRV of another domain": "srv",
    "_autodiscover._tcp": "autodiscover", "Autodiscover": "autodiscover",
    "Autodiscover at the domain": "autodiscover", "PACC": "pacc",
}  # fmt: skip
PAGES_OF = {"autoconfig", "ispdb", "pacc", "autodiscover"}
UNTRUSTED = {"autoconfig with another's servers", "ispdb by MX", "autoconfig by MX", "SRV of another domain"}
PRESET_ZONES = (
    Domain("posteo.de", ["@ A %MAIL%"]),
    Domain("mailbox.org", ["imap A %MAIL%", "smtp A %MAIL%"]),
)

EVERYTHING = _domain(
    "everything",
    "@ MX 10 in.hoster.example.",
    "_imaps._tcp SRV 0 1 993 post", "_submissions._tcp SRV 0 1 465 post",
    "_imap._tcp SRV 0 1 143 post", "_submission._tcp SRV 0 1 587 post",
    "_autodiscover._tcp SRV 0 0 443 autodiscover",
    pacc_record(pacc("post.everything.example")),
    "mail A %MAIL%",
    pages={
        ("autoconfig.everything.example", CONFIG): Page(config("post.everything.example")),
        ("everything.example", WELL_KNOWN): Page(config("post.everything.example")),
        ("autoconfig.everything.example", MAIL_V1): Page(config("post.everything.example")),
        (ISPDB, "/v1.1/everything.example"): Page(config("post.everything.example")),
        ("autodiscover.everything.example", POX): Page(pox("post.everything.example")),
        ("everything.example", POX): Page(pox("post.everything.example")),
        ("ua-auto-config.everything.example", PACC): Page(pacc("post.everything.example")),
    },
    mail_hosts=["mail.everything.example"],
)  # fmt: skip

TAGGED = _domain(
    "tagged", local="ada+news", login="ada@tagged.example",
    pages={("autoconfig.tagged.example", CONFIG): Page(config("post.tagged.example"))},
)  # fmt: skip

MISNAMED = _domain(
    "misnamed",
    pages={("autoconfig.misnamed.example", CONFIG): Page(config("post.misnamed.example").replace(
        b"%EMAILADDRESS%", b"%EMAILLOCALPART%-%EMAILDOMAIN%"))},
)  # fmt: skip


def _hostile(name: str, address: str, page: Answering | None = None) -> Domain:
    """A domain of which only the guessed names are any good; its web hosts stand at `address`."""
    domain = f"{name}.example"
    hosts = ("@", "autoconfig", "autodiscover", "ua-auto-config")
    pages = {
        (f"autoconfig.{domain}", CONFIG): page, (domain, WELL_KNOWN): page, (f"autoconfig.{domain}", MAIL_V1): page,
        (f"autodiscover.{domain}", POX): page,
        (domain, POX): page, (f"ua-auto-config.{domain}", PACC): page, (ISPDB, f"/v1.1/{domain}"): page,
    }  # fmt: skip
    return _domain(
        name,
        *(f"{host} A {address}" for host in hosts),
        "mail A %MAIL%",
        "@ MX 1 localhost.",
        "_imaps._tcp SRV 0 1 993 localhost.",
        "_submissions._tcp SRV 0 1 22 mail",
        "_autodiscover._tcp SRV 0 0 443 autodiscover.hoster.example.",
        pacc_record(b"another file"),
        pages={place: page for place, page in pages.items() if page is not None},
        mail_hosts=[f"mail.{domain}"],
    )


SLOW, SLOW_ALONE = (
    _domain(
        "slow", "mail A %MAIL%", mail_hosts=["mail.slow.example"], pages={("autoconfig.slow.example", CONFIG): Page()}
    ),
    _domain("slow-alone", pages={("autoconfig.slow-alone.example", CONFIG): Page()}),
)

# The guessed server answers at once; how it wants the user name is published, by a page that comes later.
NAMED_LATE = {
    name: _domain(
        name, f"{host} A %MAIL%", login=login, mail_hosts=[f"{host}.{name}.example"],
        pages={(f"autoconfig.{name}.example", CONFIG): Page()},
    )
    for name, host, login in (
        ("percent", "mail", "ada%percent.example"), ("customer", "mail", "u104711"),
        ("sibling", "mail", "ada-sibling.example"),
    )
}  # fmt: skip


def _garbage(out: BinaryIO, _: threading.Event) -> None:
    out.write(bytes(range(256)) * 40)


HOSTILE = {
    "refused": _hostile("refused", "%DEAD%"),
    "unanswered": _hostile("unanswered", "%SILENT%"),
    "silent": _hostile("silent", "%WEB%", silent()),
    "garbage": _hostile("garbage", "%WEB%", Page(raw=_garbage)),
    "not XML": _hostile("not-xml", "%WEB%", Page(b"<html><body>Coming soon<br></body></html>")),
    "huge": _hostile("huge", "%WEB%", Page(bytes(400_000))),
    "plain http": _hostile("http", "%WEB%", lambda request: moved(f"http://{request.host}{request.path}")),
    "own machine": _hostile("own-machine", "%WEB%", Page(config("localhost"))),
    "password wanted": _hostile("password", "%WEB%", Page(status=401, headers={"WWW-Authenticate": "Basic realm=x"})),
}

PACK = """\
name = "The lab"
country = "WW"
category = "hoster"
status = "ok"
domains = ["pack.example"]
checked = 2026-11-21
sources = ["our own servers"]

[imap]
servers = ["post.pack.example:993/tls"]

[smtp]
servers = ["post.pack.example:465/tls", "post.pack.example:587/starttls"]
"""


@pytest.fixture(scope="module")
def servers(authority: Authority) -> Iterator[SourceLab]:
    found = [
        *ALONE.values(),
        *ODD.values(),
        TAGGED,
        MISNAMED,
        EVERYTHING,
        SLOW,
        SLOW_ALONE,
        *NAMED_LATE.values(),
        *HOSTILE.values(),
    ]
    domains = [*found, HOSTER, *PRESET_ZONES]
    with SourceLab(authority, domains) as lab:
        yield lab


@pytest.fixture
def lab(servers: SourceLab) -> Iterator[SourceLab]:
    servers.mail.refresh()
    yield servers
    servers.web.let_go()


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    path = tmp_path / "lab.toml"
    path.write_text(PACK, "utf-8")
    return path


@pytest.fixture
def run(lab: SourceLab, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Check:
    """Exit code and document of `mailwright check` for a domain's account; the password occurs in neither."""
    monkeypatch.setenv("THE_PASSWORD", PASSWORD)

    def check(domain: Domain, *options: str) -> tuple[int, dict[str, Any]]:
        address = f"{domain.local}@{domain.name}"
        code = main(["check", address, "--password-env", "THE_PASSWORD", "--json", *lab.options, *options])
        out, err = capsys.readouterr()
        assert PASSWORD not in out + err
        assert out, err
        document: dict[str, Any] = json.loads(out)
        return code, document

    return check


def attempts(lab: SourceLab) -> dict[str, int]:
    """Sign-ins by protocol, as the servers logged them."""
    return Counter(attempt.protocol for attempt in lab.mail.auth_log())


@pytest.mark.parametrize("name", ALONE)
def test_each_source_alone_leads_to_works(lab: SourceLab, run: Check, pack: Path, name: str) -> None:
    yes = ["--yes"] if name in UNTRUSTED else []
    code, document = run(ALONE[name], "--pack", str(pack), *yes)
    assert (code, document["verdict"]) == (0, "works"), json.dumps(document, indent=1) + lab.mail.logs()
    for side in ("incoming", "outgoing"):
        assert document[side]["source"] == SOURCES.get(name, name)
        assert document[side]["trusted"] is (name not in UNTRUSTED)
    assert attempts(lab) == document["sign_in_attempts"] == {"imap": 1, "smtp": 1}


@pytest.mark.parametrize("name", sorted(UNTRUSTED))
def test_an_untrusted_answer_gets_no_password_without_a_yes(lab: SourceLab, run: Check, name: str) -> None:
    code, document = run(ALONE[name])
    assert (code, document["verdict"]) == (4, "undecided"), json.dumps(document, indent=1)
    assert any("agree to them before a password goes there" in note for note in document["notes"])
    for side in ("incoming", "outgoing"):
        assert (document[side]["status"], document[side]["trusted"]) == ("reached", False)
    assert attempts(lab) == document["sign_in_attempts"] == {}


class _Terminal(io.StringIO):
    """Standard input at which a person sits."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("answer", "verdict"), [("y", 0), ("", 4)])
@pytest.mark.parametrize("name", ["SRV of another domain", "autoconfig with another's servers"])
def test_at_a_terminal_the_person_is_asked_for_the_yes(
    lab: SourceLab,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    answer: str,
    verdict: int,
) -> None:
    monkeypatch.setenv("THE_PASSWORD", PASSWORD)
    monkeypatch.setattr("sys.stdin", _Terminal(f"{answer}\n"))
    domain = ALONE[name]
    code = main(["check", domain.account.address, "--password-env", "THE_PASSWORD", *lab.options])
    out, err = capsys.readouterr()
    assert code == verdict, out + err
    asked = f"{HOSTER.name}\n"
    assert f"Nobody vouches for these servers' domains: {asked}" in err
    assert "\nAsked, without the password: autoconfig, ispdb, pacc, autodiscover, mx, srv\n" in out
    assert attempts(lab) == ({"imap": 1, "smtp": 1} if answer == "y" else {})


def test_all_together_ask_each_thing_once(lab: SourceLab, run: Check) -> None:
    asked_before, fetched_before = len(lab.names.questions), len(lab.web.requests)
    code, document = run(EVERYTHING)
    assert (code, document["verdict"]) == (0, "works"), json.dumps(document, indent=1)
    assert document["incoming"]["source"] == "autoconfig"
    assert attempts(lab) == {"imap": 1, "smtp": 1}
    records = Counter(asked for asked in lab.names.questions[asked_before:])
    assert set(records.values()) == {1}
    assert {name for name, kind in records if kind == "SRV"} == {
        f"{service}._tcp.everything.example"
        for service in ("_imaps", "_imap", "_pop3s", "_pop3", "_submissions", "_submission", "_autodiscover")
    }
    pages = Counter((request.host, request.path.partition("?")[0]) for request in lab.web.requests[fetched_before:])
    assert set(pages.values()) == {1}
    assert set(pages) <= {*EVERYTHING.pages, (ISPDB, "/v1.1/hoster.example")}


@pytest.mark.parametrize(
    ("option", "name", "source", "pages", "records"),
    [
        ("--offline", "SRV", "srv", 0, {"MX", "SRV"}),
        ("--offline", "MX of a preset", "mx", 0, {"MX", "SRV"}),
        ("--offline", "guess", "guess", 0, {"MX", "SRV"}),
        ("--ask-nobody", "guess", "guess", 0, set()),
        ("--ask-nobody", "preset", "preset", 0, set()),
    ],
)
def test_asking_less(
    lab: SourceLab, run: Check, option: str, name: str, source: str, pages: int, records: set[str]
) -> None:
    asked_before, fetched_before = len(lab.names.questions), len(lab.web.requests)
    code, document = run(ALONE[name], option, "--yes")
    assert (code, document["verdict"]) == (0, "works"), json.dumps(document, indent=1)
    assert document["incoming"]["source"] == document["outgoing"]["source"] == source
    assert len(lab.web.requests) - fetched_before == pages
    kinds = {kind for _, kind in lab.names.questions[asked_before:]}
    assert kinds - {"A", "AAAA"} == records
    assert attempts(lab) == {"imap": 1, "smtp": 1}


@pytest.mark.parametrize(("option", "name"), [("--offline", "autoconfig"), ("--ask-nobody", "SRV")])
def test_who_is_not_asked_is_not_heard(lab: SourceLab, run: Check, option: str, name: str) -> None:
    code, document = run(ALONE[name], option, "--yes")
    assert (code, document["verdict"]) == (1, "fails")
    assert attempts(lab) == {}


@pytest.fixture
def endless_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who waits for a silent source waits for the check's own deadline, and then there is no verdict."""
    patient = Patience(cap_s=600, better_s=600, lesser_s=600)
    monkeypatch.setitem(cast(Any, Planner.__init__).__kwdefaults__, "patience", patient)
    for ask in (Fetcher.get, Fetcher.post):
        monkeypatch.setitem(cast(Any, ask).__kwdefaults__, "timeout_s", 600.0)
    monkeypatch.setitem(cast(Any, Fetcher.__init__).__kwdefaults__, "dial_timeout_s", 600.0)
    monkeypatch.setattr("wizard.net.dns.RECORD_TIMEOUT_S", 600.0)


@pytest.mark.usefixtures("endless_patience")
@pytest.mark.parametrize("kind", HOSTILE)
def test_with_every_source_hostile_or_dead_the_guesses_work(lab: SourceLab, run: Check, kind: str) -> None:
    """That the guessed servers are open is what ends the waiting, long before anybody's patience does."""
    code, document = run(HOSTILE[kind])
    assert (code, document["verdict"]) == (0, "works"), json.dumps(document, indent=1)
    assert {document[side]["source"] for side in ("incoming", "outgoing")} == {"guess"}
    assert {document[side]["trusted"] for side in ("incoming", "outgoing")} == {True}
    assert attempts(lab) == document["sign_in_attempts"] == {"imap": 1, "smtp": 1}
    answers = {one["answer"].partition(":")[0] for one in document["asked"] if one["source"] in PAGES_OF}
    assert answers <= {"nothing", "no answer", "refused"}
    if kind in ("unanswered", "silent"):
        assert "no answer" in answers, document["asked"]
    assert not any("authorization" in request.headers for request in lab.web.requests)


def test_a_deadline_while_guesses_are_ahead_leaves_nothing(lab: SourceLab, run: Check) -> None:
    code, document = run(HOSTILE["silent"], "--deadline", "0.4")
    assert (code, document["verdict"]) == (4, "undecided"), json.dumps(document, indent=1)
    assert any(step["outcome"] == "ok" for step in document["timeline"]), "the guesses were not dialled"
    assert attempts(lab) == document["sign_in_attempts"] == {}


@pytest.mark.usefixtures("endless_patience")
@pytest.mark.parametrize("kinds", [{"MX", "SRV", "TXT"}, {"AAAA"}], ids=lambda kinds: " ".join(sorted(kinds)))
def test_a_name_server_that_is_silent_about_some_records_holds_nobody_back(
    lab: SourceLab, run: Check, kinds: set[str]
) -> None:
    with MuteNames(lab.names, kinds) as mute:
        code, document = run(ALONE["guess"], "--nameserver", mute.option)
    assert (code, document["verdict"]) == (0, "works"), json.dumps(document, indent=1)
    assert attempts(lab) == {"imap": 1, "smtp": 1}


@pytest.mark.parametrize("name", ODD)
def test_files_as_the_world_writes_them(lab: SourceLab, run: Check, name: str) -> None:
    domain = ODD[name]
    code, document = run(domain)
    assert (code, document["verdict"]) == (0, "works"), json.dumps(document, indent=1) + lab.mail.logs()
    for side in ("incoming", "outgoing"):
        assert (document[side]["host"], document[side]["source"]) == (domain.post, "autoconfig")
        assert document[side]["username"] == domain.account.username
    assert attempts(lab) == document["sign_in_attempts"] == {"imap": 1, "smtp": 1}
    if name == "instructions":
        assert document["notes"] == [
            "The provider says: Switch IMAP on https://enable.example/imap",
            "The provider's guide: Help https://enable.example/help",
        ]


@pytest.mark.parametrize(
    ("name", "whys"),
    [
        ("an unknown placeholder", ["unknown placeholder %REALNAME%", "unknown placeholder %EMAILADRES%"]),
        ("OAuth2 elsewhere", ["authURL “http://login.example.net/a”"]),
        ("refused kinds", ["encryption “quantum” of post.refused-kinds.example", "“x” is not a port", "wrong side"]),
    ],
)
def test_what_a_file_says_in_vain_is_refused_by_name(
    lab: SourceLab, capsys: pytest.CaptureFixture[str], name: str, whys: list[str]
) -> None:
    assert main(["discover", str(ODD[name].account.address), "--json", *lab.options]) == 0
    answers = [one["answer"] for one in json.loads(capsys.readouterr().out)["asked"]]
    (said,) = [answer for answer in answers if answer.startswith("found; refused: ")]
    for why in whys:
        assert why in said


def test_a_browser_sign_in_that_a_file_names_is_shown_and_not_trusted_elsewhere(
    lab: SourceLab, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, trusted in (("OAuth2 beside passwords", True), ("OAuth2 elsewhere", False)):
        assert main(["discover", str(ODD[name].account.address), "--json", *lab.options]) == 0
        offer = json.loads(capsys.readouterr().out)["oauth"]
        assert (offer["source"], offer["scopes"], offer["trusted"]) == ("autoconfig", ["mail"], trusted)
    assert main(["discover", str(ODD["OAuth2 elsewhere"].account.address), *lab.options]) == 0
    line = "\nSign-in in the browser: login.example.net   from autoconfig   not confirmed\n"
    assert line in capsys.readouterr().out


def test_a_plus_address_whose_mailbox_signs_in_without_the_tag(lab: SourceLab, run: Check) -> None:
    code, document = run(TAGGED)
    assert (code, document["verdict"]) == (3, "works-after-fix"), json.dumps(document, indent=1)
    assert {document[side]["username"] for side in ("incoming", "outgoing")} == {"ada@tagged.example"}
    assert document["diagnoses"][0]["cause"] == "username-format"
    assert attempts(lab) == document["sign_in_attempts"] == {"imap": 2, "smtp": 1}


def test_a_published_user_name_that_is_refused_gives_way_to_the_address(lab: SourceLab, run: Check) -> None:
    code, document = run(MISNAMED)
    assert (code, document["verdict"]) == (3, "works-after-fix"), json.dumps(document, indent=1)
    assert {document[side]["username"] for side in ("incoming", "outgoing")} == {"ada@misnamed.example"}
    assert document["diagnoses"][0]["title"] == "The server wants “ada@misnamed.example” as your user name"
    assert attempts(lab) == document["sign_in_attempts"] == {"imap": 2, "smtp": 1}


def test_what_was_asked_of_whom_is_in_the_result(lab: SourceLab, run: Check) -> None:
    _, document = run(EVERYTHING)
    whom = [one["whom"] for one in document["asked"]]
    assert len(whom) == len(set(whom))
    assert {one["source"] for one in document["asked"]} == {"autoconfig", "ispdb", "pacc", "autodiscover", "mx", "srv"}
    assert run(ALONE["guess"], "--ask-nobody")[1]["asked"] == []


@pytest.mark.parametrize("domain", [SLOW, SLOW_ALONE], ids=lambda domain: domain.name)
def test_a_source_that_answers_after_the_guesses_were_dialled_still_counts(
    lab: SourceLab, run: Check, monkeypatch: pytest.MonkeyPatch, domain: Domain
) -> None:
    monkeypatch.setattr("wizard.setup.ahead.SOURCES_S", 30.0)  # however slow this computer is

    def page(_: Request) -> Page:
        wait_until(lambda: (f"mail.{domain.name}", "A") in lab.names.questions, "the guesses are dialled")
        return Page(config(domain.post))

    lab.web.pages[(f"autoconfig.{domain.name}", CONFIG)] = page
    code, document = run(domain)
    assert (code, document["verdict"]) == (0, "works"), json.dumps(document, indent=1)
    for side in ("incoming", "outgoing"):
        assert (document[side]["host"], document[side]["source"]) == (domain.post, "autoconfig")
    assert attempts(lab) == document["sign_in_attempts"] == {"imap": 1, "smtp": 1}


def _named_after_a_refusal(lab: SourceLab, domain: Domain, user: str, host: str | None = None) -> None:
    """The domain's page comes once a sign-in at the guessed server was refused."""
    (guessed,) = domain.mail_hosts
    servers = _server("imap", host or guessed, user=user) + _server("smtp", host or guessed, user=user)

    def page(_: Request) -> Page:
        wait_until(lambda: len(lab.mail.auth_log()) > 0, "a sign-in is refused")
        return Page(f'<clientConfig><emailProvider id="x">{servers}</emailProvider></clientConfig>'.encode())

    lab.web.pages[(f"autoconfig.{domain.name}", CONFIG)] = page


@pytest.mark.parametrize(
    ("name", "user", "others"),
    [
        ("percent", "%EMAILLOCALPART%%%EMAILDOMAIN%", "answer"),
        ("percent", "ada%%EMAILDOMAIN%", "answer"),
        ("customer", "u104711", "answer"),
        ("customer", "u104711", "are silent"),
        ("sibling", "%EMAILLOCALPART%-%EMAILDOMAIN%", "answer"),
    ],
)
def test_a_user_name_that_is_published_after_a_guess_was_refused_is_the_one_more_that_is_tried(
    lab: SourceLab, run: Check, monkeypatch: pytest.MonkeyPatch, name: str, user: str, others: str
) -> None:
    domain = NAMED_LATE[name]
    if others == "are silent":
        lab.web.pages[(ISPDB, f"/v1.1/{domain.name}")] = silent()
    else:
        monkeypatch.setattr("wizard.setup.usernames.ASK_AGAIN_S", 30.0)  # however slow this computer is
    _named_after_a_refusal(lab, domain, user, domain.post if name == "sibling" else None)
    code, document = run(domain)
    assert (code, document["verdict"]) == (3, "works-after-fix"), json.dumps(document, indent=1) + lab.mail.logs()
    assert {document[side]["username"] for side in ("incoming", "outgoing")} == {domain.login}
    assert {document[side]["host"] for side in ("incoming", "outgoing")} == {*domain.mail_hosts}
    assert attempts(lab) == document["sign_in_attempts"] == {"imap": 2, "smtp": 1}
    first = document["diagnoses"][0]
    assert (first["cause"], first["title"]) == (
        "username-format",
        f"The server wants “{domain.login}” as your user name",
    )
    assert [fix["after"] for fix in document["fixes"]] == [{"username": domain.login}] * 2


def test_a_user_name_published_for_another_companys_server_is_not_tried_at_a_guessed_one(
    lab: SourceLab, run: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    domain = NAMED_LATE["customer"]
    monkeypatch.setattr("wizard.setup.usernames.ASK_AGAIN_S", 30.0)  # however slow this computer is
    _named_after_a_refusal(lab, domain, "u104711", HOSTER.post)
    code, document = run(domain)
    assert (code, document["diagnoses"][0]["cause"]) == (1, "bad-credentials")
    assert {attempt.protocol for attempt in lab.mail.auth_log()} == {"imap"}
    assert document["sign_in_attempts"] == {"imap": 2}
    # That server is the person's to choose, and gets the password after a yes alone.
    first = document["diagnoses"][0]["remedies"][0]
    assert (first["id"], first["say"]) == ("use-published-server", f"Use “{HOSTER.post}”")


Row = tuple[str, str, int, str, str]  # protocol, host, port, security, user name


def _row(protocol: str, number: int, domain: str) -> Row:
    """One server of the numbered domain: all the ways such files differ, in turn."""
    ports = {
        "imap": [(993, "tls"), (143, "starttls")],
        "pop3": [(995, "tls"), (110, "starttls")],
        "smtp": [(465, "tls"), (587, "starttls"), (2525, "starttls")],
    }[protocol]
    port, security = ports[number % len(ports)]
    host = [f"{protocol}.{domain}", f"mail.{domain}", f"{protocol}.big-hoster.example", domain][number // 2 % 4]
    username = [f"ada.{number}@{domain}", f"ada.{number}", f"ada.{number}-{domain}", f"u{number}"][number // 8 % 4]
    return protocol, host, port, security, username


def _element(row: Row, number: int, domain: str) -> str:
    protocol, host, port, security, username = row
    side = "outgoingServer" if protocol == "smtp" else "incomingServer"
    local = f"ada.{number}"
    for value, placeholder in (
        (f"{local}@{domain}", "%EMAILADDRESS%"), (local, "%EMAILLOCALPART%"), (domain, "%EMAILDOMAIN%"),
    ):  # fmt: skip
        username = username.replace(value, placeholder)
        host = host.replace(value, placeholder)
    socket = {"tls": ["SSL", "ssl", "TLS"], "starttls": ["STARTTLS", "StartTLS", " starttls "]}[security][number % 3]
    return (
        f'<{side} type="{protocol}"><hostname>{host}</hostname><port>{port}</port><socketType>{socket}</socketType>'
        f"<username>{username}</username><authentication>password-cleartext</authentication></{side}>"
    )


def _discovered(
    addresses: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str], *options: str
) -> list[dict[str, Any]]:
    lines = tmp_path / "addresses"
    lines.write_text("".join(json.dumps({"address": address}) + "\n" for address in addresses), "utf-8")
    assert main(["discover", "--lines", str(lines), "--json", *options]) == 0
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [each["address"] for each in found] == addresses
    return found


def test_300_domains_of_the_community_database(
    lab: SourceLab, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wanted: dict[str, list[Row]] = {}
    for number in range(300):
        domain = f"isp-{number}.example"
        kinds = [("imap", "smtp"), ("imap", "pop3", "smtp"), ("imap", "imap", "smtp", "smtp"), ("pop3", "smtp")]
        rows = [_row(kind, number + at, domain) for at, kind in enumerate(kinds[number % 4])]
        rows = [(*row[:4], row[4].replace(f"ada.{number + at}", f"ada.{number}")) for at, row in enumerate(rows)]
        wanted[f"ada.{number}@{domain}"] = rows
        body = "".join(_element(row, number, domain) for row in rows)
        page = f'<clientConfig version="1.1"><emailProvider id="{domain}">{body}</emailProvider></clientConfig>'
        lab.web.pages[(ISPDB, f"/v1.1/{domain}")] = Page(page.encode())
    for found in _discovered(list(wanted), tmp_path, capsys, *lab.options):
        said = [
            (each["protocol"], each["host"], each["port"], each["security"], each["username"])
            for each in found["candidates"]
            if each["source"] == "ispdb"
        ]
        # One server named twice stands in the plan once.
        assert said == [*dict.fromkeys(wanted[found["address"]])], found
        assert all(
            each["trusted"] is not each["host"].endswith("big-hoster.example")
            for each in found["candidates"]
            if each["source"] == "ispdb"
        )


def _preset_domains() -> dict[str, list[dict[str, str]]]:
    """300 domains of the presets, evenly chosen, with what the presets were read to say about each."""
    rows: dict[str, list[dict[str, str]]] = {}
    for fact in facts():
        for domain in fact["domains"].split():
            rows.setdefault(domain.replace("*.", "some."), []).append(fact)
    domains = sorted(rows)
    chosen = {domain: rows[domain] for domain in (domains[at * len(domains) // 300] for at in range(300))}
    assert len(chosen) == 300
    return chosen


def test_300_domains_of_the_presets_with_nobody_asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = _preset_domains()
    addresses = [f"ada.example@{domain}" for domain in rows]
    for domain, found in zip(rows, _discovered(addresses, tmp_path, capsys, "--ask-nobody"), strict=True):
        address = Address("ada.example", domain, domain)
        for fact in rows[domain]:
            assert found["provider"] == fact["provider"]
            best = next(each for each in found["candidates"] if each["protocol"] == fact["protocol"])
            assert (best["host"], best["port"], best["security"], best["username"]) == (
                fact["host"].replace("%EMAILDOMAIN%", domain),
                int(fact["port"]),
                fact["security"],
                expected_username(fact["username"], address),
            )
            assert best["trusted"]


def _settings(found: dict[str, Any], source: str) -> list[Row]:
    return [
        (each["protocol"], each["host"], each["port"], each["security"], each["username"])
        for each in found["candidates"]
        if each["source"] == source
    ]


def _database_file(rows: list[Row]) -> bytes:
    sockets = {"tls": "SSL", "starttls": "STARTTLS", "none": "plain"}
    servers = "".join(
        _server(protocol, host, port, sockets[security], username) for protocol, host, port, security, username in rows
    )
    return f'<clientConfig version="1.1"><emailProvider id="x">{servers}</emailProvider></clientConfig>'.encode()


def test_the_same_300_domains_through_the_community_database_where_no_preset_is_known(
    lab: SourceLab, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    addresses = [f"ada.example@{domain}" for domain in _preset_domains()]
    by_preset = [_settings(found, "preset") for found in _discovered(addresses, tmp_path, capsys, "--ask-nobody")]
    assert all(by_preset)
    for address, rows in zip(addresses, by_preset, strict=True):
        lab.web.pages[(ISPDB, f"/v1.1/{address.partition('@')[2]}")] = Page(_database_file(rows))
    monkeypatch.setattr(wiring, "presets", lambda _=(): PresetBook.load([]))
    for found, rows in zip(_discovered(addresses, tmp_path, capsys, *lab.options), by_preset, strict=True):
        # Only a preset may name this computer (Proton's bridge), from anybody else it is refused.
        # What a file names without encryption is tried with it, which tests/setup/test_published_in_clear.py shows.
        wanted = [row for row in rows if not row[1].startswith("127.") and row[3] != "none"]
        # What the domain above has may follow: corp.mail.ru and mail.ru are both among the 300.
        assert _settings(found, "ispdb")[: len(wanted)] == wanted
