"""Tables of accounts as spreadsheets and people write them: read, or told by the line, and never quoted."""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard.cli.table import COLUMNS, Row, Table
from wizard.errors import UsageError

ADA: Mapping[str, str] = {
    "address": "ada@example.org",
    "password": "Tulip-12",
    "outgoing": "mail.example.org:465/tls",
    "incoming": "imap:mail.example.org:993/tls",
}
HEADS = "address;password;outgoing;incoming"
CELLS = "ada@example.org;Tulip-12;mail.example.org:465/tls;imap:mail.example.org:993/tls"


def table(tmp_path: Path, content: bytes | str) -> Table:
    path = tmp_path / "accounts.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return Table(path)


def rows(tmp_path: Path, content: bytes | str) -> list[Row]:
    return list(table(tmp_path, content).rows())


@pytest.mark.parametrize(
    "content",
    [
        f"{HEADS}\r\n{CELLS}\r\n",
        f"{HEADS}\n{CELLS}".replace(";", ","),
        f"{HEADS}\n{CELLS}".replace(";", "\t"),
        f"{HEADS}\n{CELLS}".replace(";", "|"),
        f"sep=;\r\n{HEADS}\r\n{CELLS}\r\n",
        codecs.BOM_UTF8 + f"{HEADS}\r\n{CELLS}\r\n".encode(),
        codecs.BOM_UTF16_LE + f"{HEADS}\r\n{CELLS}\r\n".replace(";", "\t").encode("utf-16-le"),
        codecs.BOM_UTF16_BE + f"{HEADS}\r\n{CELLS}\r\n".encode("utf-16-be"),
        f"{HEADS};;\r\n{CELLS};;\r\n;;;;;\r\n\r\n",
        f"\r\n{HEADS}\r\n\r\n{CELLS}\r\n",
        f"E-Mail-Adresse;Kennwort;Postausgangsserver;Posteingangsserver\r\n{CELLS}\r\n",
        f"Adresse électronique;Mot de passe;Serveur sortant;Serveur entrant\r\n{CELLS}\r\n",
        f"Correo electrónico;Contraseña;Servidor saliente;Servidor entrante\r\n{CELLS}\r\n".encode("cp1252"),
        f" E-MAIL ; Pass-word ;Outgoing Server;INCOMING_SERVER\r\n{CELLS}\r\n",
        f"{HEADS};department\r\n{CELLS};Sales\r\n",
        '"address";"password";"outgoing";"incoming"\r\n' + ";".join(f'"{cell}"' for cell in CELLS.split(";")),
    ],
)
def test_what_excel_writes(tmp_path: Path, content: bytes | str) -> None:
    (row,) = rows(tmp_path, content)
    assert row.fault is None
    assert row.cells == ADA


def test_a_name_of_windows_1252_and_a_cell_of_several_lines(tmp_path: Path) -> None:
    content = 'address,name,password\nada@example.org,"Käthe\nMüller",a "quoted" word\nbob@example.org,Bob,"x""y, z"\n'
    ada, bob = rows(tmp_path, content.encode("cp1252"))
    assert (ada.cells["name"], ada.cells["password"], ada.line) == ("Käthe\nMüller", 'a "quoted" word', 2)
    assert (bob.cells["password"], bob.line, bob.number) == ('x"y, z', 4, 2)


@pytest.mark.parametrize(
    "heads",
    [
        "Email;Password;Name;Outgoing server;Incoming server;User name",
        "E-Mail-Adresse;Kennwort;Vollständiger Name;Postausgangsserver;Posteingangsserver;Benutzername",
        "Adresse e-mail;Mot de passe;Nom complet;Serveur sortant;Serveur entrant;Nom d’utilisateur",
        "Correo electrónico;Contraseña;Nombre completo;Servidor saliente;Servidor entrante;Nombre de usuario",
        "Indirizzo email;Password;Nome completo;Server in uscita;Server in entrata;Nome utente",
        "Endereço de e-mail;Senha;Nome completo;Servidor de saída;Servidor de entrada;Nome de usuário",
        "E-mailadres;Wachtwoord;Weergavenaam;Uitgaande server;Inkomende server;Gebruikersnaam",
        "Adres e-mail;Hasło;Imię i nazwisko;Serwer poczty wychodzącej;Serwer poczty przychodzącej;Nazwa użytkownika",
        "メールアドレス;パスワード;氏名;送信サーバー;受信サーバー;ユーザー名",
        "电子邮件地址;密码;姓名;发件服务器;收件服务器;用户名",
        "البريد الإلكتروني;كلمة المرور;الاسم;خادم البريد الصادر;خادم البريد الوارد;اسم المستخدم",
    ],
)
def test_columns_are_known_by_their_heads_in_every_language_of_ours(tmp_path: Path, heads: str) -> None:
    (row,) = rows(tmp_path, f"{heads}\nada@example.org;tulip-12;Ada;smtp.example.org;imap.example.org;ada\n")
    assert row.cells == {
        "address": "ada@example.org",
        "password": "tulip-12",
        "name": "Ada",
        "outgoing": "smtp.example.org",
        "incoming": "imap.example.org",
        "username": "ada",
    }


