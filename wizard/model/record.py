"""Records that keep a field to themselves."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import asdict, astuple


def printed(record: Struct, *, without: str) -> str:
    """What repr() says of a record, one field left out."""
    shown = (f"{name}={value!r}" for name, value in asdict(record).items() if name != without)
    return f"{type(record).__name__}({', '.join(shown)})"


class WithCompanion(Struct, frozen=True, eq=False):
    """A record whose last field only goes along: neither equality nor what is printed of the record knows it."""

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and astuple(self)[:-1] == astuple(other)[:-1]

    def __hash__(self) -> int:
        return hash(astuple(self)[:-1])

    def __repr__(self) -> str:
        return printed(self, without=self.__struct_fields__[-1])
