"""Which ways of signing in are tried, in which order, and whether a refusal is of the command or of the password."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from msgspec import Struct

from wizard.model.evidence import Detail, ErrorKind, Reply, Stage
from wizard.model.server import AuthMethod
from wizard.probe.credentials import Credentials
from wizard.probe.error_kinds import StageFailed

TOKEN_METHODS = (AuthMethod.XOAUTH2, AuthMethod.OAUTHBEARER)
# Inside TLS the plain ones come first: every server that announces them can do them.
PASSWORD_METHODS = (
    AuthMethod.PLAIN,
    AuthMethod.LOGIN,
    AuthMethod.SCRAM_SHA_256,
    AuthMethod.SCRAM_SHA_1,
    AuthMethod.CRAM_MD5,
)

# With these the password itself does not cross the line.
CHALLENGED = frozenset({AuthMethod.SCRAM_SHA_256, AuthMethod.SCRAM_SHA_1, AuthMethod.CRAM_MD5, AuthMethod.APOP})


class Attempt(Struct, frozen=True):
    """One way to sign in; `at_once`: what the client says first goes with the command, unasked."""

    method: AuthMethod
    at_once: bool = False


class Answer(Struct, frozen=True):
    """What a server said to one way: yes or not, in the words of its protocol and no others (T11)."""

    accepted: bool
    reply: Reply
    is_explained: bool = False  # a challenge said why a token was refused: it was judged, whatever words follow


class Challenge(Struct, frozen=True):
    """What a server wants answered before it decides."""

    data: bytes


def token_only(offered: Iterable[str]) -> bool:
    """Whether a server that offers these takes a browser sign-in and nothing else that we can do."""
    names = set(offered)
    return not names.isdisjoint(TOKEN_METHODS) and names.isdisjoint(PASSWORD_METHODS)


def methods_for(credentials: Credentials, offered: Sequence[str]) -> list[AuthMethod]:
    """The offered methods that fit the credentials, best first.

    A token goes by XOAUTH2, else OAUTHBEARER (RFC 7628); a password never by a token's method.
    """
    wanted = TOKEN_METHODS if credentials.token is not None else PASSWORD_METHODS
    return [method for method in wanted if method.value in offered]


def both_ways(methods: Iterable[AuthMethod], at_once: Callable[[AuthMethod], bool]) -> list[Attempt]:
    """Each method with what is said first in the command where it may stand there, and then without."""
    attempts = []
    for method in methods:
        attempts += [Attempt(method, at_once=True)] if at_once(method) else []
        attempts.append(Attempt(method))
    return attempts


def nothing_fits(offered: Sequence[str]) -> StageFailed:
    """The failure of a sign-in for which the server offers no way, or none of ours."""
    kind = ErrorKind.NO_COMMON_AUTH if offered else ErrorKind.AUTH_MISSING
    return StageFailed(Stage.AUTH, kind, detail=Detail(mechanisms=" ".join(offered) or None))


# A reply with one of these speaks of who signs in, whatever its code. Python compiles them at the first refusal.
_OF_THE_PERSON = (
    r"passw|credential|auth\w* (?:has )?(?:fail|unsuccess|reject|denied)|log\s?[io]n (?:fail|denied|incorrect|reject)"
    r"|(?:invalid|incorrect|bad|unknown|no such) (?:user|login|account|mailbox)|user\w* (?:unknown|not found|invalid)"
    r"|kennwort|passwort|mot de passe|contrase|senha|парол|パスワード|密码|密碼|비밀번호|hasł|wachtwoord|parola|şifre"
)
_UNKNOWN = (
    r"(?:unknown|invalid|unrecogni[sz]ed|unsupported|unimplemented|illegal|bad|missing|no such|unavailable"
    r"|not? (?:supported|implemented|recogni[sz]ed|understood|available|enabled|known|support)"
    r"|unbekannt\w*|inconnue?|desconocid[oa]|sconosciut[oa]|desconhecid[oa])"
)
_COMMAND = (
    r"(?:commands?|verb|mechanisms?|sasl|literals?|syntax|arguments?|parameters?"
    r"|auth\w* (?:type|method|mechanism|scheme)s?|befehl|commande|comando)"
)
_OF_THE_COMMAND = (
    rf"\b{_UNKNOWN}\b\W+(?:\w+\W+){{0,3}}{_COMMAND}\b|\b{_COMMAND}\b\W+(?:[\w-]+\W+){{0,4}}{_UNKNOWN}\b"
    r"|syntax error|error in imap command|protocol error"
)
_ABOUT_SECURITY = re.compile(r"5\.7\.(?!4$)\d+")  # RFC 3463 §3.8; X.7.4: the mechanism is not supported


def _speaks(of: str, reply: Reply) -> bool:
    return re.search(of, reply.text, re.IGNORECASE) is not None


def refuses_command(reply: Reply) -> bool:
    """Whether a refusal is about the command, so that the password was not judged.

    SMTP says so by 500 to 504 (RFC 5321 §4.2.1, RFC 4954 §6), IMAP by BAD (RFC 9051 §7.1.3), POP3 in words only; many
    servers use their refusal of a password for it, and a few the reverse.
    """
    if _speaks(_OF_THE_PERSON, reply):
        return False
    if (reply.code_text or "").upper().startswith("AUTH"):  # Dovecot says so even of PASS where it takes no PLAIN
        return "mechanism" in reply.text.lower() and _speaks(_OF_THE_COMMAND, reply)
    if reply.code in range(500, 505):
        return not _ABOUT_SECURITY.fullmatch(reply.enhanced or "")
    return reply.status == "BAD" or ((reply.code or 500) >= 500 and _speaks(_OF_THE_COMMAND, reply))
