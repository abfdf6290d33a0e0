"""An email address as the person typed or pasted it, with the parts other rooms need."""

from __future__ import annotations

import re
import unicodedata
from typing import Final
from urllib.parse import unquote

from msgspec import Struct

from wizard.errors import UsageError
from wizard.language import tr
from wizard.model.host import NotAHost, host_name, shown_host, visible
from wizard.model.text import single_line

MAX_LOCAL: Final = 64  # octets, RFC 5321 §4.5.3.1.1
# RFC 5322's atext and the dot, anywhere: some providers gave out "a..b" and "a." before they followed it.
_LOCAL_ASCII = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+")
_MAILTO = re.compile(r"mailto:", re.IGNORECASE)
_ANGLE = re.compile(r"<\s*([^<>]*@[^<>]*?)\s*(?:>|$)")
_LABEL = re.compile(r"[^\s@<>:\"]{1,20}(?: [^\s@<>:\"]{1,20})? ?:\s+(?=\S+@)")  # as in "E-mail: ada@example.org"
_COMMENT = re.compile(r"\s+\([^()@]{0,80}\)$")  # RFC 5322 §3.4 reads a name there, as old mail has it
# A slip beside the key of the dot. Only endings that no password is: "ada@example.org,Tulip-12" stays refused.
_COMMA = re.compile(r"^([\w-]+),(com|org|net|edu|gov|info|[a-z]{2})$", re.IGNORECASE)
_QUOTES: Final = {"'": "'", '"': '"', "“": "”", "„": "“", "‘": "’", "«": "»", "(": ")", "[": "]", "<": ">"}
_FULL_WIDTH: Final = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {
    0x3002: 0x2E,
    0xFF61: 0x2E,
    0xFE6B: 0x40,
}
_UNSEEN: Final = frozenset({"Cc", "Cs", "Co", "Cn", "Zs", "Zl", "Zp"})
_MAX_TYPED = 1000


class Address(Struct, frozen=True):
    """An email address (RFC 5321 §4.1.2, RFC 6531 for non-ASCII local parts); make one with `Address.parse`."""

    local: str
    domain: str  # A-labels (punycode), lower-case: what DNS is asked
    shown_domain: str  # as people read it

    @classmethod
    def parse(cls, text: str) -> Address:
        """The address in `text`, as it is pasted from a message's header, a link, a table or a web page.

        A display name, a label, mailto:, quotes, what ends a sentence, letters of full width, characters that nobody
        sees and a comma in the dot's place are no part of it.

        Raises:
            UsageError: with a sentence that says what is missing and quotes nothing: what stands in the wrong field or
                column may be a password. Field is "address".
        """
        bare = _bare(text)
        if "@" not in bare:
            raise _refused(tr("An email address has an @ in the middle, such as ada@example.org."))
        local, _, domain = (part.strip() for part in bare.rpartition("@"))
        domain = _COMMA.sub(r"\1.\2", domain)
        if not local:
            raise _refused(tr("The part before the @ is missing."))
        if not domain:
            raise _refused(tr("The part after the @ is missing."))
        return cls(_checked_local(local), *_checked_domain(domain))

    @property
    def is_ascii(self) -> bool:
        """Whether a server without SMTPUTF8 (RFC 6531) can take this address."""
        return self.local.isascii()

    def __str__(self) -> str:
        return f"{self.local}@{self.shown_domain}"

    def as_read(self, name: str) -> str:
        """A server's name or a user name as people read it, where it ends with this domain.

        Another domain's stays as it is encoded: there letters that look like others would lead somebody astray.
        """
        start = name.removesuffix(self.domain)
        return start + self.shown_domain if start != name and start[-1:] in ("", ".", "@") else name

    @property
    def wire(self) -> str:
        """The address as SMTP and IMAP are told it: the domain in A-labels."""
        return f"{self.local}@{self.domain}"


def name_beside(text: str) -> str | None:
    """The name in “Ada Example <ada@example.org>”, also quoted or encoded (RFC 2047); None without one."""
    from email.errors import HeaderParseError
    from email.header import decode_header, make_header
    from email.utils import parseaddr

    before, bracket, _ = text[:_MAX_TYPED].partition("<")
    name = parseaddr(text[:_MAX_TYPED])[0] or (before if bracket else "")
    try:
        name = str(make_header(decode_header(name)))
    except (HeaderParseError, LookupError, UnicodeError, ValueError):
        return None
    name = single_line(name).strip("\"'“”„ ")
    return name if name and "@" not in name and not name.endswith(":") else None


def _refused(sentence: str) -> UsageError:
    return UsageError(sentence, "address")


def _bare(text: str) -> str:
    """The text without what surrounds an address where it was copied from."""
    bare = visible(text[:_MAX_TYPED]).translate(_FULL_WIDTH).strip()
    if "<" in bare:
        found = _ANGLE.findall(bare)
        if len(found) > 1:
            raise _refused(tr("These are several email addresses. One is set up at a time."))
        bare = found[0] if found else bare
    if _MAILTO.match(bare):
        bare = unquote(bare[len("mailto:") :].partition("?")[0])
    bare = _COMMENT.sub("", _LABEL.sub("", bare, count=1) if _LABEL.match(bare) else bare)
    before = None
    while bare and bare != before:
        before = bare
        bare = bare.strip().rstrip(".,;:!>")
        if bare[:1] in _QUOTES and bare.endswith(_QUOTES[bare[0]]) and len(bare) > 1:
            bare = bare[1:-1]
    return bare


def _checked_local(local: str) -> str:
    local = unicodedata.normalize("NFC", local)
    if "@" in local:
        raise _refused(tr("An email address has one @, and this has more."))
    if any(character.isspace() for character in local):
        raise _refused(tr("This is not an email address: there is a blank before the @."))
    if local.isascii():
        fine = _LOCAL_ASCII.fullmatch(local) is not None
    else:
        letters = "".join(character for character in local if character.isascii())
        fine = (not letters or _LOCAL_ASCII.fullmatch(letters) is not None) and not any(
            unicodedata.category(character) in _UNSEEN for character in local
        )
    if not fine:
        raise _refused(tr("This is not an email address: the part before the @ holds a character that none has there."))
    if len(local.encode("utf-8")) > MAX_LOCAL:
        raise _refused(tr("This is not an email address: the part before the @ is too long."))
    return local


def _checked_domain(domain: str) -> tuple[str, str]:
    try:
        name = host_name(domain)
    except NotAHost as error:
        said = tr("This is not an email address: after the @ stands no domain, for {reason}.", reason=error)
        raise _refused(said) from None
    if ":" in name or name.replace(".", "").isdigit():
        raise _refused(tr("This is not an email address: after the @ stands a domain, not the number of a computer."))
    if "." not in name:
        raise _refused(tr("The part after the @ is not a complete domain: it needs an ending such as .com or .org."))
    return name, shown_host(name)
