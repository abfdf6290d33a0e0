"""DKIM (RFC 6376): the keys under the names that providers and programs use; no name server lists them all."""

from __future__ import annotations

import asyncio
import base64
import binascii
from collections.abc import Sequence
from typing import Final

from wizard.domain.finding import Finding, State
from wizard.domain.txt import tags, texts_or_none
from wizard.language import tr, tr_later
from wizard.language.formats import paragraph
from wizard.model.text import inert
from wizard.net.dns import MxRecord, Resolver

_TITLE: Final = tr_later("DKIM: signed mail")
# The selectors that providers have their customers publish, by the mail exchanger, then those that programs suggest.
_BY_PROVIDER: Final = {
    "google.com": ("google",),
    "googlemail.com": ("google",),
    "outlook.com": ("selector1", "selector2"),
    "messagingengine.com": ("fm1", "fm2", "fm3", "mesmtp"),
    "protonmail.ch": ("protonmail", "protonmail2", "protonmail3"),
    "icloud.com": ("sig1",),
    "zoho.com": ("zoho", "zmail"),
    "zoho.eu": ("zoho", "zmail"),
    "mailbox.org": ("mbo0001", "mbo0002", "mbo0003", "mbo0004"),
    "migadu.com": ("key1", "key2", "key3"),
    "ionos.de": ("s1-ionos", "s2-ionos"),
    "kundenserver.de": ("s1-ionos", "s2-ionos"),
    "yandex.net": ("mail",),
}
_USUAL: Final = (
    "default", "dkim", "mail", "s1", "s2", "k1", "k2", "k3", "selector1", "selector2", "google", "mxvault", "smtp",
    "email", "key1", "key2", "sig1", "everlytickey1", "mandrill", "mailjet", "sendgrid", "smtpapi", "amazonses",
    "postmark", "pm", "20230601", "2024", "2025", "2026", "x", "ed25519", "rsa",
)  # fmt: skip
_WEAK_BITS, _SHORT_BITS = 1024, 2048


async def dkim(
    domain: str, resolver: Resolver, exchangers: tuple[MxRecord, ...], selectors: Sequence[str] = ()
) -> Finding:
    """The keys that were found, each judged; `selectors` are further names to look under."""
    names = dict.fromkeys([*selectors, *_of_provider(exchangers), *_USUAL])
    answers = await asyncio.gather(*(texts_or_none(resolver, f"{name}._domainkey.{domain}") for name in names))
    keys = {name: text for name, answer in zip(names, answers, strict=True) for text in (answer or ()) if _is_key(text)}
    if not keys and None in answers:
        return Finding("dkim", tr(_TITLE), State.UNKNOWN, tr("No name server answered for the keys."))
    lines = tuple(f"{name}: {inert(text, 120)}" for name, text in keys.items())
    missing = [name for name in selectors if name not in keys]
    if missing:
        says = tr(
            "There is no key under {names}: mail signed with it fails.",
            names=", ".join(inert(name, 60) for name in missing),
        )
        return Finding("dkim", tr(_TITLE), State.WRONG, says, (), lines)
    if not keys:
        return Finding(
            "dkim",
            tr(_TITLE),
            State.WARNING,
            tr(
                "No key was found under the usual names. If your mail is signed, its header DKIM-Signature says the "
                "name (s=…): look again with --selector. If it is not, switch signing on at your provider, which tells "
                "you the record."
            ),
        )
    told = [(name, *_judged(text)) for name, text in keys.items()]
    states = {state for _, state, _ in told}
    # An old key beside a good one harms nobody.
    state = next(one for one in (State.OK, State.WARNING, State.WRONG) if one in states)
    says = paragraph(tr("{name}: {value}", name=inert(name, 60), value=says) for name, _, says in told)
    return Finding("dkim", tr(_TITLE), state, says, (), lines)


def _of_provider(exchangers: tuple[MxRecord, ...]) -> Sequence[str]:
    for exchanger in exchangers:
        for suffix, names in _BY_PROVIDER.items():
            if exchanger.host == suffix or exchanger.host.endswith(f".{suffix}"):
                return names
    return ()


def _is_key(text: str) -> bool:
    return "p" in tags(text) and tags(text).get("v", "DKIM1") == "DKIM1"


def _judged(text: str) -> tuple[State, str]:
    read = tags(text)
    key = "".join(read["p"].split())
    if not key:
        return State.WARNING, tr("withdrawn (its key is empty).")
    if read.get("k", "rsa").lower() == "ed25519":
        return State.OK, tr("a key (Ed25519); not every receiver knows that kind, so have an RSA key as well.")
    bits = _rsa_bits(key)
    if bits is None:
        return State.WRONG, tr("the key cannot be read, as where a part of the record is missing.")
    if bits < _WEAK_BITS:
        return State.WRONG, tr(
            "the key has {bits} bits; receivers take none below {least}.", bits=bits, least=_WEAK_BITS
        )
    if bits < _SHORT_BITS:
        return State.WARNING, tr("the key has {bits} bits; {usual} are usual today.", bits=bits, usual=_SHORT_BITS)
    return State.OK, tr("a key of {bits} bits.", bits=bits)


def _rsa_bits(key: str) -> int | None:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    try:
        read = load_der_public_key(base64.b64decode(key, validate=True))
    except (ValueError, TypeError, binascii.Error, UnsupportedAlgorithm):
        return None
    return read.key_size if isinstance(read, RSAPublicKey) else None
