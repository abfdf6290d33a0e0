"""A pack that came as one .zip."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wizard import assets
from wizard.errors import ResourceError, UsageError
from wizard.setup import pack_archive
from wizard.setup.pack import load_packs
from wizard.setup.pack_archive import MAX_ARCHIVE, unpacked

EXAMPLE = assets.resources() / "pack-example"


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where packs are unpacked."""
    folder = tmp_path / "cache"
    monkeypatch.setattr("platformdirs.user_cache_path", lambda *_, **__: folder)
    return folder


def archive(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in files.items():
            file.writestr(name, content)
    return path


@pytest.mark.parametrize("root", [EXAMPLE, EXAMPLE.parent])
def test_it_says_what_the_folder_says(tmp_path: Path, root: Path) -> None:
    path = Path(shutil.make_archive(str(tmp_path / "ours"), "zip", root, None if root == EXAMPLE else EXAMPLE.name))
    found, plain = load_packs([path]), load_packs([EXAMPLE])
    assert found.helpdesk == plain.helpdesk
    assert found.oauth_clients == plain.oauth_clients
    assert [file.name for folder in found.preset_folders for file in folder.iterdir()] == ["example-org.toml"]


def test_the_same_one_is_unpacked_once(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = archive(tmp_path / "p.zip", {"helpdesk.toml": b'[helpdesk]\nname = "Us"\n'})
    first = pack_archive.unpacked(path)
    monkeypatch.setattr(pack_archive, "_unpack", None)
    assert pack_archive.unpacked(path) == first
    assert [each.name for each in (cache / "packs").iterdir()] == [first.name]


@pytest.mark.parametrize(
    "name",
    [
        *("../evil.toml", "/etc/evil.toml", "a/../../evil.toml", "..\\evil.toml", "C:evil.toml"),
        *("presets/NUL.toml", "com1.toml", "aux/evil.toml", "diagnoses/CON .x.toml", "LPT\u00b9.toml", "conin$.toml"),
    ],
)
def test_nothing_leads_out_of_it(tmp_path: Path, cache: Path, name: str) -> None:
    path = archive(tmp_path / "p.zip", {"helpdesk.toml": b"", name: b"x"})
    with pytest.raises(ResourceError, match="leads out"):
        load_packs([path])
    assert not list(tmp_path.rglob("evil*"))
    assert list((cache / "packs").iterdir()) == []


def test_what_a_pack_does_not_hold_stays_inside(tmp_path: Path) -> None:
    path = archive(
        tmp_path / "p.zip", {"helpdesk.toml": b"", "run.exe": b"MZ", "__MACOSX/helpdesk.toml": b"x", "b.py": b""}
    )
    assert [each.name for each in pack_archive.unpacked(path).iterdir()] == ["helpdesk.toml"]


def test_it_has_limits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pack_archive, "MAX_UNPACKED", 1000)
    bomb = archive(tmp_path / "p.zip", {"helpdesk.toml": b"#" * 1001})
    with pytest.raises(ResourceError, match="too large"):
        load_packs([bomb])
    monkeypatch.setattr(pack_archive, "MAX_FILES", 1)
    with pytest.raises(ResourceError, match="too large"):
        load_packs([archive(tmp_path / "q.zip", {"a.toml": b"", "b.toml": b""})])


def test_a_broken_one_is_told(tmp_path: Path) -> None:
    path = archive(tmp_path / "p.zip", {"helpdesk.toml": b'[helpdesk]\nname = "Us"\n' * 50})
    path.write_bytes(path.read_bytes()[:60] + path.read_bytes()[61:])
    with pytest.raises(ResourceError, match="cannot be unpacked"):
        load_packs([path])


def _archive(kind: int, name: str = "presets/a.toml") -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", kind) as archive:
        archive.writestr("helpdesk.toml", '[helpdesk]\nname = "Example"\n' * 50)
        archive.writestr(name, "# nothing\n")
    return made.getvalue()


SEEDS = [
    *(_archive(kind) for kind in (zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)),
    _archive(zipfile.ZIP_DEFLATED, "helpdesk.toml/é.toml"),
]


@pytest.mark.slow
@given(st.sampled_from(SEEDS), st.lists(st.tuples(st.integers(0, 10**6), st.binary(max_size=3)), max_size=6))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_damaged_archive_is_told(tmp_path: Path, seed: bytes, changes: list[tuple[int, bytes]]) -> None:
    content = bytearray(seed)
    for place, changed in changes:
        at = place % len(content) if content else 0
        content[at : at + 1] = changed
    path = tmp_path / "pack.zip"
    path.write_bytes(content)
    with suppress(UsageError, ResourceError):  # and nothing else
        unpacked(path)


def test_a_name_that_is_empty_is_a_damage_too(tmp_path: Path) -> None:
    path = tmp_path / "pack.zip"
    content = _archive(zipfile.ZIP_DEFLATED)
    path.write_bytes(content.replace(b"helpdesk.toml", b"\0elpdesk.toml"))
    with pytest.raises(ResourceError, match="cannot be unpacked"):
        unpacked(path)


def test_no_more_of_an_archive_is_believed_than_was_looked_at(tmp_path: Path) -> None:
    path = tmp_path / "pack.zip"
    path.write_bytes(bytes(MAX_ARCHIVE) + _archive(zipfile.ZIP_DEFLATED))
    with pytest.raises(ResourceError, match="is too large"):
        unpacked(path)


@pytest.mark.skipif(os.name == "nt", reason="the shell's pipes")
def test_an_archive_that_comes_through_a_pipe_is_read_once(tmp_path: Path) -> None:
    (tmp_path / "real.zip").write_bytes(_archive(zipfile.ZIP_DEFLATED))
    pipe = tmp_path / "pack.zip"
    os.mkfifo(pipe)
    with subprocess.Popen(["sh", "-c", f"cat {tmp_path / 'real.zip'} > {pipe}"]):
        assert (unpacked(pipe) / "helpdesk.toml").is_file()
