"""Did you mean gmail.com? Domains that are a slip of the finger or of the eye away from a provider many people use.

Only slips that people make are compared: two letters swapped, one left out, one too many, the neighbouring key, the
wrong one of two doubled, a letter that sounds or looks much the same; the first letter is right, in short names always.
Names that are ordinary words have neighbours that somebody owns: there only endings that do not exist are questioned,
and names that look the same. A name of two or three letters is somebody's nearly always, so none is questioned. The
tests try it on every domain of the presets.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable
from enum import Enum
from functools import cache

from msgspec.structs import replace

from wizard.model.address import Address
from wizard.net.sites import has_known_ending, is_public_suffix

# The endings under which these have mailboxes as well.
_HOTMAIL = "com co.uk fr de it es nl be ch dk se no fi ca com.br com.ar gr hu cl pt co.jp"
_OUTLOOK = "com de fr es it at be dk ie in jp pt cz sk hu cl com.br com.au"
_YAHOO = (
    "com co.uk co.jp co.in co.nz co.id fr de it es se ie in ca com.br com.au com.ar com.mx com.tw com.sg com.ph com.hk"
)
# No ordinary words and no names of people or companies' kinds among them: those have neighbours that somebody owns.
_PROVIDERS = (
    *("gmail.com", "googlemail.com", "ymail.com", "rocketmail.com", "icloud.com"),
    *(f"hotmail.{ending}" for ending in _HOTMAIL.split()),
    *(f"outlook.{ending}" for ending in _OUTLOOK.split()),
    *(f"yahoo.{ending}" for ending in _YAHOO.split()),
    *("protonmail.com", "fastmail.com", "tutanota.com", "comcast.net", "verizon.net", "bellsouth.net"),
    *("sbcglobal.net", "earthlink.net", "optonline.net", "btinternet.com", "virginmedia.com", "ntlworld.com"),
    *("bigpond.com", "bigpond.net.au", "optusnet.com.au", "sympatico.ca", "wanadoo.fr", "laposte.net"),
    *("t-online.de", "freenet.de", "bluewin.ch", "hispeed.ch", "tiscali.it"),
    *("rediffmail.com", "hanmail.net", "seznam.cz", "yandex.ru", "office365.com"),
)
# Short, and no words: a letter twice is a slip; one left out is from four letters on, if what is left is no word.
_SHORT = (
    *("gmx.net", "gmx.de", "gmx.at", "gmx.ch", "gmx.com", "aol.com", "aol.de", "aol.fr", "aol.it", "aol.co.uk"),
    *("zoho.com", "zoho.eu", "zoho.in", "msn.com"),
)
# Ordinary words, or next to one.
_WORDS = (
    *("web.de", "live.com", "live.de", "live.fr", "live.it", "live.co.uk", "me.com", "mac.com", "mail.com", "mail.de"),
    *("mail.ru", "free.fr", "orange.fr", "sfr.fr", "libero.it", "virgilio.it", "online.de", "proton.me", "mailbox.org"),
    *("posteo.de", "tuta.com", "hey.com", "wp.pl", "o2.pl", "onet.pl", "interia.pl", "naver.com", "qq.com", "att.net"),
    *("cox.net", "charter.net", "arcor.de", "telenet.be", "skynet.be", "ziggo.nl", "terra.es", "uol.com.br"),
)
_KNOWN = (*_PROVIDERS, *_SHORT, *_WORDS)
# Neighbours that are known to be somebody's own.
_REAL = (
    *("gail.com", "zoo.com", "zoo.eu", "zoo.in", "la-poste.net", "gotmail.com", "fastmall.com"),
    *("y7mail.com", "ispeed.ch", "incloud.com", "prontomail.com"),
)
# Endings for the real one that exist but are nobody's choice beside names that are no words.
_ENDINGS = {"com": ("om", "cm", "co"), "net": ("ne",)}
_ALIKE_ENOUGH = 0.82  # of difflib's ratio: one letter of six may differ
_VOWELS = "aeiou"
# Letters that sound or look nearly the same.
_TAKEN_FOR = ("ckq", "csz", "iyj", "fvw", "bp", "dt", "mn", "gj", "co", "uv", "il")
_LONG = 7  # letters of a name that is told even where its first letter is wrong
# Letters of other scripts that nobody can tell from these (Unicode's confusables, those of domain names).
_ALIKE = str.maketrans(
    "аеорсухіјѕԁһӏԛԝүвгкмнтпиь"
    + "αεηικμνορτυχωγβςϳ"
    + "ɡɩıɑłøđħƚƒᴄᴍᴏᴜᴠᴡᴢ"
    + "օսհզոց",  # Cyrillic, Greek, Latin, Armenian
    "aeopcyxijsdhlqwybrkmhtnub" + "aenikuvoptuxwybcj" + "giialodhlfcmouvwz" + "ouhqng",
)
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")


def suggested_address(address: Address, is_known: Callable[[str], bool]) -> Address | None:
    """The address that was probably meant; None where nothing speaks against the one that was typed.

    Args:
        address: as it was typed.
        is_known: whether a domain is a provider's that we know; such a domain is never questioned.
    """
    meant = None if is_known(address.domain) else resembles_provider(address.domain)
    return replace(address, domain=meant, shown_domain=meant) if meant is not None else None


def nearest_address(address: Address, domains: Iterable[str]) -> Address | None:
    """The address with the domain that is most like its own, which does not exist; None where none is like it.

    Less alike will do than where somebody's domain is questioned: here nobody has the one that was typed.
    """
    import difflib  # where a domain does not exist, which is seldom

    near = difflib.get_close_matches(address.domain, sorted({*domains, *_PROVIDERS}), n=1, cutoff=_ALIKE_ENOUGH)
    return replace(address, domain=near[0], shown_domain=near[0]) if near else None


@cache
def resembles_provider(domain: str) -> str | None:
    """The known provider's domain that this one is a slip away from; None where it is none, or is the real one."""
    if domain in _KNOWN or domain in _REAL:
        return None
    return _read_as(domain) or next((real for real in _KNOWN if _is_slip_of(domain, real)), None)


