"""Sections laid out to the letter, as text and as a page."""

from __future__ import annotations

from html.parser import HTMLParser

from wizard.handover.page import Section, html_page, text_page

SECTIONS = (
    Section("Report", paragraphs=("It works.",), pairs=(("Case", "A-1"), ("Address", "a & <b>"))),
    Section("Tried", table=(("Stage", "Seconds", "Detail"), ("connect", "0.1", ""), ("tls", "12.25", "TLS <1.3>"))),
    Section("Conversation", lines=("< 220 <mail>", "> EHLO")),
)


def test_as_text_every_column_begins_where_its_heading_does() -> None:
    assert text_page(SECTIONS) == (
        "Report\n"
        "======\n"
        "It works.\n"
        "Case     A-1\n"
        "Address  a & <b>\n"
        "\n"
        "Tried\n"
        "=====\n"
        "Stage    Seconds  Detail\n"
        "connect  0.1\n"
        "tls      12.25    TLS <1.3>\n"
        "\n"
        "Conversation\n"
        "============\n"
        "    < 220 <mail>\n"
        "    > EHLO\n"
    )


def test_a_long_heading_is_underlined_as_far_as_a_terminal_goes() -> None:
    assert text_page([Section("x" * 100)]).split("\n")[1] == "=" * 78


class Read(HTMLParser):
    """What a browser would show: (where, text) in order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.where: list[str] = []
        self.shown: list[tuple[str, str]] = []
        self.scopes: list[str | None] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag != "meta":
            self.where.append(tag)
        if tag == "th":
            self.scopes.append(dict(attrs)["scope"])

    def handle_endtag(self, tag: str) -> None:
        assert self.where.pop() == tag

    def handle_data(self, data: str) -> None:
        if data.strip() and self.where[-1] != "style":
            self.shown.append((self.where[-1], data))


def test_as_a_page_every_word_stands_in_its_place_and_is_only_text() -> None:
    page = html_page("A <title>", SECTIONS)
    read = Read(page)
    assert read.shown == [
        ("title", "A <title>"),
        ("h1", "Report"),
        ("p", "It works."),
        ("th", "Case"),
        ("td", "A-1"),
        ("th", "Address"),
        ("td", "a & <b>"),
        ("h2", "Tried"),
        ("th", "Stage"),
        ("th", "Seconds"),
        ("th", "Detail"),
        ("td", "connect"),
        ("td", "0.1"),
        ("td", "tls"),
        ("td", "12.25"),
        ("td", "TLS <1.3>"),
        ("h2", "Conversation"),
        ("pre", "< 220 <mail>\n> EHLO"),
    ]
    assert read.scopes == ["row", "row", "col", "col", "col"]
    assert read.where == []  # all that was opened is closed
    assert "default-src 'none'; style-src 'unsafe-inline'" in page


def test_what_a_section_does_not_have_leaves_no_empty_frame() -> None:
    page = html_page("T", [Section("Only", paragraphs=("", "one"))])
    assert page.count("<p>") == 1
    for tag in ("<table", "<pre", "<thead"):
        assert tag not in page


def test_columns_line_up_where_characters_are_two_columns_wide() -> None:
    section = Section("結果", pairs=(("受信", "imap"), ("Port", "993")), table=(("項目", "値"), ("a", "b")))
    assert text_page([section]).splitlines() == ["結果", "====", "受信  imap", "Port  993", "項目  値", "a     b"]
