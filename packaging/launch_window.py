"""Where a bundle's program without a console starts (Windows, macOS)."""

from wizard.__main__ import gui_main

raise SystemExit(gui_main())
