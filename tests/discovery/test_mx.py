"""Mail exchangers: to a preset, to their domain's own settings, and through a filter."""

from __future__ import annotations

import pytest

from tests.discovery.conftest import StartLab, config, hoster
from tests.lab.web import Page
from wizard.model.address import Address
from wizard.model.server import Source

ADA = Address.parse("ada@example.org")


async def test_a_preset_by_mx(start_lab: StartLab) -> None:
    lab = start_lab({"example.org": ["@ MX 10 in1.hoster.example.", "@ MX 20 in2.hoster.example."]}, presets=[hoster()])
    plan = await lab.planner.plan(ADA)
    assert plan.provider is not None
    assert plan.provider.id == "hoster"
    assert not plan.probably
    assert [(c.host, c.source, c.trusted) for c in plan.candidates] == [
        ("imap.hoster.example", Source.MX, True),
        ("smtp.hoster.example", Source.MX, True),
    ]


@pytest.mark.parametrize("place", ["autoconfig", "ispdb"])
async def test_the_exchangers_domain_has_settings(start_lab: StartLab, place: str) -> None:
    page = Page(config("imap.hoster.example", "smtp.hoster.example"))
    where = {
        "autoconfig": ("autoconfig.hoster.example", "/mail/config-v1.1.xml"),
        "ispdb": ("autoconfig.thunderbird.net", "/v1.1/hoster.example"),
    }
    lab = start_lab({"example.org": ["@ MX 10 in.far.hoster.example."]}, {where[place]: page})
    plan = await lab.planner.plan(ADA)
    first = plan.candidates[0]
    assert (first.host, first.source.value, first.trusted) == ("imap.hoster.example", place, False)
    assert lab.web.count(*where[place]) == 1
    # The foreign domain is never told the address, nor even the domain.
    told = [request for request in lab.web.requests if "hoster.example" in request.host + request.path]
    assert told
    assert not any("ada" in request.path or "example.org" in request.path for request in told)


async def test_a_domain_without_mail_says_so(start_lab: StartLab) -> None:
    plan = await start_lab({"example.org": ["@ MX 0 ."]}).planner.plan(ADA)
    assert any("accepts no mail" in note for note in plan.notes)
    assert any(one.answer == "refused: this domain accepts no mail" for one in plan.asked)


@pytest.mark.parametrize(
    ("spf", "probably"),
    [("v=spf1 include:_spf.google.com include:filter.example -all", "google-workspace"), ("v=spf1 mx -all", None)],
)
async def test_behind_a_filter(start_lab: StartLab, spf: str, probably: str | None) -> None:
    lab = start_lab(
        {"example.org": ["@ MX 10 mx1.pphosted.com.", f'@ TXT "{spf}"', '@ TXT "other=1"']},
        presets=[hoster("google-workspace")],
    )
    plan = await lab.planner.plan(ADA)
    assert (plan.provider.id if plan.provider else None) == probably
    assert plan.probably is (probably is not None)
    assert any("mail filter" in note for note in plan.notes)


async def test_the_exchanger_itself_is_the_last_idea(start_lab: StartLab) -> None:
    plan = await start_lab({"example.org": ["@ MX 10 box7.hoster.example."]}).planner.plan(ADA)
    at_exchanger = [candidate for candidate in plan.candidates if candidate.host == "box7.hoster.example"]
    assert at_exchanger
    assert plan.candidates[-len(at_exchanger) :] == tuple(at_exchanger)
    assert not any(candidate.trusted for candidate in at_exchanger)


async def test_hostile_exchangers(start_lab: StartLab) -> None:
    records = ["@ MX 1 localhost.", *(f"@ MX {n + 2} mx{n}.example.net." for n in range(50))]
    plan = await start_lab({"example.org": records}).planner.plan(ADA)
    assert not any(candidate.host == "localhost" for candidate in plan.candidates)
    assert len({candidate.host for candidate in plan.candidates if candidate.source is Source.MX}) == 1
