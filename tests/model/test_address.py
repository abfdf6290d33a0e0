"""What is an address, as it is typed and as it is pasted, and what is said about what is not."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard.errors import UsageError
from wizard.model.address import Address


@pytest.mark.parametrize(
    ("text", "wire"),
    [
        (" ada@Example.ORG ", "ada@example.org"),
        ("ada@gmail,com", "ada@gmail.com"),
        ("ada@example,de", "ada@example.de"),
        ("mailto:ada@example.org", "ada@example.org"),
        ("MAILTO:ada@example.org", "ada@example.org"),
        ("mailto:ada%2Bnews@example.org?subject=x@y", "ada+news@example.org"),
        ("Ada Lovelace <ada@example.org>", "ada@example.org"),
        ('"Lovelace, Ada" <ada@example.org>', "ada@example.org"),
        ("ada@example.org (Ada Lovelace)", "ada@example.org"),
        ("E-Mail: ada@example.org", "ada@example.org"),
        ("E-mail address : <ada@example.org>", "ada@example.org"),
        ("Adresse mail :\u00a0ada@example.org", "ada@example.org"),
        ('"a@b" <ada@example.org>;', "ada@example.org"),
        ("Ada <ada@example.org", "ada@example.org"),
        ("<mailto:ada@example.org>", "ada@example.org"),
        ("\u200bada@\ufeffexam\u00adple.org\u202c", "ada@example.org"),
        ("ada＠example.org", "ada@example.org"),
        ("ａｄａ＠ｅｘａｍｐｌｅ．ｏｒｇ", "ada@example.org"),
        ("ada@example。org", "ada@example.org"),
        ("ada@example.org.", "ada@example.org"),
        ("ada@example.org,", "ada@example.org"),
        ("ada@example.org;", "ada@example.org"),
        ("'ada@example.org'", "ada@example.org"),
        ("“ada@example.org”,", "ada@example.org"),
        ("(ada@example.org).", "ada@example.org"),
        ("ada @ example.org", "ada@example.org"),
        ("ada@example.org\r\n", "ada@example.org"),
        ("ada+news@example.org", "ada+news@example.org"),
        ("o'neil@example.org", "o'neil@example.org"),
        ("a..b@docomo.ne.jp", "a..b@docomo.ne.jp"),
        ("ada.@docomo.ne.jp", "ada.@docomo.ne.jp"),
        (".ada@docomo.ne.jp", ".ada@docomo.ne.jp"),
        ("ada@firma.local", "ada@firma.local"),
        ("ada@host.home.arpa", "ada@host.home.arpa"),
        ("ada@mail.test", "ada@mail.test"),
        ("ada@bücher.example", "ada@xn--bcher-kva.example"),
        ("josé@example.org", "josé@example.org"),
        ("jose\u0301@example.org", "josé@example.org"),
        ("用户@例子.example", "用户@xn--fsqu00a.example"),
    ],
)
def test_an_address_is_read(text: str, wire: str) -> None:
    assert Address.parse(text).wire == wire


def test_a_domain_is_shown_as_people_read_it() -> None:
    assert str(Address.parse("ada@XN--bcher-KVA.example")) == "ada@bücher.example"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "has an @"),
        ("ada", "has an @"),
        ("@example.org", "before the @"),
        ("ada@", "after the @"),
        ("ada@example", "complete domain"),
        ("a da@example.org", "not an email address"),
        ("ada@exa mple.org", "not an email address"),
        ("ada@-example-.org", "not an email address"),
        ("ada@example..org", "not an email address"),
        ("ada@192.0.2.1", "not the number"),
        ("ada@[192.0.2.1]", "not the number"),
        ("ada@bob@example.org", "one @"),
        ("<ada@example.org>, <bob@example.org>", "several"),
        ("ada@example.org\nbob@example.org", "one @"),
        ("a\x00da@example.org", "not an email address"),
        ("\ud800da@example.org", "not an email address"),
        ("a(b)c@example.org", "not an email address"),
        ("x" * 65 + "@example.org", "too long"),
        ("ada@" + "x" * 300 + ".org", "not an email address"),
    ],
)
def test_what_is_missing_is_said_at_the_field(text: str, words: str) -> None:
    with pytest.raises(UsageError, match=words) as told:
        Address.parse(text)
    assert told.value.field == "address"


@pytest.mark.parametrize(
    "text",
    [
        "ada@example.org,Tulip-12",
        "ada@example,Tulip-12",
        "ada@example.org,Tulip-12\nbob@example.org,Tulip-13",
        "Tulip-12@",
        "Tul@ip-12",
        "Tulip-12",
    ],
)
def test_what_may_be_a_password_is_not_quoted(text: str) -> None:
    with pytest.raises(UsageError) as told:
        Address.parse(text)
    assert "ip-1" not in str(told.value)


@given(st.text(alphabet=st.characters(), max_size=80))
def test_any_text_is_an_address_or_a_sentence(text: str) -> None:
    for typed in (text, f"{text}@example.org", f"ada@{text}", f"ada@{text}.org", f"{text} <ada@example.org>"):
        try:
            address = Address.parse(typed)
        except UsageError:
            continue
        assert address.domain.isascii()
        assert not {unicodedata.category(c) for c in str(address)} & {"Cc", "Cf", "Cs", "Zl", "Zp", "Zs"}
        assert Address.parse(address.wire) == Address.parse(str(address)) == address


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("xn--bcher-kva.example", "bücher.example"),
        ("imap.xn--bcher-kva.example", "imap.bücher.example"),
        ("ada@xn--bcher-kva.example", "ada@bücher.example"),
        ("imap.myxn--bcher-kva.example", "imap.myxn--bcher-kva.example"),  # another domain
        ("imap.xn--mller-kva.example", "imap.xn--mller-kva.example"),
        ("", ""),
    ],
)
def test_names_of_the_own_domain_read_as_it_was_typed(name: str, read: str) -> None:
    assert Address.parse("ada@bücher.example").as_read(name) == read
