"""Bugs that an eye would see, or a number would tell, at once; `tests.mutants` plants them one by one.

Each says in which file which text becomes which, what that breaks, and which test files must notice it.
"""

from typing import NamedTuple


class Bug(NamedTuple):
    file: str
    old: str
    new: str
    breaks: str
    tests: tuple[str, ...]


def bug(file: str, old: str, new: str, breaks: str, *tests: str) -> Bug:
    return Bug(file, old, new, breaks, tests)


CANVAS, FILES, FORMULAS, PANELS, TRAINING, DERIVATIVES, BUTTONS, TYPING, GESTURES = (
    f"tests/app/seen/test_seen_{part}.py"
    for part in (
        "canvas",
        "files",
        "formulas",
        "panels",
        "training",
        "derivatives",
        "buttons",
        "typing",
        "gestures",
    )
)
KINKS = "tests/core/test_kinks.py"
PARTS, ITEMS, THEME = "app/painting/parts.py", "app/canvas/items.py", "app/widgets/theme.py"
PICTURED, TIKZ = "core/figure/pictured.py", "core/export/tikz.py"
TYPESET, EQUATIONS = "core/math/typeset.py", "core/passes/equations.py"

FIGURE = {
    "token-against-the-pass": bug(
        PARTS,
        "point_at(arrow.way, progress)",
        "point_at(arrow.way, 1 - progress)",
        "the token runs against the pass",
        CANVAS,
    ),
    "token-always-forward": bug(
        PARTS,
        "point_at(arrow.way, progress)",
        "point_at(arrow.route, progress)",
        "in the backward pass the token runs forward",
        CANVAS,
    ),
    "token-colours": bug(
        PARTS,
        'painter.setBrush(theme.colour("gradient" if arrow.backward else "value"))',
        'painter.setBrush(theme.colour("value" if arrow.backward else "gradient"))',
        "the token has the colour of the other pass",
        CANVAS,
    ),
    "seed-leaves": bug(
        PICTURED,
        "mood, lit and isinstance(step, Seeded))",
        "mood, False)",
        "the seed leaves the output in place of arriving there",
        CANVAS,
    ),
    "token-alone": bug(
        ITEMS,
        "for arrow in self.arrows:\n            paint_token",
        "for arrow in self.arrows[:1]:\n            paint_token",
        "of several edges that bring a value only one has a token",
        CANVAS,
    ),
    "head-at-the-source": bug(
        PARTS,
        "tip = QPointF(*route.end)",
        "tip = QPointF(*route.start)",
        "arrowheads stand at the source",
        CANVAS,
    ),
    "head-turned-round": bug(
        PARTS,
        "QPointF(tip.x() - HEAD * math.cos(angle)",
        "QPointF(tip.x() + HEAD * math.cos(angle)",
        "arrowheads point backwards",
        CANVAS,
    ),
    "lit-edges": bug(
        PARTS,
        'colour, width = theme.colour("gradient" if arrow.backward else "value")',
        'colour, width = theme.colour("value" if arrow.backward else "gradient")',
        "lit edges have the colour of the other pass",
        CANVAS,
    ),
    "edge-lit-forward": bug(
        PICTURED,
        "lit = backward = (node, port)",
        "lit = (node, port)",
        "an edge on which a gradient comes back is lit as one of the forward pass",
        CANVAS,
        FILES,
    ),
    "lit-boxes": bug(
        PARTS,
        '"lit_back" if box.backward else "lit"',
        '"lit" if box.backward else "lit_back"',
        "lit boxes have the colour of the other pass",
        CANVAS,
    ),
    "receiving-box": bug(
        PARTS,
        'return theme.colour("receiving")',
        'return theme.colour("lit_back")',
        "the box where a gradient arrives looks like the one it comes from",
        CANVAS,
    ),
    "label-colours": bug(
        PARTS,
        "role = _COLOURS.get(label.role, label.role)",
        'role = {"value": "gradient", "gradient": "value"}.get(label.role, label.role)',
        "values are red and gradients green, on the canvas and in SVG",
        CANVAS,
    ),
    "label-sides": bug(
        PARTS,
        "y if label.below else y - height, width, height)",
        "y - height if label.below else y, width, height)",
        "labels stand on the other side of their edge",
        CANVAS,
    ),
    "gradient-above": bug(
        PICTURED,
        "at=drawing.gradient_at(name, total.extent), below=True",
        "at=drawing.value_at(name, total.extent)",
        "gradients stand above their edge, on the values",
        CANVAS,
        FILES,
    ),
    "map-upside-down": bug(
        PARTS,
        "rect.top() + i * height, width + 0.3",
        "rect.bottom() - (i + 1) * height, width + 0.3",
        "the maps on the canvas and in SVG are upside down",
        CANVAS,
    ),
    "map-mirrored": bug(
        PARTS,
        "rect.left() + j * width, ",
        "rect.right() - (j + 1) * width, ",
        "the maps on the canvas and in SVG are mirrored",
        CANVAS,
    ),
    "map-signs": bug(
        THEME,
        "np.where(share < 0, negative, positive)",
        "np.where(share < 0, positive, negative)",
        "in maps numbers below 0 are blue and those above orange",
        CANVAS,
        TRAINING,
    ),
    "no-contributions-of-four": bug(
        PICTURED,
        "if contribution is not None and",
        "if contribution is not None and len(drawing.view.leaving[arc.source]) < 4 and",
        "at a fan-out of four no edge has its contribution",
        CANVAS,
    ),
    "no-sum-of-four": bug(
        "core/figure/rooms.py",
        "MOST_TERMS = 4",
        "MOST_TERMS = 3",
        "the fourth gradient that arrives is not added in sight",
        CANVAS,
        FILES,
    ),
    "operands-of-minus-in-the-circle": bug(
        "core/ops/elementwise.py",
        '{"x": "{x}−", "y": "−{y}"}',
        '{"x": "−{x}", "y": "−{y}"}',
        "1 − x is drawn as −1",
        CANVAS,
        FILES,
    ),
    "operands-of-a-quotient-in-the-circle": bug(
        "core/ops/elementwise.py",
        '{"x": "{x}/{y}", "y": "÷{y}"}',
        '{"x": "{y}/{x}", "y": "÷{y}"}',
        "1/x is drawn as x/1",
        CANVAS,
        FILES,
    ),
    "operands-by-the-names-of-inputs": bug(
        "core/figure/symbols.py",
        "(graph.typesetter.name(node.name), ATOM) if has_name else (HOLE, SUM)",
        "(graph.typesetter.name(node.name), ATOM)",
        "operands that the program does not name have names",
        "tests/core/test_figure.py",
    ),
    "class-index-outside": bug(
        "core/ops/losses.py",
        'CE = Look(circle="CE", with_constant={"k": AS_WRITTEN}, word="CE")',
        'CE = Look(circle="CE", word="CE")',
        "a class index is drawn as an input",
        CANVAS,
    ),
    "inputs-of-minus-exchanged": bug(
        "core/figure/view.py",
        "not self.node.is_leaf and self.node.operation.commutative",
        "not self.node.is_leaf",
        "where it saves a crossing, the inputs of a difference arrive in the other order",
        CANVAS,
    ),
    "inputs-upside-down": bug(
        "core/figure/drawing.py",
        "                place,\n",
        "                len(shown.arcs) - 1 - place,\n",
        "the first input arrives below the second",
        CANVAS,
        FILES,
    ),
    "contributions-exchanged": bug(
        PICTURED,
        "contribution = snapshot.contribution(*key)",
        "last = drawing.view.leaving[arc.source][-1].edge\n"
        "        contribution = snapshot.contribution(last.target, last.port)",
        "at a fan-out every edge has the contribution of the last one",
        CANVAS,
    ),
    "no-second-ring": bug(
        PARTS,
        "if box.chosen:\n            painter.drawRoundedRect(rect.adjusted(RING",
        "if False:\n            painter.drawRoundedRect(rect.adjusted(RING",
        "a chosen output has no second ring",
        CANVAS,
    ),
    "nothing-is-faint": bug(
        PARTS,
        '"faint" if box.mood == "idle" else "ink"',
        '"ink" if box.mood == "idle" else "faint"',
        "what is not computed yet looks as if it were, and the other way round",
        CANVAS,
    ),
    "paper-against-the-hand": bug(
        "app/canvas/gestures.py",
        "across.setValue(across.value() - moved.x())",
        "across.setValue(across.value() + moved.x())",
        "the paper goes against the hand",
        GESTURES,
    ),
    "wheel-turned-round": bug(
        "app/canvas/view.py",
        "1.0015 ** event.angleDelta().y()",
        "1.0015 ** -event.angleDelta().y()",
        "turning the wheel away makes the figure smaller",
        GESTURES,
    ),
    "mistake-marked-elsewhere": bug(
        "app/panels/underline.py",
        "start = min(span.start, max(0, length - 1))",
        "start = 0",
        "a mistake is marked from the beginning of the text",
        GESTURES,
    ),
    "y-folds-y2": bug(
        "core/passes/unfold.py",
        'name != key and not name.startswith(f"{key}.")',
        "not name.startswith(key)",
        "folding y folds y2 as well",
        CANVAS,
    ),
}

