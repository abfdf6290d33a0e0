"""Where words were said: by a server further on, of a whole organisation, at a server that only takes mail in."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from wizard.diagnosis.fact_keys import Seen
from wizard.diagnosis.rule import Phrase
from wizard.model.host import is_this_computer

# Bounces, and the logs of servers that pass mail on: another server than the person's own was refused.
_NEXT_SERVER: Final = (
    *(
        "deferred",
        "remote delivery",
        "status=bounced",
        "relay=",
        "dsn=",
        "in reply to",
        "delivery temporarily suspended",
    ),
    *("while performing the", "lost connection with", "conversation with", "while sending mail from"),
    *("while sending rcpt to", "while sending message body", "next hop", "mail for delivery", "refused to talk to me"),
    *("remote mail server after", "error from remote", "remote server returned '", "remote host said"),
    *("x-postfix;", "]:25: no route", "]:25: network is unreachable", "]:25: connection"),
    *("smtp;", "diagnostic-code", "final-recipient", "reporting-mta", "generating server"),
    *("host ... said: #", "giving up on", "undelivered mail", "returned mail", "delivery status notification"),
    *("could not be delivered to", "couldn't be delivered to", "delivery to the following recipient*"),
    *("recipient's server", "recipients server", "server des empfängers", "empfängerserver"),
    *("serveur du destinataire", "servidor del destinatario", "server del destinatario", "servidor do destinatário"),
    *("server van de ontvanger", "serwer odbiorcy", "serwerem odbiorcy", "сервер получателя", "сервером получателя"),
    *("受信者のサーバー", "收件人服务器", "对方服务器"),
)
# It gave up: nothing is tried again by itself.
_GAVE_UP: Final = (
    *("not going to try again", "i've given up", "i have given up", "giving up after", "message expired"),
    *("retry timeout exceeded", "in the queue too long", "queue lifetime", "status=bounced", "status=expired"),
    *("returned to sender", "no further attempts", "will not be retried", "undelivered mail returned"),
)
# The person's organisation is meant, whose administrator alone can change what was refused.
_ORGANISATION: Final = (
    *("your domain", "domain administrator", "domain admin", "tenant", "your organi*", "the organi*", "your company"),
    *("ihre domain", "ihrer domain", "ihre organisation", "ihrer organisation", "domänenadministrator"),
    *("domain-administrator", "votre domaine", "votre organisation", "administrateur du domaine"),
    *("su dominio", "tu dominio", "su organización", "tu organización", "administrador del dominio"),
    *("tuo dominio", "tua organizzazione", "amministratore del dominio", "seu domínio", "sua organização"),
    *("administrador do domínio", "uw domein", "uw organisatie", "je organisatie", "domeinbeheerder"),
    *("twojej domeny", "twoja organizacja", "twojej organizacji", "administrator* domeny"),
    *("вашего домена", "вашем домене", "ваша организация", "вашей организации", "администратор* домена"),
    *("組織", "ドメイン管理者", "ドメインの管理者", "组织", "域管理员", "조직", "도메인 관리자"),
    *("kuruluşunuz*", "alan adınız*", "alan adı yönetici*"),
)
# Mail was being fetched, whatever the words behind it speak of.
_FETCHING: Final = (
    *("fetching mail", "fetching e-mail", "fetching email", "fetch mail", "fetch new mail", "retrieving mail"),
    *("retrieve mail", "while receiving", "when receiving", "abrufen", "abruf", "abholen", "beim empfangen"),
    *("récupération des messages", "récupérer les messages", "récupérer le courrier", "lors de la réception"),
    *("al recibir", "descargar el correo", "descargar correo", "scaricare la posta", "durante la ricezione"),
    *("ao receber", "baixar e-mails", "ophalen van", "op te halen", "odbierania poczty", "pobierania poczty"),
    *("получении почты", "приеме почты"),
    *("メールの受信", "メール受信", "收取邮件", "接收邮件", "메일 수신", "posta alınırken"),
)
_PORT_FOR_FETCHING: Final = re.compile(r"(?::|\bport:? )(?:110|143|993|995)\b")
# Names of servers that take mail in for their own domain and sign nobody in: mx1.example.org, aspmx.l.google.com.
_TAKES_MAIL_IN: Final = re.compile(
    r"(?:alt\d\.)?aspmx\d?\.|mx[a-z]?\d{0,3}(?:-[\w-]*)?\.|[\w-]*-smtp-in\.|mta\d+\.am\d\.yahoodns\.|inbound-smtp\.|"
    r"[\w.-]+\.(?:mail\.protection\.outlook\.com|olc\.protection\.outlook\.com|mail\.eo\.outlook\.com)$"
)
_PORT_FOR_SENDING: Final = re.compile(r"(?<!\d)(?:465|587|2525)(?!\d)")


def takes_mail_in(host: str) -> bool:
    """Whether the name is that of a server for incoming mail from other servers (an MX), where nobody signs in."""
    return _TAKES_MAIL_IN.match(host.lower()) is not None


def seen_in_text(folded: str, host: str | None) -> frozenset[str]:
    """What the folded text and the server's name show of where it was said."""
    found = {*seen_in_reply(folded), Seen.PASTED}
    if any(phrase.is_in(folded) for phrase in _parsed(_NEXT_SERVER)):
        found.add(Seen.NEXT_SERVER)
    if any(phrase.is_in(folded) for phrase in _parsed(_GAVE_UP)):
        found |= {Seen.NEXT_SERVER, Seen.GAVE_UP}
    at_its_port = _PORT_FOR_FETCHING.search(folded) and not _PORT_FOR_SENDING.search(folded)
    if at_its_port or any(phrase.is_in(folded) for phrase in _parsed(_FETCHING)):
        found.add(Seen.FETCHING)
    if host is not None and is_this_computer(host):
        found.add(Seen.ON_THIS_COMPUTER)
    if host is not None and takes_mail_in(host) and not _PORT_FOR_SENDING.search(folded):
        found.add(Seen.TAKES_MAIL_IN)
    return frozenset(found)


def seen_in_reply(folded: str) -> frozenset[str]:
    """What a server's own folded words show of whom they are about."""
    about = any(phrase.is_in(folded) for phrase in _parsed(_ORGANISATION))
    return frozenset({Seen.ORGANISATION}) if about else frozenset()


@cache
def _parsed(phrases: tuple[str, ...]) -> tuple[Phrase, ...]:
    return tuple(Phrase.parse(words) for words in phrases)
