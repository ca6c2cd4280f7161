"""What `figure --view` writes: a view of a project's training, or of a formula's after some updates."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from msgspec.structs import replace

from app.cli.figure_looks import check_theme, looks_remarks
from app.cli.interruption import Interruption
from app.cli.outputs import check_outputs
from app.cli.parser import whole_number
from app.cli.programs import document_of
from app.cli.terminal import say
from app.figures.kinds import kind_of
from app.system.exit_status import INTERRUPTED
from core.base.errors import Problem
from core.service.request import Refusal, typed_values
from core.training.shown import SWITCHES, Shown, option

# what says how a graph is drawn; the name of an argument with its option
OF_GRAPHS = {
    name: f"--{name.replace('_', '-')}"
    for name in (
        *("output", "defaults", "digits", "seed", "entry", "step", "all", "stride", "highlight", "show"),
        *("numbers", "level", "weights", "notes", "each_plus", "down", "rows", "notation", "unfold"),
    )
} | {"below": "--with"}
OF_VIEWS = {"updates": "--updates", "example": "--example"} | {name: option(name) for name in SWITCHES}


MOST_UPDATES, MOST_EXAMPLES = 1_000_000, 1_000_000


def view_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what says that a view of a training is wanted, and of which moment."""
    parser.add_argument(
        "--view",
        metavar="NAME",
        help="in place of the graph a view of the training, by its name: boundary, loss, weights, …",
    )
    parser.add_argument(
        "--updates",
        metavar="N",
        type=whole_number(0, MOST_UPDATES),
        help="of --view: train so many updates from the first weights (as far as the project had come)",
    )
    parser.add_argument(
        "--example",
        metavar="N",
        type=whole_number(0, MOST_EXAMPLES),
        help="of --view: the chosen example (none)",
    )
    for name, switch in SWITCHES.items():
        views, what = " and ".join(switch.views), f"{switch.tip[0].lower()}{switch.tip[1:]}"
        omitted = "without: " * getattr(Shown(), name)
        parser.add_argument(
            option(name), dest=name, action="store_true", help=f"of --view {views}: {omitted}{what}"
        )


def check_no_view(args: argparse.Namespace) -> None:
    """Raise Problem where options of views are given without one."""
    for name, given in OF_VIEWS.items():
        if getattr(args, name) not in (None, False):
            raise Problem(f"{given} has no use without a view", hint="Add --view and its name")


def write_view(args: argparse.Namespace) -> int:
    """Write the view that was asked for; the exit status."""
    _check(args)
    from core.figure import read_target
    from core.figure.plot import fitted_view
    from core.service.run_views import check_example, made, read_view, run_of
    from core.training.views import Asked

    path, view = Path(args.path), read_view(args.view)
    target = None if args.fit is None else read_target(args.fit)
    kind = kind_of(path)
    check_outputs([path], args.force)
    check_theme(args.theme)
    document, typed = document_of(args.program), typed_values(args.values)
    try:
        with Interruption() as interrupt:
            run = run_of(document, typed, args.updates, lambda: interrupt.noted)
    except Problem as problem:
        raise Refusal(problem, "" if document.training.trains_network else document.text) from None
    if args.example is not None:
        check_example(run, args.example)
    shown = made(view, run, Asked(-1 if args.example is None else args.example, _shown(args)))
    os.environ["QT_QPA_PLATFORM"] = "offscreen"  # a picture needs no screen, not even one that is there
    from app.figures.bounds import view_page
    from app.figures.files import write_figure
    from app.figures.headless import drawing_program
    from app.formula import measured
    from app.widgets.theme import THEMES

    with drawing_program():
        found = fitted_view(shown, target, args.font_size or 0.0, measured)
        write_figure(
            found.sheet,
            path,
            THEMES[args.theme],
            dpi=args.dpi,
            title=f"{view.title} of {run.setup.text}",
            transparent=args.transparent,
            page=view_page(found),
            text=args.text or "outlines",
        )
    for note in run.setup.remarks:
        say(f"Note: {note}")
    for remark in (*[found.remark] * bool(found.remark), *looks_remarks(args, kind)):
        say(f"Note: {remark}.")
    if why := run.trainer.why_stopped or run.trainer.why_paused:
        say(why)
    if interrupt.noted:
        say(f"Interrupted after {run.trainer.updates:,} of {args.updates:,} updates.")
        return INTERRUPTED
    return 0


def _check(args: argparse.Namespace) -> None:
    """Raise Problem for options that say how a graph is drawn, and for what only some views have."""
    for name, given in OF_GRAPHS.items():
        if getattr(args, name) not in (None, False, "", ()):
            raise Problem(f"{given} has no use with --view", hint="It says how a graph is drawn; omit it")
    for name, switch in SWITCHES.items():
        if getattr(args, name) and args.view not in switch.views:
            said = f"{option(name)} has no use with --view {args.view}"
            raise Problem(said, hint=f"Of use with --view {' and '.join(switch.views)}")


def _shown(args: argparse.Namespace) -> Shown:
    """The switches as they were given."""
    usual = Shown()
    return replace(usual, **{name: getattr(args, name) != getattr(usual, name) for name in SWITCHES})
