"""Reads pasted text: finds the telling lines, undoes what encodings and logs did to them, and takes the codes out.

Everything here is linear in the text, and nothing raises, whatever is pasted.
"""

from __future__ import annotations

import base64
import binascii
import html
import re
from typing import Final

from msgspec import Struct

from wizard.diagnosis.extension_list import without_extensions
from wizard.diagnosis.rule import fold
from wizard.diagnosis.wrapped_lines import unwrapped

MAX_TEXT = 1_000_000  # characters looked at; of a longer text the start and the end
MAX_TELLING = 6_000  # characters that are judged
_SHORT = 2_500  # a text up to here is judged whole

_ENHANCED = re.compile(r"(?<![\d.])#?([245])\.(\d{1,3})\.(\d{1,3})(?![\d]|\.\d)")
_CODE_WITH_ENHANCED = re.compile(
    r"(?<![\d.])([245]\d\d)(?:[ \-:]{1,3}|, ?b?['\"])#?([245]\.\d{1,3}\.\d{1,3})(?![\d]|\.\d)"
)
# Numbers that servers reply with; 465 and 587 are ports, and any other number in a log may be anything.
_KNOWN_CODES: Final = (
    "4(?:2[12]|3[0-2]|4[1-9]|5[0-9]|7[0-3]|54)|5(?:0[0-4]|1[0-9]|2[0-9]|3[0-8]|4[0-9]|5[0-9]|6[0-9]|7[0-9]|9[0-9])|334"
)
_CODE = re.compile(rf"(?<![\w.:/-])({_KNOWN_CODES})(?=[\s\-:,;)\]\"'|>]|$)(?!-\d)")
_NOT_A_CODE_BEFORE = re.compile(r"(?:port|line|errno|timeout|size|pid|zeile|porta|puerto)[\s:=#]*$", re.IGNORECASE)
_STATUS = re.compile(r"(?:^|[\s\"'>:(\[])(NO|BAD|BYE|-ERR)(?=[\s:\[\"']|$)", re.MULTILINE)
_NO = re.compile(r"(?:^|(?<=[\s\"'>:(\[]))NO(?=[\s:\[\"'])", re.MULTILINE)
_RESPONSE_CODE = re.compile(
    r"\[(ALERT|AUTHENTICATIONFAILED|AUTHORIZATIONFAILED|UNAVAILABLE|EXPIRED|PRIVACYREQUIRED|CONTACTADMIN|INUSE|IN-USE|LIMIT|"
    r"OVERQUOTA|SERVERBUG|CLIENTBUG|CANNOT|NOPERM|LOGIN-DELAY|SYS/TEMP|SYS/PERM|AUTH|WEBALERT|THROTTLED|TRYCREATE|"
    r"NONEXISTENT|REFERRAL)(?:[ \]]|$)"
)
_HOST = re.compile(r"(?<![@\w.-])(?:[a-z0-9](?:[a-z0-9-]{0,62})\.){1,6}[a-z]{2,24}(?![\w@-])")
_BASE64 = re.compile(r"(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{20,2000}={0,2}(?![A-Za-z0-9+/=])")
_ESCAPED_BYTES = re.compile(r"(?:\\x[0-9a-fA-F]{2}){2,}")
_ESCAPED_UNICODE = re.compile(r"\\u([0-9a-fA-F]{4})")
_HIGH_LATIN = re.compile(
    "[\x80-\xff\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]{2,}"
)
_DIAGNOSTIC = re.compile(r"^Diagnostic-Code:[ \t]*(.*(?:\n[ \t]+.*){0,12})", re.IGNORECASE | re.MULTILINE)
_COMMANDS = (
    ("rcpt", ("rcpt to", "rcpt command", "recipient address rejected", "smtprecipientsrefused", "recipienterror")),
    (
        "mail",
        (
            "mail from:",
            "mail from <",
            "mail from command",
            "mail command",
            "sender address rejected",
            "smtpsenderrefused",
            "sendererror",
        ),
    ),
    (
        "data",
        ("end of data", "data command", "end-of-message", "end-of-data", "after data", "message body", "smtpdataerror"),
    ),
    ("auth", ("auth command", "auth plain", "auth login", "in reply to auth")),
    ("ehlo", ("ehlo", "helo", "refused to talk to me", "after initial connection")),
)
# A sentence in which a library lists everything that might be wrong says nothing about what is.
_BOILERPLATE = re.compile(
    r"(?:when connecting to an smtp service, port 587 is typically reserved for|"
    r"(?:one|another|yet another|the other|a third) possibility is that|other possibilities(?: include)?:).{0,700}?"
    r"(?=one possibility|another possibility|the other possibility|---> |see https?://\S+ for possible solutions|$)",
    re.DOTALL,
)
# What a program says around every reply of a server, whatever the reply is: it tells the step at most, never the cause.
_WRAPPING = re.compile(
    r"(?:^|(?<=[\s:.(]))(?:[\w ,]{5,90}\. the server response was: (?=.{12})|"
    r"(?:smtplib\.)?smtp\w+refused: |(?:error: )?can't send mail - all recipients were rejected:? |"
    r"please verify that your email address is correct in your account settings and try again|"
    r"please check the message (?:recipient .{1,100} )?and try again|"
    r"bitte überprüfen sie, ob ihre e-mail-adresse in den konten-einstellungen stimmt und wiederholen sie den vorgang|"
    r"bitte überprüfen sie die (?:nachricht|e-mail-adresse des empfängers .{1,100}) und wiederholen sie den vorgang|"
    r"verifique que su dirección de correo electrónico es correcta en las preferencias de su cuenta"
    r" y vuelva a intentarlo)"
)
# The same without a code: Postfix's words before a provider's reason, 1C's before each, .NET's for a failure of TLS,
# Java's before one, Swift Mailer's and Symfony's before every reply.
_ALWAYS_WRAPPING = re.compile(
    # A provider's notice in its greeting is no refusal of this message.
    r"we do not authorize the use of this system to transport unsolicited[^\n]{0,40}?e-?mail\.?|"
    r"[^\n.]{0,60}forbids use of this system for unsolicited bulk [^\n]{0,30}?mail(?: \(spam\))?|"
    r" [-:] undefined(?=\s*$)|"
    r"client host rejected: (?!access denied|blocked|cannot find|must |no |temporar)(?=.{18})|"
    r"ошибка при вызове метода контекста \([^)\n]{1,40}\):? ?(?=.{12})|"
    r"system\.security\.authentication\.authenticationexception: (?=.{12})|"
    r"expected response code \"?[\d/]{3,11}\"? but got code \"?\d{3}\"?, with message (?=.{8})|"
    r"(?:could not|couldn't) connect to [^\n]{1,120}?\d[;:,]?\s+(?:timeout -?\d+;\s+)?"
    r"(?:nested exception is:?\s+(?=\S{4,}exception: ?.{6})|(?=(?:[a-z]\w*\.){2,6}(?:ssl|cert)\w*exception\b))"
)
# What people write around it. Servers say hello as well, certificates have a subject.
_LETTER = re.compile(
    r"(?:^|(?<=\n))(?:subject|betreff|objet|asunto|oggetto|assunto|onderwerp|temat|тема|件名|主题) ?[:：]"
    r"|(?:^|(?<=\n))[ \t]*"
    r"(?:hello|hi|dear|hallo|guten tag|liebe[rs]?|sehr geehrte[rs]?|bonjour|hola|ciao|buongiorno|beste)"
    r"(?: [\w.']{1,20}){0,3}[,!.]"
    r"|(?<=[.!?] )please help\b[^.\n]{0,20}\.?\s*$"
    r"|(?:\bsent from my|von meinem|envoyé de mon|enviado desde mi|inviato da(?: mio)?) [\w ]{3,24}\s*$"
)
_TELLING = re.compile(
    r"error|fail|denied|refused|reject|timed out|timeout|invalid|unable|cannot|can't|could not|not accepted|"
    r"too many|blocked|"
    r"exceed|disabled|expired|certificate|unknown|unavailable|password|authenti|credential|unreachable|reset by|closed|"
    r"greylist|quota|spam|not found|no such|unrouteable|does not exist|suspend|locked|0x8[0-9a-f]{7}|relay|starttls|"
    r"^[45]\d\d[ -]|\b[45]\.\d\.\d|-err|\bbad\b|\bbye\b|fehl|ungültig|échou|erreur|impossible|errore|impossibile|"
    r"ошибк|не удалось|невозможно|失败|失敗|错误|エラー|できません|授权码|erro\b|falh|warning|alert"
)
# The fields of a mail server's log line, the program that wrote it, and where in a program's source a call stands:
# their names ("relay", "error", "server") say nothing of what happened.
_LOG_FIELDS = re.compile(
    r"\b(?:to|from|orig_to|relay|delays?|dsn|status|size|nrcpt|proto|helo|uid|conn_use|ctladdr|xdelay|mailer|pri|stat)="
    r"(?:<[^>\n]{0,200}>|[\w.:/+@-]*(?:\[[^\]\n]{0,60}\])?[\w.:/+@-]*),?"
    r"|\b[a-z][\w./-]{2,40}\[\d{1,8}\]:"
    r"|\b(?:at |\()[\w./-]{1,120}:\d{1,6}(?::\d{1,6})?\)?(?=\s|$)"
    r"|-- message may be sent more than once"
    r"|['\"]?\b(?:success|ok|sent)\b['\"]? ?[:=] ?(?:false|0)\b"
    r"|(?:^|(?<=\n)|(?<=: ))connect: (?=[^\W\d_])"  # the call that failed: "connect: No route to host"
    r"|\b(?:imap|pop3|managesieve|submission)-login:|\(no auth attempts in \d{1,6} secs\)|\bauth\(\?\):"
    r"|\b(?:user|method|rip|lip|session|mpid|rport|lport)=(?:<[^>\n]{0,200}>|[\w.:/+-]*),?"
)
# Where a program was when it failed, line by line (.NET in its languages, Java, PHP, Ruby): this says nothing of why.
_STACK_LINE = re.compile(
    r"^[ \t]*(?:(?:at|bei|à|в|en|em|in|w|bij|kl|konum:|在|場所|위치:)[ \t]+[\w$.<>`\[\],+/|]+\([^\n]*"
    r"|#\d{1,3} [^\n]{1,300}(?:\(\d+\): [^\n]*|\{main\})"
    r"|from \S+:\d+:in [^\n]*)$",
    re.MULTILINE,
)
# A bounce breaks the lines of the reply that it quotes, and sets in what follows.
_SET_IN = re.compile(r"\b(?:said|responded|rejected|answered|replied): ?[45]\d\d[^\n]*(?:\n[ \t]+[^\s][^\n]*)+")
_IN_AN_ADDRESS = re.compile(r"\w%(?:20|3[AaDd]|2[CcEeFf])")
# Said to the next command when an earlier one was refused: it is what came of that refusal.
_CONSEQUENCE = re.compile(r"554[ -](?:5\.5\.1 )?(?:error: )?no valid recipients", re.IGNORECASE)
_REFUSALS = re.compile(r"(?<![\w.:-])5\d\d[ -]\d\.\d\.\d")
# The number of a Windows socket error beside its name in any language, and its name: "Socket Error # 10051".
_SOCKET_ERROR = re.compile(
    r"(?:socket|winsock|win32|сокет|ソケット|套接字|通訊端|소켓|gniazd)[^\n\d]{0,24}(10013|10049|1005[0-4]|1006[0145]|1100[1-4])(?!\d)",
    re.IGNORECASE,
)
_SOCKET_NAME = re.compile(r"\bWSA(?=E[A-Z]{4,}|HOST_NOT|TRY_AGAIN)")
# A line of a logged conversation: who speaks, and what. Its commands and the replies that agree are no trouble; a line
# that says more than the command ("AUTH LOGIN failed") is kept.
_SPOKEN = re.compile(
    r"^[^\n]{0,80}?(?:<--|-->|<<<?|>>>?|\b[CS]:"
    r"|\b(?:sent|got|send|recv|received|client|server|reply|response):)[ \t]*['\"]?"
    r"(?:(?P<code>[2345])\d\d(?:[ -]|$)|(?P<verb>"
    r"(?:STARTTLS|DATA|RSET|QUIT|NOOP)|(?:EHLO|HELO) (?!failed|refused|rejected|error|command)\S{1,255}"
    r"|AUTH (?:PLAIN|LOGIN|CRAM-MD5|DIGEST-MD5|NTLM|GSSAPI|XOAUTH2|OAUTHBEARER|SCRAM-[\w-]{1,20})"
    r"(?: [A-Za-z0-9+/=]{8,2000})?"
    r"|(?:MAIL FROM|RCPT TO): ?<[^>\n]{0,300}>[^:\n]{0,80}"
    r")['\"]?[ \t]*$)",
    re.IGNORECASE,
)
_COMMAND_OF_VERB: Final = {
    "STARTTLS": "starttls",
    "AUTH": "auth",
    "MAIL": "mail",
    "RCPT": "rcpt",
    "DATA": "data",
    "EHLO": "ehlo",
    "HELO": "ehlo",
}
# Names that programs give to errors, of words run together: "loginFailure", "SMTP_AUTH_FAILED", "a.b.ConnectError".
_IDENTIFIER = re.compile(r"[A-Za-z]\w{2,80}(?:\.[A-Za-z]\w{1,80}){0,8}")
_WORD_OF_NAME = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_MOST_NAMES: Final = 40
_NOISE = re.compile(
    r"^\s*(?:at [\w$.<>]+\(|File \"|received: |dkim-signature|x-google-|arc-|from .* by .* with |>?\s*$)", re.IGNORECASE
)


