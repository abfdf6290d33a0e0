"""Headed sections laid out as plain text, or as one self-contained page: no script, no link, nothing to load."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Final

from msgspec import Struct

from wizard.language import RIGHT_TO_LEFT, spoken, without_isolates
from wizard.model.columns import padded, width

_STYLE: Final = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2rem; }
table { border-collapse: collapse; } th, td { text-align: start; vertical-align: top; padding: .2rem .8rem .2rem 0; }
td, pre { overflow-wrap: anywhere; } pre { white-space: pre-wrap; font: 14px/1.5 ui-monospace, monospace; }
@media print { body { margin: 0; max-width: none; } }
"""


class Section(Struct, frozen=True):
    """A heading with sentences, pairs of name and value, a table, or lines of a conversation under it."""

    heading: str
    paragraphs: tuple[str, ...] = ()
    pairs: tuple[tuple[str, str], ...] = ()
    table: tuple[tuple[str, ...], ...] = ()  # the first row names the columns
    lines: tuple[str, ...] = ()


def text_page(sections: Iterable[Section]) -> str:
    """The sections for a terminal or a mail."""
    return without_isolates("\n".join(line for section in sections for line in _lines(section)))


def html_page(title: str, sections: Iterable[Section], hidden: str = "") -> str:
    """The sections for a browser or a printer; every word of them escaped. `hidden` is markup that shows nothing."""
    body = "\n".join(_section(section, "h2" if number else "h1") for number, section in enumerate(sections))
    return (
        f'<!doctype html>\n<html {language_attributes()}>\n<head>\n<meta charset="utf-8">\n'
        # Should a browser ever find something to load or run, it is told not to.
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n{body}\n{hidden}</body>\n</html>\n"
    )


def language_attributes() -> str:
    """The attributes of a page's html element that say its language and where its lines begin."""
    return f'lang="{spoken()}" dir="rtl"' if spoken() in RIGHT_TO_LEFT else f'lang="{spoken()}"'


def _lines(section: Section) -> list[str]:
    lines = [section.heading, "=" * min(width(section.heading), 78), *section.paragraphs]
    names = max((width(name) for name, _ in section.pairs), default=0)
    lines += [f"{padded(name, names)}  {value}" for name, value in section.pairs]
    widths = [max(map(width, column)) for column in zip(*section.table, strict=False)][:-1]
    for row in section.table:
        lines.append("  ".join([*map(padded, row, widths), row[-1]]).rstrip())
    lines += [f"    {line}" for line in section.lines]
    return [*lines, ""]


def _section(section: Section, heading: str) -> str:
    parts = [f"<section><{heading}>{escape(section.heading)}</{heading}>"]
    parts += [f"<p>{escape(paragraph)}</p>" for paragraph in section.paragraphs if paragraph]
    if section.pairs:
        rows = "".join(f'<tr><th scope="row">{escape(n)}</th><td>{escape(v)}</td></tr>' for n, v in section.pairs)
        parts.append(f"<table>{rows}</table>")
    if section.table:
        names, *body = section.table
        head = "".join(f'<th scope="col">{escape(name)}</th>' for name in names)
        rows = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in body)
        parts.append(f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>")
    if section.lines:
        parts.append("<pre>" + "\n".join(escape(line) for line in section.lines) + "</pre>")
    return "\n".join([*parts, "</section>"])