IN_FILES = {
    "tikz-values-red": bug(
        TIKZ, '"value": f"text=clvalue', '"value": f"text=clgradient', "values are red in TikZ", FILES
    ),
    "tikz-lit-edges": bug(
        TIKZ,
        "}}}-, draw=clgradient",
        "}}}-, draw=clvalue",
        "in TikZ an edge of the backward pass is lit as one of the forward pass",
        FILES,
    ),
    "tikz-heads-backward": bug(
        TIKZ,
        'f"{{{HEAD}}}-, draw=clgradient',
        'f"draw=clgradient',
        "in TikZ the arrow of a gradient points forward",
        FILES,
    ),
    "finished-lit": bug(
        "app/cli/figure.py",
        '"none" if step == "end"',
        '"step" if step == "end"',
        "the end of a figure on the command line is lit",
        "tests/app/test_cli.py",
    ),
    "captions-always": bug(
        "core/figure/drawing.py",
        "written = shown.node.named",
        "written = True or shown.node.named",
        "every node has its name above it",
        CANVAS,
    ),
    "ground-of-gradients": bug(
        PARTS,
        'if role == "gradient":',
        'if label.role == "gradient":',
        "contributions look like values in grey print",
        CANVAS,
    ),
    "broken-outline": bug(
        PARTS,
        "pen.setDashPattern(DASHES)",
        "pass",
        "what receives a gradient looks like what sends it in grey print",
        CANVAS,
    ),
    "tikz-broken-outline": bug(
        TIKZ,
        "draw=clgradient, dashed, fill=clreceiving",
        "draw=clgradient, fill=clreceiving",
        "in TikZ what receives a gradient looks like what sends it in grey print",
        FILES,
    ),
    "fills-alike": bug(
        "app/widgets/colours.py",
        'lit_back="#f7c3bc"',
        'lit_back="#fde4e1"',
        "nodes of both passes are the same in grey print",
        "tests/app/test_themes.py",
    ),
    "waiting-too-faint": bug(
        "core/figure/parts.py",
        "IDLE = 0.72",
        "IDLE = 0.55",
        "arrows on which nothing has come yet are too faint",
        "tests/app/test_themes.py",
    ),
    "heads-backward": bug(
        PARTS,
        "drawPolygon(arrow_head(arrow.way))",
        "drawPolygon(arrow_head(arrow.route))",
        "the arrow of a gradient points forward",
        CANVAS,
    ),
    "tikz-lit-boxes": bug(
        TIKZ,
        '"active back" if box.backward else "active"',
        '"active" if box.backward else "active back"',
        "in TikZ lit boxes have the colour of the other pass",
        FILES,
    ),
    "tikz-label-sides": bug(
        TIKZ,
        '"anchor=north" if label.below else "anchor=south"',
        '"anchor=south" if label.below else "anchor=north"',
        "in TikZ labels stand on the other side of their edge",
        FILES,
    ),
    "tikz-map-upside-down": bug(
        TIKZ,
        "top + i * height / rows)",
        "top + (rows - 1 - i) * height / rows)",
        "in TikZ maps are upside down",
        FILES,
    ),
    "tikz-map-signs": bug(
        TIKZ,
        "'clnegative' if entry < 0 else 'clpositive'",
        "'clpositive' if entry < 0 else 'clnegative'",
        "in TikZ numbers below 0 are blue",
        FILES,
    ),
    "tikz-heads": bug(
        TIKZ,
        'f"-{{{HEAD}}}, draw',
        'f"{{{HEAD}}}-, draw',
        "in TikZ arrowheads stand at the source",
        FILES,
    ),
    "pages-backwards": bug(
        "app/figures/files.py",
        "for place, figure in zip(paths, figures, strict=True)",
        "for place, figure in zip(reversed(paths), figures, strict=True)",
        "the numbered files of all steps are in the reverse order",
        FILES,
    ),
    "clipboard-in-light": bug(
        "app/shell/edit_commands.py",
        "figure_mime(host.session.figure, host.theme)",
        "figure_mime(host.session.figure, __import__('app').widgets.theme.LIGHT)",
        "a figure is copied in the light theme whatever the window's",
        FILES,
    ),
}