@pytest.mark.parametrize(
    ("content", "faulty", "words"),
    [
        ('address,password\n"ada@example.org,Tulip-12\nbob@example.org,Tulip-13\n', 2, "opened and not closed"),
        ('address,password\nbob@example.org,Tulip-13\nada@example.org,"Tulip-12"x"\n', 3, "do not match"),
        ("address,password\nada@example.org,Tulip,12\nbob@example.org,Tulip-13\n", 2, "wants quotes"),
        ('address,password\n"ada@example.org\nTulip-12",x\nbob@example.org,Tulip-13\n', 2, "several lines"),
    ],
)
def test_a_malformed_row_is_told_by_its_line_and_costs_no_other(
    tmp_path: Path, content: str, faulty: int, words: str
) -> None:
    found = rows(tmp_path, content)
    (bad,) = [row for row in found if row.fault is not None]
    assert bad.line == faulty
    assert bad.fault is not None
    assert words in bad.fault
    assert bad.fault[-1].isalpha()  # whoever shows it ends the sentence
    assert bad.cells == {}
    assert [row.cells["password"] for row in found if row.fault is None] == ["Tulip-13"]
    assert not [row for row in found if "Tulip" in repr(row)]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "is empty"),
        ("\n\n", "is empty"),
        ("ada@example.org,tulip-12\nbob@example.org,tulip-13\n", "first line with the names"),
        ("password\ntulip-12\n", "address among them"),
        ("address,tulip-12,e-mail\nx\n", "two columns are named address"),
        ('"address,tulip-12\n', "opened and not closed"),
        (b"PK\x03\x04\x14\x00tulip-12", "workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1tulip-12", "old Excel"),
        ("x" * 70_000, "larger"),
    ],
)
def test_what_is_no_table_is_told_without_a_cell_of_it(tmp_path: Path, content: bytes | str, words: str) -> None:
    with pytest.raises(UsageError, match=words) as told:
        table(tmp_path, content)
    assert "tulip" not in str(told.value)


@pytest.mark.parametrize(
    ("heads", "cells"),
    [
        ("UserPrincipalName,DisplayName,Department", "ada@example.org,Ada,Sales"),
        ("userPrincipalName,displayName,mail", "ada@example.onmicrosoft.com,Ada,ada@example.org"),
        ("DisplayName,PrimarySmtpAddress,UserPrincipalName", "Ada,ada@example.org,ada@example.local"),
        ("First Name [Required],Email Address [Required],Password [Required]", "Ada,ada@example.org,tulip-12"),
        ("Address,UPN", "ada@example.org,ada@example.local"),
    ],
)
def test_what_an_administrators_console_exports(tmp_path: Path, heads: str, cells: str) -> None:
    (row,) = rows(tmp_path, f"{heads}\n{cells}\n")
    assert row.cells["address"] == "ada@example.org"
    assert row.cells.get("password") == ("tulip-12" if "Password" in heads else None)


def test_a_masked_password_is_none(tmp_path: Path) -> None:
    """Google's console exports it so; as a password it would cost every account a refusal."""
    read = rows(tmp_path, "Email Address [Required],Password [Required]\nada@example.org,****\nbob@example.org,**x*\n")
    assert [row.cells for row in read] == [
        {"address": "ada@example.org"},
        {"address": "bob@example.org", "password": "**x*"},
    ]


def test_columns_of_their_own_are_told_by_number(tmp_path: Path) -> None:
    assert table(tmp_path, "tulip-12,address,,department\n").ignored == (1, 4)


@given(st.text(alphabet=st.sampled_from('ab@.,;\t"\n\r|= \0é'), max_size=120))
def test_any_text_is_rows_faults_or_a_sentence(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    folder = tmp_path_factory.mktemp("table", numbered=True)
    for content in (text, f"address,password\n{text}"):
        try:
            found = rows(folder, content)
        except UsageError:
            continue
        assert [row.number for row in found] == list(range(1, len(found) + 1))
        assert all(set(row.cells) <= set(COLUMNS) for row in found)
        assert all((row.fault is None) is bool(row.cells) for row in found)
