"""What places.py answers itself is what platformdirs says."""

from __future__ import annotations

import sys

import platformdirs
import pytest

from wizard import places


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere platformdirs is asked")
@pytest.mark.parametrize("named", [None, "", "/a place", "relative", ":", "/one:/two", "relative:/two", " /x", "~/x"])
@pytest.mark.parametrize("home", ["/home/ada", "", "relative", None])
def test_the_same_as_platformdirs(named: str | None, home: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable, value in (("XDG_CONFIG_DIRS", named), ("XDG_STATE_HOME", named), ("HOME", home)):
        if value is None:
            monkeypatch.delenv(variable, raising=False)
        else:
            monkeypatch.setenv(variable, value)
    assert places.site_config() == platformdirs.site_config_path("mailwright", appauthor=False)
    assert places.user_state() == platformdirs.user_state_path("mailwright", appauthor=False)
