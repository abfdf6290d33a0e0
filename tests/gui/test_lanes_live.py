"""What a person reads while a check runs is what stands there afterwards (real servers on loopback)."""

from __future__ import annotations

import pytest

from tests.lab.stage import imap, smtp, stage
from wizard.gui.lanes import LaneTracker, lanes_of
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
