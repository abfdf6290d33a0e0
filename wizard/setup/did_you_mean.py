"""Did you mean gmail.com? Domains that are a slip of the finger or of the eye away from a provider many people use.

Only slips that fingers make are compared: two letters swapped, one left out, one too many, the neighbouring key,
another vowel; the first letter is nearly always right. Names that are ordinary words have neighbours that somebody
owns: there only endings that do not exist are questioned, and names that look the same. A name of two or three letters
is somebody's nearly always, so none is questioned. The tests try it on every domain of the presets.
"""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import cache

from wizard.model.address import Address
from wizard.net.sites import has_known_ending, is_public_suffix

# No ordinary words and no names of people or companies' kinds among them: those have neighbours that somebody owns.
_PROVIDERS = (
    *("gmail.com", "googlemail.com", "hotmail.com", "hotmail.co.uk", "hotmail.fr", "hotmail.de", "hotmail.it"),
    *("hotmail.es", "outlook.com", "outlook.de", "outlook.fr", "outlook.es", "outlook.it"),
    *("yahoo.com", "yahoo.co.uk", "yahoo.co.jp", "yahoo.co.in", "yahoo.fr", "yahoo.de", "yahoo.it", "yahoo.es"),
    *("yahoo.com.br", "yahoo.com.au", "yahoo.ca", "ymail.com", "rocketmail.com", "icloud.com"),
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
_REAL = ("gail.com", "zoo.com", "zoo.eu", "zoo.in")
# Endings for the real one that exist but are nobody's choice beside names that are no words.
_ENDINGS = {"com": ("om", "cm", "co"), "net": ("ne",)}
_ALIKE_ENOUGH = 0.82  # of difflib's ratio: one letter of six may differ
_VOWELS = "aeiou"
# Letters of other scripts that nobody can tell from these (Unicode's confusables, those of domain names).
_ALIKE = str.maketrans(
    "аеорсухіјѕԁһӏԛԝүвгкмнтпиь" + "αεηικμνορτυχωγβϲϳ" + "ɡɩıɑłøđħƚ" + "օսհզոց",  # Cyrillic, Greek, Latin, Armenian
    "aeopcyxijsdhlqwybrkmhtnub" + "aenikuvoptuxwybcj" + "giialodhl" + "ouhqng",
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
    near = difflib.get_close_matches(address.domain, sorted({*domains, *_PROVIDERS}), n=1, cutoff=_ALIKE_ENOUGH)
    return replace(address, domain=near[0], shown_domain=near[0]) if near else None


@cache
def resembles_provider(domain: str) -> str | None:
    """The known provider's domain that this one is a slip away from; None where it is none, or is the real one."""
    if domain in _KNOWN or domain in _REAL:
        return None
    read_as = _read_as(domain)
    return read_as or next((real for real in _KNOWN if _is_near(domain, real) and _is_slip_of(domain, real)), None)


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


def _is_near(domain: str, real: str) -> bool:
    """Whether it is worth a closer look: about as long, and it begins with the same letter or two letters swapped."""
    return abs(len(domain) - len(real)) <= 2 and (domain[:1] == real[:1] or domain[:2] == real[1::-1])


def _is_slip_of(domain: str, real: str) -> bool:
    """Whether name or ending is a slip of the real one's; both at once only where the ending does not exist."""
    name, _, ending = domain.partition(".")
    real_name, _, real_ending = real.partition(".")
    if ending == real_ending:
        return name in _name_slips(real)
    if name != real_name and name not in _name_slips(real):
        return False
    if ending in _ENDINGS.get(real_ending, ()):
        return name == real_name and real not in _WORDS
    return ending in _ending_slips(real_ending) and not _is_ending(domain, ending)


def _is_ending(domain: str, ending: str) -> bool:
    """Whether names are registered below it, by the Public Suffix List."""
    return has_known_ending(domain) and is_public_suffix(ending)


@cache
def _ending_slips(ending: str) -> frozenset[str]:
    return frozenset(slip[1:] for slip in _slips_of(f".{ending}") if slip.startswith("."))


@cache
def _name_slips(real: str) -> frozenset[str]:
    """Every slip of a domain's name that we know."""
    name = real.partition(".")[0]
    if real in _WORDS:
        return frozenset()
    if real not in _SHORT:
        return frozenset(_slips_of(name))
    twice = {name[: index + 1] + name[index:] for index in range(len(name))}
    left_out = {name[:index] + name[index + 1 :] for index in range(1, len(name))} if len(name) > 3 else set()
    return frozenset(twice | left_out)


def _slips_of(name: str) -> Iterator[str]:
    """The name with one slip: swapped, left out, another key, doubled, one key too many."""
    for index in range(len(name) - 1):
        yield name[:index] + name[index + 1] + name[index] + name[index + 2 :]
    for index in range(1, len(name)):
        yield name[:index] + name[index + 1 :]
        for other in _mistaken_for(name[index], is_last=index == len(name) - 1):
            yield name[:index] + other + name[index + 1 :]
    for index in range(len(name)):
        yield name[: index + 1] + name[index] + name[index + 1 :]
        is_last = index + 1 == len(name)
        # At the end another letter makes a plural or another word, which may be somebody's.
        for more in _neighbours(name[index]).replace("s", "") if is_last else {*_neighbours(name[index]), *name}:
            if index:
                yield name[: index + 1] + more + name[index + 1 :]


def _mistaken_for(letter: str, *, is_last: bool) -> Iterator[str]:
    yield from _neighbours(letter)
    if letter in _VOWELS and not is_last:  # at the end another vowel makes another word
        yield from _VOWELS


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
