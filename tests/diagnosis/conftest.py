"""The real catalogue, loaded once."""

from __future__ import annotations

import pytest

from wizard.assets import resources
from wizard.diagnosis.catalogue import Catalogue
from wizard.diagnosis.diagnose import Diagnoser


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    """Every cause with its samples."""
    return Catalogue.load([resources() / "diagnoses"], with_samples=True)


@pytest.fixture(scope="session")
def diagnoser(catalogue: Catalogue) -> Diagnoser:
    """Without presets: a host name tells the family only."""
    return Diagnoser(catalogue)
