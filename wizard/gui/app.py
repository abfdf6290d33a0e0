"""Starts the window: paints first, loads the engine afterwards."""

from __future__ import annotations

import builtins
import gc
import os
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from wizard.language import tr, tr_later

if TYPE_CHECKING:
    from datetime import datetime

    from PySide6.QtWidgets import QApplication, QMenuBar

    from wizard.gui.close_question import EndsSession
    from wizard.gui.engine import Opened
    from wizard.gui.preferences import Preferences
    from wizard.gui.state import WizardState
    from wizard.gui.window import WizardWindow
    from wizard.setup.pack import WindowRules
    from wizard.wiring import Settings

NO_DISPLAY = tr_later(
    "There is no display to open a window on. Run `mailwright check ADDRESS` for the whole wizard without a window, "
    "or `mailwright --help` for all commands."
)
EXIT_NO_DISPLAY = 2
_LOADED = time.perf_counter()


def main(
    address: str | None = None,
    settings: Settings | Callable[[], Settings] | None = None,
    *,
    options: tuple[str, ...] = (),
    timings: bool = False,
) -> int:
    """Opens the window and returns when it is closed: 0, or 2 where there is no display.

    Where a window with the same options is open already, that one comes to the front instead, and this returns 0.

    Args:
        address: filled into the email address.
        settings: how the parts are built; a function is called after the first paint, in the engine's thread.
        options: what makes this window another one than that of a start without options.
        timings: prints on standard error when each part of the start was there.
    """
    if not has_display():
        print(f"mailwright: {tr(NO_DISPLAY)}", file=sys.stderr)
        return EXIT_NO_DISPLAY
    from wizard.gui.single_instance import hand_over, meeting_point

    place = meeting_point(options)
    if hand_over(place, address):
        return 0
    clock = StartClock(timings)
    gc.disable()  # collecting in between costs a tenth of the time to the first paint, and nothing is thrown away yet
    app = make_application()
    from wizard.gui.preferences import Preferences

    # A lesson begins for everybody alike.
    wizard = Wizard(None if getattr(settings, "practice", False) else Preferences.of_this_computer())
    if address:
        wizard.account.prefill(address)
    wizard.window.show()
    app.processEvents()
    clock.tell("first paint")
    wizard.add_other_steps()
    gc.freeze()  # what is there by now stays to the end, and need not be looked through again and again
    gc.enable()
    from wizard.gui.icons import application_icon

    app.setWindowIcon(application_icon())
    if sys.platform == "darwin":
        from wizard.gui.menu_bar import menu_bar

        wizard.menu_bar = menu_bar(wizard.window, wizard.speak)
    clock.tell("every page")
    return _run(app, wizard, settings, place, clock)


class StartClock:
    """Says on standard error, if it shall, how long after the start of the process each part was there."""

    def __init__(self, speaks: bool) -> None:
        self._speaks = speaks

    def tell(self, part: str) -> None:
        """Prints the part and its time; the start of the process is the system's word, to 10 ms on Linux."""
        if self._speaks:
            print(f"{part:<14}{since_start_s() * 1000:6.0f} ms", file=sys.stderr)


def since_start_s() -> float:
    """Seconds since this process began; where the system does not tell it, since this package was loaded."""
    if sys.platform == "linux":
        with open("/proc/self/stat", encoding="ascii", errors="replace") as file:
            ticks = int(file.read().rpartition(")")[2].split()[19])  # proc(5): field 22, starttime
        return time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")
    elif sys.platform == "win32":
        import ctypes

        times = (ctypes.c_uint64 * 4)()
        kernel = ctypes.WinDLL("kernel32")
        kernel.GetCurrentProcess.restype = ctypes.c_void_p
        parts = [ctypes.byref(times, 8 * number) for number in range(4)]
        kernel.GetProcessTimes(ctypes.c_void_p(kernel.GetCurrentProcess()), *parts)
        return time.time() + 11_644_473_600 - times[0] / 1e7  # FILETIME counts 100 ns from 1601
    else:
        return time.perf_counter() - _LOADED


def has_display() -> bool:
    """Whether a window can be shown: Qt itself would end the program where it cannot."""
    if not sys.platform.startswith(("linux", "freebsd", "openbsd")):
        return True
    if os.environ.get("QT_QPA_PLATFORM", "").split(":")[0] in {"offscreen", "minimal", "vnc", "linuxfb", "eglfs"}:
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def make_application() -> QApplication:
    """The QApplication with our names on it."""
    from PySide6.QtWidgets import QApplication

    _import_plainly()
    from wizard import __version__

    app = QApplication.instance()
    if not isinstance(app, QApplication):
        app = _start_qt()
    app.setApplicationName("mailwright")
    app.setApplicationDisplayName("Mailwright")
    app.setApplicationVersion(__version__)
    app.setDesktopFileName("mailwright")
    return app


