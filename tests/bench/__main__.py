"""`python -m tests.bench`: measures everything and reports the worst first."""

from tests.bench.threads import one_thread

if __name__ == "__main__":
    one_thread()

import argparse
import sys
import time

from tests.bench import figures, graphs, layout, start, steps, trainer, window
from tests.bench.report import Table, report
from tests.bench.timing import FULL, QUICK, Row

PARTS = {
    "steps": steps.rows,
    "trainer": trainer.rows,
    "graphs": graphs.rows,
    "layout": layout.rows,
    "figures": figures.rows,
    "window": window.rows,
    "start": start.rows,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--only", action="append", choices=PARTS, help="this part; may be given again")
    parser.add_argument("--quick", action="store_true", help="hardly measure: only see that all of it runs")
    args = parser.parse_args()
    effort, found = QUICK if args.quick else FULL, list[Row | str | Table]()
    for part in dict.fromkeys(args.only or PARTS):
        begun = time.perf_counter()
        print(f"{part} …", end="", file=sys.stderr, flush=True)
        found += PARTS[part](effort)
        print(f" {time.perf_counter() - begun:.0f} s", file=sys.stderr)
    rows = [row for row in found if isinstance(row, Row)]
    tables = [table for table in found if isinstance(table, Table)]
    print(report(rows, [remark for remark in found if isinstance(remark, str)], tables))


if __name__ == "__main__":
    main()
