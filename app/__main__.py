"""`python -m app` is the command `chainlight`."""

from app.cli import main

raise SystemExit(main())
