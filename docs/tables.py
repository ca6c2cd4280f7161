"""Writes the documents' tables anew from what they list: `python docs/tables.py`. A test compares them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from core.training.optimizers import OPTIMIZERS

ROOT = Path(__file__).resolve().parent.parent
Rows = list[list[str]]


def update_rules() -> Rows:
    return [
        [f"`{name}`", rule.formula, ", ".join(f"`{one.name}`" for one in rule.hyperparameters)]
        for name, rule in OPTIMIZERS.items()
    ]


# by document and head
TABLES: Mapping[tuple[str, str], Callable[[], Rows]] = {
    ("docs/training.md", "| name | rule | numbers |"): update_rules,
}


def renewed(text: str, head: str, rows: Rows) -> str:
    """A document with other rows in the table of that head."""
    before, found, rest = text.partition(f"\n{head}\n")
    assert found, f"there is no table {head}"
    rule, after = rest.split("\n", 1)
    while after.startswith("|"):
        after = after.partition("\n")[2]
    lines = ["| " + " | ".join(cell.replace("|", r"\|") for cell in row) + " |" for row in rows]
    return "\n".join([before, head, rule, *lines, after])


def main() -> None:
    for (document, head), rows in TABLES.items():
        path = ROOT / document
        path.write_text(renewed(path.read_text(encoding="utf-8"), head, rows()), encoding="utf-8")


if __name__ == "__main__":
    main()
