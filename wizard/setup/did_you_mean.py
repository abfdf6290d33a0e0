"""Did you mean gmail.com? Domains that are a slip of the finger away from a provider that many people use.

Only names that are no ordinary words are compared, and only slips that fingers make: two letters swapped, one left
out, one too many, the neighbouring key, another vowel, and endings that do not exist. The first letter is nearly always
right. So a domain that somebody really has is not questioned, which the tests try on every domain of the presets.
"""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import cache

from wizard.model.address import Address

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
# Neighbours that are known to be somebody's own.
_REAL = ("gail.com",)
# Endings for the real one that either do not exist or are nobody's choice beside these names.
_ENDINGS = {
    "com": ("con", "cmo", "ocm", "comm", "coom", "ccom", "vom", "xom", "cim", "cpm", "cok", "c0m", "om", "cm", "co"),
    "net": ("ner", "nte", "ent", "nett", "met", "ne"),
    "de": ("ed", "dee", "d"),
    "fr": ("rf", "frr"),
    "it": ("ti", "itt"),
    "co.uk": ("co.ku", "couk", "c.uk", "co.u", "cou.k"),
}
_ALIKE_ENOUGH = 0.82  # of difflib's ratio: one letter of six may differ
_VOWELS = "aeiou"
# Letters of other scripts that nobody can tell from these (Unicode's confusables, those of domain names).
_ALIKE = str.maketrans("аеорсухіјѕԁһӏɡɩıαορυνκτ", "aeopcyxijsdhlgiiaopuvkt")
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
    if domain in _PROVIDERS or domain in _REAL:
        return None
    read_as = next((reading for reading in _readings(domain) if reading in _PROVIDERS), None)
    return read_as or next((real for real in _PROVIDERS if _is_near(domain, real) and domain in _slips(real)), None)


def _readings(domain: str) -> Iterator[str]:
    """What the eye makes of the domain: letters of other scripts and digits that look like the ones of ours."""
    shown = domain
    if "xn--" in domain:
        import idna

        try:
            shown = idna.decode(domain)
        except (idna.IDNAError, UnicodeError):
            return
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", shown) if not unicodedata.combining(sign))
    folded = plain.translate(_ALIKE)
    for one in ("l", "i"):
        for reading in (folded.replace("1", one), folded.replace("1", one).replace("rn", "m").replace("vv", "w")):
            yield reading.replace("0", "o")


def _is_near(domain: str, real: str) -> bool:
    """Whether it is worth a closer look: about as long, and it begins with the same letter or two letters swapped."""
    return abs(len(domain) - len(real)) <= 2 and (domain[:1] == real[:1] or domain[:2] == real[1::-1])


@cache
def _slips(real: str) -> frozenset[str]:
    """Every slip of one domain that we know."""
    name, _, ending = real.partition(".")
    others = _ENDINGS.get(ending, ())
    found = {f"{name}.{other}" for other in others}
    for slip in _slips_of(name):
        found.add(f"{slip}.{ending}")
        found.update(f"{slip}.{other}" for other in others[:2])  # two slips at once, where the ending does not exist
    return frozenset(found)


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
