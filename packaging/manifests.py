"""Writes what other people's catalogues of programs want to know of a release: manifests.py FILES BASE_URL TARGET.

FILES is the folder with the release's files, BASE_URL the address they will be at (without a slash at its end). Into
TARGET come a winget manifest, a Homebrew cask and a Flatpak manifest, each of those whose files are there. Addresses
and digests are the release's own, so nothing here goes stale.
"""

from __future__ import annotations

import hashlib
import re
import runpy
import sys
from datetime import UTC, datetime
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
SUMMARY = "Finds your mail settings, proves them, and puts right what is wrong"
IDENTIFIER = "Mailwright.Mailwright"
WINGET_SCHEMA = "1.6.0"
FLATPAK_ID = "org.mailwright.Mailwright"
FREEDESKTOP = "24.08"


def main(files: Path, base_url: str, target: Path) -> None:
    """Writes the manifests; raises SystemExit where the folder holds no file of this version."""
    version = program_version()
    made = {
        **winget(files, base_url, version),
        **homebrew(files, base_url, version),
        **flatpak(files, base_url, version),
    }
    if not made:
        raise SystemExit(f"{files} holds no file of version {version}")
    for name, text in made.items():
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
        print(path)


def program_version() -> str:
    """The version that the program says it has."""
    found = re.search(r'__version__ = "([^"]+)"', (CHECKOUT / "wizard" / "__init__.py").read_text("utf-8"))
    return found.group(1) if found else ""


def winget(files: Path, base_url: str, version: str) -> dict[str, str]:
    """The three files of a winget package, for the NSIS installer (person or machine) and the MSI (machine)."""
    setup = files / f"Mailwright-{version}-windows-x64-setup.exe"
    if not setup.exists():
        return {}
    head = f"PackageIdentifier: {IDENTIFIER}\nPackageVersion: {version}\n"
    installers = "".join(
        f"- Architecture: x64\n  InstallerType: nullsoft\n  Scope: {scope}\n  InstallerUrl: {base_url}/{setup.name}\n"
        f"  InstallerSha256: {digest(setup).upper()}\n  InstallerSwitches:\n    Custom: {switch}\n"
        for scope, switch in (("user", "/CURRENTUSER"), ("machine", "/ALLUSERS"))
    )
    msi = files / f"Mailwright-{version}-windows-x64.msi"
    if msi.exists():
        identity = runpy.run_path(str(CHECKOUT / "packaging" / "windows" / "msi.py"))["identity"]
        installers += (
            f"- Architecture: x64\n  InstallerType: wix\n  Scope: machine\n  InstallerUrl: {base_url}/{msi.name}\n"
            f"  InstallerSha256: {digest(msi).upper()}\n  ProductCode: '{identity(f'product {version}')}'\n"
        )
    folder = f"winget/{version}/{IDENTIFIER}"
    return {
        f"{folder}.yaml": f"{head}DefaultLocale: en-US\nManifestType: version\nManifestVersion: {WINGET_SCHEMA}\n",
        f"{folder}.locale.en-US.yaml": (
            f"{head}PackageLocale: en-US\nPublisher: The Mailwright authors\nPackageName: Mailwright\n"
            f"License: Apache-2.0\nShortDescription: {SUMMARY}\nMoniker: mailwright\n"
            f"ManifestType: defaultLocale\nManifestVersion: {WINGET_SCHEMA}\n"
        ),
        f"{folder}.installer.yaml": (
            f"{head}MinimumOSVersion: 10.0.17763.0\nUpgradeBehavior: install\nCommands:\n- mailwright\n"
            f"Installers:\n{installers}ManifestType: installer\nManifestVersion: {WINGET_SCHEMA}\n"
        ),
    }


def homebrew(files: Path, base_url: str, version: str) -> dict[str, str]:
    """A cask for the disk image, with the command on the PATH."""
    image = files / f"Mailwright-{version}-macos-arm64.dmg"
    if not image.exists():
        return {}
    return {
        "homebrew/mailwright.rb": f'''cask "mailwright" do
  version "{version}"
  sha256 "{digest(image)}"

  url "{base_url}/{image.name}"
  name "Mailwright"
  desc "{SUMMARY}"
  homepage "{base_url.split("/releases/")[0]}"

  depends_on arch: :arm64
  depends_on macos: ">= :ventura"

  app "Mailwright.app"
  binary "#{{appdir}}/Mailwright.app/Contents/MacOS/mailwright"

  zap trash: [
    "~/Library/Application Support/mailwright",
    "~/Library/Logs/mailwright",
  ]
end
'''
    }


def flatpak(files: Path, base_url: str, version: str) -> dict[str, str]:
    """A Flatpak of the archive for any Linux. It reaches the network, the display and the keyring, and no file."""
    archive = files / f"Mailwright-{version}-linux-x86_64.tar.xz"
    if not archive.exists():
        return {}
    share = "/app/share"
    here = CHECKOUT / "packaging" / "linux"
    metainfo = (here / f"{FLATPAK_ID}.metainfo.xml").read_text("utf-8").replace("@VERSION@", version)
    built = datetime.fromtimestamp(archive.stat().st_mtime, UTC).date().isoformat()
    metainfo = metainfo.replace("@DATE@", built).replace("mailwright.desktop", f"{FLATPAK_ID}.desktop")
    desktop = (here / "mailwright.desktop").read_text("utf-8").replace("Icon=mailwright", f"Icon={FLATPAK_ID}")
    manifest = f"""id: {FLATPAK_ID}
runtime: org.freedesktop.Platform
runtime-version: '{FREEDESKTOP}'
sdk: org.freedesktop.Sdk
command: mailwright
finish-args:
- --share=network
- --share=ipc
- --socket=wayland
- --socket=fallback-x11
- --talk-name=org.freedesktop.secrets
modules:
- name: mailwright
  buildsystem: simple
  build-commands:
  - install -d /app/lib /app/bin
  - cp -r . /app/lib/mailwright
  - ln -s ../lib/mailwright/mailwright /app/bin/mailwright
  - install -Dm644 {FLATPAK_ID}.desktop {share}/applications/{FLATPAK_ID}.desktop
  - install -Dm644 {FLATPAK_ID}.metainfo.xml {share}/metainfo/{FLATPAK_ID}.metainfo.xml
  - install -Dm644 mailwright.svg {share}/icons/hicolor/scalable/apps/{FLATPAK_ID}.svg
  sources:
  - type: archive
    url: {base_url}/{archive.name}
    sha256: {digest(archive)}
  - type: file
    path: {FLATPAK_ID}.desktop
  - type: file
    path: {FLATPAK_ID}.metainfo.xml
  - type: file
    path: mailwright.svg
"""
    return {
        f"flatpak/{FLATPAK_ID}.yaml": manifest,
        f"flatpak/{FLATPAK_ID}.desktop": desktop,
        f"flatpak/{FLATPAK_ID}.metainfo.xml": metainfo,
        "flatpak/mailwright.svg": (CHECKOUT / "resources" / "icons" / "mailwright.svg").read_text("utf-8"),
    }


def digest(path: Path) -> str:
    """SHA-256 of a file, in small hexadecimal letters."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2].rstrip("/"), Path(sys.argv[3]))
