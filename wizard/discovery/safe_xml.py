"""XML from strangers: no DTD, no entities, no depth, no namespaces (T30)."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct, field

from wizard.discovery.answer import Refused
from wizard.discovery.candidate import one_line
from wizard.language import tr

MAX_DEPTH = 20
MAX_ELEMENTS = 20_000
MAX_BYTES = 256 * 1024
_CHUNK = 4096


class Element(Struct):
    """An element without its namespace; `attributes` by lower-case name, `text` is what stands directly inside it."""

    tag: str
    attributes: dict[str, str]
    children: list[Element] = field(default_factory=list)
    text: str = ""

    def each(self, *tags: str) -> Iterator[Element]:
        """The direct children of these names, whatever their case."""
        wanted = {tag.lower() for tag in tags}
        return (child for child in self.children if child.tag.lower() in wanted)

    def first(self, tag: str) -> Element | None:
        """The first direct child of that name."""
        return next(self.each(tag), None)

    def text_of(self, tag: str) -> str | None:
        """The text of the first direct child of that name, blanks around it dropped; None where there is none."""
        child = self.first(tag)
        return child.text.strip() or None if child is not None else None

    def find(self, tag: str) -> Iterator[Element]:
        """This element and all below it that have this name."""
        if self.tag.lower() == tag.lower():
            yield self
        for child in self.children:
            yield from child.find(tag)


class _Builder:
    """Receives the parser's events; stops it at the first thing too much, while it still reads."""

    def __init__(self) -> None:
        self.root: Element | None = None
        self._open: list[Element] = []
        self._count = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._count += 1
        if len(self._open) >= MAX_DEPTH:
            raise Refused(tr("XML nested deeper than {levels} levels", levels=MAX_DEPTH))
        if self._count > MAX_ELEMENTS:
            raise Refused(tr("XML with too many elements"))
        element = Element(_local(tag), {_local(name).lower(): value for name, value in attributes.items()})
        if self._open:
            self._open[-1].children.append(element)
        else:
            self.root = element
        self._open.append(element)

    def data(self, text: str) -> None:
        if self._open:
            self._open[-1].text += text

    def end(self, tag: str) -> None:
        self._open.pop()

    def close(self) -> Element | None:
        return self.root


def parse(body: bytes) -> Element:
    """The root element of `body`.

    Raises:
        Refused: not XML, or XML of a kind that only an attacker needs.
    """
    from defusedxml.common import DefusedXmlException, DTDForbidden
    from defusedxml.ElementTree import DefusedXMLParser, ParseError

    if len(body) > MAX_BYTES:
        raise Refused(tr("XML larger than {kib} KiB", kib=MAX_BYTES // 1024))
    # Blanks before the declaration are not XML, and yet some servers' templates begin with an empty line.
    body = body.lstrip(b" \t\r\n")
    parser = DefusedXMLParser(target=_Builder(), forbid_dtd=True, forbid_entities=True, forbid_external=True)
    try:
        for start in range(0, len(body), _CHUNK):
            parser.feed(body[start : start + _CHUNK])
        root = parser.close()
    except DTDForbidden:
        raise Refused(tr("XML with a document type definition")) from None
    except DefusedXmlException:
        raise Refused(tr("XML with entities")) from None
    except ParseError as error:
        raise Refused(tr("not well-formed XML ({error})", error=one_line(str(error), 80))) from None
    except (ValueError, LookupError, UnicodeError):
        raise Refused(tr("XML in an unknown encoding")) from None
    if not isinstance(root, Element):
        raise Refused(tr("no XML"))
    return root


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]
