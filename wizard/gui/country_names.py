"""Countries as the list of providers names them."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QLocale

from wizard.language import tr, tr_later

WORLD_WIDE: Final = tr_later("World-wide")
_EVERYWHERE: Final = frozenset({"WW", "ZZ", "EU"})

# Those of the provider list, by their ISO 3166 code: Qt knows the names of countries in English alone.
_NAMES: Final = {
    "AT": tr_later("Austria"),
    "AU": tr_later("Australia"),
    "BA": tr_later("Bosnia & Herzegovina"),
    "BE": tr_later("Belgium"),
    "BR": tr_later("Brazil"),
    "CA": tr_later("Canada"),
    "CH": tr_later("Switzerland"),
    "CN": tr_later("China"),
    "CU": tr_later("Cuba"),
    "CY": tr_later("Cyprus"),
    "CZ": tr_later("Czechia"),
    "DE": tr_later("Germany"),
    "DK": tr_later("Denmark"),
    "EE": tr_later("Estonia"),
    "ES": tr_later("Spain"),
    "FR": tr_later("France"),
    "GB": tr_later("United Kingdom"),
    "HU": tr_later("Hungary"),
    "IN": tr_later("India"),
    "IT": tr_later("Italy"),
    "JP": tr_later("Japan"),
    "KR": tr_later("South Korea"),
    "LT": tr_later("Lithuania"),
    "LV": tr_later("Latvia"),
    "NL": tr_later("Netherlands"),
    "NO": tr_later("Norway"),
    "NZ": tr_later("New Zealand"),
    "PL": tr_later("Poland"),
    "PT": tr_later("Portugal"),
    "RU": tr_later("Russia"),
    "SE": tr_later("Sweden"),
    "SK": tr_later("Slovakia"),
    "UA": tr_later("Ukraine"),
    "US": tr_later("United States"),
}


def country_name(code: str) -> str:
    """A country by its name; what is of no one country is world-wide; a code that nobody knows is its own name."""
    if code in _EVERYWHERE:
        return tr(WORLD_WIDE)
    if code in _NAMES:
        return tr(_NAMES[code])
    territory = QLocale.codeToTerritory(code)
    return code if territory is QLocale.Country.AnyTerritory else QLocale.territoryToString(territory)
