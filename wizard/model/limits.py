"""What an account may send, told before anything is refused for it."""

from __future__ import annotations

from wizard.model.provider import Provider


def limits_of(provider: Provider | None, max_message_bytes: int | None = None) -> tuple[str, ...]:
    """The limits as short sentences without an end: messages, recipients, size; empty where nothing is known.

    Args:
        provider: whose account it is; its preset names what a person counts in.
        max_message_bytes: the SIZE the sending server announced (RFC 1870), said where the preset names no size.
    """
    known = list(provider.limits) if provider is not None else []
    if provider is not None and provider.max_message:
        known.append(f"Largest message {provider.max_message}")
    elif max_message_bytes:
        # What is attached is sent in base64 (RFC 2045 §6.8), four characters for three bytes.
        whole, attached = max_message_bytes / 1_000_000, max_message_bytes * 3 / 4_000_000
        known.append(f"Largest message {whole:.0f} MB, about {attached:.0f} MB of attachments")
    return tuple(known)


def limits_line(provider: Provider | None, max_message_bytes: int | None = None) -> str:
    """The same in one line, for a place that has room for one; "" where nothing is known."""
    first, *others = limits_of(provider, max_message_bytes) or ("",)
    return "; ".join([first, *(f"{other[:1].lower()}{other[1:]}" for other in others)])
