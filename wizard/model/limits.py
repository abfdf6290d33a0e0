"""What an account may send, told before anything is refused for it."""

from __future__ import annotations

from wizard.language import SOURCE, spoken, tr
from wizard.language.formats import megabytes_text
from wizard.model.provider import Provider


def limits_of(provider: Provider | None, max_message_bytes: int | None = None) -> tuple[str, ...]:
    """The limits as short sentences without an end: messages, recipients, size; empty where nothing is known.

    Args:
        provider: whose account it is; its preset names what a person counts in.
        max_message_bytes: the SIZE the sending server announced (RFC 1870), said where the preset names no size.
    """
    provider = provider.translated() if provider is not None else None
    known = list(provider.limits) if provider is not None else []
    if provider is not None and provider.max_message:
        known.append(tr("Largest message {size}", size=provider.max_message))
    # What is attached is sent in base64 (RFC 2045 §6.8), four characters for three bytes.
    elif max_message_bytes and (attached := megabytes_text(max_message_bytes * 3 / 4)):
        whole = megabytes_text(max_message_bytes)
        known.append(
            tr("Largest message {whole} MB, about {attached} MB of attachments", whole=whole, attached=attached)
        )
    return tuple(known)


def limits_line(provider: Provider | None, max_message_bytes: int | None = None) -> str:
    """The same in one line, for a place that has room for one; "" where nothing is known."""
    first, *others = limits_of(provider, max_message_bytes) or ("",)
    if spoken() == SOURCE:  # elsewhere a sentence may begin with what has a capital anyway, such as German nouns
        others = [f"{other[:1].lower()}{other[1:]}" for other in others]
    return "; ".join([first, *others])