MATHEMATICS = {
    "minus-turned-round": bug(
        TYPESET,
        'row(wrap(left, SUM), PLUS if op == "+" else MINUS, wrap(right, PRODUCT))',
        'row(wrap(right, SUM), PLUS if op == "+" else MINUS, wrap(left, PRODUCT))',
        "x − y is typeset as y − x",
        FORMULAS,
    ),
    "fraction-turned-round": bug(
        TYPESET,
        "Fraction(left[0], right[0])",
        "Fraction(right[0], left[0])",
        "x/y is typeset as y/x",
        FORMULAS,
    ),
    "brackets-lost": bug(
        TYPESET,
        "MINUS, wrap(right, PRODUCT)), SUM",
        "MINUS, wrap(right, SUM)), SUM",
        "2 − (x − y) is typeset without its brackets",
        FORMULAS,
    ),
    "never-added": bug(
        EQUATIONS,
        "EQUALS if self._alone(step) else ADDED",
        "EQUALS",
        "no rule says += where gradients meet",
        FORMULAS,
    ),
    "always-added": bug(
        EQUATIONS,
        "EQUALS if self._alone(step) else ADDED",
        "ADDED",
        "every rule of the backward pass says +=",
        FORMULAS,
    ),
    "upstream-as-local": bug(
        EQUATIONS,
        'roles = {GRADIENT: "upstream", LOCAL: "local"}',
        'roles = {GRADIENT: "local", LOCAL: "local"}',
        "the upstream gradient has the colour of the local one",
        FORMULAS,
    ),
}

