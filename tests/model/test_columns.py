"""Text in a terminal's columns, in scripts whose characters are one column wide, two, or none."""

from __future__ import annotations

import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard.model.columns import cut, listed, padded, width, wrapped

_JAPANESE = (
    "サーバーはユーザー名またはパスワードを受け付けませんでした。"
    "もう一度パスワードを入力するか、imap.example.org（受信サーバー）を確認してください。"
)
_CHINESE = "服务器不接受用户名或密码。请重新输入密码，或者在“设置”里检查 smtp.example.org 的端口。"
_ARABIC = "لم يقبل الخادم اسم المستخدم أو كلمة المرور. اكتب كلمة المرور مرة أخرى."
_TEXTS = st.text(st.sampled_from("ab é-あ漢、。（）“”ッー\u0301\u064b\u200dعZ "), max_size=60)


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("plain", 5),
        ("für Ångström", 12),
        ("パスワード", 10),
        ("ﾊﾟｽﾜｰﾄﾞ", 7),  # half as wide, and its marks are characters of their own
        ("密码 OK", 7),
        ("（株）", 6),
        ("e\u0301", 1),  # a letter and its accent
        ("كَتَبَ", 3),  # three letters with their vowels
        ("👍", 2),
        ("", 0),
    ],
)
def test_the_columns_that_a_text_takes(text: str, columns: int) -> None:
    assert width(text) == columns


@pytest.mark.parametrize("name", ["Password", "パスワード", "密码", "كلمة المرور", "Contraseña"])
def test_what_is_padded_ends_in_the_same_column(name: str) -> None:
    assert width(padded(name, 14)) == 14
    assert padded(name, 14).rstrip() == name
    assert padded(name, 2) == name


def test_what_is_cut_never_ends_within_a_character() -> None:
    assert [cut("密码 OK", columns) for columns in range(8)] == [
        "",
        "",
        "密",
        "密",
        "密码",
        "密码 ",
        "密码 O",
        "密码 OK",
    ]


@given(_TEXTS, st.integers(0, 30))
def test_what_is_cut_fits_and_is_the_beginning(text: str, columns: int) -> None:
    shown = cut(text, columns)
    assert width(shown) <= columns
    assert text.startswith(shown)


@pytest.mark.parametrize("columns", [12, 20, 40, 78])
@pytest.mark.parametrize("text", [_JAPANESE, _CHINESE])
def test_scripts_without_blanks_break_where_their_readers_expect_it(text: str, columns: int) -> None:
    lines = wrapped(text, columns)
    words = ("imap.example.org", "smtp.example.org")  # wider than the narrowest lines, and never broken
    assert all(width(line) <= columns or any(word in line for word in words) for line in lines)
    assert all(line[0] not in "、。，）”ーッ" and line[-1] not in "（“" for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    # Each line is as full as it can be: a character that must not begin a line takes the one before it along.
    assert all(width(line) >= columns - 4 or len(lines) == 1 for line in lines[:-1] if columns >= 40 and line.isalpha())


@pytest.mark.parametrize(
    "text", ["Nobody vouches for these servers' domains, so no password is sent to them.", _ARABIC]
)
def test_scripts_with_blanks_break_at_them(text: str) -> None:
    assert wrapped(text, 30) == textwrap.wrap(text, 30)
    assert len(wrapped(text, 30)) > 1


@given(_TEXTS, st.integers(4, 30))
def test_wrapping_loses_nothing_but_blanks(text: str, columns: int) -> None:
    lines = wrapped(text, columns)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(line == line.rstrip() and line for line in lines)


def test_what_is_listed_goes_on_below_itself() -> None:
    rows = [("check", "確認します。結果は一行に一つずつ表示されます"), ("受信", "short")]
    assert listed(rows, 31, indent=2) == [
        "  check  確認します。結果は一行",
        "         に一つずつ表示されます",
        "  受信   short",
    ]