def _read_as(domain: str) -> str | None:
    """The provider's domain that the eye reads, whatever letters it is made of; None where it reads none.

    A capital I looks like an l, wherever it stands; an l like a capital I at the beginning alone, where one may be.
    """
    try:
        shown = ".".join(_shown(label) for label in domain.split("."))
    except UnicodeError:
        return None
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", shown) if not unicodedata.combining(sign))
    plain = plain.translate(_ALIKE).replace("0", "o")
    meant = _by_shape().get(_shape(plain))
    return meant if meant is not None and _ells(plain) <= _ells(meant) else None


def _ells(domain: str) -> int:
    return _pairs_joined(domain)[1:].count("l")


def _shown(label: str) -> str:
    """The label in its own letters (RFC 3492), also where no registry would allow them."""
    return label[4:].encode("ascii").decode("punycode") if label.startswith("xn--") else label


@cache
def _by_shape() -> dict[str, str]:
    return {_shape(real): real for real in _KNOWN}


def _shape(domain: str) -> str:
    """The same for all that look the same."""
    return _pairs_joined(domain.replace("1", "l").replace("i", "l"))


def _pairs_joined(domain: str) -> str:
    return domain.replace("rn", "m").replace("vv", "w").replace("cl", "d")


def _is_slip_of(domain: str, real: str) -> bool:
    """Whether name or ending is a slip of the real one's; both at once only where the ending does not exist."""
    name, _, ending = domain.partition(".")
    real_name, _, real_ending = real.partition(".")
    if ending == real_ending:
        return _is_name_slip(name, real)
    if name != real_name and not _is_name_slip(name, real):
        return False
    if ending in _ENDINGS.get(real_ending, ()):
        return name == real_name and real not in _WORDS
    return _slip(ending, real_ending) is not None and not _is_ending(domain, ending)


def _is_ending(domain: str, ending: str) -> bool:
    """Whether names are registered below it, by the Public Suffix List."""
    return has_known_ending(domain) and is_public_suffix(ending)


def _is_name_slip(name: str, real: str) -> bool:
    """Whether a domain's name is a slip of the real one's that nobody else is likely to be called by."""
    meant = real.partition(".")[0]
    slip = None if real in _WORDS else _slip(name, meant)
    if slip is None:
        return False
    if real in _SHORT:
        return slip is _Slip.TWICE or (slip is _Slip.LEFT_OUT and len(meant) > 3 and name[0] == meant[0])
    return name[:2] == meant[1::-1] or name[0] == meant[0] or len(meant) >= _LONG


class _Slip(Enum):
    SWAPPED = "swapped"
    LEFT_OUT = "left out"
    TWICE = "twice"
    TOO_MANY = "too many"
    ANOTHER = "another"


def _slip(typed: str, meant: str) -> _Slip | None:
    """Which one slip of the fingers or the ear makes one word of the other; None where it takes more, or none does."""
    start = _same_letters(typed, meant)
    rest, meant_rest = typed[start:], meant[start:]
    end = _same_letters(rest[::-1], meant_rest[::-1])
    wrote, instead_of = rest[: len(rest) - end], meant_rest[: len(meant_rest) - end]
    around = meant[max(0, start - 1) : start] + meant_rest[len(instead_of) :][:1]
    match len(wrote), len(instead_of):
        case 0, 1:
            return _Slip.LEFT_OUT
        case 1, 0 if wrote in around:
            return _Slip.TWICE
        # At the end another letter makes a plural or another word, which may be somebody's.
        case 1, 0 if start and (start < len(meant) or wrote in _neighbours(meant[-1]).replace("s", "")):
            return _Slip.TOO_MANY
        case 1, 1 if wrote in _mistaken_for(instead_of, is_last=start + 1 == len(meant)) + around:
            return _Slip.ANOTHER
        case (2, 2) | (3, 3) if instead_of in (wrote[1:] + wrote[0], wrote[-1] + wrote[:-1]):
            return _Slip.SWAPPED  # or a letter two places too early or too late: icould.com
    return None


def _same_letters(one: str, other: str) -> int:
    """How many letters both begin with."""
    return next(
        (index for index, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]),
        min(len(one), len(other)),
    )


def _mistaken_for(letter: str, *, is_last: bool) -> str:
    vowels = _VOWELS if letter in _VOWELS and not is_last else ""  # at the end another vowel makes another word
    return _neighbours(letter) + vowels + "".join(same for same in _TAKEN_FOR if letter in same)


def _neighbours(letter: str) -> str:
    """The keys around a letter's."""
    for number, row in enumerate(_ROWS):
        at = row.find(letter)
        if at >= 0:
            beside = row[max(0, at - 1) : at] + row[at + 1 : at + 2]
            above = _ROWS[number - 1][at : at + 2] if number else ""
            below = _ROWS[number + 1][max(0, at - 1) : at + 1] if number < 2 else ""
            return beside + above + below
    return ""
