"""The planner: everybody at once, each once, and one order in the end."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import subprocess
import sys
import threading
import time
from collections import Counter

import pytest

from tests.discovery.conftest import Pages, StartLab, config, hoster
from tests.lab.web import LabDialer, Page, Request, moved, silent
from tests.timing import assert_ended_by
from wizard.discovery.autodiscover import PATH as POX
from wizard.discovery.planner import Patience
from wizard.model.address import Address
from wizard.model.evidence import Outcome
from wizard.model.plan import PlanOptions
from wizard.model.progress import Progress
from wizard.model.server import Protocol, Security, Source

ADA = Address.parse("ada@example.org")
CONFIG = "/mail/config-v1.1.xml"
WELL_KNOWN = "/.well-known/autoconfig/mail/config-v1.1.xml"
MAIL_V1 = "/.well-known/mail-v1.xml"
PACC = "/.well-known/user-agent-configuration.json"
ISPDB = "autoconfig.thunderbird.net"

PACC_BODY = json.dumps(
    {"protocols": {"imap": {"host": "imap.example.org"}, "smtp": {"host": "smtp.example.org"}}}
).encode()
POX_BODY = (
    b"<Autodiscover><Response><Account><Action>settings</Action>"
    b"<Protocol><Type>IMAP</Type><Server>imap.example.org</Server><Port>993</Port></Protocol>"
    b"<Protocol><Type>SMTP</Type><Server>smtp.example.org</Server><Port>465</Port></Protocol>"
    b"</Account></Response></Autodiscover>"
)
ZONE = [
    "@ MX 10 mail.example.net.",
    "_imaps._tcp SRV 0 1 993 imap",
    "_submissions._tcp SRV 0 1 465 smtp",
    "_autodiscover._tcp SRV 0 0 443 autodiscover",
    f'_ua-auto-config TXT "v=UAAC1; a=sha256; d={base64.b64encode(hashlib.sha256(PACC_BODY).digest()).decode()}"',
]
PAGES: Pages = {
    ("autoconfig.example.org", CONFIG): Page(config()),
    ("example.org", WELL_KNOWN): Page(config()),
    ("autoconfig.example.org", MAIL_V1): Page(config()),
    (ISPDB, "/v1.1/example.org"): Page(config()),
    (ISPDB, "/v1.1/example.net"): Page(config("imap.example.net", "smtp.example.net")),
    ("autoconfig.example.net", CONFIG): Page(config("imap.example.net", "smtp.example.net")),
    ("ua-auto-config.example.org", PACC): Page(PACC_BODY),
    ("autodiscover.example.org", POX): Page(POX_BODY),
    ("example.org", POX): Page(POX_BODY),
}


async def test_all_together_ask_each_thing_once(start_lab: StartLab) -> None:
    lab = start_lab({"example.org": ZONE, "example.net": []}, PAGES)
    plan = await lab.planner.plan(ADA)
    asked = Counter((request.host, request.path.partition("?")[0]) for request in lab.web.requests)
    assert set(asked) == set(PAGES)
    assert set(asked.values()) == {1}
    records = Counter(question for question in lab.names.questions if question[1] in ("MX", "SRV", "TXT"))
    assert set(records.values()) == {1}
    assert len(records) == 1 + 7 + 1
    whom = [one.whom for one in plan.asked]
    assert len(whom) == len(set(whom)) == len(PAGES) + 9 - 1  # PACC's page and its record are one question
    imap, smtp = plan.candidates[:2]
    assert (imap.host, smtp.host) == ("imap.example.org", "smtp.example.org")
    assert imap.source is Source.AUTOCONFIG
    assert imap.also == (Source.ISPDB, Source.PACC, Source.AUTODISCOVER, Source.SRV)
    assert imap.trusted
    assert len(plan.candidates) == 4
    assert [c.host for c in plan.candidates[2:4]] == ["imap.example.net", "smtp.example.net"]
    assert not any(candidate.trusted for candidate in plan.candidates[2:4])


async def test_asking_again_asks_nobody_until_forgotten(start_lab: StartLab) -> None:
    lab = start_lab({"example.org": ZONE}, PAGES)
    first = await lab.planner.plan(ADA)
    web, dns = len(lab.web.requests), len(lab.names.questions)
    assert await lab.planner.plan(ADA) == first
    assert (len(lab.web.requests), len(lab.names.questions)) == (web, dns)
    lab.planner.forget()
    await lab.planner.plan(ADA)
    assert len(lab.web.requests) == 2 * web


async def test_a_retry_asks_only_who_did_not_answer(start_lab: StartLab) -> None:
    lab = start_lab({"example.org": []}, {("autoconfig.example.org", CONFIG): silent()}, patience=Patience(cap_s=0.4))
    await lab.planner.plan(ADA)
    lab.web.pages[("autoconfig.example.org", CONFIG)] = Page(config())
    dialed, before = len(lab.dialer.hosts), len(lab.names.questions)
    plan = await lab.planner.plan(ADA)
    assert plan.candidates[0].source is Source.AUTOCONFIG
    assert lab.dialer.hosts[dialed:] == ["autoconfig.example.org"]
    assert {name for name, _ in lab.names.questions[before:]} <= {"autoconfig.example.org"}


async def test_a_preset_needs_no_network(start_lab: StartLab) -> None:
    lab = start_lab(presets=[hoster(domains=("example.org",))])
    plan = await lab.planner.plan(ADA)
    assert plan.provider is not None
    assert [(c.host, c.source, c.trusted) for c in plan.candidates] == [
        ("imap.hoster.example", Source.PRESET, True),
        ("smtp.hoster.example", Source.PRESET, True),
    ]
    assert lab.dialer.hosts == []
    assert set(lab.names.questions) == {(".", "SOA")}  # the lab's own look, once or more


async def test_a_pack_says_that_it_is_one(start_lab: StartLab) -> None:
    plan = await start_lab(presets=[hoster("pack", domains=("example.org",))]).planner.plan(ADA)
    assert {candidate.source for candidate in plan.candidates} == {Source.PACK}
    assert [one.source for one in plan.asked] == [Source.PACK]


def test_a_preset_loads_nothing_heavy() -> None:
    """Start-up and the first answer must not pay for libraries that only the network needs."""
    program = """
