"""`python -m app.cli` is the command `chainlight`."""

from __future__ import annotations

from app.cli.main import main

raise SystemExit(main())
