"""What the values of a report are called, by the key under which its document holds them."""

from __future__ import annotations

from typing import Final

from wizard.language import tr, tr_later

_NAMES: Final = {
    "address": tr_later("Address"),
    "addresses": tr_later("Addresses"),
    "auth": tr_later("Auth"),
    "blocked_ports": tr_later("Blocked ports"),
    "capabilities": tr_later("Capabilities"),
    "captive_portal": tr_later("Captive portal"),
    "certificate": tr_later("Certificate"),
    "cipher": tr_later("Cipher"),
    "clock_off_s": tr_later("Clock off by (seconds)"),
    "code": tr_later("Code"),
    "code_text": tr_later("Code text"),
    "command": tr_later("Command"),
    "dkim": tr_later("DKIM"),
    "dmarc": tr_later("DMARC"),
    "enhanced": tr_later("Enhanced"),
    "error": tr_later("Error"),
    "exception": tr_later("Exception"),
    "folder": tr_later("Folder"),
    "greeted": tr_later("Greeted"),
    "host": tr_later("Host"),
    "ipv6_broken": tr_later("IPv6 broken"),
    "ipv6_failed": tr_later("IPv6 failed"),
    "is_junk": tr_later("In the junk folder"),
    "issuer": tr_later("Issuer"),
    "local": tr_later("Local"),
    "looked_in": tr_later("Looked in"),
    "masked": tr_later("Masked"),
    "max_message_bytes": tr_later("Largest message (bytes)"),
    "mechanisms": tr_later("Mechanisms"),
    "method": tr_later("Method"),
    "names": tr_later("Names"),
    "not_after": tr_later("Not after"),
    "not_before": tr_later("Not before"),
    "online": tr_later("Online"),
    "open_ports": tr_later("Open ports"),
    "port": tr_later("Port"),
    "portal": tr_later("Portal"),
    "problem": tr_later("Problem"),
    "protocol": tr_later("Protocol"),
    "proxy_or_vpn": tr_later("Proxy or VPN"),
    "public_address": tr_later("Public address"),
    "put_off": tr_later("Put off"),
    "recipient": tr_later("Recipient"),
    "reply": tr_later("Reply"),
    "seconds": tr_later("Seconds"),
    "security": tr_later("Security"),
    "self_signed": tr_later("Self-signed"),
    "sender": tr_later("Sender"),
    "sha256": tr_later("SHA-256"),
    "source": tr_later("Source"),
    "speaks": tr_later("Speaks"),
    "spf": tr_later("SPF"),
    "status": tr_later("Status"),
    "subject": tr_later("Subject"),
    "text": tr_later("Text"),
    "tls": tr_later("TLS"),
    "tls_reason": tr_later("TLS reason"),
    "trusted": tr_later("Trusted"),
    "username": tr_later("Username"),
    "worked_until": tr_later("Worked until"),
}


def name_words(key: str) -> str | None:
    """What a value is called; `None` where the key is not one of ours."""
    return tr(_NAMES[key]) if key in _NAMES else None
