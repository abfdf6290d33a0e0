"""A table of accounts as spreadsheets write it, read row by row; nothing of a row is ever put into a message.

A cell may hold a password wherever it stands: in a wrong column, behind a quote that was never closed, in a table
without heads. What cannot be read is told by its line.
"""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Final

from msgspec import Struct, field

from wizard.errors import UsageError
from wizard.language import tr, tr_later
from wizard.model.record import printed
from wizard.model.text import single_line
from wizard.text_file import read_lines

MAX_LINE_BYTES: Final = 64 * 1024
MAX_KEPT: Final = 200  # characters of a cell that is kept
MAX_LINES_OF_ROW: Final = 20  # a quote that is open for longer was never closed
_SEPARATORS: Final = (",", ";", "\t", "|")

# The heads people give the columns in our languages, without blanks; the first one is the option's own name.
_HEADS: Final[Mapping[str, str]] = {
    "address": "address email emailaddress mail mailaddress emailadresse mailadresse adresse adressemail adresseemail "
    "adresseelectronique courriel correo correoelectronico direccion direcciondecorreo eposta indirizzo indirizzoemail "
    "emailadres endereco enderecodeemail mailbox postfach account konto adres adresemail メールアドレス アドレス "
    "邮箱 邮箱地址 电子邮件 电子邮件地址 البريدالإلكتروني عنوانالبريدالإلكتروني",
    "password": "password pass pw pwd passwort kennwort motdepasse mdp contrasena clave contrasinal senha wachtwoord "
    "hasło haslo losenord パスワード 密码 كلمةالمرور",
    "name": "name displayname fullname anzeigename vollername vollstaendigername vollständigername namen nom "
    "nomcomplet nomaffiche nombre nombrecompleto nome nomecompleto naam weergavenaam nazwa imięinazwisko "
    "名前 氏名 表示名 姓名 名称 显示名称 الاسم",
    "outgoing": "outgoing outgoingserver outgoingmailserver smtp smtpserver smtphost postausgang postausgangsserver "
    "ausgangsserver serveursortant serveursmtp servidorsaliente servidorsmtp servidordesalida serverinuscita "
    "servidordesaida uitgaandeserver uitgaandemailserver serwerpocztywychodzącej serwersmtp 送信サーバー "
    "送信メールサーバー smtpサーバー 发件服务器 发送服务器 smtp服务器 خادمالبريدالصادر خادمsmtp",
    "incoming": "incoming incomingserver incomingmailserver imap imapserver imaphost pop3server posteingang "
    "posteingangsserver eingangsserver serveurentrant serveurimap servidorentrante servidorimap servidordeentrada "
    "serverinentrata serverinarrivo inkomendeserver inkomendemailserver serwerpocztyprzychodzącej serwerimap "
    "受信サーバー 受信メールサーバー imapサーバー 收件服务器 接收服务器 imap服务器 خادمالبريدالوارد خادمimap",
    "username": "username user login loginname benutzername benutzer nutzername anmeldename identifiant utilisateur "
    "nomdutilisateur usuario nombredeusuario utente nomeutente nomedeusuario gebruikersnaam nazwaużytkownika "
    "użytkownik ユーザー名 ユーザ名 用户名 اسمالمستخدم",
    "outgoing-username": "outgoingusername smtpusername smtpuser benutzernamepostausgang identifiantsmtp usuariosmtp",
    "outgoing-password": "outgoingpassword smtppassword passwortpostausgang smtppasswort motdepassesmtp contrasenasmtp",
}
# What the consoles of Microsoft 365, Exchange and Google Workspace call them in what they export and take: where no
# column has one of the names above.
_EXPORTED: Final = {
    "userprincipalname": "address",
    "upn": "address",
    "primarysmtpaddress": "address",
    "primaryemail": "address",
    "emailaddressrequired": "address",
    "passwordrequired": "password",
}
COLUMNS: Final = tuple(_HEADS)


def _folded(head: str) -> str:
    """A head without case, accents, blanks and signs."""
    plain = unicodedata.normalize("NFKD", head).casefold()
    return "".join(character for character in plain if character.isalnum())


def _columns_of(heads: Sequence[str]) -> tuple[str, ...]:
    """What each column is, by its head; nothing for one of the person's own."""
    folded = [_folded(head) for head in heads]
    columns = [_MEANT.get(head, "") for head in folded]
    for place, head in enumerate(folded):
        exported = _EXPORTED.get(head)
        if exported is not None and exported not in columns:
            columns[place] = exported
    return tuple(columns)


_MEANT: Final = {_folded(alias): column for column, aliases in _HEADS.items() for alias in aliases.split()}


