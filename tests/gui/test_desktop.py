"""The wizard on a real (virtual) desktop, driven through the accessibility bus alone."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.gui.desktop import desktop
from wizard import assets
from wizard.practice.scenarios import load_scenarios

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
ACCOUNTS = {scenario.account.scenario: scenario.account for scenario in load_scenarios(assets.resources() / "practice")}


@pytest.mark.timeout(180)
def test_a_screen_reader_gets_from_the_address_to_the_settings(tmp_path: Path) -> None:
    account = ACCOUNTS["port-587-blocked"]
    with desktop(tmp_path) as environment:
        environment["PYTHONPATH"] = str(ROOT)
        log = (tmp_path / "window.log").open("wb")
        words = [sys.executable, "-m", "wizard", "gui", "--practice"]
        window = subprocess.Popen(words, env=environment, stdout=log, stderr=log)
        try:
            reader = subprocess.run(
                ["/usr/bin/python3", str(ROOT / "tests/gui/screen_reader.py"), account.address, account.password],
                env=environment,
                capture_output=True,
                text=True,
                timeout=150,
                check=False,
            )
            still_there = window.poll() is None
            find = ["xdotool", "search", "--onlyvisible", "--name", "Mailwright", "getwindowname", "%@"]
            titles = subprocess.run(find, env=environment, capture_output=True, text=True, check=True).stdout
        finally:
            window.terminate()
            window.wait(10)
            log.close()
    assert reader.returncode == 0, reader.stderr
    assert still_there, (tmp_path / "window.log").read_text()
    assert set(titles.splitlines()) == {"For practice — Mailwright"}
    seen = json.loads(reader.stdout.splitlines()[-1])
    assert seen["pages"] == ["page:account", "page:settings", "page:check", "page:test", "page:done"]
    assert seen["outcome"] == f"diagnosis:{account.cause}"
    assert seen["headings"]
    assert seen["remedies"][0] == "remedy:use-port-465"
    assert "stage:smtp:connect" in seen["stages"]
    assert seen["copies"]
    assert "target:thunderbird" in seen["targets"]
