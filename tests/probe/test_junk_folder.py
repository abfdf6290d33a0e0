"""Which folder is looked into when the inbox does not have the message."""

from __future__ import annotations

import pytest

from tests.lab.certificates import Issued
from tests.lab.scripted import Conversation as Talk
from tests.probe.talk import CREDENTIALS, Mail, candidate, say, tag_of, tls_server
from wizard.model.secret import Redactor
from wizard.model.server import Protocol, Security
from wizard.probe.connector import Network
from wizard.probe.conversation import Mailbox
from wizard.probe.engine import Prober


@pytest.mark.parametrize(
    ("folders", "looked_into"),
    [
        ([r'(\HasNoChildren) "." INBOX', r'(\HasNoChildren) "." INBOX.Junk'], "INBOX.Junk"),
        ([r'(\HasNoChildren) "/" "Mail/Spam"'], "Mail/Spam"),
        ([r'(\HasNoChildren) "\\" "Mine\\Junk E-mail"'], "Mine\\Junk E-mail"),
        ([r'(\HasNoChildren) "." Spam', r'(\HasNoChildren \Junk) "." Quarantine'], "Quarantine"),
        ([r'(\HasNoChildren) "." Bulk.Mine', r'(\HasNoChildren) "." Junkyard'], None),
        ([], None),
    ],
)
async def test_the_folder_for_junk_by_its_mark_or_the_last_part_of_its_name(
    network: Network, certificate: Issued, folders: list[str], looked_into: str | None
) -> None:
    examined: list[str] = []
    listing = "".join(f"* LIST {folder}\r\n" for folder in folders).encode()

    async def examine(talk: Talk, line: bytes) -> bool:
        name = line.decode().split(" ", 2)[2].strip('"').replace("\\\\", "\\")
        examined.append(name)
        return True

    async def nothing(talk: Talk, line: bytes) -> None:
        await talk.send_raw(b"* SEARCH\r\n" + tag_of(line) + b" OK done\r\n")

    mail = Mail(Protocol.IMAP, list=say(listing + b"{tag} OK done\r\n"), examine=examine, uid=nothing)
    async with tls_server(mail, certificate, Security.TLS) as server:
        conversation = Prober(network, Redactor((), ())).conversation(candidate(server, Protocol.IMAP, Security.TLS))
        await conversation.open()
        await conversation.sign_in(CREDENTIALS)
        assert isinstance(conversation, Mailbox)
        assert await conversation.find_message("a-token") is None
        conversation.abort()
    assert examined == ["INBOX", *([looked_into] if looked_into is not None else [])]
