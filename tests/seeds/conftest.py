"""The rows are driven through the window as the window's own tests drive it."""

from tests.gui.conftest import _light, wizard

__all__ = ["_light", "wizard"]
