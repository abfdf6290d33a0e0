"""Makes the MSI from a built bundle: msi.py FOLDER TARGET.msi. It needs wixl and msibuild (Debian: wixl, msitools).

Installs for everybody, as the deployment of a helpdesk does: `msiexec /i FILE /qn PACK=FOLDER`. The same sources
give the same identities, so that Windows knows an upgrade from a repair.
"""

from __future__ import annotations

import os
import re
import struct
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path
from xml.sax.saxutils import quoteattr

CHECKOUT = Path(__file__).resolve().parents[2]
NAMESPACE = uuid.UUID("0d5a8f0e-6f3c-4b8e-9a55-7a7b6c1f2e11")  # ours alone: every identity below follows from it
OURS = r"Software\Mailwright"
APP_PATHS = r"Software\Microsoft\Windows\CurrentVersion\App Paths" + "\\"
UPGRADE_CODE = uuid.uuid5(NAMESPACE, "upgrade")  # never changes: it says that two versions are one product


def main(bundle: Path, target: Path) -> None:
    """Writes the MSI; raises CalledProcessError when a tool refuses."""
    source = (CHECKOUT / "wizard" / "__init__.py").read_text("utf-8")
    found = re.search(r'__version__ = "([^"]+)"', source)
    version = found.group(1) if found else ""
    if not re.fullmatch(r"\d+\.\d+\.\d+", version):
        print(f"no MSI of {version}: Windows Installer would take a pre-release for the release itself")
        return
    build = CHECKOUT / "build"
    with tempfile.TemporaryDirectory(dir=build) as folder:  # wixl knows no absolute paths
        wxs = Path(folder, "mailwright.wxs")
        wxs.write_text(document(bundle, version, Path(folder)), encoding="utf-8")
        target.unlink(missing_ok=True)
        subprocess.run(["wixl", "--arch", "x64", "--output", str(target), str(wxs)], check=True)
        for name, table in tables(target).items():
            path = Path(folder, f"{name}.idt")
            path.write_text(table, encoding="utf-8", newline="\r\n")
            subprocess.run(["msibuild", str(target), "-i", str(path)], check=True)
        summary = [f"Mailwright {version}", "The Mailwright authors", "x64;1033", identity(f"package {version}")]
        subprocess.run(["msibuild", str(target), "-s", *summary], check=True)
    settle_times(target)


def identity(name: str) -> str:
    """The identity of a thing by its name."""
    return f"{{{uuid.uuid5(NAMESPACE, name)}}}".upper()


def short(name: str) -> str:
    """An id that is allowed in the tables: at most 72 letters, digits, dots and underlines."""
    return "i" + uuid.uuid5(NAMESPACE, name).hex


def entry(key: str, value: str, name: str = "", more: str = "") -> str:
    """A text in the registry, for everybody."""
    named = f'Name="{name}" ' if name else ""
    return f'<RegistryValue Root="HKLM" Key="{key}" {named}Type="string" Value="{value}" {more}/>'


