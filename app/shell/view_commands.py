"""The menu View: steps, presenting, zoom, the look of the program."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from app.panels.explanation import IN_BEATS
from app.panels.transport import STRIDE_NAMES
from app.shell.command import Command, Keys
from app.shell.host import Host
from app.shell.workspaces import TITLES, WORKSPACES
from app.state.arrangement import Place, WorkspaceName
from app.widgets.theme import THEMES
from core.figure import Stride
from core.math.derivative_names import NOTATIONS, Notation
from core.project.document import Drawn
from core.training.shown import SWITCHES


def toggle_full_screen(host: Host) -> None:
    """Show the window without a frame, or with one again."""
    host.frame.showNormal() if host.frame.isFullScreen() else host.frame.showFullScreen()


def next_theme(host: Host) -> None:
    """Take the next theme of the table, and keep it in the settings."""
    names = list(THEMES)
    choose_theme(names[(names.index(host.theme.name) + 1) % len(names)], host)


def choose_theme(name: str, host: Host) -> None:
    """Take a theme by its name, and keep it in the settings."""
    host.settings.set("theme", name)
    host.set_theme(THEMES[name])
    host.show_message(f"Theme: {name}")


def _is_chosen(name: str, host: Host) -> bool:
    return host.theme.name == name


def scale_text(host: Host, by: float) -> None:
    """Enlarge the text of the program, from 1 to 2 times, and keep that in the settings."""
    scale = min(2.0, max(1.0, round(host.settings.get("text_scale") + by, 1)))
    host.settings.set("text_scale", scale)
    host.set_theme(host.theme)
    host.show_message(f"Text at {round(scale * 100)} %")


def toggle_animation(host: Host) -> None:
    """Let numbers travel and drawings glide, or not, and keep that in the settings."""
    host.scene.animated = not host.scene.animated
    host.scene.finish()
    host.settings.set("animate", host.scene.animated)


def _toggle_option(host: Host, name: str) -> None:
    """Turn what figures show on or off, and keep that in the settings."""
    chosen = not getattr(host.session.options, name)
    host.session.set_options(**{name: chosen})
    host.settings.set(name, chosen)


def choose_notation(notation: Notation, host: Host) -> None:
    """Write derivatives in a notation, and keep that in the settings."""
    host.session.set_notation(notation)
    host.settings.set("notation", notation)


def _is_written(notation: Notation, host: Host) -> bool:
    return host.session.notation == notation


LEVELS = (
    ("operations", "&Operations", "A node for every operation of the program"),
    ("statements", "State&ments", "A node for every statement of the program"),
    ("units", "&Units of nets", "A net as units in columns, with its weights on the arrows between them"),
    ("layers", "La&yers of nets", "A net as one node a layer"),
)


def _show_level(host: Host, level: str) -> None:
    """Show a level, or if it is shown already, the one that suits the program."""
    shown = _shows_level(host, level)
    host.session.draw_as(
        "show what suits the program" if shown else f"show {level}", level="" if shown else level
    )


def _shows_level(host: Host, level: str) -> bool:
    return host.session.drawn.level == level


TURNS = (
    (
        "at_nodes",
        "Num&bers at the nodes",
        "Show numbers at the nodes instead of on the edges",
        "move numbers",
    ),
    (
        "down",
        "&Data flow down",
        "Draw the graph from top to bottom instead of to the right",
        "turn the graph",
    ),
    (
        "sums",
        "&Each + on its own",
        "Draw a sum such as a + b + c as a node for each + instead of one node",
        "change sums",
    ),
)


def _turn(host: Host, name: str, label: str) -> None:
    """Turn how the program is drawn on or off, as a change of the document."""
    host.session.draw_as(label, **{name: not getattr(host.session.drawn, name)})


def _is_turned(host: Host, name: str) -> bool:
    """Whether the program is drawn otherwise than most are."""
    return bool(getattr(host.session.drawn, name) != getattr(Drawn(), name))


def _go_by(stride: Stride, host: Host) -> None:
    """Choose how far a step goes."""
    host.session.set_stride(stride)


def _goes_by(stride: Stride, host: Host) -> bool:
    return host.session.stride == stride


def _of_training() -> Iterator[Command]:
    """What views of a training show, a switch each."""
    for name, switch in SWITCHES.items():
        yield Command(
            f"show_{name}",
            switch.text,
            switch.tip,
            partial(_switch, name),
            checked=partial(_is_on, name),
            group=1,
            submenu="What views of the training show",
            needs="canvas",
        )


def _switch(name: str, host: Host) -> None:
    host.training.viewing.show(**{name: not _is_on(name, host)})


def _is_on(name: str, host: Host) -> bool:
    return bool(getattr(host.training.viewing.shown, name))


def _show_workspace(name: WorkspaceName, host: Host) -> None:
    """Arrange the parts of the window as a workspace."""
    host.show_workspace(name)


def _shows_workspace(name: WorkspaceName, host: Host) -> bool:
    return host.arrangement.workspace.name == name


def reset_layout(host: Host) -> None:
    """Arrange the window as at the first start, in the present workspace."""
    host.arrangement.reset_layout()


def _toggle_window(place: Place, host: Host) -> None:
    host.arrangement.toggle_window(place)


def _has_window(place: Place, host: Host) -> bool:
    return place in host.arrangement.kept.torn


VIEW = (
    *(
        Command(
            f"workspace_{workspace.name}",
            f"Workspace {workspace.title}",
            workspace.tip,
            partial(_show_workspace, workspace.name),
            (workspace.key, *(("Ctrl+T",) if workspace.name == "train" else ())),
            checked=partial(_shows_workspace, workspace.name),
            group=-1,
        )
        for workspace in WORKSPACES.values()
    ),
    Command(
        "search_scenes",
        "Search the lectures",
        "Find a scene by a word, a formula or a number from a slide",
        lambda host: host.search_scenes(),
        ("Ctrl+F",),
        group=-1,
    ),
    Command(
        "next",
        "Ne&xt step",
        "One step forward",
        lambda host: host.transport.step(1),
        shown="Space",
        needs="steps",
    ),
    Command(
        "previous",
        "Pre&vious step",
        "One step back",
        lambda host: host.transport.step(-1),
        shown="Shift+Space",
        needs="steps",
    ),
    Command(
        "first",
        "To the start",
        "Nothing computed yet",
        lambda host: host.session.seek(0),
        shown="Home",
        needs="steps",
    ),
    Command(
        "last",
        "To the end",
        "Both passes done",
        lambda host: host.session.seek(len(host.session.trace)),
        shown="End",
        needs="steps",
    ),
    *(
        Command(
            f"stride_{stride}",
            f"&{name} as steps",
            f"A step is {what}",
            partial(_go_by, stride),
            checked=partial(_goes_by, stride),
            submenu="Step length",
            needs="steps",
        )
        for stride, (name, what) in STRIDE_NAMES.items()
    ),
    Command(
        "in_beats",
        "In three &beats",
        IN_BEATS,
        lambda host: host.session.set_in_beats(not host.session.in_beats),
        checked=lambda host: host.session.in_beats,
        submenu="Step length",
        needs="steps",
    ),
    Command(
        "play",
        "P&lay or pause",
        "Step automatically",
        lambda host: host.transport.toggle(),
        ("F8",),
        icon="play",
        needs="steps",
    ),
    Command(
        "present",
        "P&resent from the start",
        "The graph and the reason for each step alone, large",
        lambda host: host.presentation.start(0),
        ("F5",),
        icon="presentation",
        group=1,
        in_header=True,
    ),
    Command(
        "present_here",
        "Present from here",
        "The same, from this step",
        lambda host: host.presentation.start(None),
        ("Shift+F5",),
        group=1,
    ),
    Command(
        "presenter",
        "Presenter here",
        "The presenter's view with notes, clock and next step, in a window of its own on this screen",
        lambda host: host.presentation.show_presenter(),
        group=1,
    ),
    Command(
        "left_column",
        "&Left column",
        "Program and algorithm in Step, data in Train, beside the canvas",
        lambda host: host.arrangement.toggle_place("left"),
        ("Ctrl+B",),
        checked=lambda host: host.arrangement.is_open("left"),
        needs="left",
        group=1,
        submenu="&Columns",
    ),
    *_of_training(),
    Command(
        "pin_program",
        "&Program in the left column",
        "Edit the program in the left column instead of below its line at the top",
        lambda host: host.arrangement.pin_program(not host.arrangement.kept.pinned),
        checked=lambda host: host.arrangement.kept.pinned,
        needs="program",
        group=1,
        submenu="&Columns",
    ),
    *(
        Command(
            f"{place}_window",
            f"{title} in its own window",
            "Show these panels in a window for a second screen; closing it brings them back",
            partial(_toggle_window, place),
            checked=partial(_has_window, place),
            needs=place,
            group=1,
            submenu="&Columns",
        )
        for place, title in TITLES.items()
    ),
    Command(
        "reset_layout",
        "&Reset layout",
        "All columns as at first",
        reset_layout,
        needs="canvas",
        group=1,
        submenu="&Columns",
    ),
    Command(
        "full_screen", "Full screen", "The window without a frame", toggle_full_screen, ("F11",), group=1
    ),
    Command(
        "zoom_in",
        "Zoom &in",
        "Larger",
        lambda host: host.view.camera.zoom(1.25),
        (Keys.ZoomIn, "Ctrl+="),
        icon="zoom-in",
        needs="canvas",
        group=2,
        repeats=True,
    ),
    Command(
        "zoom_out",
        "&Zoom out",
        "Smaller",
        lambda host: host.view.camera.zoom(0.8),
        (Keys.ZoomOut,),
        icon="zoom-out",
        needs="canvas",
        group=2,
        repeats=True,
    ),
    Command(
        "fit",
        "&Fit",
        "The whole graph",
        lambda host: host.view.camera.fit(),
        ("Ctrl+0",),
        icon="maximize",
        needs="canvas",
        group=2,
    ),
    Command(
        "zoom_to_step",
        "Zoom to the step",
        "What the present step lights up, large",
        lambda host: host.view.camera.zoom_to_step(),
        ("Ctrl+J",),
        needs="graph",
        group=2,
    ),
    Command(
        "theme",
        "Next &theme",
        ", ".join(THEMES).capitalize(),
        next_theme,
        ("Ctrl+Shift+T",),
        icon="moon",
        group=3,
        submenu="&Theme",
    ),
    *(
        Command(
            f"theme_{name}",
            f"{name.capitalize()} theme",
            "The colours and lines of the window and of figures",
            partial(choose_theme, name),
            checked=partial(_is_chosen, name),
            group=3,
            submenu="&Theme",
        )
        for name in THEMES
    ),
    *(
        Command(
            f"notation_{notation}",
            f"Derivatives as {names.title}",
            f"{names.says}, in the listing, the explanation, derivations and figures",
            partial(choose_notation, notation),
            checked=partial(_is_written, notation),
            group=3,
            submenu="Notation",
        )
        for notation, names in NOTATIONS.items()
    ),
    Command(
        "weights",
        "&Weights at the arrows of nets",
        "In nets that are drawn as units; when off, arrows have no numbers",
        lambda host: host.session.set_options(
            weights="bare" if host.session.options.weights == "values" else "values"
        ),
        checked=lambda host: host.session.options.weights == "values",
        needs="graph",
        group=3,
    ),
    Command(
        "captions",
        "&Names of all nodes",
        "Also those of nodes that the program gives none, such as v₁",
        partial(_toggle_option, name="captions"),
        checked=lambda host: host.session.options.captions,
        needs="graph",
        group=3,
    ),
    Command(
        "gradient_names",
        "Names of gradients",
        "Before their numbers, as in δ_w = 0.5; the notation is that of all derivatives",
        partial(_toggle_option, name="gradient_names"),
        checked=lambda host: host.session.options.gradient_names,
        group=3,
    ),
    Command(
        "note_texts",
        "Notes beside the nodes",
        "Show the text of notes; when off, pointing at a mark shows it",
        partial(_toggle_option, name="note_texts"),
        checked=lambda host: host.session.options.note_texts,
        needs="graph",
        group=3,
    ),
    Command(
        "shapes",
        "&Shapes of arrays",
        "Rows and columns at every vector and matrix",
        partial(_toggle_option, name="shapes"),
        checked=lambda host: host.session.options.shapes,
        group=3,
    ),
    *(
        Command(
            level,
            title,
            tip,
            partial(_show_level, level=level),
            checked=partial(_shows_level, level=level),
            group=4,
            needs="graph",
        )
        for level, title, tip in LEVELS
    ),
    *(
        Command(
            name,
            title,
            tip,
            partial(_turn, name=name, label=label),
            checked=partial(_is_turned, name=name),
            group=4,
            needs="graph",
        )
        for name, title, tip, label in TURNS
    ),
    Command(
        "highlight",
        "&Highlight the last step",
        "Without it a figure is a finished picture",
        lambda host: host.session.set_options(highlight=not host.session.options.highlight),
        checked=lambda host: host.session.options.highlight,
        needs="graph",
        group=3,
    ),
    Command(
        "text_larger",
        "Lar&ger text",
        "Up to 200 %",
        lambda host: scale_text(host, 0.1),
        ("Ctrl+Alt++",),
        group=3,
        repeats=True,
    ),
    Command(
        "text_smaller",
        "Smaller text",
        "Down to 100 %",
        lambda host: scale_text(host, -0.1),
        ("Ctrl+Alt+-",),
        group=3,
        repeats=True,
    ),
    Command(
        "animate",
        "&Animate steps",
        "Numbers travel along edges; drawings and what is seen of them glide",
        toggle_animation,
        checked=lambda host: host.scene.animated,
        group=3,
    ),
)