BESIDE_THE_CANVAS = {
    "table-of-gradients-green": bug(
        "app/panels/values.py",
        '_full(gradient), "gradient"),',
        '_full(gradient), "value"),',
        "in the table gradients have the colour of values",
        PANELS,
    ),
    "table-heads": bug(
        "app/panels/values.py",
        '["Name", "Value", "Gradient"]',
        '["Name", "Gradient", "Value"]',
        "the heads of values and gradients are exchanged",
        PANELS,
    ),
    "canvas-without-theme": bug(
        "app/canvas/scene.py",
        'self.setBackgroundBrush(theme.colour("paper"))',
        "pass",
        "in the dark theme the canvas keeps a light paper",
        PANELS,
    ),
    "bar-colours": bug(
        "app/panels/transport.py",
        '{"forward": "value", "seed": "upstream", "backward": "gradient"}',
        '{"forward": "gradient", "seed": "upstream", "backward": "value"}',
        "in the bar of steps the passes have each other's colours",
        PANELS,
    ),
    "bar-all-done": bug(
        "app/panels/transport.py",
        "(max(first, cursor), last, 0.3)",
        "(max(first, cursor), last, 1.0)",
        "the bar of steps does not show what is done",
        PANELS,
    ),
    "bar-mirrored": bug(
        "app/panels/transport.py",
        "share = (event.position().x() - 9)",
        "share = 1 - (event.position().x() - 9)",
        "a click at the right of the bar goes to the start",
        PANELS,
    ),
    "previous-goes-on": bug(
        "app/panels/transport.py",
        "lambda: self.step(-1)",
        "lambda: self.step(1)",
        "the button Previous step goes on",
        BUTTONS,
    ),
    "previous-command-goes-on": bug(
        "app/shell/view_commands.py",
        "lambda host: host.transport.step(-1)",
        "lambda host: host.transport.step(1)",
        "the command Previous step goes on",
        BUTTONS,
    ),
    "zoom-out-in": bug(
        "app/shell/view_commands.py", "view.zoom(0.8)", "view.zoom(1.25)", "zooming out zooms in", BUTTONS
    ),
    "play-shows-pause": bug(
        "app/panels/transport.py",
        '"pause" if self.playing else "play"',
        '"play"',
        "while it plays, the button still shows play",
        PANELS,
    ),
    "faster-is-slower": bug(
        "app/panels/transport.py",
        "self._timer.start(round(INTERVAL / self.factor))",
        "self._timer.start(round(INTERVAL * self.factor))",
        "a higher speed plays slower",
        PANELS,
    ),
    "ticks-stay-with-the-selection": bug(
        "app/shell/window.py",
        "session.selectionChanged.connect(self.refresh_actions)",
        "pass",
        "the tick of Differentiate this node stays when another node is selected",
        PANELS,
    ),
    "ticks-stay-with-the-panel": bug(
        "app/shell/window.py",
        "dock.seenChanged.connect(self.refresh_actions)",
        "pass",
        "the tick of a panel stays when the panel is closed by its cross",
        PANELS,
    ),
    "nothing-to-open-from-the-notice": bug(
        "app/shell/window.py",
        "self.notice.pressed.connect(training.open_on_canvas)",
        "pass",
        "the button of the notice does nothing",
        BUTTONS,
    ),
    "value-not-undone": bug(
        "app/state/session.py",
        'self.edit(f"set {name}", self.document.with_value(name, value), gesture)',
        "self._show(self.document.with_value(name, value))",
        "a typed value cannot be undone",
        TYPING,
    ),
    "values-undone-at-once": bug(
        "app/panels/values.py",
        "self.session.set_value(name, value, self.session.gesture())",
        "self.session.set_value(name, value, 1)",
        "values typed one after the other are undone all at once",
        TYPING,
    ),
    "labels-of-other-fields": bug(
        "app/training/controls.py",
        "grid.addWidget(label, row, column)",
        "grid.addWidget(label, row, 2 - column)",
        "the training settings have each other's labels",
        TYPING,
    ),
    "settings-not-shown-again": bug(
        "app/training/controls.py",
        "session.documentChanged.connect(self._show)",
        "pass",
        "an undone training setting is still shown",
        TYPING,
    ),
    "setting-not-undone": bug(
        "app/state/training_session.py",
        "self.session.edit(label, replace(self.session.document, training=settings))",
        "self.session._set_document(replace(self.session.document, training=settings))",
        "a training setting cannot be undone",
        TYPING,
    ),
}

