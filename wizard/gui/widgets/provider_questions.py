"""What only the person knows about an account at its provider: region, parts of server names, a user name."""

from __future__ import annotations

from msgspec.structs import replace
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from wizard.discovery.presets import candidates
from wizard.errors import UsageError
from wizard.gui.widgets.choices import ChoiceField
from wizard.gui.widgets.fields import Field, LabelledField
from wizard.gui.widgets.heading import Heading
from wizard.gui.widgets.surfaces import Card
from wizard.language import tr
from wizard.model.address import Address
from wizard.model.host import NotAHost, host_name
from wizard.model.plan import Plan
from wizard.model.provider import Provider
from wizard.model.server import Protocol, ServerCandidate, Source, UsernameForm
from wizard.model.username import typed_username


class ProviderQuestions(Card):
    """Asks what the preset of a provider leaves open; `answered` tells that `servers` may be others now."""

    answered = Signal()

    def __init__(self, *, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.setObjectName("provider-questions")
        self._asked: tuple[str, Address] | None = None
        self._provider: Provider | None = None
        self._address: Address | None = None
        self._source = Source.PRESET
        self._heading = Heading("")
        self.box.setContentsMargins(20, 14, 20, 14)
        self.box.setSpacing(12)
        self.box.addWidget(self._heading)
        self.region: ChoiceField | None = None
        self.username: Field | None = None
        self.placeholders: dict[str, Field] = {}
        self.hide()

    def show_plan(self, plan: Plan | None) -> None:
        """Asks about the plan's provider, where there is something to ask; what was typed for it stays."""
        provider = plan.provider if plan is not None else None
        if plan is None or provider is None or not has_questions(provider):
            self._clear()
            self.hide()
            return
        if self._asked != (provider.id, plan.address):
            self._clear()
            self._asked = (provider.id, plan.address)
            self._provider, self._address = provider, plan.address
            self._source = next((server.source for server in plan.candidates), Source.PRESET)
            self._heading.setText(tr("What only you know about {provider}", provider=provider.spoken_name))
            self._ask(provider, plan)
        self.show()

    def take_over_from(self, before: ProviderQuestions) -> None:
        """The answers that were given to the same questions asked elsewhere."""
        if self._asked is None or self._asked != before._asked:
            return
        for name, field in self.placeholders.items():
            field.set_text(before.placeholders[name].text())
        if self.username is not None and before.username is not None:
            self.username.set_text(before.username.text())
        if self.region is not None and before.region is not None:
            self.region.choice.setCurrentIndex(before.region.choice.currentIndex())
        self.answered.emit()

    @property
    def missing(self) -> bool:
        """Whether an answer is still to be typed."""
        return self.first_missing() is not None

    def first_missing(self) -> QWidget | None:
        """The first line that still wants an answer."""
        typed = [*self.placeholders.values(), *([self.username] if self.username is not None else [])]
        return next((field.input for field in typed if not field.text().strip() or field.error), None)

    def servers(self) -> tuple[ServerCandidate, ...]:
        """The provider's servers with the answers in them, best first."""
        provider, address = self._provider, self._address
        if provider is None or address is None:
            return ()
        answers = {name: field.text().strip() for name, field in self.placeholders.items() if field.text().strip()}
        region = self.region.choice.currentData() if self.region is not None else None
        found = candidates(provider, address, source=self._source, region=region, placeholders=answers)
        if self.username is None or not self.username.text().strip() or self.username.error:
            return found
        username = typed_username(self.username.text())
        own = protocols_with_own_name(provider)
        return tuple(replace(server, username=username) if server.protocol in own else server for server in found)

    def _ask(self, provider: Provider, plan: Plan) -> None:
        provider = provider.translated()
        if len(provider.regions) > 1:
            self.region = ChoiceField(tr("Region"))
            self.region.choice.setObjectName("region")
            for region in provider.regions:
                self.region.choice.addItem(region, region)
            self.region.choice.setCurrentIndex(max(0, provider.regions.index(_region_of(provider, plan))))
            self.region.choice.currentIndexChanged.connect(lambda _: self.answered.emit())
            where = tr("Where your account at {provider} was opened.", provider=provider.spoken_name)
            self.region.choice.setToolTip(where)
            self.region.choice.setAccessibleDescription(where)
            self._add(self.region)
        for name, ask in provider.placeholders.items():
            field = Field(_label(name))
            field.input.setObjectName(f"placeholder:{name}")
            field.set_help(ask)
            field.edited.connect(lambda text, field=field: self._placeholder_edited(field, text))
            self.placeholders[name] = field
            self._add(field)
        if protocols_with_own_name(provider):
            self.username = Field(tr("User name"))
            self.username.input.setObjectName("provider-username")
            self.username.set_help(provider.username_hint or tr("It cannot be made from your address."))
            self.username.edited.connect(self._username_edited)
            self._add(self.username)

    def _placeholder_edited(self, field: Field, text: str) -> None:
        """A part of a host name is one word; a whole address pasted there is noticed at once."""
        strange = bool(text.strip()) and not _is_part_of_a_host(text)
        field.set_error(tr("Only the part that is asked for, without blanks, “@” or “/”.") if strange else None)
        self.answered.emit()

    def _username_edited(self, text: str) -> None:
        if self.username is not None:
            try:
                typed_username(text or "-")  # that it is missing is no fault yet
                self.username.set_error(None)
            except UsageError as error:
                self.username.set_error(str(error))
        self.answered.emit()

    def _add(self, field: LabelledField) -> None:
        self.box.addWidget(field)

    def _clear(self) -> None:
        fields: list[LabelledField] = [*self.placeholders.values()]
        fields += [field for field in (self.region, self.username) if field is not None]
        for field in fields:
            self.box.removeWidget(field)
            field.hide()
            field.deleteLater()
        self.region = self.username = None
        self.placeholders = {}
        self._asked = self._provider = self._address = None


def has_questions(provider: Provider) -> bool:
    """Whether the preset leaves something open."""
    return bool(len(provider.regions) > 1 or provider.placeholders or protocols_with_own_name(provider))


def protocols_with_own_name(provider: Provider) -> frozenset[Protocol]:
    """Where the user name cannot be made from the address."""
    return frozenset(
        server.protocol
        for server in provider.servers
        if server.username_form is UsernameForm.OTHER and server.username is None
    )


def _region_of(provider: Provider, plan: Plan) -> str:
    """The region whose servers discovery chose."""
    hosts = {server.host for server in plan.candidates}
    found = (server.region for server in provider.servers if server.region is not None and server.host in hosts)
    return next(found, provider.regions[0])


def _is_part_of_a_host(text: str) -> bool:
    try:
        host_name(f"{text.strip()}.example.org")
    except NotAHost:
        return False
    return True


def _label(name: str) -> str:
    """A placeholder's name as a label: CUSTOMERID becomes Customerid."""
    return name[:1] + name[1:].lower()