def _start_qt() -> QApplication:
    """Qt's application. Where no window can be shown after all, the program ends with our sentence and code 2.

    That is a DISPLAY that nobody serves (a lost `ssh -X`), one that does not let this user in, or a library of Wayland
    or X11 that is missing: Qt ends the program itself, by a signal and after lines that help nobody.
    """
    from PySide6.QtCore import QLoggingCategory, QMessageLogContext, QtMsgType, qInstallMessageHandler
    from PySide6.QtWidgets import QApplication

    def heard(kind: QtMsgType, _: QMessageLogContext, text: str | None) -> None:
        if kind is QtMsgType.QtFatalMsg:
            print(f"mailwright: {tr(NO_DISPLAY)}", file=sys.stderr, flush=True)
            os._exit(EXIT_NO_DISPLAY)  # no way back: Qt would abort
        if kind is QtMsgType.QtCriticalMsg:
            print(text, file=sys.stderr)

    if sys.platform == "win32" and not getattr(sys, "frozen", False):
        import ctypes

        # Without this the window counts as Python's, with its icon in the task bar. Our own program needs it not.
        ctypes.windll.shell32.SetCurrentProcessExplicitAppUserModelID("Mailwright.Mailwright")
    QLoggingCategory.setFilterRules("qt.qpa.wayland.textinput.warning=false")  # a line for every change of the focus
    before = qInstallMessageHandler(heard)
    try:
        return QApplication(sys.argv[:1])
    finally:
        qInstallMessageHandler(before)


def _import_plainly() -> None:
    """Takes PySide's import hook out again.

    It keeps the source of every module imported later: a tenth of the memory, for a `__feature__` none of ours uses.
    """
    builtins.__import__ = getattr(builtins, "__orig_import__", builtins.__import__)