TRAINING = {
    "points-of-the-other-class": bug(
        "app/training/boundary.py",
        "CLASSES[int(k) % len(CLASSES)]",
        "CLASSES[(1 - int(k)) % len(CLASSES)]",
        "points have the colour of the other class",
        TRAINING,
    ),
    "plane-of-the-other-class": bug(
        "app/training/boundary.py",
        "_rgb(QColor(CLASSES[0])), _rgb(QColor(CLASSES[1]))",
        "_rgb(QColor(CLASSES[1])), _rgb(QColor(CLASSES[0]))",
        "the plane has the colour of the other class",
        TRAINING,
    ),
    "plane-upside-down": bug(
        "app/training/boundary.py",
        "QRectF(left, bottom, right - left, top - bottom)",
        "QRectF(left, top, right - left, bottom - top)",
        "the plane is upside down",
        TRAINING,
    ),
    "plane-transposed": bug(
        "core/training/boundary.py",
        "np.tile(x, resolution), np.repeat(y, resolution)",
        "np.repeat(x, resolution), np.tile(y, resolution)",
        "the plane's axes are exchanged",
        TRAINING,
    ),
    "falling-as-rising": bug(
        "core/training/boundary.py",
        "if not self._higher_is_second:",
        "if self._rising:",
        "the plane of most programs is that of the other class",
        TRAINING,
    ),
    "unit-maps-upside-down": bug(
        "app/training/learned.py",
        "np.flipud(unit)",
        "unit",
        "the maps of hidden units are upside down",
        TRAINING,
    ),
    "weights-lie-down": bug(
        "app/training/weights.py",
        "array.reshape(len(array), -1) if array.ndim else",
        "array.reshape(len(array), -1).T if array.ndim else",
        "maps of weights are transposed",
        TRAINING,
    ),
    "templates-transposed": bug(
        "app/training/weights.py",
        "line.reshape(image)",
        "line.reshape(image).T",
        "templates lie on their side",
        TRAINING,
    ),
    "another-weight-told": bug(
        "app/training/weights.py",
        "short(float(values[i, j]))",
        "short(float(values[-1 - i, j]))",
        "what is told of a weight is another one's number",
        TRAINING,
    ),
    "a-scale-for-each-weight": bug(
        "app/training/weights.py",
        "heat_image(values, self.theme, largest)",
        "heat_image(values, self.theme)",
        "small weights look as large as others",
        TRAINING,
    ),
    "updates-as-epochs": bug(
        "app/training/train_bar.py",
        '("update", f"{record.step:,}")',
        '("update", f"{record.epoch:,}")',
        "the bar of the training says epochs where it should say updates",
        TRAINING,
    ),
    "losses-exchanged": bug(
        "app/training/curves.py",
        "((self.train, train), (self.test, test))",
        "((self.train, test), (self.test, train))",
        "the losses of training and test are exchanged",
        TRAINING,
    ),
    "features-exchanged": bug(
        "app/training/boundary.py",
        'names[0] if names else "x1"',
        'names[-1] if names else "x1"',
        "the axis of the first feature is named after the second",
        TRAINING,
    ),
    "chosen-mirrored": bug(
        "app/training/boundary.py",
        "self.chosen.setData(x=[x], y=[y])",
        "self.chosen.setData(x=[y], y=[x])",
        "the ring of the chosen sample stands elsewhere",
        TRAINING,
    ),
    "reset-steps": bug(
        "app/training/train_bar.py",
        "lambda: training.reset()",
        "lambda: training.step()",
        "the button Reset makes an update",
        BUTTONS,
    ),
    "train-shows-pause": bug(
        "app/training/train_bar.py",
        'self.train.setIcon(icon("pause" if self._shows_pause else "play"))',
        "pass",
        "while it trains, the button still shows play",
        PANELS,
    ),
}

