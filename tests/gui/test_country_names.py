"""Countries in the list of providers: all of them can be translated, and a code that is none stays readable."""

from __future__ import annotations

from wizard import wiring
from wizard.gui.country_names import WORLD_WIDE, country_name
from wizard.language import speak


class _Bracketed:
    """A language in which every text stands in brackets."""

    def gettext(self, message: str) -> str:
        return f"[{message}]"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return f"[{msgid1 if n == 1 else msgid2}]"

    def pgettext(self, context: str, message: str) -> str:
        return f"[{message}]"


def test_a_code_that_is_no_country_stays_readable() -> None:
    assert country_name("WW") == WORLD_WIDE
    assert country_name("CH") == "Switzerland"
    assert country_name("XK") == "Kosovo"
    assert country_name("??") == "??"


def test_every_country_of_the_provider_list_is_translated() -> None:
    countries = {provider.country for provider in wiring.presets().search("")}
    speak("qps-ploc", _Bracketed())
    try:
        names = [country_name(code) for code in countries]
    finally:
        speak("en")
    assert len(names) > 20
    assert [name for name in names if not name.startswith("[")] == []
