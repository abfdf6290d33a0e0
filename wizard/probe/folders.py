"""IMAP's folders: their names as people read them, and which of them is the one for junk."""

from __future__ import annotations

import base64
import binascii
import re
import unicodedata
from collections.abc import Iterable, Sequence

from msgspec import Struct

from wizard.model.text import inert

MOST = 200  # folders that are looked through
_LINE = re.compile(rb'^\* X?LIST \(([^)]*)\) ("(?:\\?.)"|NIL) (.+)$', re.IGNORECASE | re.DOTALL)
_LITERAL = re.compile(rb"\{\d{1,10}\+?\}$")
_SHIFTED = re.compile(r"&([A-Za-z0-9+,]*)-")


def _plain(name: str) -> str:
    """A name without case, accents, blanks, hyphens and the like."""
    apart = unicodedata.normalize("NFKD", name).casefold()
    return "".join(sign for sign in apart if sign.isalnum())


def _names(text: str) -> frozenset[str]:
    return frozenset(_plain(name) for name in text.split())


# What Exchange, Gmail, Courier, Dovecot, Stalwart, Thunderbird and Apple Mail call the folder, as `_plain` writes it.
_JUNK = _names(
    """
    junk spam junkemail junkmail junkemails junkfolder spammail spamfolder bulk bulkmail bulkemail unsolicitedmail
    spamverdacht unerwunscht unerwunschteemails unerwunschtewerbung werbung spamordner
    courrierindesirable courriersindesirables indesirable indesirables pourriel pourriels
    correonodeseado correobasura nodeseado nodeseados correoelectroniconodeseado
    postaindesiderata indesiderata postaindesiderate
    lixoeletronico lixoelectronico emaildelixo correiodelixo naosolicitado correionaosolicitado spambox
    ongewenst ongewenstemail ongewensteemail ongewensteberichten
    wiadomoscismieci niechciane niechcianepoczta spamiwiadomoscismieci
    спам нежелательнаяпочта нежелательные небажанапошта спаміфішинг
    nevyzadanaposta nevyzadana nevyziadanaposta levelszemet emailnedorit mesajenedorite spamreklam
    skrappost søppelpost søppelepost uønsketmail uønsketemail uønskedemails roskaposti
    istenmeyen istenmeyeneposta onemsizeposta gereksiz gereksizeposta onemsiz
    ανεπιθυμητααλληλογραφια ανεπιθυμητηαλληλογραφια ανεπιθυμητα
    迷惑メール 迷惑メールフォルダ 迷惑メールフォルダー スパム
    垃圾邮件 垃圾郵件 垃圾信件 垃圾信件匣 垃圾邮件箱 垃圾郵件匣 广告邮件
    스팸 스팸메일 스팸메일함 스팸편지함 정크메일 정크메일함
    بريدغيرهام البريدغيرالهام البريدالعشوائي דוארזבל ספאם thurac emailsampah อีเมลขยะ
    """
)
# Where a server itself may keep a copy of what was sent: a message there has not arrived.
_OWN = _names(
    """
    sent sentitems sentmail sentmessages outbox drafts draft gesendet gesendeteelemente gesendetenachrichten entwurfe
    envoyes messagesenvoyes elementsenvoyes brouillons enviados elementosenviados itensenviados borradores rascunhos
    postainviata inviati inviata bozze verzonden verzondenitems concepten wyslane elementywyslane отправленные
    送信済み 送信済みアイテム 已发送 已发送邮件 寄件備份 보낸편지함 gonderilmisogeler gonderilenler skickat sendte
    """
)
_NOT_LOOKED_INTO = frozenset({"\\noselect", "\\nonexistent", "\\sent", "\\drafts", "\\all", "\\allmail", "\\inbox"})


class Folder(Struct, frozen=True):
    """One folder: its name on the line, its name for people, its flags in lower case, and the last part of its name."""

    raw: bytes
    name: str
    flags: frozenset[str]
    leaf: str

    @property
    def is_junk(self) -> bool:
        """Whether it holds junk, by its flag (RFC 6154, XLIST) or by its name."""
        return self.is_flagged_junk or _plain(self.leaf) in _JUNK

    @property
    def is_flagged_junk(self) -> bool:
        """Whether the server itself says so."""
        return not self.flags.isdisjoint({"\\junk", "\\spam"})

    @property
    def may_hold_arrivals(self) -> bool:
        """Whether a filter may have put a message there: it can be opened, and is not where copies of sent ones lie."""
        return self.flags.isdisjoint(_NOT_LOOKED_INTO) and _plain(self.leaf) not in _OWN


def folders_in(untagged: Sequence[bytes]) -> tuple[Folder, ...]:
    """The folders in the answer to LIST or XLIST; the one for the inbox is not among them."""
    found = []
    for index, line in enumerate(untagged):
        matched = _LINE.match(line)
        if matched is None:
            continue
        raw = matched[3].strip()
        if _LITERAL.search(raw) is not None:  # the name stands on a line of its own (RFC 9051 §4.3)
            raw = untagged[index + 1] if index + 1 < len(untagged) else b""
        elif raw.startswith(b'"') and raw.endswith(b'"') and len(raw) > 1:
            raw = re.sub(rb"\\(.)", rb"\1", raw[1:-1])
        name = from_utf7(raw.decode("utf-8", "replace"))
        if not raw or inert(name) != name or name.upper() == "INBOX":
            continue  # a name with unseen characters is nobody's folder for junk, and would be shown (T13)
        delimiter = "" if matched[2].upper() == b"NIL" else matched[2][1:-1].decode("ascii", "replace")[-1:]
        leaf = name.rsplit(delimiter, 1)[-1] if delimiter else name
        flags = frozenset(matched[1].decode("ascii", "replace").lower().split())
        found.append(Folder(raw, name, flags, leaf))
    return tuple(found)


def junk_among(folders: Iterable[Folder]) -> tuple[Folder, ...]:
    """Those for junk: the ones the server names so, else the ones whose name says so, three at most."""
    junk = [folder for folder in folders if folder.is_junk and folder.may_hold_arrivals]
    flagged = [folder for folder in junk if folder.is_flagged_junk]
    return tuple((flagged or junk)[:3])


def from_utf7(name: str) -> str:
    """The letters behind a name in IMAP's modified UTF-7 (RFC 3501 §5.1.3); the name itself where it is none."""

    def letters(found: re.Match[str]) -> str:
        if not found[1]:
            return "&"
        padded = found[1].replace(",", "/") + "=" * (-len(found[1]) % 4)
        return base64.b64decode(padded, validate=True).decode("utf-16-be")

    try:
        return _SHIFTED.sub(letters, name)
    except (binascii.Error, ValueError):
        return name


def to_utf7(name: str) -> bytes:
    """The name as it goes over the line; letters beyond ASCII in modified UTF-7 (RFC 3501 §5.1.3)."""

    def shifted(found: re.Match[str]) -> str:
        if found[0] == "&":
            return "&-"
        packed = base64.b64encode(found[0].encode("utf-16-be")).decode("ascii")
        return f"&{packed.rstrip('=').replace('/', ',')}-"

    return re.sub(r"&|[^\x20-\x7e]+", shifted, name).encode("ascii")
