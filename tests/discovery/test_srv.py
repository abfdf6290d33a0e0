"""Service records from a real name server."""

from __future__ import annotations

from tests.discovery.conftest import StartLab
from wizard.model.address import Address
from wizard.model.plan import PlanOptions
from wizard.model.server import Protocol, Security, Source

ADA = Address.parse("ada@example.org")

ALL = [
    "_submissions._tcp SRV 0 1 465 smtp", "_submission._tcp SRV 0 1 587 smtp", "_imaps._tcp SRV 0 1 993 imap",
    "_imap._tcp SRV 0 1 143 imap", "_pop3s._tcp SRV 10 1 995 pop", "_pop3._tcp SRV 10 1 110 pop",
]  # fmt: skip


async def test_all_services(start_lab: StartLab) -> None:
    lab = start_lab({"example.org": ALL})
    plan = await lab.planner.plan(ADA, PlanOptions(offline=True))
    found = [(c.protocol, c.host, c.port, c.security) for c in plan.candidates if c.source is Source.SRV]
    assert found == [
        (Protocol.SMTP, "smtp.example.org", 465, Security.TLS),
        (Protocol.SMTP, "smtp.example.org", 587, Security.STARTTLS),
        (Protocol.IMAP, "imap.example.org", 993, Security.TLS),
        (Protocol.IMAP, "imap.example.org", 143, Security.STARTTLS),
        (Protocol.POP3, "pop.example.org", 995, Security.TLS),
        (Protocol.POP3, "pop.example.org", 110, Security.STARTTLS),
    ]
    # DNS alone said so; but they stand in the address's own domain, whose certificate each of them has to show.
    assert all(candidate.trusted for candidate in plan.candidates if candidate.source is Source.SRV)
    assert {candidate.source for candidate in plan.candidates} == {Source.SRV}  # no guess is needed then


async def test_priority_then_weight(start_lab: StartLab) -> None:
    records = [
        "_imaps._tcp SRV 20 1 993 c.mail", "_imaps._tcp SRV 10 1 993 b.mail", "_imaps._tcp SRV 10 9 143 a.mail",
    ]  # fmt: skip
    plan = await start_lab({"example.org": records}).planner.plan(ADA, PlanOptions(offline=True))
    assert [(c.host[0], c.port) for c in plan.of(Protocol.IMAP)[:3]] == [("a", 143), ("b", 993), ("c", 993)]


async def test_the_port_of_another_protocol_is_a_slip(start_lab: StartLab) -> None:
    records = ["_imaps._tcp SRV 0 1 995 mail", "_submission._tcp SRV 0 1 143 mail"]
    plan = await start_lab({"example.org": records}).planner.plan(ADA, PlanOptions(offline=True))
    named = [(c.protocol, c.port, c.security) for c in plan.candidates if c.source is Source.SRV]
    assert named == [(Protocol.SMTP, 587, Security.STARTTLS), (Protocol.IMAP, 993, Security.TLS)]


async def test_servers_of_another_domain_need_a_yes(start_lab: StartLab) -> None:
    lab = start_lab({"example.org": ["_imaps._tcp SRV 0 1 993 imap.example.net."]})
    plan = await lab.planner.plan(ADA, PlanOptions(offline=True))
    named = [candidate for candidate in plan.candidates if candidate.source is Source.SRV]
    assert [(candidate.host, candidate.trusted) for candidate in named] == [("imap.example.net", False)]


async def test_hostile_records_are_refused_by_name(start_lab: StartLab) -> None:
    lab = start_lab(
        {
            "example.org": [
                "_imaps._tcp SRV 0 1 993 localhost.",
                "_submissions._tcp SRV 0 1 22 mail",
                "_submission._tcp SRV 0 0 0 .",
                *(f"_pop3s._tcp SRV {n} 1 995 pop{n}" for n in range(50)),
            ]
        }
    )
    plan = await lab.planner.plan(ADA, PlanOptions(offline=True))
    asked = {one.whom.partition(".")[0]: one.answer for one in plan.asked}
    assert asked["_imaps"] == "refused: server localhost is inside this computer or its line"
    assert asked["_submissions"] == "refused: port 22 of mail.example.org is not a mail port"
    assert asked["_submission"] == "nothing"
    assert sum(candidate.source is Source.SRV for candidate in plan.candidates) == 5
