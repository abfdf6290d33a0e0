"""What looks like a password or token in a pasted log, a configuration or a line of code is not repeated."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from wizard.diagnosis.client_errors import Reading, read, telling_lines, undo_encodings
from wizard.model.secret import MASK

_NAME: Final = (
    r"(?:pass(?:w(?:or)?d|wort|phrase|code)?|pwd|kennwort|mot de passe|contrase[ñn]a|senha|wachtwoord|has[łl]o|parola|"
    r"пароль|パスワード|密码|密碼|비밀번호|(?:access|refresh|id|auth)[_-]?token|api[_-]?key|client[_-]?secret)"
)
_NAMES: Final = (
    *("pass", "pwd", "kennwort", "contrase", "senha", "wachtwoord", "hasł", "haslo", "parola", "парол", "パス", "密"),
    *("비밀", "token", "key", "secret"),
)
# A name begins there: not the end of "compass", but that of "smtp_pass" and of "smtpPassword".
_BEGINS: Final = r"(?:(?<![^\W_])|(?-i:(?<=[a-z])(?=[P])))"
_QUOTED: Final = r"\"(?:\\.|[^\"\\\n]){1,4000}\"|'(?:\\.|[^'\\\n]){1,4000}'"
_BARE: Final = r"\S{3,4000}(?!\S)"  # to the next blank, for a secret may hold any sign; rather more than a half of it
_ODD: Final = rf"(?:{_QUOTED}|(?=\S*(?:\d|[^\w\s]\w)){_BARE})"  # what no word of a sentence looks like
_GROUPS_OF_FOUR: Final = r"[a-z]{4}(?: [a-z]{4}){3}\b"  # as Google shows an app password
_BASE64: Final = r"(?-i:(?=\S*[a-z0-9])(?=\S*[A-Z0-9=+/]))[a-z0-9+/]{4,4000}={0,2}"  # and no word of a sentence
_VALUE: Final = rf"(?:{_QUOTED}|{_GROUPS_OF_FOUR}|{_BARE})"
_AFTER: Final = r"\W{0,4}(?:c:|client:|sent:)?[ \t]*"
_COMMANDS: Final = ("authenticate ", "pass ", "login ")
_ARGUMENT: Final = r"(?:[\"'][^\"'\n]{0,200}[\"']|[\w.]{1,200})"
_USER: Final = r"(?:\"[^\"\n]{0,200}\"|'[^'\n]{0,200}'|[^\s\"']{1,200})"
_TAG: Final = r"(?:^|[\"'>:] ?|(?<!\S)(?:[\w.]{0,12}\d|[A-Za-z.])[ \t])"  # of an IMAP command, or what a log has there
# Whoever typed in a conversation by hand, or what a log puts before what was sent.
_SENT: Final = r"^(?:\W{0,4}(?:c|client|sent):|[^\w\n]{1,4})?[ \t]*(?:[\w.]{0,8}\d|[.a-z])?[ \t]*"

# What a text must hold for a pattern to be worth compiling, which takes longer than anything else here; what stands
# before a secret, the secret, and what must follow it.
_PATTERNS: Final = (
    # Commands (RFC 3501, RFC 1939, RFC 4954): in capitals anywhere, else as a line of their own: no "could not pass the
    # message on".
    (("auth ",), r"\bauth (?:plain|login|xoauth2|oauthbearer|cram-md5|external)[ \t]+", _BASE64, ""),
    (_COMMANDS, rf"(?-i:\bAUTHENTICATE [\w-]+|\bPASS|{_TAG}LOGIN {_USER})[ \t]+", _ODD, ""),
    (
        _COMMANDS,
        rf"(?-i:\bAUTHENTICATE [\w-]+|\bPASS|{_TAG}LOGIN {_USER})[ \t]+",
        _VALUE,
        r"(?=\s*(?:$|[^\w\s]))",
    ),
    (
        _COMMANDS,
        rf"{_SENT}(?:pass|authenticate [\w-]+|login {_USER})[ \t]+",
        _VALUE,
        r"(?=[\s\"']*$)",
    ),
    # What is sent after a challenge of the server's.
    (("334",), rf"^[^\n]{{0,40}}\b334(?: [^\n]*)?\n{_AFTER}", _BASE64, r"(?=\s*$)"),
    (("+",), rf"^\W{{0,4}}(?:s:|server:)?[ \t]*\+(?: [^\n]*)?\n{_AFTER}", _BASE64, r"(?=\s*$)"),
    # HTTP (RFC 7617, RFC 6750).
    (("bearer", "basic"), r"\b(?:bearer|basic)[ \t]+", r"(?=[^\s\"']*[\d=_.-])[^\s\"',;]{6,4000}", ""),
    # A name and its value: a shell's, an INI file's, JSON, YAML, PHP, XML.
    (_NAMES, rf"{_BEGINS}{_NAME}\d?[\"'\]]{{0,2}}\s?(?:=>|:=|[=:＝：])\s{{0,4}}", _VALUE, ""),
    (("value",), rf"{_BEGINS}{_NAME}[\"']\s+value\s?=\s?", _QUOTED, ""),
    (("</",), rf"<(?:[\w:.-]*[_:.-])?{_NAME}>", r"[^<\n]{1,4000}", r"(?=<)"),
    # What a program is called with, and a function.
    (_NAMES, rf"(?<![^\s\"'])--?(?:\w+-)?{_NAME}\d?[ \t]+", _VALUE, ""),
    (("-u",), r"(?<![^\s\"'])(?:-u|--user(?:name)?)[ =][\"']?[^\s:\"']{1,200}:", _BARE, ""),
    (("(",), rf"\b(?:log_?in|authenticate|auth|credentials?|networkcredential)\(\s*{_ARGUMENT}\s*,\s*", _QUOTED, ""),
    (("://",), r"\b[a-z][a-z0-9+.-]{1,20}://[^\s/@:\"']{1,200}:", r"\S{1,400}", r"(?=@)"),
    # What people tell: "the password is hunter2", but not "is wrong".
    (_NAMES, rf"{_BEGINS}{_NAME}\s+(?:is|was|ist|war|lautet|est|es|é|è|to)\s+", r"(?=\S*\d)(?=\S*[a-z])\S{6,200}", ""),
)  # fmt: skip


def told_again(text: str, reading: Reading) -> str:
    """What of the pasted text may be repeated: what is telling in it (`reading.telling`), with its secrets masked."""
    # While it is as it was pasted: a blank that is written as %20 ends no secret, and what stands alone on a line, or
    # after another one, is known by that.
    pasted = telling_lines(text)
    masked = mask_secrets(pasted)
    telling = undo_encodings(masked)
    masked_again = mask_secrets(telling)
    is_found = masked != pasted or masked_again != telling
    return mask_secrets(read(masked_again).telling if is_found else reading.telling)


def mask_secrets(text: str) -> str:
    """The text, with `***` for what looks like a secret in it. A guess: what says nothing of being one is not found."""
    lower = text.lower()
    for hints, before, secret, after in _PATTERNS:
        if any(hint in lower for hint in hints):
            text = _compiled(before, secret, after).sub(_masked, text)
    return text


@cache
def _compiled(before: str, secret: str, after: str) -> re.Pattern[str]:
    return re.compile(f"{before}(?P<secret>{secret}){after}", re.IGNORECASE | re.MULTILINE)


def _masked(found: re.Match[str]) -> str:
    start, end = found.start("secret") - found.start(), found.end("secret") - found.start()
    secret = found["secret"]
    quote = secret[0] if secret[0] in "\"'" and secret[-1] == secret[0] else ""
    return f"{found[0][:start]}{quote}{MASK}{quote}{found[0][end:]}"
