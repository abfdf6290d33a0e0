"""Where a bundle starts."""

from wizard.__main__ import main

raise SystemExit(main())
