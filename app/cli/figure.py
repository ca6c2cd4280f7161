"""The sub-command `figure`: pictures of one step or of all, for slides made by a script."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

from msgspec.structs import replace

from app.cli.figure_looks import check_theme, looks_arguments, looks_remarks, suffixes
from app.cli.figure_views import check_no_view, view_arguments, write_view
from app.cli.outputs import check_outputs, force_argument
from app.cli.parser import (
    Subcommand,
    choice,
    notation_argument,
    program_arguments,
    unfold_argument,
    whole_number,
)
from app.cli.programs import requested
from app.cli.terminal import say
from app.figures.kinds import FigureKind, kind_of, paths_of
from core.base.errors import Problem, cut
from core.base.numbers import DIGITS
from core.figure import (
    STRIDES,
    Figures,
    Fit,
    Level,
    Options,
    above_rule,
    draw,
    fit,
    fitted_with,
    read_target,
    ruled,
    stops_of,
    view_of,
)
from core.graph.graph import Graph
from core.project.document import Document, Drawn
from core.service.request import typed_hint

# what --show names, with the field of Options that says so
SHOWN = {name: name for name in ("values", "gradients", "names", "derivatives", "shapes", "formula")}
SHOWN |= {"names": "captions", "derivatives": "gradient_names"}
USUALLY_SHOWN = ("values", "gradients")
LEAST_SIZE, MOST_SIZE = 2, 200  # points, of the numbers
MOST_ROWS = 100


def _arguments(parser: argparse.ArgumentParser) -> None:
    program_arguments(parser)
    parser.add_argument("-o", dest="path", metavar="FILE", help=f"where to write: {suffixes()}")
    which = parser.add_mutually_exclusive_group()
    which.add_argument(
        "--step",
        metavar="STEP",
        help="start, forward:2, seed, backward:3, end or a number (end)",
    )
    which.add_argument(
        "--all",
        action="store_true",
        help=f"every step that is seen: pages of a {suffixes('pages')}, else numbered files",
    )
    parser.add_argument(
        "--stride",
        **choice(STRIDES),
        help="how far --all goes at a time: a message, a node with all it receives, a layer, or a pass "
        "(message)",
    )
    parser.add_argument(
        "--highlight",
        **choice(("step", "none")),
        help="what the last step lights up, or nothing (step; none at the end)",
    )
    parser.add_argument(
        "--with",
        dest="below",
        **choice(("rule",)),
        help="below the graph the rule of its step, with names and with numbers, and a counter",
    )
    parser.set_defaults(digits=None)
    _drawing_arguments(parser)
    looks_arguments(parser)
    view_arguments(parser)
    notation_argument(parser)
    force_argument(parser)
    unfold_argument(parser)


def _drawing_arguments(parser: argparse.ArgumentParser) -> None:
    """Add how large the figure is, what it shows, and how it is laid out."""
    parser.add_argument(
        "--fit",
        metavar="WHERE",
        help="as large as it may be on a slide, column or stage, or in 8.5x6cm, 241x360pt",
    )
    parser.add_argument(
        "--font-size", metavar="PT", type=_font_size, help="of the numbers in the file, in points (17; --fit)"
    )
    parser.add_argument(
        "--show",
        metavar="LIST",
        type=_shown,
        help=f"which of {','.join(SHOWN)}; names are those of all nodes, derivatives those of gradients "
        f"({','.join(USUALLY_SHOWN)})",
    )
    parser.add_argument(
        "--numbers",
        **choice(("edges", "nodes")),
        help="where numbers are placed (edges, or as in the project)",
    )
    parser.add_argument(
        "--level",
        **choice([level for level in get_args(Level) if level]),
        help="what a node is: an operation, a statement, a net's unit or layer (what suits the program)",
    )
    parser.add_argument(
        "--weights",
        **choice(("values", "bare", "off")),
        help="of nets drawn as units: values on the arrows, bare arrows, or none (values)",
    )
    parser.add_argument("--notes", action="store_true", help="write the project's notes beside their nodes")
    parser.add_argument("--each-plus", action="store_true", help="draw each + of a long sum on its own")
    parser.add_argument("--down", action="store_true", help="let data flow down instead of to the right")
    parser.add_argument(
        "--rows",
        metavar="N",
        type=whole_number(1, MOST_ROWS),
        help="rows into which a long graph may be broken (1)",
    )


def _font_size(word: str) -> float:
    try:
        size = float(word)
    except ValueError:
        size = 0.0
    if not LEAST_SIZE <= size <= MOST_SIZE:
        raise argparse.ArgumentTypeError(
            f"'{cut(word)}' is not a size from {LEAST_SIZE} to {MOST_SIZE} points"
        )
    return size


def _shown(word: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in word.split(",") if name.strip())
    for name in names:
        if name not in SHOWN:
            raise argparse.ArgumentTypeError(f"'{cut(name)}' cannot be shown; what can is {', '.join(SHOWN)}")
    return names


def _options(args: argparse.Namespace, document: Document, highlight: bool) -> Options:
    """What the figure shows, and how it is laid out: as was typed, else as the project says."""
    shown = USUALLY_SHOWN if args.show is None else args.show
    options = (document.drawing or Drawn()).among(Options(digits=args.digits or DIGITS, rows=args.rows or 1))
    return replace(
        options,
        at_nodes=args.numbers == "nodes" if args.numbers else options.at_nodes,
        sums=options.sums and not args.each_plus,
        down=options.down or args.down,
        level=args.level or options.level,
        weights=args.weights or options.weights,
        highlight=highlight,
        notation=args.notation or options.notation,
        note_texts=args.notes,
        **{field: name in shown for name, field in SHOWN.items()},
    )


HELPFUL = {
    "sums as one node": "no --each-plus",
    "numbers at the nodes": "--numbers nodes",
    "numbers at the edges": "--numbers edges",
    "the units of the net": "--level units",
    "the layers of the net": "--level layers",
    "one node a statement": "--level statements",
    "everything folded": "no --unfold",
}
"""The options of what may make numbers larger."""


def _remarks(
    args: argparse.Namespace, kind: FigureKind, graph: Graph, options: Options, found: Fit | None
) -> Iterator[str]:
    """What to say of a figure: which options change nothing, and what is too small to be read."""
    shown, operations = view_of(graph, options), view_of(graph, replace(options, level="operations"))
    if args.level and args.level != "operations":
        if graph.folded:
            yield f"--level {args.level} changes nothing where --unfold shows what nodes are made of"
        elif shown.nodes.keys() == operations.nodes.keys():
            what = (
                "layer of a net" if args.level in ("units", "layers") else "statement of several operations"
            )
            yield f"--level {args.level} changes nothing, for the program has no {what}"
    if args.weights and not any(arc.weight for node in shown.nodes.values() for arc in node.arcs):
        yield f"--weights {args.weights} changes nothing, for no units of a net are drawn"
    if args.each_plus and shown.nodes.keys() == view_of(graph, replace(options, sums=True)).nodes.keys():
        yield "--each-plus changes nothing, for no sum of more than two terms is drawn"
    yield from looks_remarks(args, kind)
    if found and (remark := found.remark_naming(HELPFUL)):
        yield remark


def _run(args: argparse.Namespace) -> int:
    if not args.path:
        raise Problem(
            "A figure needs a file to be written to", hint="Add -o and its name, such as -o fig.svg"
        )
    if args.view is not None:
        return write_view(args)
    check_no_view(args)
    request, document = requested(args)
    trace = request.trace(typed_hint)
    step = args.step or "end"
    finished = step == "end" and not args.all and not args.below
    lit = (args.highlight or ("none" if finished else "step")) != "none"
    options, target = _options(args, document, lit), None if args.fit is None else read_target(args.fit)
    count = trace.position(step)
    stops = stops_of(trace, view_of(trace.graph, options), args.stride or STRIDES[0], options)
    counts = stops if args.all else fitted_with(trace, count, lit) if target else [count]
    path = Path(args.path)
    kind = kind_of(path)
    check_outputs(paths_of(path, len(counts)) if args.all else [path], args.force)
    os.environ["QT_QPA_PLATFORM"] = "offscreen"  # a picture needs no screen, not even one that is there
    from app.figures.bounds import Page, bounds, fitted_page
    from app.figures.files import write_figure, write_pages
    from app.figures.headless import drawing_program
    from app.formula import measured
    from app.widgets.theme import THEMES

    check_theme(args.theme)
    theme = THEMES[args.theme]
    with drawing_program():
        found: Fit | None = None
        if target:
            found = fit(
                trace,
                options,
                above_rule(target) if args.below else target,
                counts=counts,
                wanted=args.font_size,
                kept={name for name in ("digits", "down", "rows") if getattr(args, name)},
                moved=document.moved,
                measure=measured,
            )
        drawing = found.drawing if found else draw(trace, document.moved, options, measured)
        figures = Figures(drawing, trace, lit, stops)
        if args.below:
            width = target.width / found.scale if target and found else 0.0
            shown = ruled(figures, trace, counts, stops, measured, width)
        else:
            shown = [figures.at(count) for count in counts]
        if found and target:
            found = replace(found, target=target)
            page, found = fitted_page(found, shown, theme)
        else:
            page = Page(bounds(shown, theme), (args.font_size or options.sizes.label) / options.sizes.label)
        style: dict[str, Any] = {
            "dpi": args.dpi,
            "title": request.program,
            "transparent": args.transparent,
            "page": page,
            "text": args.text or "outlines",
        }
        if args.all:
            write_pages(shown, path, theme, **style)
        else:
            write_figure(shown[list(counts).index(count)], path, theme, **style)
    for remark in _remarks(args, kind, trace.graph, options, found):
        say(f"Note: {remark}.")
    return 0


FIGURE = Subcommand(
    "figure",
    "Draw the graph at a step, or a view of a training.",
    """\
  chainlight figure '(x+y)z' x=-2 y=5 z=-4 --step backward:3 -o fig.svg
  chainlight figure '(x+y)z' x=-2 y=5 z=-4 --all -o pass.pdf
  chainlight figure 'softmax(W x + b)' --defaults --all --stride layer -o layers.pdf
  chainlight figure '(x+y)z' x=-2 y=5 z=-4 --fit slide --show values,gradients,formula -o slide.svg
  chainlight figure '(x+y)z' x=-2 y=5 z=-4 --with rule --fit stage --all -o lecture.pdf
  chainlight figure '(x+y)z' x=-2 y=5 z=-4 --fit 8.5x6cm --font-size 8 --highlight none -o column.pdf
  chainlight figure 'σ(w x + b)' --defaults --theme dark --dpi 150 -o neuron.png
  chainlight figure lecture.chainlight --view boundary --fit 8.5x8.5cm -o boundary.svg
  chainlight figure 'f = (w - 3)^2' w=1 --view loss --updates 50 --log -o loss.pdf""",
    _arguments,
    _run,
)
