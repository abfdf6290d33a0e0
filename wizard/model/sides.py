"""Two of anything: what the receiving side has, and what the sending side has."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Generic, TypeVar

from msgspec import Struct

from wizard.model.server import Way

T = TypeVar("T")


class Sides(Struct, Generic[T], frozen=True):
    """One value for each side of an account, in the order in which they are told: receiving, then sending."""

    receiving: T
    sending: T

    def __getitem__(self, way: Way) -> T:
        return self.receiving if way is Way.RECEIVING else self.sending

    def __iter__(self) -> Iterator[T]:
        return iter((self.receiving, self.sending))

    def items(self) -> tuple[tuple[Way, T], tuple[Way, T]]:
        """Each side with its value."""
        return (Way.RECEIVING, self.receiving), (Way.SENDING, self.sending)
