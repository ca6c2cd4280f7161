"""The sub-command `grad`: values and gradients, as a table or as JSON."""

from __future__ import annotations

import argparse
from typing import Any

from msgspec.structs import replace

from app.cli.json_lines import answer_lines
from app.cli.parser import Subcommand, node_names, notation_argument, program_arguments, unfold_argument
from app.cli.programs import requested
from app.cli.terminal import write, write_json
from core.base.errors import Problem
from core.service.report import Report
from core.service.request import json_hint, request_from, typed_hint


def _arguments(parser: argparse.ArgumentParser) -> None:
    program_arguments(parser)
    parser.add_argument("--wrt", metavar="x,y", type=node_names, default=(), help="gradients for these only")
    parser.add_argument("--check", action="store_true", help="compare with numerical gradients")
    notation_argument(parser, "name the derivatives in a column of their own", "without names")
    unfold_argument(parser)
    shape = parser.add_mutually_exclusive_group()
    shape.add_argument("--json", action="store_true", help="answer as JSON")
    shape.add_argument("--jsonl", action="store_true", help="read a JSON request a line, answer a line each")


def _run(args: argparse.Namespace) -> int:
    if args.jsonl:
        if args.program:
            raise Problem("With --jsonl the programs are read from stdin", hint="Omit the program")
        return answer_lines(_answer)
    request, _ = requested(args)
    request = replace(request, wrt=args.wrt, check=args.check)
    report = Report(request, request.trace(typed_hint))
    if args.json:
        write_json(report.answer())
    else:
        write(report.text(args.digits, args.notation) + "\n")
    return 0


def _answer(line: str) -> dict[str, Any]:
    request = request_from(line)
    return Report(request, request.trace(json_hint)).answer()


GRAD = Subcommand(
    "grad",
    "Compute values and gradients.",
    """\
  chainlight grad '(x+y)z' x=-2 y=5 z=-4
  chainlight grad 'σ(w·x + b)' 'w=[2, -3]' 'x=[-1, -2]' b=-3 --check
  chainlight grad 'x y + y^2' x=1/3 y=2 --wrt y --json
  chainlight grad 'softmax(s)' 's=[1, -2, 0]' --entry 0
  chainlight grad 'L = 1/2 (w x - t)^2' w=1 x=2 t=1 --notation delta
  echo '{"program": "x y", "values": {"x": 2, "y": 3}}' | chainlight grad --jsonl""",
    _arguments,
    _run,
)
