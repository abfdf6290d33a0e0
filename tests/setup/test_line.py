"""Whose line the server saw us come from: that provider's sending server is named, and only where it is meant."""

from __future__ import annotations

import pytest

from tests.lab.stage import imap, remedy_of, smtp, speaks_first, stage
from wizard.model.diagnosis import EditField, Field

ISP = "Client host [203.0.113.7] rejected: use the SMTP server of your ISP"
IN = imap("imap.example.org")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("p5b0d1234.dip0.t-ipconnect.de", "Send through Telekom, whose line this is: securesmtp.t-online.de:465/tls"),
        ("c-203-0-113-7.hsd1.ca.comcast.net", "Send through Xfinity, whose line this is: smtp.comcast.net:465/tls"),
        ("static.203.113.0.203.clients.your-server.de", "Send through your internet provider's server"),
        (None, "Send through your internet provider's server"),
    ],
)
async def test_the_relay_of_the_line_is_named(line: str | None, said: str) -> None:
    sending = smtp("smtp.example.org", rcpt_reply=f"550 5.7.1 {ISP}")
    async with stage("ada@example.org", sending, IN, line=line) as on_stage:
        first = speaks_first(await on_stage.check(), "client-ip-blocked", "use-isp-relay").remedies[0]
    assert (first.id, first.say) == ("use-isp-relay", said)
    assert isinstance(first.action, EditField)
    server = first.action.server
    if server is None:
        assert first.action.field is Field.OUTGOING_HOST
    else:  # it is filled in, and only its login is missing
        assert first.action.field is Field.OUTGOING_USERNAME
        assert (said.rpartition(" ")[2], server.username) == (str(server.endpoint) + f"/{server.security.value}", "")
    assert (server is None) is ("whose line this is" not in said)
    assert len(first.steps) == 3


async def test_an_allow_list_asks_for_the_address_first() -> None:
    sending = smtp("smtp.example.org", banner="554 5.7.1 Your IP [203.0.113.7] is not allowed")
    async with stage("ada@example.org", sending, IN, line="host.dip0.t-ipconnect.de") as on_stage:
        card = speaks_first(await on_stage.check(), "client-ip-blocked", "copy-public-address")
    assert card.remedies[0].id == "copy-public-address"
    assert remedy_of(card, "use-isp-relay").say.startswith("Send through Telekom")
