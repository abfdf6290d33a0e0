"""One server of the account: what it is and who said so, and the place where it is changed."""

from __future__ import annotations

from typing import Final

from msgspec.structs import replace
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QVBoxLayout, QWidget

from wizard.gui import sources, theme, words
from wizard.gui.theme import Role
from wizard.gui.widgets.buttons import QuietButton, SecondaryButton
from wizard.gui.widgets.facts import Fact, Facts
from wizard.gui.widgets.label import Label
from wizard.gui.widgets.server_editor import ServerEditor
from wizard.gui.widgets.surfaces import Card, IconTile, Separator
from wizard.language import tr, tr_later
from wizard.model.address import Address
from wizard.model.plan import Plan
from wizard.model.server import Protocol, Security, ServerCandidate, Source, Way

_UNDO_ROOM: Final = 115  # pixels at the usual font
_ENCRYPTED: Final = {
    Security.TLS: tr_later("Encrypted from the start."),
    Security.STARTTLS: tr_later("Switches to encryption."),
    Security.NONE: tr_later("Not encrypted."),
}


class ServerCard(Card):
    """A card that shows one server, and edits it in place.

    `changed` carries the new candidate, `own_password_changed` a password that is for this side only, empty where there
    is none, `editing` whether the editor is open. Names of the inputs begin with the side.
    """

    changed = Signal(object)
    own_password_changed = Signal(str)
    editing = Signal(bool)

    def __init__(self, way: Way) -> None:
        super().__init__()
        self._way = way
        self._receives = way is Way.RECEIVING
        self._address: Address | None = None
        self._plan: Plan | None = None
        self._candidate: ServerCandidate | None = None
        self._found: ServerCandidate | None = None
        self._protocol = Protocol.IMAP if self._receives else Protocol.SMTP
        self._narrow = False
        self._own_password = ""
        self._is_locked = False
        self._build_head()
        self._build_facts()
        self.editor = ServerEditor(way)
        self.editor.protocol_changed.connect(self._show_protocol)
        self.host, self.port = self.editor.host, self.editor.port
        self.security, self.username = self.editor.security, self.editor.username
        self.box.addWidget(self.editor)
        self._show_mode("facts")

    # --- what others do with it

    def show_candidate(self, candidate: ServerCandidate | None, plan: Plan | None, address: Address) -> None:
        """Shows this server; `plan` is what other sources said."""
        self._candidate, self._plan, self._address = candidate, plan, address
        self._found = None
        if plan is not None:
            known = plan.of(*self.editor.protocols)
            self._found = known[0] if known else None
        if candidate is not None:
            self._protocol = candidate.protocol
        self._show_protocol(self._protocol)
        self.editor.know(self._found, plan, address)
        self._show_words()
        self._facts.show_facts(self._make_facts(), *self._main_source())
        if not self.is_editing:
            # Not only where it is opened: of what is written then a screen reader hears instead of the field's name.
            self.editor.fill(candidate)
            self._show_mode("facts")

    @property
    def candidate(self) -> ServerCandidate | None:
        """The server that is shown."""
        return self._candidate

    @property
    def is_editing(self) -> bool:
        """Whether the editor is open."""
        return not self.editor.isHidden()

    def collapse(self, collapsed: bool) -> None:
        """Says the server in one line, while something else has to be said or edited first."""
        if not self.is_editing:
            self._show_mode("line" if collapsed else "facts")

    def lock(self, locked: bool) -> None:
        """Whether a server that was found stays as it is."""
        self._is_locked = locked
        self._show_mode("editor" if self.is_editing else "facts")

    def open_editor(self, field: str | None = None, other: ServerCandidate | None = None) -> None:
        """Opens the editor, with the cursor in "host", "port", "security" or "username".

        `other` stands in it instead of the server there is, and wants a login of its own.
        """
        self.editor.fill(other or self._candidate, own_login=other is not None)
        # Before Edit goes, which has the keyboard: what Qt throws it to is not left there.
        self.editor.show()
        self.editor.focus(field or "host")
        self._show_mode("editor")
        self.editing.emit(True)

    def close_editor(self) -> bool:
        """Takes over what was typed; False, and a sentence at the field, when it cannot be used."""
        if not self.is_editing:
            return True
        typed = self.editor.read()
        if typed is None:
            return False
        self._show_mode("facts")
        self._tell_own_password()
        if typed != self._candidate:
            self._candidate = typed
            self.changed.emit(typed)
        if self._address is not None:
            self.show_candidate(self._candidate, self._plan, self._address)
        self.editing.emit(False)
        return True

    def forget(self) -> None:
        """Another account begins."""
        if self.editor.own_password is not None:
            self.editor.own_password.set_text("")
        self._own_password = ""

    def take_over_from(self, before: ServerCard) -> None:
        """The password of its own that was typed into another such card."""
        self.show_own_password(before._own_password)

    def show_own_password(self, password: str) -> None:
        """A password for this side only that was typed or changed elsewhere: on another card, or by a remedy."""
        self._own_password = password
        if self.editor.own_password is not None and self.editor.own_password.text() != password:
            self.editor.own_password.set_text(password)

    def _tell_own_password(self) -> None:
        field = self.editor.own_password
        if field is not None and field.text() != self._own_password:
            self._own_password = field.text()
            self.own_password_changed.emit(self._own_password)

    def set_narrow(self, narrow: bool) -> None:
        """One column of fields."""
        self._narrow = narrow
        self.editor.set_narrow(narrow)
        self._tile.setVisible(not (narrow and self.is_editing))
        self.undo.setText(self._undo_words())
        self._turn_head()

    def _undo_words(self) -> str:
        """As many as have room beside the other button."""
        whole = tr("Undo changes")
        is_long = QFontMetrics(theme.font(Role.LABEL)).horizontalAdvance(whole) > _UNDO_ROOM * theme.current().scale
        return tr("Undo") if self._narrow or is_long else whole

    # --- parts

    def _build_head(self) -> None:
        self._tile = IconTile("inbox" if self._receives else "send")
        self._kind = Label("", Role.SMALL, "ink2")
        self._words = Label("", tone="ink2", wrap=True)
        self.edit = SecondaryButton(tr("Edit"), "pencil")
        self.edit.setObjectName(f"edit:{self._way.value}")
        self.edit.clicked.connect(lambda: self.open_editor())
        self.undo = QuietButton(tr("Undo changes"), "undo")
        self.undo.clicked.connect(self._undo)
        self.apply = SecondaryButton(tr("Apply"))
        self.apply.setObjectName(f"apply:{self._way.value}")
        self.apply.clicked.connect(lambda: self.close_editor())
        title = QHBoxLayout()
        title.setSpacing(8)
        title.addWidget(Label(words.side_name(self._protocol), Role.HEADING))
        title.addWidget(self._kind)
        title.addStretch(1)
        text = QVBoxLayout()
        text.setSpacing(3)
        text.addStretch(1)
        text.addLayout(title)
        text.addWidget(self._words)
        text.addStretch(1)
        head = QHBoxLayout()
        head.setSpacing(16)
        head.addWidget(self._tile, 0, Qt.AlignmentFlag.AlignTop)
        head.addLayout(text, 1)
        self._head_buttons = QHBoxLayout()
        self._head_buttons.setSpacing(16)
        for button in (self.undo, self.edit, self.apply):
            self._head_buttons.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        self._head_buttons.addStretch(1)
        head.addLayout(self._head_buttons)
        self._head = head
        self.box.addLayout(head)
        theme.current().changed.connect(self._turn_head)

    def _turn_head(self) -> None:
        """Two buttons in large text stand below the heading of a narrow card, one beside it."""
        below = self.is_editing and self._narrow and theme.current().is_large
        self._head.setDirection(QBoxLayout.Direction.TopToBottom if below else QBoxLayout.Direction.LeftToRight)

    def _build_facts(self) -> None:
        self._facts_part = QWidget()
        column = QVBoxLayout(self._facts_part)
        column.setContentsMargins(0, 14, 0, 0)
        column.setSpacing(12)
        column.addWidget(Separator())
        self._facts = Facts()
        column.addWidget(self._facts)
        self.box.addWidget(self._facts_part)

    def share_columns(self, other: ServerCard) -> None:
        """Has what both cards say stand in the same columns."""
        self._facts.share_columns(other._facts)

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
        offers_edit = not editing and not (self._is_locked and self._candidate is not None)
        focused = self.window().focusWidget()
        if offers_edit and self.is_editing and focused is not None and self.isAncestorOf(focused):
            self.edit.show()
            self.edit.setFocus(Qt.FocusReason.OtherFocusReason)  # where it came from, before what has it goes
        self._facts_part.setVisible(mode == "facts" and self._candidate is not None)
        self.editor.setVisible(editing)
        self.edit.setVisible(offers_edit)
        self.undo.setVisible(editing)
        self.apply.setVisible(editing)
        self._words.setVisible(not editing)
        self._tile.setVisible(not (editing and self._narrow))
        self.undo.setText(self._undo_words())
        self._one_line = mode == "line"
        top, bottom = {"facts": (18, 16), "line": (14, 14), "editor": (16, 16)}[mode]
        self.box.setContentsMargins(20, top, 20, bottom)
        beside = Qt.AlignmentFlag.AlignTop if mode == "facts" else Qt.AlignmentFlag.AlignVCenter
        self._head.setAlignment(self._tile, beside)
        self._head_buttons.setAlignment(self.edit, beside)
        self._turn_head()
        self._show_words()

    _one_line = False

    def _show_protocol(self, protocol: Protocol) -> None:
        self._protocol = protocol
        self._kind.setText(sources.PROTOCOL_NAMES[protocol])

    def _show_words(self) -> None:
        candidate = self._candidate
        self.edit.setText(tr("Edit") if candidate is not None else tr("Type it in"))
        self.edit.setAccessibleName(self._edit_name())
        if candidate is None:
            self._words.setText(tr("No server is known yet."))
        elif self._one_line:
            self._words.setText(words.endpoint(replace(candidate, host=self._as_read(candidate.host))))
        else:
            self._words.setText(tr(_ENCRYPTED[candidate.security]))

    def _edit_name(self) -> str:
        """What a screen reader calls the button that opens the editor: with the side."""
        if self._candidate is None:
            return tr("Type it in receiving") if self._receives else tr("Type it in sending")
        return tr("Edit receiving") if self._receives else tr("Edit sending")

    def _make_facts(self) -> tuple[Fact, ...]:
        candidate = self._candidate
        if candidate is None:
            return tuple(Fact("", "", ()) for _ in range(4))
        others = sources.other_answers(candidate, self._plan)
        main = self._source_of("host", candidate)

        def lines(name: str, differing: list[tuple[Source, str]]) -> tuple[tuple[str, str], ...]:
            source = self._source_of(name, candidate)
            own = [(sources.icon(source), sources.short_name(source))] if source is not main else []
            rest = [
                (sources.icon(who), tr("{name}: {value}", name=sources.short_name(who), value=what))
                for who, what in differing
            ]
            return (*own, *rest)

        hosts = [(other.source, other.host) for other in others if other.host != candidate.host]
        ports = [(other.source, str(other.port)) for other in others if other.port != candidate.port]
        modes = [
            (other.source, sources.security_name(other.security))
            for other in others
            if other.security is not candidate.security and other.port == candidate.port
        ]
        return (
            Fact(tr("Server"), self._as_read(candidate.host), lines("host", hosts)),
            Fact(tr("Port"), str(candidate.port), lines("port", ports)),
            Fact(tr("Encryption"), sources.security_name(candidate.security), lines("security", modes)),
            Fact(
                tr("User name"),
                self._as_read(candidate.username) or tr("Not known yet"),
                lines("username", []) + self._own_password_line(),
            ),
        )

    def _as_read(self, name: str) -> str:
        return name if self._address is None else self._address.as_read(name)

    def _main_source(self) -> tuple[str, str]:
        """Who named the server, said once for the whole card: icon and words."""
        if self._candidate is None:
            return "pencil", ""
        source = self._source_of("host", self._candidate)
        return sources.icon(source), sources.step_note_of(source)

    def _own_password_line(self) -> tuple[tuple[str, str], ...]:
        return (("key", tr("Its own password")),) if self._own_password else ()

    def _source_of(self, name: str, candidate: ServerCandidate) -> Source:
        """Who said this one setting: the person, where it differs from what was found."""
        found = self._found
        if candidate.source is Source.GIVEN:
            if found is None or getattr(found, name) != getattr(candidate, name):
                return Source.GIVEN
            candidate = found
        return sources.of_username(candidate) if name == "username" else candidate.source

    def _undo(self) -> None:
        """Back to what was found."""
        self.editor.fill(self._found or self._candidate)
        if self.editor.own_password is not None:
            self.editor.own_password.set_text("")
        self.close_editor()
        self.edit.setFocus(Qt.FocusReason.OtherFocusReason)