class Row(Struct, frozen=True):
    """One account of the table: its number among the rows, its first line in the file, its cells by column.

    `fault` says why it cannot be used, and then there are no cells. `kept` are cells that go into the result as they
    are, by the heads that the person named.
    """

    number: int
    line: int
    cells: Mapping[str, str] = field(default_factory=dict)
    fault: str | None = None
    kept: Mapping[str, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        return printed(self, without="cells")


class Table:
    """Reads a file; `rows` gives them one by one, so that memory holds one.

    Args:
        keep: heads of columns of the person's own, such as a ticket's number; their cells go into the result.

    Raises:
        UsageError: there is no such file, it is no table, its first line names no columns, or none that is to be kept.
            Never with a cell's text.
    """

    def __init__(self, path: Path, keep: Sequence[str] = ()) -> None:
        lines = read_lines(path, limit_bytes=MAX_LINE_BYTES, ansi=True, look=partial(_check_kind, path.name))
        self._records = _records(lines, path.name)
        self.ignored: tuple[int, ...] = ()  # the numbers of columns that mean nothing to us, from 1
        self.separator = ","  # between the cells
        self._kept: dict[int, str] = {}  # the heads of those that are kept, by their place
        self._keep = tuple(keep)
        self._columns = self._read_heads(path.name)

    def rows(self) -> Iterator[Row]:
        """The rows that hold anything."""
        number = 0
        for line, cells, fault, _ in self._records:
            if cells is not None and not any(cell.strip() for cell in cells):
                continue
            number += 1
            if cells is None:
                yield Row(number, line, fault=fault)
            else:
                yield self._row(number, line, cells)

    def _row(self, number: int, line: int, cells: list[str]) -> Row:
        if any(cell.strip() for cell in cells[len(self._columns) :]):
            fault = tr("there are more cells than columns; a cell that holds the separator wants quotes")
            return Row(number, line, fault=fault)
        found: dict[str, str] = {}
        for column, cell in zip(self._columns, cells, strict=False):
            if not column:
                continue
            if column not in ("name", "password", "outgoing-password") and ("\n" in cell or "\r" in cell):
                fault = tr("the cell of the column {column} runs over several lines", column=column)
                return Row(number, line, fault=fault)
            is_mask = column.endswith("password") and not cell.strip("*•")  # what a console exports instead of one
            if cell.strip() and not is_mask:
                found[column] = cell if column.endswith("password") else cell.strip()
        kept = {head: single_line(cells[place])[:MAX_KEPT] for place, head in self._kept.items() if place < len(cells)}
        return Row(number, line, found, kept=kept)

    def _read_heads(self, name: str) -> tuple[str, ...]:
        for _, cells, fault, separator in self._records:
            if cells is None:
                raise UsageError(tr("{name}: the first line cannot be read: {fault}.", name=name, fault=fault))
            if not any(cell.strip() for cell in cells):
                continue
            columns = _columns_of(cells)
            named = [column for column in columns if column]
            if "address" not in named:
                raise UsageError(
                    tr(
                        "{name} needs a first line with the names of its columns, address among them. Known are: "
                        "{columns}.",
                        name=name,
                        columns=", ".join(COLUMNS),
                    )
                )
            twice = next((column for column in named if named.count(column) > 1), None)
            if twice is not None:
                raise UsageError(tr("{name}: two columns are named {twice}.", name=name, twice=twice))
            own = {_folded(cell): place for place, cell in enumerate(cells) if cell.strip() and not columns[place]}
            for head in self._keep:
                if _folded(head) not in own:
                    raise UsageError(tr("{name} has no column of your own with the head that --keep names.", name=name))
                self._kept[own[_folded(head)]] = single_line(head)
            self.separator = separator
            self.ignored = tuple(
                place + 1
                for place, cell in enumerate(cells)
                if cell.strip() and not columns[place] and place not in self._kept
            )
            return columns
        raise UsageError(
            tr("{name} is empty: its first line has the names of the columns, address among them.", name=name)
        )


def _check_kind(name: str, begin: bytes) -> None:
    """Tells apart what a spreadsheet program keeps for itself, by its first bytes."""
    if begin.startswith(b"PK\x03\x04"):
        told = tr_later(
            "{name} is a workbook (.xlsx or .ods), not a table in text. Save it as CSV in the spreadsheet program."
        )
    elif begin.startswith(b"\xd0\xcf\x11\xe0"):
        told = tr_later(
            "{name} is an old Excel workbook (.xls), not a table in text. Save it as CSV in the spreadsheet program."
        )
    elif begin.startswith(b"%PDF"):
        told = tr_later("{name} is a PDF, not a table in text. Save it as CSV in the spreadsheet program.")
    else:
        return
    raise UsageError(tr(told, name=name))


def _records(lines: Iterator[str], name: str) -> Iterator[tuple[int, list[str] | None, str, str]]:
    """Line number, cells, fault and separator of each record; `cells` is None where there is a fault."""
    waiting: list[tuple[int, str]] = []  # lines that were read ahead for a quote that was never closed
    numbered = enumerate(lines, 1)
    separator: str | None = None

    def next_line() -> tuple[int, str] | None:
        return waiting.pop(0) if waiting else next(numbered, None)

    while (found := next_line()) is not None:
        number, text = found
        if separator is None and text.strip().lower().startswith("sep=") and len(text.strip()) == len("sep=;"):
            separator = text.strip()[-1]
            continue
        if separator is None and text.strip():
            separator = max(_SEPARATORS, key=_outside_quotes(text).count)
        taken = [found]
        while _is_open(text, separator) and len(taken) < MAX_LINES_OF_ROW and (more := next_line()) is not None:
            taken.append(more)
            text += more[1]
        if _is_open(text, separator):
            waiting[:0] = taken[1:]
            yield number, None, tr("a quote is opened and not closed"), separator or ","
            continue
        try:
            (cells,) = csv.reader([text], delimiter=separator or ",", strict=True) if text.strip() else ([],)
        except (csv.Error, ValueError):
            yield number, None, tr("its quotes do not match"), separator or ","
            continue
        yield number, cells, "", separator or ","


def _is_open(text: str, separator: str | None) -> bool:
    """Whether a cell that began with a quote has not ended yet; a quote within other text is a sign like any other."""
    if '"' not in text:
        return False
    quoted, at_start = False, True
    position = 0
    while position < len(text):
        sign = text[position]
        if quoted and sign == '"':
            if text[position + 1 : position + 2] == '"':
                position += 1
            else:
                quoted = False
        elif not quoted:
            quoted = sign == '"' and at_start
            at_start = sign == separator or sign in "\r\n"
        position += 1
    return quoted


def _outside_quotes(text: str) -> str:
    return "".join(text.split('"')[::2])
