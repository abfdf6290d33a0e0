"""Parsers that no other test gives random input: packs, pages' addresses, redirects, hand-overs with hostile names."""

from __future__ import annotations

import unicodedata
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.handover.accounts import account, imap, smtp
from wizard.discovery.preset_file import read_preset
from wizard.errors import HandoverError, ResourceError
from wizard.handover.targets import sheet, targets
from wizard.model.address import Address
from wizard.net import fetch
from wizard.net.fetch import PageRefused
from wizard.setup.pack import load_packs

pytestmark = pytest.mark.slow

ANY_TEXT = st.text(alphabet=st.characters(), max_size=60)
TOML = (
    '[helpdesk] name = "x" [[preparation]] [ ] { } 1 \' """ domains [imap] servers "imap.example.org:993/tls" checked '
    '2026-11-01 pattern "(a+)+" .'
)
TOML_WORDS = st.sampled_from(TOML.split()) | st.sampled_from(["\n", "\ud800", "\0"])


@given(st.lists(TOML_WORDS, max_size=25), ANY_TEXT)
@example(["a", "="] + ["["] * 3000, "")
@example(["a", "="] + ["{a="] * 3000, "")
@example(["a="] + ["1"] * 6000, "")
@example(["a."] * 20_000, "b=1")
def test_any_pack_or_preset_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, words: list[str], text: str
) -> None:
    folder = tmp_path_factory.getbasetemp() / "pack"
    folder.mkdir(exist_ok=True)
    for name in ("helpdesk.toml", "example.toml"):
        path = folder / name
        path.write_bytes(("".join(words) + text).encode("utf-8", "surrogatepass"))
        with suppress(ResourceError):  # and nothing else
            if name == "helpdesk.toml":
                load_packs([path])
            else:
                read_preset(path)


@given(
    ANY_TEXT, st.sampled_from(["", "https://", "//", "https://a.example:8080/", "http://", "/x?", "https://[", "\\"])
)
def test_any_redirect_leads_to_a_web_server_by_https_or_is_refused(text: str, before: str) -> None:
    try:
        url = fetch._joined("https://www.example.org/a/b?c", before + text)
        host = fetch._checked(url, {443})
    except PageRefused:
        return
    parts = urlsplit(url)
    assert (parts.scheme, parts.port or 443) == ("https", 443)
    assert parts.username is None
    assert host == parts.hostname
    assert url.isascii()


@given(st.text(alphabet="ab%2Fc@.x=&?/+", max_size=40))
def test_a_private_text_never_goes_on_to_another_site(text: str) -> None:
    private = "ada@example.org"
    for url in (f"https://a.example/{text}?q={private}&{text}", f"https://a.example/{text}?{text}=ada%40example.org"):
        try:
            shown = fetch._without(url, private)
        except PageRefused:
            continue
        assert private not in shown
        assert "ada%40example.org" not in shown.replace("%2540", "")


@given(ANY_TEXT, ANY_TEXT)
@example("ada\u202e", "Ada\u2066")
@example("$(id)", "`id`")
def test_a_hand_over_holds_no_character_that_deceives(username: str, name: str) -> None:
    server = {"username": username or "x"}
    hostile = account(
        display_name=name or None,
        incoming=replace(imap(), **server),
        outgoing=replace(smtp(), **server),
        address=Address("ada", "example.org", "example.org"),
    )
    for target in targets():
        try:
            written = sheet(target.id, hostile)
        except HandoverError:
            continue
        text = "".join(file.text for file in written.files)
        text += "".join(row.value for row in written.rows) + "".join(
            (*written.steps, *(note.text for note in written.notes))
        )
        unseen = {sign for sign in text if unicodedata.category(sign) in {"Cc", "Cf", "Cs"}} - set(
            "\n\r\t\u200c\u200d\ufeff"
        )
        assert not unseen


def test_this_folder_has_a_fuzzed_test_for_each_parser() -> None:
    """The parsers that strangers and people feed, by the file in which random input is given to them."""
    root = Path(__file__).parent
    for place in (
        "model/test_address.py", "model/test_typed_server.py", "model/test_mask.py", "model/test_shape.py",
        "model/test_text.py", "cli/test_table.py", "setup/test_message.py", "probe/test_certificates.py",
        "probe/test_fuzz.py", "discovery/test_autoconfig.py", "discovery/test_safe_xml.py", "handover/test_document.py",
    ):  # fmt: skip
        assert "@given" in (root / place).read_text(encoding="utf-8"), place
