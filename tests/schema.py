"""Holds a document to a JSON schema: the few keywords that ours use, and nothing beside what the schema names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

_TYPES: Final[Mapping[str, tuple[type, ...]]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
}
_KEYWORDS: Final = frozenset(
    [
        *("$schema", "$defs", "$ref", "title", "description", "type", "enum", "pattern", "minimum", "maximum"),
        *("required", "properties", "items"),
    ]
)


def violations(value: object, schema: Mapping[str, Any], root: Mapping[str, Any], where: str = "$") -> Iterator[str]:
    """What the value has, lacks or says against the schema. A key the schema does not name is against it: it is new."""
    assert schema.keys() <= _KEYWORDS, f"{where}: this cannot be judged: {schema.keys() - _KEYWORDS}"
    if "$ref" in schema:
        name = schema["$ref"].removeprefix("#/$defs/")
        yield from violations(value, root["$defs"][name], root, where)
        return
    if "enum" in schema and value not in schema["enum"]:
        yield f"{where}: {value!r} is none of {schema['enum']}"
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if kinds and not any(_is(value, kind) for kind in kinds):
        yield f"{where}: {value!r} is no {' or '.join(kinds)}"
        return
    if isinstance(value, str) and not re.search(schema.get("pattern", ""), value):
        yield f"{where}: {value!r} is not of the form {schema['pattern']}"
    if isinstance(value, int | float) and not schema.get("minimum", value) <= value <= schema.get("maximum", value):
        yield f"{where}: {value!r} is out of bounds"
    if isinstance(value, dict) and "properties" in schema:
        yield from (f"{where}: lacks {key}" for key in schema.get("required", ()) if key not in value)
        for key, inner in value.items():
            if key in schema["properties"]:
                yield from violations(inner, schema["properties"][key], root, f"{where}.{key}")
            else:
                yield f"{where}: {key} is new"
    if isinstance(value, list) and "items" in schema:
        for number, inner in enumerate(value):
            yield from violations(inner, schema["items"], root, f"{where}[{number}]")


def _is(value: object, kind: str) -> bool:
    return isinstance(value, _TYPES[kind]) and (kind == "boolean" or not isinstance(value, bool))
