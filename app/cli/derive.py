"""The sub-command `derive`: closed forms, five ways to the same number, and Jacobians."""

from __future__ import annotations

import argparse

from app.cli.parser import Subcommand, choice, node_names, notation_argument, program_arguments
from app.cli.programs import notation_of, requested
from app.cli.terminal import write
from core.base.errors import Problem
from core.graph.graph import check_node
from core.math.derivative_names import Notation
from core.notation.spellings import node_name
from core.passes.trace import Trace
from core.service.request import typed_hint

LAYOUTS = ("numerator", "denominator")


def _arguments(parser: argparse.ArgumentParser) -> None:
    program_arguments(parser)
    parser.add_argument(
        "--wrt", metavar="x,y", type=node_names, default=(), help="derivatives with respect to these only"
    )
    parser.add_argument(
        "--jacobian", metavar="OF,BY", default="", help="the Jacobian of one node with respect to another"
    )
    parser.add_argument(
        "--node", metavar="W", default="", help="how the output depends on this node, along every path"
    )
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--latex", action="store_true", help="with --node: as LaTeX")
    form.add_argument("--markdown", action="store_true", help="with --node: as Markdown")
    form.add_argument(
        "--code",
        **choice(("torch", "numpy")),
        help="with --node: its operation as code, forward and backward",
    )
    notation_argument(parser)
    parser.add_argument(
        "--layout",
        **choice(LAYOUTS),
        default=LAYOUTS[0],
        help="whether the output's entries are rows or columns",
    )


def _run(args: argparse.Namespace) -> int:
    from core.derivatives.methods_compared import jacobian_text, ways_text

    request, document = requested(args)
    notation = notation_of(args, document)
    trace = request.trace(typed_hint)
    if args.node:
        write(_of_node(args, trace, notation).rstrip("\n") + "\n")
    elif args.latex or args.markdown or args.code:
        raise Problem("--latex, --markdown and --code are for one node", hint="Add --node and its name")
    elif args.jacobian:
        pair = [node_name(name.strip()) for name in args.jacobian.split(",")]
        if len(pair) != 2:
            raise Problem("A Jacobian has two nodes", hint="Write --jacobian f,x")
        for name in pair:
            check_node(trace.graph, name)
        write(jacobian_text(trace, pair[0], pair[1], args.layout, args.digits) + "\n")
    else:
        for name in args.wrt:
            check_node(trace.graph, name)
        write(ways_text(trace, args.wrt or trace.graph.inputs, args.digits, notation) + "\n")
    return 0


def _of_node(args: argparse.Namespace, trace: Trace, notation: Notation) -> str:
    """The paths of a node in the form that was asked for, or its operation as code."""
    from core.derivatives.path_rows import as_latex, as_markdown, as_text
    from core.derivatives.paths import derivation
    from core.export.operations.code import operation_code

    name = node_name(args.node)
    check_node(trace.graph, name)
    if args.code:
        return operation_code(trace.graph, trace.graph.nodes[name], args.code)
    form = as_latex if args.latex else as_markdown if args.markdown else as_text
    return form(derivation(trace, name), args.digits, notation)


DERIVE = Subcommand(
    "derive",
    "Differentiate in five ways, side by side, or follow the paths to one node.",
    """\
  chainlight derive 'ln(x^2)' x=3
  chainlight derive 'z = w x + b; y = σ(z); L = 1/2 (y - t)^2' w=1 x=2 b=0 t=1 --wrt w,b
  chainlight derive 'softmax(s)' 's=[1, -2, 0]' --jacobian f,s
  chainlight derive 'z = w x; L = z^2 + w^2' w=1 x=2 --node w --latex
  chainlight derive 'z = x y' x=3 y=4 --node z --code torch""",
    _arguments,
    _run,
)
