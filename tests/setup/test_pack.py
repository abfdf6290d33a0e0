"""Helpdesk packs: the example is valid, parts may be left out, mistakes are named."""

from __future__ import annotations

from pathlib import Path

import pytest

from wizard import assets, wiring
from wizard.accounts.schedule import Every, ScheduleRule
from wizard.errors import ResourceError, UsageError
from wizard.setup.options import Options
from wizard.setup.pack import NO_PACK, NO_RULES, Helpdesk, Issuer, Lock, WindowRules, load_packs


def pack(folder: Path, text: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "helpdesk.toml").write_text(text, "utf-8")
    return folder


def test_the_example() -> None:
    folder = assets.resources() / "pack-example"
    found = load_packs([folder])
    assert found.helpdesk == Helpdesk(
        "Example IT helpdesk", "+1 202 555 0143", "weekdays, 8 to 18", "https://helpdesk.example.org/"
    )
    assert found.oauth_clients == {
        "microsoft-365": "00000000-0000-0000-0000-000000000000",
        "example-org": "mailwright",
    }
    assert found.issuers == {"example-org": Issuer("https://login.example.org", ("mail",))}
    assert found.preset_folders == (folder / "presets",)
    provider = wiring.presets((folder,)).for_domain("example.org")
    assert provider is not None
    assert provider.id == "example-org"


def test_client_ids_that_come_with_the_program_stand_behind_those_of_a_pack(tmp_path: Path) -> None:
    folder = pack(tmp_path / "pack", '[oauth.gmail]\nclient_id = "theirs"\n')
    published = tmp_path / "oauth-clients.toml"
    published.write_text(
        '[oauth.gmail]\nclient_id = "ours"\n[oauth.yahoo]\nclient_id = "2"\nclient_secret = "s"\n', "utf-8"
    )
    found = load_packs([folder], published)
    assert found.oauth_clients == {"gmail": "theirs", "yahoo": "2"}
    assert {provider: secret.reveal() for provider, secret in found.oauth_secrets.items()} == {"yahoo": "s"}


def test_the_file_of_client_ids_is_empty_until_somebody_publishes() -> None:
    assert wiring.pack(()).oauth_clients == {}


def test_no_pack() -> None:
    assert load_packs([]) == NO_PACK


def test_a_folder_of_presets_and_a_single_preset(tmp_path: Path) -> None:
    preset = tmp_path / "mine.toml"
    preset.write_text("", "utf-8")
    assert load_packs([tmp_path]).preset_folders == (tmp_path,)
    assert load_packs([preset]).preset_folders == (preset,)


def test_only_a_helpdesk(tmp_path: Path) -> None:
    folder = pack(tmp_path, '[helpdesk]\nname = "Us"\n')
    assert load_packs([folder]).helpdesk == Helpdesk("Us")
    assert load_packs([folder]).preset_folders == ()
    assert load_packs([folder / "helpdesk.toml"]).helpdesk == Helpdesk("Us")


def test_the_first_pack_counts(tmp_path: Path) -> None:
    one = pack(tmp_path / "one", '[helpdesk]\nname = "One"\n[oauth.gmail]\nclient_id = "1"\n')
    two = pack(
        tmp_path / "two", '[helpdesk]\nname = "Two"\n[oauth.gmail]\nclient_id = "2"\n[oauth.yahoo]\nclient_id = "3"\n'
    )
    found = load_packs([one, two])
    assert found.helpdesk == Helpdesk("One")
    assert found.oauth_clients == {"gmail": "1", "yahoo": "3"}


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[helpdesk]\n", "helpdesk.name"),
        ('[helpdesk]\nname = ""\n', "helpdesk.name"),
        ('[helpdesk]\nname = "a\\nb"\n', "helpdesk.name"),
        ("[helpdesk]\nname = 5\n", "helpdesk.name"),
        ('[helpdesk]\nname = "Us"\nfax = "1"\n', "helpdesk.fax"),
        ('[helpdesk]\nname = "Us"\nurl = "http://plain.example/"\n', "helpdesk.url"),
        ('[helpdesk]\nname = "Us"\nurl = "javascript:x"\n', "helpdesk.url"),
        *(
            (f'[helpdesk]\nname = "Us"\nurl = "{url}"\n', "helpdesk.url")
            for url in (
                "https://good.example@evil.example/",
                "https://good.example:443@evil.example",
                "https://good.example%2F@evil.example/",
                "https://@evil.example/",
                "https:///evil.example/",
                "https://",
                r"https://good.example\\@evil.example/@",
                r"https://good.example/\u0007",
                r"https://good.example/\t",
                r"https://good.example/\u007f",
                r"https://good.example/\u0085",
                r"https://good.example/\u00a0",
                r"https://good.example/\u200b",
                r"https://good.example/\u202emoc",
                r"mailto:help\u0000@example.org",
            )
        ),
        ('helpdesk = "Us"\n', "helpdesk"),
        ('oauth = "x"\n', "oauth"),
        ('[oauth]\ngmail = "x"\n', "oauth.gmail"),
        ("[oauth.gmail]\n", "oauth.gmail.client_id"),
        ('[oauth.gmail]\nclient_id = "x"\nclient_secret = " "\n', "oauth.gmail.client_secret"),
        ('[oauth.a]\nclient_id = "x"\nissuer = "http://login.example.org"\nscopes = ["m"]\n', "oauth.a.issuer"),
        ('[oauth.a]\nclient_id = "x"\nissuer = "https://login.example.org"\n', "oauth.a.scopes"),
        ('[oauth.a]\nclient_id = "x"\nscopes = ["m"]\n', "oauth.a.scopes"),
        ('[oauth.a]\nclient_id = "x"\nissuer = "https://login.example.org"\nscopes = "m"\n', "oauth.a.scopes"),
        ("[colours]\n", "colours"),
        ('[window]\nlocked = ["doors"]\n', "window.locked"),
        ("[window]\nkiosk = 1\n", "window.kiosk"),
        ('[window]\ntargets = "thunderbird"\n', "window.targets"),
        ("[helpdesk", "helpdesk.toml"),
        ("#" * 600_000, "KiB"),
    ],
)
def test_what_a_pack_may_not_hold(tmp_path: Path, text: str, named: str) -> None:
    with pytest.raises(ResourceError, match=named.replace(".", r"\.")):
        load_packs([pack(tmp_path, text)])


