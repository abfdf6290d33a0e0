"""One server of the account: what it is and who said so, and the place where it is changed."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from wizard.errors import UsageError
from wizard.gui import server_input, sources
from wizard.gui.theme import Role
from wizard.gui.widgets.buttons import QuietButton, SecondaryButton
from wizard.gui.widgets.choices import ChoiceField, SegmentedField
from wizard.gui.widgets.facts import Fact, Facts
from wizard.gui.widgets.fields import Field, LabelledField
from wizard.gui.widgets.flow import Flow
from wizard.gui.widgets.label import Label
from wizard.gui.widgets.surfaces import Card, Icon, IconTile, Separator, Strip
from wizard.model.address import Address
from wizard.model.plan import Plan
from wizard.model.server import Protocol, Security, ServerCandidate, Source

OTHER_PORT: Final = "Other port"
FULL_ADDRESS: Final = "Full email address"
LOCAL_PART: Final = "Part before the @"

_RECEIVED: Final = {
    Security.TLS: "Mail is fetched over a line that is encrypted from the start.",
    Security.STARTTLS: "Mail is fetched once the line has switched to encryption.",
    Security.NONE: "Mail would be fetched over a line without encryption.",
}
_SENT: Final = {
    Security.TLS: "Mail goes out over a line that is encrypted from the start.",
    Security.STARTTLS: "Mail goes out once the line has switched to encryption.",
    Security.NONE: "Mail would go out over a line without encryption.",
}


class ServerCard(Card):
    """A card that shows one server, and edits it in place.

    `changed` carries the new candidate, `editing` whether the editor is open. Names of the inputs begin with `side`.
    """

    changed = Signal(object)
    editing = Signal(bool)

    def __init__(self, side: str) -> None:
        super().__init__()
        self._side = side
        self._receives = side == "Receiving"
        self._address: Address | None = None
        self._plan: Plan | None = None
        self._candidate: ServerCandidate | None = None
        self._found: ServerCandidate | None = None
        self._protocol = Protocol.IMAP if self._receives else Protocol.SMTP
        self._narrow = False
        self._build_head()
        self._build_facts()
        self._build_editor()
        self._show_mode("facts")

    # --- what others do with it

    def show_candidate(self, candidate: ServerCandidate | None, plan: Plan | None, address: Address) -> None:
        """Shows this server; `plan` is what other sources said."""
        self._candidate, self._plan, self._address = candidate, plan, address
        self._found = None
        if plan is not None:
            known = plan.of(*self._protocols())
            self._found = known[0] if known else None
        if candidate is not None:
            self._protocol = candidate.protocol
        self._kind.setText(sources.PROTOCOL_NAMES[self._protocol])
        self._show_words()
        self._facts.show_facts(self._make_facts())
        if not self.is_editing:
            self._show_mode("facts")

    @property
    def candidate(self) -> ServerCandidate | None:
        """The server that is shown."""
        return self._candidate

    @property
    def is_editing(self) -> bool:
        """Whether the editor is open."""
        return not self._editor.isHidden()

    def collapse(self, collapsed: bool) -> None:
        """Says the server in one line, while the other card is edited."""
        if not self.is_editing:
            self._show_mode("line" if collapsed else "facts")

    def open_editor(self, field: str | None = None) -> None:
        """Opens the editor, with the cursor in "host", "port", "security" or "username"."""
        self._fill_editor(self._candidate)
        self._show_mode("editor")
        self.editing.emit(True)
        target: LabelledField = self._by_name().get(field or "host", self.host)
        target.control.setFocus(Qt.FocusReason.OtherFocusReason)

    def close_editor(self) -> bool:
        """Takes over what was typed; False, and a sentence at the field, when it cannot be used."""
        if not self.is_editing:
            return True
        typed = self._read()
        if typed is None:
            return False
        self._show_mode("facts")
        if typed != self._candidate:
            self._candidate = typed
            self.changed.emit(typed)
        if self._address is not None:
            self.show_candidate(self._candidate, self._plan, self._address)
        self.editing.emit(False)
        return True

    def set_narrow(self, narrow: bool) -> None:
        """One column of fields."""
        self._narrow = narrow
        fields: tuple[LabelledField, ...] = (self.host, self.port, self.security, self.username)
        for field in fields:
            self._grid.removeWidget(field)
        columns = 1 if narrow else 2
        for index, field in enumerate(fields):
            self._grid.addWidget(field, index // columns, index % columns)
        self._grid.setColumnStretch(1, 0 if narrow else 1)
        self._tile.setVisible(not (narrow and self.is_editing))
        self.undo.setText("Undo" if narrow else "Undo changes")

    # --- parts

    def _build_head(self) -> None:
        self._tile = IconTile("inbox" if self._receives else "send")
        self._kind = Label("", Role.SMALL, "ink2")
        self._words = Label("", tone="ink2", wrap=True)
        self.edit = SecondaryButton("Edit", "pencil")
        self.edit.setAccessibleName(f"Edit {self._side.lower()}")
        self.edit.setObjectName(f"edit:{self._side.lower()}")
        self.edit.clicked.connect(lambda: self.open_editor())
        self.undo = QuietButton("Undo changes", "undo")
        self.undo.clicked.connect(self._undo)
        self.apply = SecondaryButton("Apply")
        self.apply.setObjectName(f"apply:{self._side.lower()}")
        self.apply.clicked.connect(lambda: self.close_editor())
        title = QHBoxLayout()
        title.setSpacing(8)
        title.addWidget(Label(self._side, Role.HEADING))
        title.addWidget(self._kind)
        title.addStretch(1)
        words = QVBoxLayout()
        words.setSpacing(3)
        words.addStretch(1)
        words.addLayout(title)
        words.addWidget(self._words)
        words.addStretch(1)
        head = QHBoxLayout()
        head.setSpacing(16)
        head.addWidget(self._tile, 0, Qt.AlignmentFlag.AlignTop)
        head.addLayout(words, 1)
        head.addWidget(self.undo, 0, Qt.AlignmentFlag.AlignTop)
        head.addWidget(self.edit, 0, Qt.AlignmentFlag.AlignTop)
        head.addWidget(self.apply, 0, Qt.AlignmentFlag.AlignTop)
        self._head = head
        self.box.addLayout(head)

    def _build_facts(self) -> None:
        self._facts_part = QWidget()
        column = QVBoxLayout(self._facts_part)
        column.setContentsMargins(0, 14, 0, 0)
        column.setSpacing(12)
        column.addWidget(Separator())
        self._facts = Facts()
        column.addWidget(self._facts)
        self.box.addWidget(self._facts_part)

    def _build_editor(self) -> None:
        side = self._side
        self.host = Field("Server", accessible_name=f"{side} server")
        self.port = ChoiceField("Port", typed=True, accessible_name=f"{side} port")
        options = [(security.value, sources.SECURITY_NAMES[security]) for security in Security]
        self.security = SegmentedField("Encryption", options, accessible_name=f"{side} encryption")
        self.username = ChoiceField("User name", typed=True, accessible_name=f"{side} user name")
        self.host.input.setInputMethodHints(Qt.InputMethodHint.ImhUrlCharactersOnly)
        for protocol in self._protocols():
            for number, security in server_input.ports(protocol):
                words = server_input.port_words(protocol, number, security, name_protocol=self._receives)
                self.port.choice.addItem(words, (protocol, number, security))
        self.port.choice.addItem(OTHER_PORT)
        self.username.choice.addItems([FULL_ADDRESS, LOCAL_PART])
        self.strip = Strip()
        self._strip_icon = Icon("book", 18)
        self._strip_words = Label("", wrap=True)
        self._strip_offer = QWidget()
        offer = Flow(gap=self._strip_words.fontMetrics().horizontalAdvance(" "), row_gap=0)
        self._strip_offer.setLayout(offer)
        self._strip_source = Label("")
        self._strip_fact = Label("", Role.STRONG)
        offer.addWidget(self._strip_source)
        offer.addWidget(self._strip_fact)
        self._strip_button = SecondaryButton("Use it")
        self._strip_button.height_at_14 = 32
        self._strip_button.clicked.connect(self._use_offer)
        self.strip.row.setContentsMargins(14, 10, 10, 10)
        self.strip.row.addWidget(self._strip_icon)
        self.strip.row.addWidget(self._strip_words, 1)
        self.strip.row.addWidget(self._strip_offer, 1)
        self.strip.row.addWidget(self._strip_button)
        self._offer: ServerCandidate | None = None
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(14)
        self._grid.setColumnStretch(0, 1)
        self._editor = QWidget()
        column = QVBoxLayout(self._editor)
        column.setContentsMargins(0, 14, 0, 0)
        column.setSpacing(14)
        column.addLayout(self._grid)
        column.addWidget(self.strip)
        self.box.addWidget(self._editor)
        self.set_narrow(False)
        self.host.edited.connect(self._host_edited)
        self.port.choice.activated.connect(self._port_chosen)
        self.port.choice.edited.connect(self._port_edited)
        self.security.segments.chosen.connect(self._security_chosen)
        self.username.choice.activated.connect(lambda _: self._note_sources())
        self.username.choice.edited.connect(lambda _: self._username_edited())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape in the editor undoes, and Enter applies; neither reaches the window."""
        if self.is_editing and event.key() == Qt.Key.Key_Escape:
            self._undo()
        elif self.is_editing and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.close_editor()
        else:
            super().keyPressEvent(event)

    def _show_mode(self, mode: str) -> None:
        editing = mode == "editor"
        self._facts_part.setVisible(mode == "facts" and self._candidate is not None)
        self._editor.setVisible(editing)
        self.edit.setVisible(not editing)
        self.undo.setVisible(editing)
        self.apply.setVisible(editing)
        self._words.setVisible(not editing)
        self._tile.setVisible(not (editing and self._narrow))
        self.undo.setText("Undo" if self._narrow else "Undo changes")
        self._one_line = mode == "line"
        top, bottom = {"facts": (18, 16), "line": (14, 14), "editor": (16, 16)}[mode]
        self.box.setContentsMargins(20, top, 20, bottom)
        beside = Qt.AlignmentFlag.AlignTop if mode == "facts" else Qt.AlignmentFlag.AlignVCenter
        for widget in (self._tile, self.edit):
            self._head.setAlignment(widget, beside)
        self._show_words()

    _one_line = False

    def _show_words(self) -> None:
        candidate = self._candidate
        self.edit.setText("Edit" if candidate is not None else "Type it in")
        if candidate is None:
            self._words.setText("No server is known yet.")
        elif self._one_line:
            security = sources.SECURITY_NAMES[candidate.security]
            self._words.setText(f"{candidate.host}, port {candidate.port}, {security}")
        else:
            self._words.setText((_RECEIVED if self._receives else _SENT)[candidate.security])

    def _make_facts(self) -> tuple[Fact, ...]:
        candidate = self._candidate
        if candidate is None:
            return tuple(Fact("", "", ()) for _ in range(4))
        others = sources.other_answers(candidate, self._plan)

        def lines(name: str, differing: list[tuple[Source, str]]) -> tuple[tuple[str, str], ...]:
            source = self._source_of(name, candidate)
            own = (sources.icon(source), sources.SHORT_NAMES[source])
            rest = [(sources.icon(who), f"{sources.SHORT_NAMES[who]}: {what}") for who, what in differing]
            return (own, *rest)

        hosts = [(other.source, other.host) for other in others if other.host != candidate.host]
        ports = [(other.source, str(other.port)) for other in others if other.port != candidate.port]
        modes = [
            (other.source, sources.SECURITY_NAMES[other.security])
            for other in others
            if other.security is not candidate.security and other.port == candidate.port
        ]
        return (
            Fact("Server", candidate.host, lines("host", hosts)),
            Fact("Port", str(candidate.port), lines("port", ports)),
            Fact("Encryption", sources.SECURITY_NAMES[candidate.security], lines("security", modes)),
            Fact("User name", candidate.username or "Not known yet", lines("username", [])),
        )

    def _source_of(self, name: str, candidate: ServerCandidate) -> Source:
        """Who said this one setting: the person, where it differs from what was found."""
        found = self._found
        if candidate.source is Source.GIVEN:
            if found is None or getattr(found, name) != getattr(candidate, name):
                return Source.GIVEN
            candidate = found
        return sources.of_username(candidate) if name == "username" else candidate.source

    # --- the editor

    def _protocols(self) -> tuple[Protocol, ...]:
        return (Protocol.IMAP, Protocol.POP3) if self._receives else (Protocol.SMTP,)

    def _fill_editor(self, candidate: ServerCandidate | None) -> None:
        for field in (self.host, self.port, self.security, self.username):
            field.set_error(None)
        protocol = candidate.protocol if candidate else self._protocols()[0]
        number, security = server_input.ports(protocol)[0]
        self._protocol = protocol
        self.host.set_text(candidate.host if candidate else "")
        self._set_port(candidate.port if candidate else number)
        self._set_security(candidate.security if candidate else security)
        username = candidate.username if candidate else (self._address.wire if self._address else "")
        self.username.choice.setEditText(self._username_words(username))
        self._note_sources()
        self._show_offer()

    def _set_port(self, number: int) -> None:
        choice = self.port.choice
        for index in range(choice.count()):
            data = choice.itemData(index)
            if data is not None and data[0] is self._protocol and data[1] == number:
                choice.setCurrentIndex(index)
                return
        choice.setCurrentIndex(-1)
        choice.setEditText(str(number))

    def _set_security(self, security: Security) -> None:
        self.security.segments.show_option(Security.NONE.value, security is Security.NONE)
        self.security.segments.choose(security.value)

    def _username_words(self, username: str) -> str:
        address = self._address
        if address is not None and username in (str(address), address.wire):
            return FULL_ADDRESS
        if address is not None and username == address.local:
            return LOCAL_PART
        return username

    def _typed_username(self) -> str:
        text = self.username.choice.currentText().strip()
        if self._address is not None and text == FULL_ADDRESS:
            return self._address.wire
        if self._address is not None and text == LOCAL_PART:
            return self._address.local
        return text

    def _read(self) -> ServerCandidate | None:
        """What was typed, as a candidate; None with a sentence at the field that cannot be used."""
        wrong: LabelledField | None = None
        host, number, username = "", 0, self._typed_username()
        try:
            host, port = server_input.host(self.host.text())
            if port is not None:
                self._port_typed(port)
            self.host.set_error(None)
            self.host.set_text(host)
        except UsageError as error:
            self.host.set_error(str(error))
            wrong = self.host
        try:
            number = server_input.port(self.port.choice.currentText())
            self.port.set_error(None)
        except UsageError as error:
            self.port.set_error(str(error))
            wrong = wrong or self.port
        self.username.set_error(None if username else "The user name is missing.")
        if not username:
            wrong = wrong or self.username
        if wrong is not None:
            wrong.control.setFocus(Qt.FocusReason.OtherFocusReason)
            return None
        security = Security(self.security.segments.key() or Security.TLS.value)
        typed = ServerCandidate(self._protocol, host, number, security, username, Source.GIVEN, trusted=True)
        for known in (self._candidate, *(self._plan.of(self._protocol) if self._plan else ())):
            if known is not None and replace(typed, source=known.source) == replace(
                known, auth=(), also=(), trusted=True
            ):
                return known
        return typed

    def _host_edited(self, text: str) -> None:
        self.host.set_error(None)
        self._note_sources()
        self._show_offer()

    def _port_typed(self, number: int) -> None:
        self._set_port(number)
        self._port_edited(str(number))

    def _port_chosen(self, index: int) -> None:
        data = self.port.choice.itemData(index)
        if data is None:
            self.port.choice.setEditText("")
            self.port.choice.setFocus()
        else:
            self._protocol, _, security = data
            self._kind.setText(sources.PROTOCOL_NAMES[self._protocol])
            self._set_security(security)
        self.port.set_error(None)
        self._note_sources()
        self._show_offer()

    def _port_edited(self, text: str) -> None:
        self.port.set_error(None)
        usual = server_input.usual(text, self._protocols())
        if usual is not None:
            self._protocol, security = usual
            self._kind.setText(sources.PROTOCOL_NAMES[self._protocol])
            self._set_security(security)
        self._note_sources()
        self._show_offer()

    def _security_chosen(self, key: str) -> None:
        """The usual port comes along, when the port was a usual one."""
        number = server_input.port_for(self._protocol, self.port.choice.currentText(), Security(key))
        if number is not None:
            self._set_port(number)
        self._note_sources()
        self._show_offer()

    def _username_edited(self) -> None:
        self.username.set_error(None)
        self._note_sources()

    def _note_sources(self) -> None:
        """Beside each field: who said what stands in it now."""
        known = self._candidate
        if known is not None and known.source is Source.GIVEN:
            known = self._found
        now = {
            "host": self.host.text().strip(),
            "port": server_input.leading_number(self.port.choice.currentText()),
            "security": Security(self.security.segments.key() or Security.TLS.value),
            "username": self._typed_username(),
        }
        for name, field in self._by_name().items():
            same = known is not None and now[name] == getattr(known, name)
            source = Source.GIVEN
            if same and known is not None:
                source = sources.of_username(known) if name == "username" else known.source
            field.set_note(sources.NAMES[source], icon=sources.icon(source))

    def _by_name(self) -> dict[str, LabelledField]:
        return {"host": self.host, "port": self.port, "security": self.security, "username": self.username}

    def _show_offer(self) -> None:
        """The strip below: a server of the wrong kind, or what another source says."""
        text = self.host.text().strip()
        mistaken = server_input.wrong_kind(text, self.port.choice.currentText(), receives=self._receives)
        offer: ServerCandidate | None = None
        if mistaken is not None:
            known = next(iter(self._plan.of(*self._protocols())), None) if self._plan else None
            offer = known if known is not None and known.host != text else None
            self._strip_icon.set_icon("warning", "warn")
            self._strip_words.setText(mistaken)
            if offer is not None:
                self._strip_button.setText(f"Use {offer.host}")
        elif self._candidate is not None:
            number = server_input.leading_number(self.port.choice.currentText())
            security = Security(self.security.segments.key() or Security.TLS.value)
            now = replace(self._candidate, host=text, port=number or 0, security=security)
            offer = next(iter(sources.other_answers(now, self._plan)), None)
            if offer is not None:
                self._strip_icon.set_icon(sources.icon(offer.source), "ink2")
                difference = sources.difference(now, offer)
                self._strip_source.setText(sources.SENTENCE_NAMES[offer.source])
                self._strip_fact.setText(f"{difference}.")
                self._strip_button.setText(f"Use {offer.port if offer.host == text else offer.host}")
        self._offer = offer
        self._strip_words.setVisible(mistaken is not None)
        self._strip_offer.setVisible(mistaken is None)
        self.strip.setVisible(mistaken is not None or offer is not None)
        self._strip_button.setVisible(offer is not None)

    def _use_offer(self) -> None:
        offer = self._offer
        if offer is None:
            return
        self._protocol = offer.protocol
        self.host.set_text(offer.host)
        self._set_port(offer.port)
        self._set_security(offer.security)
        self._note_sources()
        self._show_offer()
        self.port.control.setFocus(Qt.FocusReason.OtherFocusReason)

    def _undo(self) -> None:
        """Back to what was found."""
        self._fill_editor(self._found or self._candidate)
        self.close_editor()
        self.edit.setFocus(Qt.FocusReason.OtherFocusReason)
