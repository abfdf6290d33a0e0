"""Step 1: name, address, password; and what the provider wants, said before the password is typed.

Longer than most files: three fields, what is found out while they are filled in, and what is asked about it.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from wizard.errors import UsageError
from wizard.gui import needs
from wizard.gui.pages.account_notices import AccountNotices, PracticeField
from wizard.gui.pages.page import Page
from wizard.gui.state import PracticeAccount, WizardState
from wizard.gui.widgets.buttons import LinkButton
from wizard.gui.widgets.fields import Field
from wizard.gui.widgets.flow import Flow
from wizard.gui.widgets.language_link import LanguageLink
from wizard.gui.widgets.password_field import PasswordField
from wizard.gui.widgets.state_disc import DiscState
from wizard.gui.widgets.switch import Switch
from wizard.language import tr, tr_later
from wizard.model.text import single_line

if TYPE_CHECKING:  # loaded after the first paint
    from collections.abc import Callable, Iterable

    from wizard.gui.widgets.need_banner import NeedBanner
    from wizard.gui.widgets.servers_line import ServersLine
    from wizard.model.address import Address
    from wizard.model.diagnosis import Field as FieldName
    from wizard.model.provider import Provider
    from wizard.signin.refusals import SignInRefused

TYPING_MS: Final = 400
SEEN_MS: Final = 1000  # long enough to read two names of servers
_COMPLETE: Final = re.compile(r"[^\s@]+@[^\s@.]+(\.[^\s@.]+)*\.[^\s@.]{2,}")
_BEFORE: Final = tr_later("We ask your provider and the community database, without your password.")
_SLIP: Final = tr_later("Such names belong to strangers, so nobody was asked.")
_NOBODY: Final = tr_later("Nobody is asked. We use what this computer knows, and guesses.")


class AccountPage(Page):
    """Fills the state with name, address and password.

    `discover` asks for the settings of an address, as soon as it is complete; `browser_sign_in`, `explain`,
    `saved_accounts`, `about` and `edit_servers` ask for what their links say. Who presses Continue before the servers
    are found waits here until they have been seen: `servers_seen` says when. `language_chosen` carries a tag.
    """

    discover = Signal(object, bool)  # Address, and whether to ask nobody
    browser_sign_in = Signal()
    explain = Signal()
    saved_accounts = Signal()
    bring_settings = Signal()
    about = Signal()
    edit_servers = Signal()
    servers_seen = Signal()
    language_chosen = Signal(str)

    def __init__(self, state: WizardState) -> None:
        super().__init__("account", tr("Set up your email"), tr("We find your settings and prove them."))
        self._state = state
        self._asked: tuple[str, bool] | None = None
        self._signed_in = False
        self._may_edit = True
        self._waits = False  # Continue was pressed before the servers were found
        self._need: needs.Need | None = None
        self._failed = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(TYPING_MS)
        self._timer.timeout.connect(self.look_up)

        self.name_field = Field(tr("Your name"), placeholder=tr("As others see it, such as Ada Example"))
        self.address_field = Field(tr("Email address"), placeholder="ada@example.org")
        self.ask_nobody = Switch(tr("Ask nobody"), small=True)
        self.password_field = PasswordField(tr("Password"))

        self.address_field.input.setInputMethodHints(
            Qt.InputMethodHint.ImhEmailCharactersOnly | Qt.InputMethodHint.ImhNoAutoUppercase
        )
        self.address_field.help_gap = 4
        self.address_field.set_help(tr(_BEFORE))
        self.address_field.help_row.addWidget(self.ask_nobody, 0, Qt.AlignmentFlag.AlignTop)
        self.ask_nobody.setAccessibleDescription(
            tr("Nobody outside this computer is asked where the settings for your address are.")
        )
        self.notices = AccountNotices()
        self.notices.practice_picked.connect(self._practice_picked)
        self.notices.saved_accounts.connect(self.saved_accounts)
        self.body.addWidget(self.notices)
        self.body.addWidget(self.name_field)
        self.body.addSpacing(16)
        self.body.addWidget(self.address_field)
        self.body.addSpacing(10)
        self.body.addWidget(self.password_field)
        self.body.addSpacing(10)
        self._below = QVBoxLayout()
        self._below.setSpacing(12)
        self.body.addLayout(self._below)
        self._error_link = LinkButton(tr("Explain an error"), "message")
        self._saved_link = LinkButton(tr("Saved accounts"), "users")
        self._error_link.setObjectName("explain")
        self._saved_link.setObjectName("saved-accounts")
        self._error_link.clicked.connect(lambda: self.explain.emit())
        self._saved_link.clicked.connect(lambda: self.saved_accounts.emit())
        self.add_link(self._error_link)
        self.add_link(self._saved_link)
        self._bring_link = LinkButton(tr("Settings I have"), "file")
        self._bring_link.setObjectName("settings-i-have")
        self._bring_link.clicked.connect(lambda: self.bring_settings.emit())
        self.add_link(self._bring_link)
        self._about_link = LinkButton(tr("About"), "info")
        self._about_link.setObjectName("about")
        self._about_link.clicked.connect(lambda: self.about.emit())
        self.add_link(self._about_link)
        self.language = LanguageLink()
        self.language.chosen.connect(self.language_chosen)
        self.title_row.addWidget(self.language)
        self._saved_link.hide()

        self.address_field.edited.connect(self._address_edited)
        self.address_field.input.editingFinished.connect(self._address_left)
        self.ask_nobody.toggled.connect(self._ask_nobody_changed)
        self.password_field.edited.connect(self._password_edited)
        self.password_field.input.editingFinished.connect(self._password_left)
        state.plan_changed.connect(self._show_plan)
        state.draft_changed.connect(self._follow_draft)

    def tab_order(self, as_read: Iterable[QWidget]) -> list[QWidget]:
        """As one fills it in: the password right after the address, the switch between them afterwards."""
        between: list[QWidget] = [self.ask_nobody, *([self.suggestion] if "suggestion" in vars(self) else [])]
        order = [widget for widget in as_read if widget not in between]
        at = order.index(self.password_field.eye) + 1
        return [*order[:at], *between, *order[at:]]

    @cached_property
    def suggestion(self) -> LinkButton:
        """Takes the address that was probably meant; made when there is one."""
        from wizard.gui.widgets.fold import WrappingLinkButton

        made = WrappingLinkButton("", "undo")
        made.setObjectName("use-suggestion")
        made.clicked.connect(self._use_suggestion)
        self.address_field.box.addWidget(made)
        self.grew.emit()
        return made

    @cached_property
    def banner(self) -> NeedBanner:
        """What the provider wants, below the password; made when there is a provider."""
        from wizard.gui.widgets.need_banner import NeedBanner

        made = NeedBanner()
        made.hide()
        made.browser_sign_in.connect(self._ask_browser)
        made.grown.connect(lambda: self.scroll.bring_into_view(made))
        self._below.insertWidget(0, made)
        self.grew.emit()
        return made

    @cached_property
    def servers_line(self) -> ServersLine:
        """Where the password goes, below it; made when that is known."""
        from wizard.gui.widgets.servers_line import ServersLine

        made = ServersLine()
        made.edit.connect(self.edit_servers)
        made.link.setVisible(self._may_edit)
        self.password_field.box.addWidget(made)
        self.grew.emit()
        return made

    def lock_servers(self, locked: bool) -> None:
        """Whether a helpdesk pack keeps the servers as they were found: then nothing offers to change them."""
        self._may_edit = not locked
        if "servers_line" in vars(self):
            self.servers_line.link.setVisible(self._may_edit)

    def offer_choices(self) -> None:
        """How the steps go on from here: a test message to oneself, and whether each page is shown."""
        self.sends_test = Switch(tr("Send myself one test message"), small=True)
        self.sends_test.setObjectName("sends-test")
        self.sends_test.setChecked(self._state.sends_test)
        self.sends_test.toggled.connect(lambda on: setattr(self._state, "sends_test", on))
        self.every_step = Switch(tr("Show every step"), small=True)
        self.every_step.setObjectName("every-step")
        self.every_step.setChecked(self._state.every_step)
        self.every_step.toggled.connect(lambda on: setattr(self._state, "every_step", on))
        row = Flow(gap=24, row_gap=4)
        row.addWidget(self.sends_test)
        row.addWidget(self.every_step)
        self._below.addLayout(row)
        self.grew.emit()

    def demand_every_step(self, demanded: bool) -> None:
        """Each page is shown, and that is not for the person to choose."""
        if demanded:
            self.every_step.setChecked(True)
        self.every_step.setVisible(not demanded)

    def offer_bringing(self, offered: bool) -> None:
        """Shows the link to settings that the person has; not where a helpdesk pack keeps the servers."""
        self._bring_link.setVisible(offered)

    def offer_saved_accounts(self, offered: bool) -> None:
        """Shows the link to saved accounts, where somebody answers `saved_accounts`."""
        self._saved_link.setVisible(offered)

    def offer_last(self, address: Address, name: str | None) -> None:
        """One press goes on with the account that was kept last, as long as no other address stands in the field."""
        from wizard.gui.widgets.fold import WrappingLinkButton

        made = WrappingLinkButton(str(address), "undo")
        made.setObjectName("last-account")
        made.setAccessibleName(tr("Use {address}", address=address))
        made.clicked.connect(lambda: self._use_last(address, name))
        self.add_link(made)
        made.setVisible(not self.address_field.text())
        self.address_field.input.textChanged.connect(lambda text: made.setVisible(not text))
        self.grew.emit()

    def tell_broken(self, address: Address, why: str) -> None:
        """Says at the top that an account that is kept here does not work any more."""
        said = self.notices.tell_broken(address, why)
        self.grew.emit()
        self.tell(said)

    def tell_newer(self, version: str, on_show: Callable[[], object]) -> None:
        """Says at the top that a newer version of the program is to be had; `on_show` opens where."""
        said = self.notices.tell_newer(version, on_show)
        self.grew.emit()
        self.tell(said)

    def tell_first(self, cause: str) -> None:
        """Says at the top that what was explained is tried with an account, and leads to the first empty field."""
        said = self.notices.tell_first(cause)
        self.grew.emit()
        (self.lead_to() or self.address_field.input).setFocus(Qt.FocusReason.OtherFocusReason)
        self.tell(f"{cause}. {said}", urgent=True)

    def _use_last(self, address: Address, name: str | None) -> None:
        self.take_over(address, name)
        self.lead_to().setFocus(Qt.FocusReason.OtherFocusReason)

    def offer_name(self, name: str) -> None:
        """The name begins as the system knows it, unless something was typed already."""
        if name and not self.name_field.text():
            self.name_field.set_text(name)
            if self.name_field.input.hasFocus():
                self.lead_to().setFocus(Qt.FocusReason.OtherFocusReason)

    def take_over(self, address: Address, name: str | None) -> None:
        """The address, and the name where none stands there yet, of settings that were brought along."""
        if name and not self.name_field.text():
            self.name_field.set_text(name)
        self.address_field.set_text(str(address))
        self._address_edited(str(address))
        self.look_up()

    def take_over_from(self, before: AccountPage) -> None:
        """What was typed on another such page, and what was found for it."""
        self.name_field.set_text(before.name_field.text())
        self.address_field.set_text(before.address_field.text())
        self.password_field.set_text(before.password_field.text())
        self.ask_nobody.blockSignals(True)
        self.ask_nobody.setChecked(before.ask_nobody.isChecked())
        self.ask_nobody.blockSignals(False)
        if self.practice is not None and before.practice is not None:
            self.practice.choice.setCurrentIndex(before.practice.choice.currentIndex())
        self.set_step_note(before.step_note)
        self._asked = before._asked if self._state.plan is not None else None
        self._show_plan()
        if before._signed_in:
            self.signed_in_by_browser()
        if self._state.plan is None:
            self.look_up()

    def prefill(self, address: str) -> None:
        """Starts with this address, as given on the command line."""
        self.address_field.set_text(address)
        self._address_edited(address)

    def offer_practice(self, accounts: tuple[PracticeAccount, ...]) -> None:
        """Lets people pick one of the practice network's accounts; without any nothing changes."""
        if accounts:
            self.notices.offer_practice(accounts)
            self._promise(False)
            self.grew.emit()

    @property
    def practice(self) -> PracticeField | None:
        """What the practice network's accounts are picked from, in practice."""
        return self.notices.practice

    @property
    def has_input(self) -> bool:
        """Whether an address or a password was typed."""
        return bool(self.address_field.text() or self.password_field.text())

    def initializePage(self) -> None:
        """Shows the account as it is now: a remedy may have changed its address."""
        super().initializePage()
        address = self._state.address
        if address is not None and self._parse(quietly=True) != address:
            self.address_field.set_text(str(address))

    def lead_to(self) -> QWidget:
        """The first empty field."""
        fields = (self.name_field.input, self.address_field.input, self.password_field.input)
        return next((field for field in fields if not field.text()), fields[-1])

    def validatePage(self) -> bool:
        """Says at each field what is wrong with it; True when nothing is."""
        address = self._parse()
        password = self._password_error()
        self.password_field.set_error(password)
        wrong = next((field for field in (self.address_field, self.password_field) if field.error), None)
        if wrong is not None or address is None:
            target = wrong or self.address_field
            target.input.setFocus(Qt.FocusReason.OtherFocusReason)
            self.tell(target.error or "", urgent=True)
            return False
        failed, self._failed = self._failed, False
        if not failed and (self._state.plan is None or self._state.plan.address != address):
            self._timer.stop()
            self.look_up()
        from wizard.model.secret import Secret

        self._state.set_display_name(single_line(self.name_field.text()) or None)
        self._state.set_secret(Secret.typed(self.password_field.text()) or None)
        self.set_step_note(str(address))
        if failed or self._state.every_step or self._state.plan is not None:
            return True
        self._wait(True)
        return False

    def _wait(self, waits: bool) -> None:
        """Continue was pressed and takes effect once the servers were to be seen; or no longer."""
        if waits != self._waits:
            self._waits = waits
            self.set_ready(not waits)

    def _go_on_soon(self, *, at_once: bool = False) -> None:
        def go_on() -> None:
            if self._waits:
                self._wait(False)
                self.servers_seen.emit()

        QTimer.singleShot(0 if at_once else SEEN_MS, self, go_on)

    def look_up(self) -> None:
        """Asks for the settings, unless that was asked already."""
        address = self._parse(quietly=True)
        if address is None:
            return
        question = (str(address), self.ask_nobody.isChecked())
        if question == self._asked:
            return
        self._asked = question
        self._state.set_address(address, ask_nobody=self.ask_nobody.isChecked())
        self._state.set_plan(None)
        self.address_field.set_note(tr("Looking for your provider"), disc=DiscState.TRYING, tone="accent")
        self.discover.emit(address, self.ask_nobody.isChecked())

    def discovery_failed(self, sentence: str) -> None:
        """The look-up ended without a plan; it can be asked again."""
        self._asked = None
        self.address_field.set_note(tr("Not looked up"), tone="ink2")
        self.address_field.set_help(sentence)
        if self._waits:  # the servers can be typed on the next page
            self._failed = True
            self._go_on_soon(at_once=True)

    def signed_in_by_browser(self) -> None:
        """A token is there: no password is needed."""
        self._signed_in = True
        self.password_field.set_error(None)
        self.banner.show_signed_in()
        self.tell(tr("You are signed in."))

    def browser_refused(self, refused: SignInRefused) -> None:
        """The sign-in in the browser gave no token; it can be tried once more."""
        self.banner.show_refused(f"{refused.title}.", refused.why)
        self.tell(str(refused), urgent=True)

    def engine_failed(self, sentence: str) -> None:
        """Nothing can be looked up or checked; says why."""
        self.notices.tell_trouble(sentence)
        self.set_ready(False)
        self.tell(sentence, urgent=True)

    def edit(self, field: FieldName) -> None:
        """Puts the cursor into the address or the password, its text selected."""
        target = self.address_field if field.value == "address" else self.password_field
        target.input.setFocus(Qt.FocusReason.OtherFocusReason)
        target.input.selectAll()

    def restart(self) -> None:
        """Ready for another account; the name stays."""
        self.notices.forget_first()
        self._timer.stop()
        self._wait(False)
        self._asked = None
        self._signed_in = False
        self.address_field.set_text("")
        self.password_field.set_text("")
        self.password_field.set_error(None)
        self.set_step_note("")
        self._forget_plan()

    def leave(self) -> None:
        """No more look-ups."""
        self.notices.forget_first()
        self._timer.stop()
        self._wait(False)

    def _address_edited(self, text: str) -> None:
        self.address_field.set_error(None)
        self._timer.stop()
        if self._state.address is not None and str(self._state.address) == text.strip():
            return
        self._asked = None
        self._signed_in = False
        self._wait(False)
        was_found = self._state.plan is not None
        self._state.set_address(None)
        if was_found:
            self._state.set_plan(None)
        self._forget_plan()
        if _COMPLETE.fullmatch(text.strip()):
            self._timer.start()

    def _address_left(self) -> None:
        if self.address_field.text().strip() and self._parse() is not None:
            self._timer.stop()
            self.look_up()

    def _ask_nobody_changed(self, nobody: bool) -> None:
        self._asked = None
        self.address_field.set_help(tr(_NOBODY) if nobody else tr(_BEFORE))
        self.look_up()

    def _password_edited(self, text: str) -> None:
        self._wait(False)
        if text:
            self.password_field.set_error(None)
        if self.password_field.has_shape_warning and needs.shape_warning(self._provider(), text) is None:
            self.password_field.set_shape_warning(None)

    def _password_left(self) -> None:
        provider = self._provider()
        blanks_matter = not (provider and provider.app_password and provider.app_password.strip_blanks)
        warning = needs.shape_warning(provider, self.password_field.text())
        self.password_field.set_shape_warning(warning, blanks_matter=blanks_matter)

    def _password_error(self) -> str | None:
        from wizard.model.secret import UNUSABLE, Secret

        password = Secret.typed(self.password_field.text())
        if password.is_unusable:
            return tr(UNUSABLE)
        if password or self._signed_in:
            return None
        provider = self._provider()
        if needs.wants_browser(provider):
            can = self._state.signs_in_by_browser(provider)
            return tr("There is nothing to type here: sign in with your browser, by the link below.") if can else None
        return tr("The password is missing. It is needed to prove that signing in works.")

    def _provider(self) -> Provider | None:
        return self._state.plan.provider if self._state.plan is not None else None

    def _parse(self, *, quietly: bool = False) -> Address | None:
        from wizard.model.address import Address

        try:
            address = Address.parse(self.address_field.text())
        except UsageError as error:
            if not quietly:
                empty = not self.address_field.text().strip()
                self.address_field.set_error(tr("The email address is missing.") if empty else str(error))
            return None
        self.address_field.set_error(None)
        if not quietly and self.address_field.text() != str(address):
            self._take_name(self.address_field.text())
            self.address_field.set_text(str(address))  # what was taken out of a pasted text is seen
        return address

    def _take_name(self, pasted: str) -> None:
        """The name of “Ada Example <ada@example.org>”, where none stands in its field yet."""
        from wizard.model.address import name_beside

        name = name_beside(pasted)
        if name and not self.name_field.text():
            self.name_field.set_text(name)

    def _forget_plan(self) -> None:
        self.address_field.set_note("")
        if "suggestion" in vars(self):
            self.suggestion.hide()
        self.address_field.set_help(tr(_NOBODY) if self.ask_nobody.isChecked() else tr(_BEFORE))
        self.password_field.set_label(tr("Password"))
        self.password_field.set_shape_warning(None)
        self._show_need(None)
        self.password_field.set_spoken("")
        if "servers_line" in vars(self):
            self.servers_line.say("")

    def _show_plan(self) -> None:
        plan = self._state.plan
        if plan is None:
            self._forget_plan()
            return
        from wizard.gui import sources
        from wizard.gui.found import found, spoken
        from wizard.language.formats import paragraph

        note, disc, tone = found(plan)
        self.address_field.set_note(note, disc=disc, tone=tone)
        self.address_field.set_help(sources.asked_sentence(plan))
        if plan.suggestion is not None:
            self.suggestion.setText(tr("Use {address}", address=plan.suggestion))
            self.address_field.set_help(tr(_SLIP))
        if "suggestion" in vars(self):
            self.suggestion.setVisible(plan.suggestion is not None)
        need = needs.of_plan(plan, by_browser=self._state.signs_in_by_browser(plan.provider))
        self.password_field.set_label(_password_label(plan.provider))
        self._show_need(need)
        if self.password_field.text():
            self._password_left()
        self.tell(paragraph(filter(None, (spoken(plan), self._show_servers()))))
        if self._waits and (need is not None or plan.suggestion is not None):
            self._wait(False)  # there is something to read first
        elif self._waits:
            self._go_on_soon()

    def _show_servers(self) -> str:
        """Says where the password goes; what a screen reader says of that, and of what the provider wants."""
        from wizard.gui import sources
        from wizard.language.formats import paragraph

        plan, state = self._state.plan, self._state
        servers = [server for server in (state.incoming, state.outgoing) if server is not None]
        said = "" if plan is None else sources.servers_sentence(plan, servers, state.account.to_agree_to())
        if plan is not None and plan.suggestion is not None:
            said = ""  # the question comes first
        if said or "servers_line" in vars(self):
            self.servers_line.say(said)
        need = (self._need.fact, self._need.sentence) if self._need is not None else ()
        spoken = paragraph(filter(None, (*need, said)))
        self.password_field.set_spoken(spoken)
        return spoken

    def _use_suggestion(self) -> None:
        plan = self._state.plan
        if plan is not None and plan.suggestion is not None:
            self.address_field.set_text(str(plan.suggestion))
            self._address_edited(str(plan.suggestion))
            self.look_up()
            self.address_field.input.setFocus(Qt.FocusReason.OtherFocusReason)

    def _follow_draft(self) -> None:
        """A remedy gave the account another address, or a server was changed: it is the one that stands here."""
        self._show_servers()
        address = self._state.address
        if address is not None and self._parse(quietly=True) not in (None, address):
            self.address_field.set_text(str(address))
            self._asked = (str(address), self.ask_nobody.isChecked())
            self.set_step_note(str(address))
        secret = self._state.secret
        if secret is not None:
            self.password_field.follow(secret)

    def _show_need(self, need: needs.Need | None) -> None:
        self._need = need
        self._promise(need is None)
        if need is not None:
            self.banner.show_need(need)
        elif "banner" in vars(self):
            self.banner.hide()

    def _promise(self, promises: bool) -> None:
        """What the program promises gives way to what the provider wants, and to the practice accounts."""
        room = self.subheading.sizePolicy()
        room.setRetainSizeWhenHidden(self.practice is None)  # nothing moves under the hands of who types
        self.subheading.setSizePolicy(room)
        self.subheading.setVisible(promises and self.practice is None)

    def _ask_browser(self) -> None:
        self.look_up()
        self.browser_sign_in.emit()

    def _practice_picked(self, account: object) -> None:
        if isinstance(account, PracticeAccount):
            if not self.name_field.text():
                self.name_field.set_text("Ada Example")
            self.address_field.set_text(account.address)
            self.password_field.set_text(account.password)
            self.password_field.set_error(None)
            self._address_edited(account.address)


def _password_label(provider: Provider | None) -> str:
    return tr("App password") if needs.wants_app_password(provider) else tr("Password")