def document(bundle: Path, version: str, beside: Path) -> str:
    """What wixl reads: every file with a component of its own, as Windows' repair wants it."""
    lines: list[str] = []
    components: list[str] = []

    def folder(path: Path, depth: int) -> None:
        space = "  " * depth
        for item in sorted(path.iterdir(), key=lambda one: (one.is_dir(), one.name)):
            name = item.relative_to(bundle).as_posix()
            if item.is_dir():
                lines.append(f"{space}<Directory Id={quoteattr(short(name))} Name={quoteattr(item.name)}>")
                folder(item, depth + 1)
                lines.append(f"{space}</Directory>")
                continue
            file_id = item.name if depth == 5 else short(name)
            component = short("component " + name)
            components.append(component)
            at = quoteattr(os.path.relpath(item, beside))
            guid = identity(name)
            lines.append(f"{space}<Component Id={quoteattr(component)} Guid={quoteattr(guid)} Win64='yes'>")
            lines.append(
                f"{space}  <File Id={quoteattr(file_id)} Name={quoteattr(item.name)} Source={at} KeyPath='yes'/>"
            )
            lines.append(f"{space}</Component>")

    folder(bundle, 5)
    refs = "\n".join(f"      <ComponentRef Id={quoteattr(name)}/>" for name in [*components, "Entries", "Shortcut"])
    product = identity(f"product {version}")
    return f"""<?xml version="1.0" encoding="utf-8"?>
<Wix xmlns="http://schemas.microsoft.com/wix/2006/wi">
  <Product Id="{product}" Name="Mailwright" Version="{version}" Manufacturer="The Mailwright authors"
      Language="1033" UpgradeCode="{{{str(UPGRADE_CODE).upper()}}}">
    <Package InstallerVersion="500" Compressed="yes" InstallScope="perMachine" Description="Mailwright {version}"
        Comments="Apache License 2.0" Manufacturer="The Mailwright authors"/>
    <MajorUpgrade DowngradeErrorMessage="A newer version of Mailwright is installed."/>
    <Media Id="1" Cabinet="mailwright.cab" EmbedCab="yes"/>
    <Icon Id="mailwright.ico" SourceFile="../icons/mailwright.ico"/>
    <Property Id="ARPPRODUCTICON" Value="mailwright.ico"/>
    <Property Id="ARPNOMODIFY" Value="1"/>
    <Property Id="CURRENTBUILD">
      <RegistrySearch Id="CurrentBuild" Root="HKLM" Type="raw" Win64="yes" Name="CurrentBuild"
          Key="SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion"/>
    </Property>
    <Directory Id="TARGETDIR" Name="SourceDir">
      <Directory Id="ProgramFiles64Folder">
        <Directory Id="INSTALLDIR" Name="Mailwright">
{chr(10).join(lines)}
          <Component Id="Entries" Guid="{identity("entries")}" Win64="yes">
            {entry(OURS, "[INSTALLDIR]", "InstallLocation", 'KeyPath="yes"')}
            {entry(OURS, "[PACK]", "Pack")}
            {entry(APP_PATHS + "mailwright.exe", "[INSTALLDIR]mailwright.exe")}
            {entry(APP_PATHS + "mailwright-gui.exe", "[INSTALLDIR]mailwright-gui.exe")}
          </Component>
        </Directory>
      </Directory>
      <Directory Id="ProgramMenuFolder">
        <Component Id="Shortcut" Guid="{identity("shortcut")}" Win64="yes">
          <Shortcut Id="StartMenu" Name="Mailwright" WorkingDirectory="INSTALLDIR"
              Target="[INSTALLDIR]mailwright-gui.exe"/>
          {entry(OURS, "StartMenu", "Shortcut", 'KeyPath="yes"')}
        </Component>
      </Directory>
    </Directory>
    <Feature Id="Mailwright" Level="1">
{refs}
    </Feature>
  </Product>
</Wix>
"""


def tables(target: Path) -> dict[str, str]:
    """Tables that wixl cannot make: the folder on the PATH (removed with the product), and which Windows it takes."""
    path = "=-*PATH"  # "=" set at installation, "-" take away at removal, "*" of the machine
    sequence = subprocess.run(
        ["msiinfo", "export", str(target), "InstallExecuteSequence"], capture_output=True, text=True, check=True
    ).stdout.replace("\r", "")
    return {
        "Environment": "Environment\tName\tValue\tComponent_\ns72\tl255\tL255\ts72\nEnvironment\tEnvironment\n"
        f"Path\t{path}\t[~];[INSTALLDIR]\tEntries\n",
        "InstallExecuteSequence": f"{sequence.rstrip()}\n"
        "RemoveEnvironmentStrings\t\t3300\nWriteEnvironmentStrings\t\t5200\n",
        "LaunchCondition": "Condition\tDescription\ns255\tl255\nLaunchCondition\tCondition\n"
        "Installed OR NOT WIX_DOWNGRADE_DETECTED\tA newer version of Mailwright is installed.\n"
        "Installed OR (VersionNT64 AND CURRENTBUILD >= 17763)\t"
        "Mailwright needs 64-bit Windows 10, version 1809 or later.\n",
    }


def settle_times(target: Path) -> None:
    """Gives the MSI's own two times those of the sources ([MS-OLEPS] 2.15: VT_FILETIME, 100 ns since 1601)."""
    since_1601_s = 11_644_473_600
    epoch_s = int(os.environ.get("SOURCE_DATE_EPOCH", "1767225600"))
    fixed = struct.pack("<IQ", 0x40, (epoch_s + since_1601_s) * 10_000_000)
    content = bytearray(target.read_bytes())
    at = content.rfind(struct.pack("<I", 0x40))
    changed = 0
    while at >= 0:
        value = struct.unpack_from("<Q", content, at + 4)[0] if at + 12 <= len(content) else 0
        if abs(value / 10_000_000 - since_1601_s - time.time()) < 86_400:
            content[at : at + 12] = fixed
            changed += 1
        at = content.rfind(struct.pack("<I", 0x40), 0, at)
    if changed < 2:
        raise SystemExit("the times of the MSI were not found")
    target.write_bytes(content)


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve())
