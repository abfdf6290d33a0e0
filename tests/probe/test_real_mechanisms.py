"""Sign-in without showing the password, at real servers: Dovecot's SCRAM and CRAM-MD5 over IMAP, POP3 and Postfix."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.lab.account import ADA
from tests.lab.certificates import Authority
from tests.lab.mail_server import MailServer
from tests.probe.talk import PROTOCOLS, Names
from wizard.model.secret import Redactor, Secret
from wizard.model.server import Protocol, Security, ServerCandidate, Source
from wizard.net.dial import SystemDialer
from wizard.net.tls import Trust
from wizard.probe.connector import Network
from wizard.probe.credentials import Credentials
from wizard.probe.engine import Prober
from wizard.probe.error_kinds import StageFailed

pytestmark = [pytest.mark.slow, pytest.mark.root]
MECHANISMS = ("SCRAM-SHA-256", "SCRAM-SHA-1", "CRAM-MD5")


@pytest.fixture(scope="module", params=MECHANISMS)
def offering(request: pytest.FixtureRequest, authority: Authority) -> Iterator[tuple[str, MailServer]]:
    """Postfix and Dovecot that offer this mechanism and no other."""
    name: str = request.param
    with MailServer(authority, dovecot=f"auth_mechanisms = {name.lower()}\n") as server:
        yield name, server


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("right", [True, False])
async def test_a_real_server_signs_in(
    protocol: Protocol, right: bool, offering: tuple[str, MailServer], authority: Authority
) -> None:
    name, server = offering
    host, port = {Protocol.SMTP: server.submissions, Protocol.IMAP: server.imaps, Protocol.POP3: server.pop3s}[protocol]
    where = ServerCandidate(protocol, host, port, Security.TLS, ADA.username, Source.GIVEN, trusted=True)
    password = ADA.password if right else "another-one"
    network = Network(SystemDialer(Names(), lab=True), Trust((authority.ca_file,)))
    conversation = Prober(network, Redactor((Secret(password),), ())).conversation(where)
    try:
        await conversation.open()
        if right:
            assert await conversation.sign_in(Credentials(ADA.username, Secret(password))) == name
            await conversation.prove_usable(ADA.address)
        else:
            with pytest.raises(StageFailed):
                await conversation.sign_in(Credentials(ADA.username, Secret(password)))
    finally:
        conversation.abort()
    assert conversation.recorder.sign_in_attempts == 1