DIFFERENTIATING = {
    "jacobian-transposed": bug(
        "app/derivatives/matrix_map.py",
        "heat_image(thinned(matrix), self.theme",
        "heat_image(thinned(matrix.T), self.theme",
        "the map of a Jacobian has a row for each input",
        DERIVATIVES,
    ),
    "by-hand-colours": bug(
        "app/derivatives/hand_table.py",
        '"gradient" if column == REVERSE else "ink"',
        '"gradient" if column == SLOPE else "ink"',
        "by hand the slope has the colour of the gradient",
        DERIVATIVES,
    ),
    "errors-exchanged": bug(
        "app/derivatives/error_plot.py",
        '"one-sided": [row.one_sided_error for row in rows]',
        '"one-sided": [row.centred_error for row in rows]',
        "the curve of one-sided differences is that of centred ones",
        DERIVATIVES,
    ),
    "clear-fills": bug(
        "app/derivatives/by_hand.py",
        '"Empty the table", self.reset)',
        '"Empty the table", self.step)',
        "the button that empties the table fills a row",
        BUTTONS,
    ),
    "slopes-of-hard-sigmoid": bug(
        "core/ops/activations.py",
        '"[x > 0] / 6", "[x < 0] / 6"',
        '"0", "1"',
        "the slopes told at the kinks of hard_sigmoid are not its own",
        KINKS,
    ),
    "slopes-of-hinge": bug(
        "core/ops/losses.py",
        '"-(t + [t = 0] * (y - [y = 0]))"',
        '"-1"',
        "the slope told at the kink of hinge is right for a target of 1 alone",
        KINKS,
    ),
    "slope-of-elu": bug(
        "core/ops/activations.py",
        '"α",\n        "1",\n        "α",\n        says="ELU',
        '"0",\n        "1",\n        "α",\n        says="ELU',
        "the slope told below the kink of elu is that of relu",
        KINKS,
    ),
    "ties-in-training": bug(
        "core/compiled/kernels.py",
        'return terms.ufunc("divide", hit, _sum(terms, hit))',
        "return hit",
        "in a tie each of the largest gets the whole gradient in training",
        KINKS,
    ),
    "ties-in-pools": bug(
        "core/compiled/images.py",
        "terms.sum_of(hits))\n    parts",
        "terms.number(1))\n    parts",
        "in a tie each of a window's largest gets the whole gradient in training",
        KINKS,
    ),
    "used-in-a-tie": bug(
        "core/ops/reductions.py",
        '"an even share for each",\n        says="smallest',
        '"1",\n        says="smallest',
        "what is said to be used in a tie of the smallest entries is not what is used",
        KINKS,
    ),
}

BUGS = FIGURE | IN_FILES | MATHEMATICS | BESIDE_THE_CANVAS | TRAINING | DIFFERENTIATING