@pytest.mark.parametrize(
    "url",
    [
        "https://help.example.org",
        "https://help.example.org:8443/@helpdesk?to=it@example.org#a@b",
        "mailto:help@example.org",
        "https://hilfe.m\u00fcnchen.example/",
    ],
)
def test_where_a_helpdesk_may_be_reached(tmp_path: Path, url: str) -> None:
    found = load_packs([pack(tmp_path, f'[helpdesk]\nname = "Us"\nurl = "{url}"\n')]).helpdesk
    assert found == Helpdesk("Us", url=url)


def test_a_pack_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="does not exist"):
        load_packs([tmp_path / "nowhere"])


async def test_the_session_of_the_window_and_of_check_knows_the_causes_of_a_pack(tmp_path: Path) -> None:
    cause = tmp_path / "diagnoses" / "auth" / "smart-card-required.toml"
    cause.parent.mkdir(parents=True)
    cause.write_text(
        'title = "A smart card is wanted"\nwhy = "It says so."\n[[match]]\ntext = "smart card required"\n'
        '[[remedy]]\nid = "try-again"\nsay = "Check again"\ndo = "try-again"\n',
        "utf-8",
    )
    async with wiring.session(wiring.Settings(practice=True, pack_paths=(tmp_path,), options=Options())) as session:
        assert session.explain("535 Smart card required").cause == "smart-card-required"


@pytest.mark.parametrize(
    ("name", "told"),
    [("pack.zip", "cannot be unpacked"), ("logo.png", "no folder, no .zip"), ("pack.tar.gz", "no folder, no .zip")],
)
def test_what_is_no_pack_is_told_apart(name: str, told: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(b"PK\x03\x04")
    with pytest.raises(ResourceError, match=told):
        load_packs([path])


def test_how_the_window_is(tmp_path: Path) -> None:
    words = 'targets = ["thunderbird"]\nlocked = ["servers"]\nlarge_text = true\nevery_step = true\n'
    folder = pack(tmp_path / "one", f"[window]\n{words}")
    assert load_packs([folder]).window == WindowRules(
        ("thunderbird",), frozenset({Lock.SERVERS}), large_text=True, every_step=True
    )
    kiosk = pack(tmp_path / "two", "[window]\nkiosk = true\n")
    assert load_packs([kiosk, folder]).window == WindowRules(
        (), frozenset({Lock.REMEMBER}), kiosk=True, large_text=True
    )
    assert load_packs([]).window == NO_RULES


def test_a_logo_lies_beside_the_file(tmp_path: Path) -> None:
    folder = pack(tmp_path / "one", '[helpdesk]\nname = "Us"\nlogo = "logo.png"\n')
    with pytest.raises(ResourceError, match=r"helpdesk\.logo: is not there"):
        load_packs([folder])
    (folder / "logo.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    found = load_packs([folder]).helpdesk
    assert found is not None
    assert found.logo == folder / "logo.png"
    for name in ("../logo.png", "/etc/logo.png", "logo.svg"):
        with pytest.raises(ResourceError, match=r"is no name of a \.png"):
            load_packs([pack(tmp_path / "two", f'[helpdesk]\nname = "Us"\nlogo = "{name}"\n')])


@pytest.mark.parametrize(
    ("table", "rule"),
    [
        ('every = "6h"', ScheduleRule(Every(6))),
        ('every = "24h"\nlocked = true', ScheduleRule(Every(24), locked=True)),
        ('every = "never"', ScheduleRule(None, locked=True)),
        ('every = "7d"\nlocked = false', ScheduleRule(Every(168))),
    ],
)
def test_how_often_saved_accounts_are_checked(table: str, rule: ScheduleRule, tmp_path: Path) -> None:
    first = pack(tmp_path / "first", '[helpdesk]\nname = "Us"\n')
    second = pack(tmp_path / "second", f"[schedule]\n{table}\n")
    third = pack(tmp_path / "third", '[schedule]\nevery = "1h"\n')
    assert load_packs([first, second, third]).schedule == rule


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ("locked = true", "helpdesk.toml: schedule.every: is missing."),
        ('every = "5h"', "schedule.every: “5h” is not one of never, 1h, 2h, 3h, 4h, 6h, 8h, 12h, 1d or 7d."),
        ('every = "10m"', "schedule.every: “10m” is not one of"),
        ("every = 6", "schedule.every"),
        ('every = "6h"\nlocked = "yes"', "schedule.locked"),
        ('every = "6h"\non = true', "schedule.on: is not a key that is known here."),
    ],
)
def test_a_time_that_there_is_not(table: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(ResourceError) as error:
        load_packs([pack(tmp_path / "pack", f"[schedule]\n{table}\n")])
    assert told in str(error.value)