class Reading(Struct, frozen=True):
    """What a pasted text gave: the telling words as pasted and folded, and the codes and names found in it."""

    telling: str
    folded: str
    code: str | None = None
    enhanced: str | None = None
    status: str | None = None
    response_code: str | None = None
    command: str | None = None
    protocol: str | None = None
    hosts: tuple[str, ...] = ()
    sentences: str = ""  # as `folded`, with its lines kept
    names: str = ""  # the words of programs' names for errors, a name a line


def read(text: str) -> Reading:
    """What the text says, however long or broken it is."""
    telling = telling_lines(unwrapped(text))
    telling = undo_encodings(telling)
    telling, spoken_to = _conversation(without_extensions(telling))
    telling = _SET_IN.sub(lambda found: " ".join(found[0].split()), telling)
    if len(_REFUSALS.findall(telling)) > 1:
        telling = _CONSEQUENCE.sub(" ", telling)
    told = _STACK_LINE.sub("", telling)
    if told.strip():
        telling = told
    code, enhanced = _codes(telling)
    joined = _join_reply_lines(telling, code)
    folded = fold(joined)[: 2 * MAX_TELLING]
    command = spoken_to or next((name for name, words in _COMMANDS if any(word in folded for word in words)), None)
    protocol, hosts = _protocol(folded, telling), tuple(dict.fromkeys(_HOST.findall(folded)[:60]))
    folded = _BOILERPLATE.sub(" ", folded)
    # IMAP's NO is a verdict, no negation of what follows it.
    whole = _join_reply_lines(telling, code, keep_first=True)
    sentences = "\n".join(fold(line) for line in _NO.sub(" ", whole).splitlines())[: 2 * MAX_TELLING]
    sentences = _LOG_FIELDS.sub(" ", _BOILERPLATE.sub(" ", sentences))
    folded = _ALWAYS_WRAPPING.sub(" ", _LETTER.sub(" ", folded))
    sentences = _ALWAYS_WRAPPING.sub(" ", _LETTER.sub(" ", sentences))
    if code is not None or enhanced is not None or "the server response was" in folded:
        folded = _WRAPPING.sub(" ", folded)
        sentences = _WRAPPING.sub(" ", sentences)
    socket_error = _SOCKET_ERROR.search(telling)
    if socket_error and not (code or "").startswith("5"):
        # The program's sentence says that there is no connection, whatever the reason; the number is the reason.
        folded = sentences = f"winerror {socket_error[1]}"
    status = _STATUS.search(telling)
    response_code = _RESPONSE_CODE.search(telling)
    return Reading(
        telling=joined,
        folded=folded,
        code=code,
        enhanced=enhanced,
        status=status[1] if status else None,
        response_code=response_code[1] if response_code else None,
        command=command,
        protocol=protocol,
        hosts=hosts,
        sentences=sentences,
        names=_names_apart(telling),
    )


