"""What a person reads while a check runs is what stands there afterwards (real servers on loopback)."""

from __future__ import annotations

import pytest

from tests.lab.stage import imap, smtp, stage
from wizard.gui.lanes import LaneTracker, lanes_of
from wizard.model.evidence import Stage
from wizard.model.progress import Progress
from wizard.model.server import Way
from wizard.practice.scenarios import CertificateKind


@pytest.mark.parametrize(
    ("kind", "word"),
    [
        (CertificateKind.EXPIRED, "Expired"),
        (CertificateKind.SELF_SIGNED, "Self-signed"),
        (CertificateKind.NOT_YET_VALID, "Not yet valid"),
        (CertificateKind.OTHER_NAME, "Name differs"),
    ],
)
async def test_a_bad_certificate_is_named_live_as_afterwards(kind: CertificateKind, word: str) -> None:
    named = "shared.example.net" if kind is CertificateKind.OTHER_NAME else None
    servers = smtp("mail.example.org", certificate=kind, certificate_name=named), imap("mail.example.org")
    async with stage("ada@example.org", *servers) as scene:
        draft = scene.draft(outgoing="mail.example.org:465", incoming="mail.example.org:993")
        tracker = LaneTracker(draft)
        live: list[str] = []

        def watch(progress: Progress) -> None:
            lane = tracker.take(progress)
            if lane is not None and lane.way is Way.SENDING and lane.failure:
                live.append(lane.failure)

        result = await scene.session.check(draft, listener=watch)
    assert live[0] == word
    assert [lane.failure for lane in lanes_of(result) if lane.way is Way.SENDING] == [word]


@pytest.mark.parametrize("way", [*Way])
async def test_a_side_whose_usual_names_were_tried_shows_the_server_that_its_card_is_about(way: Way) -> None:
    """Of eight guesses seven do not exist; the one that does has let its certificate run out."""
    kinds = CertificateKind.EXPIRED, CertificateKind.GOOD
    sending, receiving = kinds if way is Way.SENDING else kinds[::-1]
    servers = smtp("mail.example.org", certificate=sending), imap("mail.example.org", certificate=receiving)
    async with stage("ada@example.org", *servers) as scene:
        result = await scene.check()
    assert [one.cause for one in result.diagnoses] == ["certificate-expired"]
    broken = next(lane for lane in lanes_of(result) if lane.way is way)
    assert (broken.broken, broken.failure, broken.host) == (Stage.TLS, "Expired", "mail.example.org")
    side = result.outgoing if way is Way.SENDING else result.incoming
    assert side is not None
    assert str(side.candidate.endpoint) == result.diagnoses[0].server
    (proven,) = [lane for lane in lanes_of(result) if lane.way is way.other]
    assert proven.works


async def test_both_sides_of_one_card_show_how_far_each_came() -> None:
    """Nobody names a server, and the domain has no more than the name of one, where nothing listens."""
    async with stage("ada@example.org", smtp("example.org", 26)) as scene:
        result = await scene.check()
    assert [one.cause for one in result.diagnoses] == ["connection-refused"]
    assert [(lane.broken, lane.host) for lane in lanes_of(result)] == [(Stage.CONNECT, "example.org")] * 2
