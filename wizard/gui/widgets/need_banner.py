"""What a provider wants from the person, with the way there: steps, a page, the sign-in in the browser."""

from __future__ import annotations

from PySide6.QtCore import QTimer, QUrl, Signal
from PySide6.QtGui import QDesktopServices

from wizard.gui.needs import Need
from wizard.gui.widgets.steps import Steps
from wizard.gui.widgets.surfaces import Banner
from wizard.language import tr


class NeedBanner(Banner):
    """Shows one need; `grown` says that it takes more room than before."""

    browser_sign_in = Signal()
    grown = Signal()

    def __init__(self) -> None:
        super().__init__("accent", "key", above=12, below=8)
        self._url: str | None = None
        self._steps = Steps()
        self._show_steps = self.add_link(tr("Show steps"), self._toggle_steps, trailing="arrow-right")
        self._open_page = self.add_link(tr("Open the page"), self._open_url, icon="external")
        self._browser = self.add_link(tr("Sign in with your browser"), self.browser_sign_in.emit, icon="browser")
        self._browser.setObjectName("browser-sign-in")
        self.box.insertWidget(2, self._steps)

    def show_need(self, need: Need) -> None:
        """Shows this one, its steps folded away."""
        self.set_tone(need.tone, need.icon)
        self.say(need.fact, need.sentence)
        self._steps.show_steps(need.steps)
        self._steps.hide()
        self._show_steps.setText(tr("Show steps"))
        self._show_steps.setVisible(bool(need.steps))
        self._url = need.url
        self._open_page.setText(need.url_says or tr("Open the page"))
        self._open_page.setVisible(need.url is not None and not need.steps)
        self._browser.setVisible(need.browser_sign_in)
        self.show()

    def show_signed_in(self) -> None:
        """The browser sign-in is done."""
        self.set_tone("ok", "check")
        self.say(tr("You are signed in."), tr("The provider gave this program access. Continue to the settings."))
        self._browser.hide()
        self.show()

    def show_refused(self, fact: str, sentence: str) -> None:
        """The browser sign-in gave no access; it can be tried once more."""
        self.set_tone("warn", "warning")
        self.say(fact, sentence)
        self._browser.show()
        self.show()

    def _toggle_steps(self) -> None:
        shown = self._steps.isHidden()
        self._steps.setVisible(shown)
        self._show_steps.setText(tr("Hide the steps") if shown else tr("Show steps"))
        self._open_page.setVisible(shown and self._url is not None)
        if shown:
            QTimer.singleShot(0, self, self.grown.emit)

    def _open_url(self) -> None:
        if self._url is not None and self._url.startswith("https://"):
            QDesktopServices.openUrl(QUrl(self._url))
