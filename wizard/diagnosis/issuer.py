"""What people call whoever issued a certificate: its name, and the company's where that says more."""

from __future__ import annotations

import re

_PART = re.compile(r"(?:^|(?<!\\)[,+])\s*(CN|OU|O)=((?:\\.|[^,+\\])*)")
_ESCAPED = re.compile(r"\\(.)")


def issuer_name(name: str) -> str:
    """The common name or unit of an RFC 4514 name, with the organisation; the name as it is where it has none of them.

    "CN=ESET SSL Filter CA,O=ESET\\, spol. s r. o.,C=SK" is “ESET SSL Filter CA (ESET, spol. s r. o.)”.
    """
    parts: dict[str, str] = {}
    for kind, value in _PART.findall(name):
        parts.setdefault(kind, _ESCAPED.sub(r"\1", value).strip())
    company = parts.get("O", "")
    own = parts.get("CN") or parts.get("OU") or ""
    if not own or not company or company.lower() in own.lower():
        return own or company or name
    return f"{own} ({company})"
