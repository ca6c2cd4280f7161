"""The command `derive`: closed forms, four ways to the same number, and Jacobians."""

from __future__ import annotations

import argparse

from app.cli.terminal import write
from core.base.errors import Problem
from core.graph.graph import check_node
from core.notation.spellings import node_name
from core.service.request import Request, typed_hint

LAYOUTS = ("numerator", "denominator")


def derive_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--jacobian", metavar="OF,BY", default="", help="the Jacobian of one node by another")
    parser.add_argument(
        "--layout",
        choices=LAYOUTS,
        default=LAYOUTS[0],
        help="whether the output's entries are rows or columns",
    )


def write_derivatives(words: argparse.Namespace, request: Request) -> int:
    """Write what is asked for. Raises Problem or Refusal."""
    from core.derivatives.ways import jacobian_text, ways_text

    story = request.story(typed_hint)
    if words.jacobian:
        pair = [node_name(name.strip()) for name in words.jacobian.split(",")]
        if len(pair) != 2:
            raise Problem("A Jacobian has two nodes", hint="Write --jacobian f,x")
        for name in pair:
            check_node(story.graph, name)
        write(jacobian_text(story, pair[0], pair[1], words.layout, words.digits) + "\n")
    else:
        for name in words.wrt:
            check_node(story.graph, name)
        write(ways_text(story, words.wrt or story.graph.inputs, words.digits) + "\n")
    return 0
