"""The place where one server of the account is changed: its fields, who said what, and what another source offers."""

from __future__ import annotations

from typing import Final

from msgspec.structs import replace
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from wizard.errors import UsageError
from wizard.gui import server_input, sources
from wizard.gui.theme import Role
from wizard.gui.widgets.buttons import SecondaryButton
from wizard.gui.widgets.choices import ChoiceField, SegmentedField
from wizard.gui.widgets.fields import Field, LabelledField
from wizard.gui.widgets.flow import Flow
from wizard.gui.widgets.label import Label
from wizard.gui.widgets.password_field import PasswordField
from wizard.gui.widgets.surfaces import Icon, Strip
from wizard.language import tr, tr_later, without_isolates
from wizard.model.address import Address
from wizard.model.host import shown_host
from wizard.model.plan import Plan
from wizard.model.secret import UNUSABLE, Secret
from wizard.model.server import Protocol, Security, ServerCandidate, Source, Way
from wizard.model.typed_server import TypedServer
from wizard.model.username import typed_username

OTHER_PORT: Final = tr_later("Other port")
FULL_ADDRESS: Final = tr_later("Full email address")
LOCAL_PART: Final = tr_later("Part before the @")


class ServerEditor(QWidget):
    """Server, port, encryption and user name of one side; their accessible names begin with the side.

    `protocol_changed` carries the protocol that the port belongs to.
    """

    protocol_changed = Signal(object)

    def __init__(self, way: Way) -> None:
        super().__init__()
        self._receives = way is Way.RECEIVING
        self._address: Address | None = None
        self._plan: Plan | None = None
        self._candidate: ServerCandidate | None = None
        self._found: ServerCandidate | None = None
        self._offer: ServerCandidate | None = None
        self._own_login = False
        self._protocol = self.protocols[0]
        self._build_fields()
        self.own_password = self._build_own_password()
        self._build_strip()
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(14)
        self._grid.setColumnStretch(0, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 14, 0, 0)
        column.setSpacing(14)
        column.addLayout(self._grid)
        column.addWidget(self.strip)
        self.set_narrow(False)

    @property
    def protocols(self) -> tuple[Protocol, ...]:
        """What this side may speak."""
        return (Protocol.IMAP, Protocol.POP3) if self._receives else (Protocol.SMTP,)

    def know(self, found: ServerCandidate | None, plan: Plan | None, address: Address) -> None:
        """What was found for this side, and what all sources said."""
        self._found, self._plan, self._address = found, plan, address

    def fill(self, candidate: ServerCandidate | None, *, own_login: bool = False) -> None:
        """Shows this server; `None` shows the usual port and user name.

        `own_login`: it is another company's, which must not get the account's password: one for sending is asked for.
        """
        self._candidate, self._own_login = candidate, own_login
        own = () if self.own_password is None else (self.own_password,)
        for field in (self.host, self.port, self.security, self.username, *own):
            field.set_error(None)
        protocol = candidate.protocol if candidate else self.protocols[0]
        number, security = server_input.ports(protocol)[0]
        self._protocol = protocol
        self.host.set_text(candidate.host if candidate else "")
        self._set_port(candidate.port if candidate else number)
        self._set_security(candidate.security if candidate else security)
        username = candidate.username if candidate else (self._address.wire if self._address else "")
        self.username.choice.type_in(self._username_words(username))
        self._note_sources()
        self._show_offer()

    def focus(self, name: str) -> None:
        """Puts the cursor into "host", "port", "security" or "username"."""
        self._by_name()[name].control.setFocus(Qt.FocusReason.OtherFocusReason)

    def set_narrow(self, narrow: bool) -> None:
        """One column of fields."""
        fields = tuple(self._by_name().values())
        for field in fields:
            self._grid.removeWidget(field)
        columns = 1 if narrow else 2
        for index, field in enumerate(fields):
            self._grid.addWidget(field, index // columns, index % columns)
        self._grid.setColumnStretch(1, 0 if narrow else 1)
        if self.own_password is not None:
            self._grid.removeWidget(self.own_password)
            self._grid.addWidget(self.own_password, len(fields) // columns, 0, 1, columns)

    def read(self) -> ServerCandidate | None:
        """What was typed, as a candidate; None with a sentence at the field that cannot be used."""
        wrong: LabelledField | None = None
        host, number, username = "", 0, ""
        try:
            said = TypedServer.parse(self.host.text())
            host = said.host
            if said.protocol in self.protocols:
                self._protocol = said.protocol
                self.protocol_changed.emit(said.protocol)
            if said.port is not None:
                self._port_typed(said.port)
            if said.security is not None:
                self._set_security(said.security)
            self.host.set_error(None)
            self.host.set_text(shown_host(host))
        except UsageError as error:
            self.host.set_error(str(error))
            wrong = self.host
        try:
            number = server_input.port(self.port.choice.currentText())
            self.port.set_error(None)
        except UsageError as error:
            self.port.set_error(str(error))
            wrong = wrong or self.port
        try:
            username = typed_username(self._typed_username())
            self.username.set_error(None)
        except UsageError as error:
            self.username.set_error(str(error))
            wrong = wrong or self.username
        if self.own_password is not None:
            refused = self._wrong_own_password(self.own_password.text())
            self.own_password.set_error(refused)
            wrong = wrong or (self.own_password if refused else None)
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

    def _wrong_own_password(self, typed: str) -> str | None:
        """What is to be said of the password for sending; `None` where it can be used."""
        if self._own_login and not typed:
            return tr("Type the password that belongs to this server: it is not the account's.")
        return tr(UNUSABLE) if Secret.typed(typed).is_unusable else None

    def _build_fields(self) -> None:
        receives = self._receives
        self.host = Field(tr("Server"), accessible_name=tr("Receiving server") if receives else tr("Sending server"))
        self.port = ChoiceField(
            tr("Port"), typed=True, accessible_name=tr("Receiving port") if receives else tr("Sending port")
        )
        self.security = SegmentedField(
            tr("Encryption"),
            [(security.value, sources.security_name(security)) for security in Security],
            accessible_name=tr("Receiving encryption") if receives else tr("Sending encryption"),
        )
        self.username = ChoiceField(
            tr("User name"),
            typed=True,
            accessible_name=tr("Receiving user name") if receives else tr("Sending user name"),
        )
        self.host.input.setInputMethodHints(Qt.InputMethodHint.ImhUrlCharactersOnly)
        for protocol in self.protocols:
            for number, security in server_input.ports(protocol):
                words = server_input.port_words(protocol, number, security, name_protocol=self._receives)
                self.port.choice.addItem(words, (protocol, number, security))
        self.port.choice.addItem(tr(OTHER_PORT))
        self.username.choice.addItems([tr(FULL_ADDRESS), tr(LOCAL_PART)])
        self.host.edited.connect(self._host_edited)
        self.port.choice.activated.connect(self._port_chosen)
        self.port.choice.edited.connect(self._port_edited)
        self.security.segments.chosen.connect(self._security_chosen)
        self.username.choice.activated.connect(lambda _: self._note_sources())
        self.username.choice.edited.connect(lambda _: self._username_edited())

    def _build_own_password(self) -> PasswordField | None:
        """Sending may have a password of its own, as with relays and mailing services."""
        if self._receives:
            return None
        field = PasswordField(tr("Password for sending"), accessible_name=tr("Sending password"))
        field.edited.connect(lambda _: field.set_error(None))
        field.set_help(tr("Only if it is another one than for receiving. Left empty, the same one is used."))
        return field

    def _build_strip(self) -> None:
        self.strip = Strip()
        self._strip_icon = Icon("book", 18)
        self._strip_words = Label("", wrap=True)
        self._strip_offer = QWidget()
        offer = Flow(gap=self._strip_words.fontMetrics().horizontalAdvance(" "), row_gap=0)
        self._strip_offer.setLayout(offer)
        self._strip_source = Label("")
        self._strip_fact = Label("", Role.STRONG)
        self._strip_rest = Label("")  # what some languages say behind the fact
        for part in (self._strip_source, self._strip_fact, self._strip_rest):
            offer.addWidget(part)
        self._strip_button = SecondaryButton(tr("Use it"))
        self._strip_button.height_at_14 = 32
        self._strip_button.clicked.connect(self._use_offer)
        self.strip.row.setContentsMargins(14, 10, 10, 10)
        self.strip.row.addWidget(self._strip_icon)
        self.strip.row.addWidget(self._strip_words, 1)
        self.strip.row.addWidget(self._strip_offer, 1)
        self.strip.row.addWidget(self._strip_button)

    def _set_port(self, number: int) -> None:
        choice = self.port.choice
        for index in range(choice.count()):
            data = choice.itemData(index)
            if data is not None and data[0] is self._protocol and data[1] == number:
                choice.setCurrentIndex(index)
                return
        choice.setCurrentIndex(-1)
        choice.type_in(str(number))

    def _set_security(self, security: Security) -> None:
        self.security.segments.show_option(Security.NONE.value, security is Security.NONE)
        self.security.segments.choose(security.value)

    def _username_words(self, username: str) -> str:
        address = self._address
        if address is not None and username in (str(address), address.wire):
            return tr(FULL_ADDRESS)
        if address is not None and username == address.local:
            return tr(LOCAL_PART)
        return username

    def _typed_username(self) -> str:
        text = self.username.choice.currentText().strip()
        if self._address is not None and text == tr(FULL_ADDRESS):
            return self._address.wire
        if self._address is not None and text == tr(LOCAL_PART):
            return self._address.local
        return text

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
            self.protocol_changed.emit(self._protocol)
            self._set_security(security)
        self.port.set_error(None)
        self._note_sources()
        self._show_offer()

    def _port_edited(self, text: str) -> None:
        self.port.set_error(None)
        usual = server_input.usual(text, self.protocols)
        if usual is not None:
            self._protocol, security = usual
            self.protocol_changed.emit(self._protocol)
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
            field.set_note(sources.name(source), icon=sources.icon(source))

    def _by_name(self) -> dict[str, LabelledField]:
        return {"host": self.host, "port": self.port, "security": self.security, "username": self.username}

    def _show_offer(self) -> None:
        """The strip below: a server of the wrong kind, or what another source says."""
        text = self.host.text().strip()
        mistaken = server_input.wrong_kind(text, self.port.choice.currentText(), receives=self._receives)
        offer: ServerCandidate | None = None
        if mistaken is not None:
            known = next(iter(self._plan.of(*self.protocols)), None) if self._plan else None
            offer = known if known is not None and known.host != text else None
            self._strip_icon.set_icon("warning", "warn")
            self._strip_words.setText(mistaken)
            if offer is not None:
                self._strip_button.setText(tr("Use {value}", value=offer.host))
        elif self._candidate is not None:
            number = server_input.leading_number(self.port.choice.currentText())
            security = Security(self.security.segments.key() or Security.TLS.value)
            now = replace(self._candidate, host=text, port=number or 0, security=security)
            offer = next(iter(sources.other_answers(now, self._plan)), None)
            if offer is not None:
                self._strip_icon.set_icon(sources.icon(offer.source), "ink2")
                self._say_offer(offer.source, sources.difference(now, offer))
                self._strip_button.setText(tr("Use {value}", value=offer.port if offer.host == text else offer.host))
        self._offer = offer
        self._strip_words.setVisible(mistaken is not None)
        self._strip_offer.setVisible(mistaken is None)
        self.strip.setVisible(mistaken is not None or offer is not None)
        self._strip_button.setVisible(offer is not None)

    def _say_offer(self, source: Source, setting: str) -> None:
        """One sentence with the setting in bold, wherever in it a language puts the setting."""
        before, _, after = without_isolates(sources.says(source, "\0")).partition("\0")
        is_end = len(after.strip()) < 2
        self._strip_source.setText(before.strip())
        self._strip_fact.setText(f"{setting}{after}" if is_end else setting)
        self._strip_rest.setText("" if is_end else after.strip())
        self._strip_source.setVisible(bool(before.strip()))
        self._strip_rest.setVisible(not is_end)

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