import asyncio, sys
from wizard import wiring
from wizard.model.address import Address
async def main():
    async with wiring.planner(wiring.Settings()) as planner:
        return await planner.plan(Address("ada", "gmail.com", "gmail.com"))
assert asyncio.run(main()).candidates
print(*sorted({"httpcore", "dns", "anyio", "publicsuffixlist", "cryptography", "defusedxml"} & set(sys.modules)))
"""
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ended.stdout.strip() == ""


async def test_a_repair_asks_everybody_and_guesses_too(start_lab: StartLab) -> None:
    pages: Pages = {("autoconfig.example.org", CONFIG): Page(config())}
    lab = start_lab({"example.org": []}, pages, [hoster(domains=("example.org",))])
    plan = await lab.planner.plan(ADA, PlanOptions(repair=True))
    assert [c.source.value for c in plan.candidates[:4]] == ["preset", "preset", "autoconfig", "autoconfig"]
    assert plan.candidates[4].source is Source.GUESS
    lab = start_lab({"example.org": []}, pages)
    plan = await lab.planner.plan(ADA, PlanOptions(repair=True))
    assert plan.candidates[0].also == (Source.GUESS,)
    assert sum(candidate.source is Source.GUESS for candidate in plan.candidates) > 20


async def test_asking_nobody_leaves_guesses(start_lab: StartLab) -> None:
    lab = start_lab({"example.org": ZONE}, PAGES)
    before = len(lab.names.questions)
    plan = await lab.planner.plan(ADA, PlanOptions(ask_nobody=True))
    assert {candidate.source for candidate in plan.candidates} == {Source.GUESS}
    assert (plan.asked, lab.dialer.hosts, len(lab.names.questions)) == ((), [], before)


async def test_offline_fetches_no_page(start_lab: StartLab) -> None:
    lab = start_lab({"example.org": ZONE}, PAGES)
    plan = await lab.planner.plan(ADA, PlanOptions(offline=True))
    assert lab.dialer.hosts == []
    assert {one.source for one in plan.asked} == {Source.MX, Source.SRV}


async def test_conflicts_stay_visible_in_order(start_lab: StartLab) -> None:
    pages: Pages = {
        ("autoconfig.example.org", CONFIG): Page(config(username="%EMAILLOCALPART%")),
        (ISPDB, "/v1.1/example.org"): Page(config()),
    }
    plan = await start_lab({"example.org": []}, pages).planner.plan(ADA)
    assert [(c.source, c.username) for c in plan.of(Protocol.IMAP)] == [
        (Source.AUTOCONFIG, "ada"),
        (Source.ISPDB, "ada@example.org"),
    ]


async def test_a_silent_source_holds_nobody_back(start_lab: StartLab) -> None:
    pages: Pages = dict.fromkeys(PAGES, silent()) | {(ISPDB, "/v1.1/example.org"): Page(config())}
    lab = start_lab({"example.org": []}, pages, patience=Patience(cap_s=3600.0))  # else the test's own limit ends it
    plan = await lab.planner.plan(ADA)
    assert plan.candidates[0].source is Source.ISPDB
    silence = [one for one in plan.asked if one.answer == "no answer"]
    assert {one.source for one in silence} == {Source.AUTOCONFIG, Source.AUTODISCOVER}


async def test_a_better_source_is_waited_for_a_moment(start_lab: StartLab) -> None:
    loop = asyncio.get_running_loop()
    database_answered = asyncio.Event()

    def database(_: Request) -> Page:
        loop.call_soon_threadsafe(database_answered.set)
        return Page(config())

    def own(_: Request) -> Page:
        asyncio.run_coroutine_threadsafe(database_answered.wait(), loop).result(5)
        return Page(config("imap2.example.org"))

    pages: Pages = {("autoconfig.example.org", CONFIG): own, (ISPDB, "/v1.1/example.org"): database}
    lab = start_lab({"example.org": []}, pages, patience=Patience(better_s=5, lesser_s=0))
    plan = await lab.planner.plan(ADA)
    assert plan.candidates[0].host == "imap2.example.org"


async def test_everybody_silent_ends_at_the_cap_with_guesses(start_lab: StartLab) -> None:
    lab = start_lab({"example.org": []}, dict.fromkeys(PAGES, silent()), patience=Patience(cap_s=0.5))
    began = time.monotonic()
    plan = await lab.planner.plan(ADA)
    assert time.monotonic() - began > 0.4
    assert_ended_by(began, 0.5)
    assert {candidate.source for candidate in plan.candidates} == {Source.GUESS}
    await _closed(lab.dialer)


@pytest.mark.slow
async def test_time_in_which_this_program_had_no_turn_is_nobodys_silence(start_lab: StartLab) -> None:
    over = threading.Event()
    unanswered: set[object] = set()

    def told(progress: Progress) -> None:
        unanswered.symmetric_difference_update({progress.detail["whom"]})
        if "answer" in progress.detail and len(unanswered) == 1:
            time.sleep(1.5)  # holds the loop, while only the provider's page is still waited for
            over.set()

    def own(_: Request) -> Page:
        over.wait()
        return Page(config())

    lab = start_lab({"example.org": []}, {("autoconfig.example.org", CONFIG): own}, patience=Patience(cap_s=1.0))
    plan = await lab.planner.plan(ADA, PlanOptions(listener=told))
    assert plan.candidates[0].source is Source.AUTOCONFIG


async def test_nobody_is_waited_for_once_it_is_enough(start_lab: StartLab) -> None:
    lab = start_lab({"example.org": ["_imaps._tcp SRV 0 1 993 imap"]}, dict.fromkeys(PAGES, silent()))
    enough = asyncio.Event()

    def told(progress: Progress) -> None:
        if progress.detail.get("answer") == "found":
            enough.set()

    plan = await lab.planner.plan(ADA, PlanOptions(enough=enough, listener=told))
    assert {candidate.source for candidate in plan.candidates} == {Source.SRV, Source.GUESS}
    assert {one.answer for one in plan.asked if one.source is Source.AUTOCONFIG} == {"no answer"}
    await _closed(lab.dialer)


async def test_who_was_not_waited_for_is_asked_once_more_where_everybody_counts(start_lab: StartLab) -> None:
    """Also where others had settled it, as far as servers go."""
    is_late = threading.Event()

    def own(_: Request) -> Page:
        is_late.wait(5)
        return Page(config().replace(b"%EMAILADDRESS%", b"u104711"))

    pages: Pages = {("autoconfig.example.org", CONFIG): own, (ISPDB, "/v1.1/example.org"): Page(config())}
    lab = start_lab({"example.org": []}, pages, patience=Patience(better_s=0, lesser_s=0))
    plan = await lab.planner.plan(ADA)
    assert plan.candidates[0].source is Source.ISPDB
    assert any(one.may_name_user and not one.has_answered for one in plan.asked)
    is_late.set()
    assert (await lab.planner.plan(ADA)).candidates == plan.candidates, "it is settled"
    whole = await lab.planner.plan(ADA, PlanOptions(everybody=True))
    assert {one.username for one in whole.candidates if one.source is Source.AUTOCONFIG} == {"u104711"}


async def test_cancelling_leaves_nothing_open(start_lab: StartLab) -> None:
    lab = start_lab({"example.org": []}, dict.fromkeys(PAGES, silent()))
    task = asyncio.ensure_future(lab.planner.plan(ADA))
    while lab.dialer.open_sockets < 3:  # noqa: ASYNC110 - sockets have no event to wait for
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await _closed(lab.dialer)
    assert asyncio.all_tasks() == {asyncio.current_task()}


HOSTILE = {
    "entities": Page(b'<!DOCTYPE a [<!ENTITY x "y">]><clientConfig>&x;</clientConfig>'),
    "deep": Page(b"<a>" * 50_000),
    "huge": Page(bytes(300_000)),
    "compressed": Page(b"\x1f\x8b", headers={"Content-Encoding": "gzip"}),
    "http": moved("http://autoconfig.example.org/mail/config-v1.1.xml"),
    "circle": lambda request: moved(request.path),
    "password": Page(status=401, headers={"WWW-Authenticate": 'Basic realm="x"'}),
    "html": Page(b"<html><body>Coming soon<br></body></html>"),
    "own machine": Page(config("localhost", "127.0.0.1")),
    "nothing": Page(b""),
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", HOSTILE)
async def test_with_every_source_hostile_the_guesses_are_left(start_lab: StartLab, kind: str) -> None:
    zone = ["_imaps._tcp SRV 0 1 993 localhost.", "_submissions._tcp SRV 0 1 22 smtp", "@ MX 1 localhost."]
    lab = start_lab({"example.org": zone}, dict.fromkeys(PAGES, HOSTILE[kind]))
    plan = await lab.planner.plan(ADA)
    assert {candidate.source for candidate in plan.candidates} == {Source.GUESS}
    assert not any("authorization" in request.headers for request in lab.web.requests)
    if kind != "password":
        assert any(one.answer.startswith("refused: ") for one in plan.asked if one.source is Source.AUTOCONFIG)


async def test_settings_on_a_foreign_domain_need_a_yes(start_lab: StartLab) -> None:
    pages: Pages = {("autoconfig.example.org", CONFIG): Page(config("imap.example.net", "smtp.example.net"))}
    plan = await start_lab({"example.org": []}, pages).planner.plan(ADA)
    assert [(c.host, c.trusted) for c in plan.candidates[:2]] == [
        ("imap.example.net", False),
        ("smtp.example.net", False),
    ]
    assert plan.candidates[2].source is Source.GUESS
    # A preset's servers need no other word.
    pages = {("autoconfig.example.org", CONFIG): Page(config("imap.hoster.example", "smtp.hoster.example"))}
    plan = await start_lab({"example.org": []}, pages, [hoster(mx=("mx.invalid",))]).planner.plan(ADA)
    assert [(c.host, c.trusted) for c in plan.candidates] == [
        ("imap.hoster.example", True),
        ("smtp.hoster.example", True),
    ]
    assert plan.provider is not None


async def test_settings_fetched_from_a_foreign_domain_need_a_yes(start_lab: StartLab) -> None:
    abroad = config().replace(b"smtp.example.org", b"smtp.example.net")
    pages: Pages = {
        ("autoconfig.example.org", CONFIG): lambda request: moved(f"https://config.example.net{request.path}"),
        ("config.example.net", CONFIG): Page(abroad),
    }
    lab = start_lab({"example.org": []}, pages)
    plan = await lab.planner.plan(ADA)
    named = {one.host: one.trusted for one in plan.candidates if one.source is Source.AUTOCONFIG}
    assert named == {"imap.example.org": True, "smtp.example.net": False}
    assert "example.org leaves the settings to another domain: config.example.net." in plan.notes
    asked = [request.path for request in lab.web.requests if request.host == "config.example.net"]
    assert asked == [CONFIG]


@pytest.mark.parametrize(
    "body",
    [
        config().replace(b"<hostname>", b"<hostname>Smith & Sons "),
        b"<br />Warning: mysql_connect() in /srv/config.php on line 3" + config(),
        config().replace(b"imap.example.org", "müller.example.org".encode("latin-1")),
        config()[:-30],
    ],
)
async def test_settings_that_cannot_be_read_are_told(body: bytes, start_lab: StartLab) -> None:
    plan = await start_lab({"example.org": []}, {("autoconfig.example.org", CONFIG): Page(body)}).planner.plan(ADA)
    told = [note for note in plan.notes if note.startswith("autoconfig.example.org publishes settings that cannot")]
    assert len(told) == 1
    assert told[0].isprintable()


async def test_a_page_for_everything_is_no_settings_file(start_lab: StartLab) -> None:
    page = Page(b"<html><body>Not here<br></body></html>")
    plan = await start_lab({"example.org": []}, {("autoconfig.example.org", CONFIG): page}).planner.plan(ADA)
    assert plan.notes == ()


async def test_unencrypted_comes_last_of_all(start_lab: StartLab) -> None:
    clear = config().replace(b"993", b"143").replace(b"SSL", b"plain")
    plan = await start_lab({"example.org": []}, {("autoconfig.example.org", CONFIG): Page(clear)}).planner.plan(ADA)
    assert [c.security for c in plan.candidates[-2:]] == [Security.NONE, Security.NONE]
    assert not any(c.trusted for c in plan.candidates[-2:])
    assert [(c.source, c.port) for c in plan.of(Protocol.IMAP)[:2]] == [
        (Source.AUTOCONFIG, 143),
        (Source.AUTOCONFIG, 993),
    ]


async def test_only_the_wanted_incoming_protocol(start_lab: StartLab) -> None:
    lab = start_lab({"example.org": ZONE}, PAGES)
    plan = await lab.planner.plan(ADA, PlanOptions(incoming_protocol=Protocol.POP3))
    assert {candidate.protocol for candidate in plan.candidates} == {Protocol.POP3, Protocol.SMTP}


@pytest.mark.parametrize(
    ("address", "sent"),
    [
        ("ada+news@example.org", "ada%2Bnews@example.org"),
        ("ädä@example.org", "%C3%A4d%C3%A4@example.org"),
        ("a&b=c@example.org", "a%26b%3Dc@example.org"),
    ],
)
async def test_unusual_local_parts_reach_only_the_domain(start_lab: StartLab, address: str, sent: str) -> None:
    lab = start_lab({"example.org": ZONE}, PAGES)
    await lab.planner.plan(Address.parse(address))
    told = {(request.host, request.path) for request in lab.web.requests if "?" in request.path}
    assert told == {
        ("autoconfig.example.org", f"{CONFIG}?emailaddress={sent}"),
        ("autoconfig.example.org", f"{MAIL_V1}?emailaddress={sent}"),
        ("example.org", f"{WELL_KNOWN}?emailaddress={sent}"),
    }
    named = [request for request in lab.web.requests if b"EMailAddress" in request.body]
    assert all(request.host.endswith("example.org") for request in named)


async def test_idn_and_subdomains(start_lab: StartLab) -> None:
    host = "autoconfig.post.xn--bcher-kva.example"
    page = Page(config("imap.%EMAILDOMAIN%", "smtp.bücher.example"))
    lab = start_lab({"xn--bcher-kva.example": []}, {(host, CONFIG): page})
    plan = await lab.planner.plan(Address.parse("ada@post.bücher.example"))
    imap, smtp = plan.candidates[:2]
    assert (imap.host, imap.trusted) == ("imap.post.xn--bcher-kva.example", True)
    assert (smtp.host, smtp.trusted) == ("smtp.xn--bcher-kva.example", True)
    assert not any(host.endswith("autoconfig.xn--bcher-kva.example") for host in lab.dialer.hosts)


async def test_a_department_is_found_under_its_house_in_the_database_only(start_lab: StartLab) -> None:
    pages: Pages = {
        (ISPDB, "/v1.1/example.org"): Page(config("imap.example.org", "smtp.%EMAILDOMAIN%")),
        ("autoconfig.example.org", CONFIG): Page(config()),
        ("autodiscover.example.org", POX): Page(POX_BODY),
    }
    lab = start_lab({"example.org": [], "example.net": []}, pages)
    plan = await lab.planner.plan(Address.parse("ada@post.campus.example.org"))
    imap, smtp = plan.candidates[:2]
    assert (imap.host, imap.username) == ("imap.example.org", "ada@post.campus.example.org")
    assert smtp.host == "smtp.post.campus.example.org"
    assert {(c.source, c.trusted) for c in (imap, smtp)} == {(Source.ISPDB, True)}
    assert f"{ISPDB} for example.org" in [one.whom for one in plan.asked]
    assert {request.host for request in lab.web.requests} == {ISPDB}
    assert "example.org" not in {name for name, kind in lab.names.questions if kind != "SOA"}  # the lab's own look


async def test_the_departments_own_word_counts_more_than_its_houses(start_lab: StartLab) -> None:
    pages: Pages = {
        (ISPDB, "/v1.1/example.org"): Page(config()),
        (ISPDB, "/v1.1/campus.example.org"): Page(config("imap.campus.example.org")),
    }
    plan = await start_lab({"example.org": []}, pages).planner.plan(Address.parse("ada@campus.example.org"))
    assert [c.host for c in plan.of(Protocol.IMAP)] == ["imap.campus.example.org", "imap.example.org"]


@pytest.mark.parametrize("domain", ["example.org", "example.co.uk", "someone.github.io"])
async def test_nothing_above_a_registered_domain_is_asked_for(start_lab: StartLab, domain: str) -> None:
    lab = start_lab({domain: []}, {(ISPDB, "/v1.1/x"): Page()})
    await lab.planner.plan(Address.parse(f"ada@{domain}"))
    assert [request.path for request in lab.web.requests if request.host == ISPDB] == [f"/v1.1/{domain}"]


async def test_where_to_sign_in_in_the_browser_is_the_best_sources_word(start_lab: StartLab) -> None:
    def page(host: str) -> Page:
        section = f"<oAuth2><authURL>https://{host}/a</authURL><tokenURL>https://{host}/t</tokenURL></oAuth2>"
        return Page(config().replace(b"</clientConfig>", f"{section}</clientConfig>".encode()))

    pages: Pages = {
        (ISPDB, "/v1.1/example.org"): page("login.example.net"),
        ("autoconfig.example.org", CONFIG): page("login.example.org"),
    }
    plan = await start_lab({"example.org": []}, pages).planner.plan(ADA)
    assert plan.oauth is not None
    assert (plan.oauth.source, plan.oauth.token, plan.oauth.trusted) == (
        Source.AUTOCONFIG,
        "https://login.example.org/t",
        True,
    )


async def test_what_is_asked_is_told(start_lab: StartLab) -> None:
    told: list[Progress] = []
    plan = await start_lab({"example.org": ZONE}, PAGES).planner.plan(ADA, PlanOptions(listener=told.append))
    began = {one.detail["whom"] for one in told if one.outcome is Outcome.STARTED}
    ended = {one.detail["whom"]: one.detail["answer"] for one in told if one.outcome is Outcome.OK}
    assert began == set(ended) == {one.whom for one in plan.asked}


async def _closed(dialer: LabDialer) -> None:
    async with asyncio.timeout(0.5):
        while dialer.open_sockets:  # noqa: ASYNC110 - sockets have no event to wait for
            await asyncio.sleep(0)