def _names_apart(text: str) -> str:
    """The words of each name of several words run together, for a text whose sentences say nothing."""
    names: list[str] = []
    for found in _IDENTIFIER.findall(text):
        words = _WORD_OF_NAME.findall(found.rsplit(".", 1)[-1]) if found.isascii() else ()
        if len(words) > 1 and len(names) < _MOST_NAMES:
            names.append(" ".join(words).lower())
    return "\n".join(names)


def _conversation(text: str) -> tuple[str, str | None]:
    """The text without the commands and the agreeing replies of a logged conversation, and the command refused last."""
    if "\n" not in text:
        return text, None
    kept: list[str] = []
    verb = refused = None
    for line in text.splitlines():
        spoken = _SPOKEN.match(line)
        if spoken is None or spoken["code"] in ("4", "5"):
            kept.append(line)
            refused = verb if spoken is not None else refused
        elif spoken["verb"] is not None:
            verb = spoken["verb"].split()[0].upper()
    if not any(kept):
        return text, None
    return "\n".join(kept), _COMMAND_OF_VERB.get(refused or "")


def telling_lines(text: str) -> str:
    """The lines of a long text that speak of a failure; a short text as it is."""
    if len(text) > MAX_TEXT:
        text = text[: MAX_TEXT // 2] + "\n" + text[-MAX_TEXT // 2 :]
    if "<" in text and re.search(r"<(?:br|p|div|html|td|span)\b", text[:20_000], re.IGNORECASE):
        text = re.sub(r"<[a-zA-Z/!][^<>]{0,300}>", " ", text)
    diagnostics = [found.strip() for found in _DIAGNOSTIC.findall(text)[:5]]
    if diagnostics:
        return "\n".join(diagnostics)[:MAX_TELLING]
    if len(text) <= _SHORT:
        return text
    kept: list[str] = []
    seen: set[str] = set()
    for line in text.splitlines():
        line = line.strip()[:1_000]
        if not line or line in seen or not _TELLING.search(line.lower()) or _NOISE.match(line):
            continue
        seen.add(line)
        kept.append(line)
    # A log begins with the first trouble and ends with what came of it.
    found = "\n".join(kept) or text
    return found if len(found) <= MAX_TELLING else found[: MAX_TELLING // 2] + "\n" + found[-MAX_TELLING // 2 :]


def undo_encodings(text: str) -> str:
    """The text without HTML's, JSON's and other programs' ways of writing its characters; and JSON out of base64."""
    if "&" in text and ";" in text:
        text = html.unescape(text)
    text = _SOCKET_NAME.sub("", text)
    if len(_IN_AN_ADDRESS.findall(text)) > 1:  # what a browser's address line says of a sign-in
        from urllib.parse import unquote

        text = unquote(text)
    if "\\u" in text:
        text = _ESCAPED_UNICODE.sub(lambda found: _character(int(found[1], 16)), text)
    if "\\x" in text:
        text = _ESCAPED_BYTES.sub(lambda found: _guess_bytes(bytes.fromhex(found[0].replace("\\x", ""))), text)
    if "\\r" in text or "\\n" in text:
        text = text.replace("\\r\\n", "\n").replace("\\n", "\n").replace("\\r", "\n")
    text = _HIGH_LATIN.sub(_redecode, text)
    added = [decoded for blob in _BASE64.findall(text)[:8] if (decoded := _json_in(blob))]
    return "\n".join([text, *added]) if added else text


def _character(number: int) -> str:
    return " " if 0xD800 <= number <= 0xDFFF or number < 32 else chr(number)


def _guess_bytes(data: bytes) -> str:
    for encoding in ("utf-8", "gb18030", "cp932", "koi8-r"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1")


def _redecode(found: re.Match[str]) -> str:
    """Text that was UTF-8 or GBK and was shown as Latin-1 (QQ Mail's replies), put right where that is plain."""
    shown = found[0]
    try:
        data = shown.encode("latin-1")
    except UnicodeEncodeError:
        try:
            data = shown.encode("cp1252")
        except UnicodeEncodeError:
            return shown
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    if len(data) >= 4:
        try:
            decoded = data.decode("gbk")
        except UnicodeDecodeError:
            return shown
        if all("\u3000" <= sign <= "\u9fff" or "\uff00" <= sign <= "\uffef" for sign in decoded):
            return shown + " " + decoded
    return shown


def _json_in(blob: str) -> str | None:
    """The JSON in a base64 blob: how Gmail and Microsoft say why a token was refused (a 334 reply, RFC 7628 §3.2.2)."""
    try:
        decoded = base64.b64decode(blob + "=" * (-len(blob) % 4), validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        return None
    return decoded if decoded.lstrip().startswith("{") else None


def _codes(text: str) -> tuple[str | None, str | None]:
    both = _CODE_WITH_ENHANCED.search(text)
    if both:
        return both[1], both[2]
    enhanced = _ENHANCED.search(text)
    code = None
    for found in _CODE.finditer(text):
        if not _NOT_A_CODE_BEFORE.search(text[max(0, found.start() - 12) : found.start()]):
            code = found[1]
            break
    return code, ".".join(enhanced.groups()) if enhanced else None


def _join_reply_lines(text: str, code: str | None, *, keep_first: bool = False) -> str:
    """The words of a reply of several lines as one sentence (RFC 5321 §4.2.1).

    With `keep_first` a code stays that opens a reply within a line: it shows where the reply begins.
    """
    if code is None:
        return text
    again = re.compile(
        rf"(?:\s|\\n)+{code}[- ](?:#?[245]\.\d{{1,3}}\.\d{{1,3}}[ \t]+)?|\n[245]\.\d{{1,3}}\.\d{{1,3}}[ \t]+"
    )
    first = again.search(text) if keep_first else None
    if first is not None and first[0][0] in " \t":
        return text[: first.end()] + again.sub(" ", text[first.end() :])
    return again.sub(" ", text)


def _protocol(folded: str, text: str) -> str | None:
    if "smtp" in folded:
        return "smtp"
    if "imap" in folded or "* bye" in folded:
        return "imap"
    if "pop3" in folded or "-ERR" in text:
        return "pop3"
    return None
