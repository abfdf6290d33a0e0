"""What the app's Info.plist says besides what PyInstaller writes into each."""

from __future__ import annotations

import re


def entries(version: str) -> dict[str, object]:
    """The keys for that version; Apple allows three numbers alone, so a pre-release has those of its release."""
    numbers = re.match(r"\d+(\.\d+){0,2}", version)
    if numbers is None:
        raise ValueError(f"{version} begins with no number")
    return {
        "CFBundleDisplayName": "Mailwright",
        "CFBundleExecutable": "mailwright-gui",
        "CFBundleShortVersionString": numbers[0],
        "CFBundleVersion": numbers[0],
        "NSHumanReadableCopyright": "The Mailwright authors, Apache License 2.0",
        # macOS 15 asks before a server in the local network is contacted; a no looks like a server that is gone.
        "NSLocalNetworkUsageDescription": "Mailwright checks your mail server, which may be in your own network.",
        "LSBackgroundOnly": False,  # PyInstaller goes by the last of the two programs inside
        "LSApplicationCategoryType": "public.app-category.utilities",
        "LSMinimumSystemVersion": "13.0",
        "NSHighResolutionCapable": True,
        "NSRequiresAquaSystemAppearance": False,
    }
