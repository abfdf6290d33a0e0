"""Prints what a release is made of as CycloneDX 1.6 JSON: the locked packages with their hashes, and Python and Qt."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parents[1]


def document(checkout: Path = CHECKOUT) -> dict[str, Any]:
    """The bill of materials; the same sources give the same document."""
    init = (checkout / "wizard" / "__init__.py").read_text("utf-8")
    found = re.search(r'__version__ = "([^"]+)"', init)
    version = found.group(1) if found else ""
    lock = (checkout / "packaging" / "requirements" / "run.txt").read_text("utf-8")
    components = []
    for entry in re.split(r"\n(?=\S)", lock.strip()):
        named = re.match(r"([A-Za-z0-9._-]+)==([^ \\\n]+)", entry)
        if named is None:
            continue
        name, number = named.groups()
        purl = f"pkg:pypi/{name}@{number}"
        hashes = [{"alg": "SHA-256", "content": digest} for digest in re.findall(r"sha256:([0-9a-f]{64})", entry)]
        wheels = [{"type": "distribution", "url": purl, "hashes": [one]} for one in hashes]
        components.append(
            {"type": "library", "name": name, "version": number, "purl": purl, "externalReferences": wheels}
        )
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "name": "mailwright",
                "version": version,
                "licenses": [{"license": {"id": "Apache-2.0"}}],
            }
        },
        "components": components,
    }


if __name__ == "__main__":
    print(json.dumps(document(), indent=2))