class Wizard:
    """Window, pages and flow put together; the engine comes later, by `flow.attach`.

    Args:
        preferences: what is found again at the next start; `None` where nothing is read or kept.
    """

    menu_bar: QMenuBar | None = None  # on macOS only

    def __init__(self, preferences: Preferences | None = None) -> None:
        from wizard.gui import languages, theme
        from wizard.gui.state import WizardState
        from wizard.gui.window import WizardWindow
        from wizard.language import SOURCE, choice, spoken

        self.state: WizardState = WizardState()
        self._preferences = preferences
        if preferences is not None:
            if preferences.language is not None:
                choice.choose(preferences.language, choice.By.KEPT)
            self.state.every_step = preferences.every_step
            if preferences.zoom:
                theme.current().zoom(preferences.zoom)
            theme.current().zoomed.connect(self._keep_zoom)
        if languages.missing_font(spoken()):
            choice.choose(SOURCE, choice.By.KEPT)  # who names a language for this start gets it all the same
        languages.follow()
        self.window: WizardWindow = WizardWindow(self.state)
        self._now: Callable[[], datetime] | None = None
        self._opened: Opened | None = None
        self._add_first_step()

    def _add_first_step(self) -> None:
        from PySide6.QtCore import Qt

        from wizard.gui.pages.account_page import AccountPage

        self.account = AccountPage(self.state)
        # Queued, because the page that was pressed goes away.
        self.account.language_chosen.connect(self.speak, Qt.ConnectionType.QueuedConnection)
        self.window.add_step(self.account)

    def speak(self, tag: str) -> None:
        """Another language from now on, and for the next start; what was typed and what was proven stays."""
        from wizard.gui import languages
        from wizard.language import choice, spoken

        before = spoken()
        if not choice.choose(tag, choice.By.PERSON):
            return
        if self._preferences is not None:
            self._preferences.language = tag
        if spoken() != before:
            languages.follow()
            self._say_anew()

    def _hear_pack(self, tag: str) -> None:
        """The language that the pack names, where nobody chose one; whoever is further already goes on undisturbed."""
        from wizard.gui import languages
        from wizard.language import choice, spoken

        before = spoken()
        if self.window.current_page() is not self.account or languages.missing_font(tag):
            return
        if choice.choose(tag, choice.By.PACK) and spoken() != before:
            languages.follow()
            opened, self._opened = self._opened, None  # it is welcomed on the new pages, by whoever called
            self._say_anew()
            self._opened = opened

    def _say_anew(self) -> None:
        """Every page is made anew, in the language spoken now; only the first one can be the one that shows."""
        account, settings, test, flow = self.account, self.settings, self.test, self.flow
        settings.close_editors()
        self.state.forget_result()  # its diagnoses speak the language before; both sides stay proven
        self.window.drop_steps()
        self._add_first_step()
        self.add_other_steps(self._now)
        self.flow.take_over(flow)
        if self._opened is not None:
            self.welcome(self._opened)
        self.account.take_over_from(account)
        self.settings.take_over_from(settings)
        self.test.take_over_from(test)
        self.window.restart()
        if self.menu_bar is not None:
            from wizard.gui.menu_bar import menu_bar

            self.menu_bar.deleteLater()
            self.menu_bar = menu_bar(self.window, self.speak)

    def add_other_steps(self, now: Callable[[], datetime] | None = None) -> None:
        """The pages that are not seen at once, and everything they need; `now` is their clock."""
        self._now = now
        from wizard.gui.flow import Flow
        from wizard.gui.pages.check_page import CheckPage
        from wizard.gui.pages.done_page import DonePage
        from wizard.gui.pages.settings_page import SettingsPage
        from wizard.gui.pages.test_page import TestPage
        from wizard.gui.widgets.diagnosis_card import local_now

        self.settings = SettingsPage(self.state)
        clock = now or local_now
        self.check = CheckPage(clock)
        self.window.add_step(self.settings)
        self.window.add_step(self.check)
        self.test = TestPage(clock)
        self.done = DonePage(clock)
        self.window.add_step(self.test)
        self.window.add_step(self.done)
        self.account.offer_choices()
        self.account.every_step.clicked.connect(self._keep_every_step)
        self.flow = Flow(self.state, self.window, self.account, self.settings, self.check, self.test, self.done)

    def welcome(self, opened: Opened) -> None:
        """Shows what only the engine knows: the helpdesk, the practice accounts, what can be kept here."""
        is_first, self._opened = self._opened is None, opened
        if is_first and opened.language is not None:
            self._hear_pack(opened.language)
        self.state.browser_providers = opened.browser_providers
        self.state.letter_language, self.state.schedule_rule = opened.language, opened.schedule
        self.state.set_helpdesk(opened.helpdesk)
        self.account.offer_practice(opened.practice_accounts)
        self.flow.find_providers_with(opened.find_providers)
        self.obey(opened.rules)
        if opened.is_practice or opened.rules.kiosk:  # the next person begins as everybody does
            self._preferences = None
        if is_first and opened.rules.large_text:
            from wizard.gui import theme

            theme.current().enlarge()
        if opened.is_practice:
            self.window.setWindowTitle(tr("For practice — Mailwright"))  # without the name there Qt would add it
            self.flow.practise()
            return
        from wizard.gui import system_name

        self.flow.offer_newer(self._preferences)
        if not opened.rules.kiosk:
            self.account.offer_name(system_name.system_name())
        if not self.flow.hand_over.why_not_kept:
            from wizard.accounts.saved_accounts import SavedAccounts

            self.flow.keep_accounts(SavedAccounts())

    def _keep_every_step(self, shown: bool) -> None:
        if self._preferences is not None:
            self._preferences.every_step = shown

    def _keep_zoom(self, step: int) -> None:
        if self._preferences is not None:
            self._preferences.zoom = step

    def end_session(self, session: EndsSession) -> None:
        """The desktop ends its session: asks where something would be lost."""
        from wizard.gui.close_question import ask_before_session_ends

        loss = self.window.loss()
        if self.window.isVisible() and loss is not None:
            ask_before_session_ends(session, loss, parent=self.window)

    def obey(self, rules: WindowRules) -> None:
        """Takes from the person's hands what a helpdesk pack locks."""
        from wizard.setup.pack import Lock

        self.account.demand_every_step(rules.every_step)
        self.flow.hand_over.offer_only(rules.targets)
        self.settings.lock(Lock.SERVERS in rules.locked)
        if Lock.REMEMBER in rules.locked:
            self.flow.hand_over.why_not_kept = tr("Your helpdesk keeps no accounts on this computer.")
        self.flow.hand_over.begins_anew = rules.kiosk


def _run(
    app: QApplication,
    wizard: Wizard,
    settings: Settings | Callable[[], Settings] | None,
    place: str | None,
    clock: StartClock,
) -> int:
    from PySide6.QtCore import Qt

    from wizard.gui.bridge import Bridge
    from wizard.gui.crash_dialog import CrashReporter
    from wizard.gui.engine import Engine
    from wizard.gui.single_instance import SingleInstance

    def chosen() -> Settings:
        from wizard.installed_packs import installed_packs
        from wizard.wiring import Settings

        if settings is None:
            return Settings(pack_paths=installed_packs())
        return settings() if callable(settings) else settings

    engine = Engine(chosen)
    engine.start()
    bridge = Bridge(engine, app)
    # Looking through the causes for what may be thrown away holds the window up for 50 ms: they stay to the end.
    wizard.flow.all_is_read.connect(gc.freeze, Qt.ConnectionType.SingleShotConnection)
    wizard.flow.attach(bridge)

    def opened(what: Opened) -> None:
        wizard.welcome(what)
        clock.tell("engine")

    bridge.start(engine.opened, opened, wizard.account.engine_failed)
    app.commitDataRequest.connect(wizard.end_session)
    crashes = CrashReporter(wizard.window)
    instance = SingleInstance(wizard.window, wizard.account, place) if place is not None else None
    if instance is not None:
        instance.start()
    try:
        bridge.run()
    finally:
        if instance is not None:
            instance.close()
        crashes.close()
        bridge.close()
    return 0
