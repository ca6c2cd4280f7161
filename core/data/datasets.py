"""The data sets there are to learn from: drawn by numpy at a seed, or bundled.

DatasetSource one row of the table: what a set is called, what may be chosen, and how it is drawn
DATASETS      the table, by name: `DATASETS["spiral"].make(seed=0, n=200, noise=0.1)`

The sets in the plane lie in the square [-6, 6]², where TF Playground shows its own.
"""

from __future__ import annotations

from core.data import drawn
from core.data.bundled import IRIS_SPECIES, raw_digits, raw_iris, some_of
from core.data.formulas import function_of, sides_of
from core.data.source import DatasetSource

UNIT_SQUARE = ((-0.5, 1.5), (-0.5, 1.5))
LINE, LINE_EXTENT = ("x",), ((-6.0, 6.0),)
_PLAYGROUND = "geometry of TensorFlow Playground, drawn by numpy"

DATASETS: dict[str, DatasetSource] = {
    row.name: row
    for row in (
        DatasetSource(
            "circle",
            "Circle",
            "A disc (1) inside a ring (0); noise blurs which points count as inside.",
            classes=2,
            draw=drawn.circle,
            source=_PLAYGROUND,
        ),
        DatasetSource(
            "xor",
            "XOR",
            "Four quarters of a square, 1 where both inputs have the same sign; noise blurs the axes.",
            classes=2,
            draw=drawn.xor,
            source=_PLAYGROUND,
        ),
        DatasetSource(
            "gauss",
            "Two Gaussians",
            "Two round clouds that a straight line can part; noise makes them wider.",
            classes=2,
            draw=drawn.gauss,
            source=_PLAYGROUND,
        ),
        DatasetSource(
            "spiral",
            "Spiral, two arms",
            "Two arms wound into each other; noise scatters the points.",
            classes=2,
            draw=drawn.spiral,
            source=_PLAYGROUND,
        ),
        DatasetSource(
            "spiral3",
            "Spiral, three arms",
            "Three arms wound into each other; noise is the spread of the angle in radians.",
            classes=3,
            draw=drawn.spiral3,
            n=300,
            noise=0.2,
            source="geometry of CS231n's case study, five times as large, drawn by numpy",
        ),
        DatasetSource(
            "cs231n",
            "Spiral of CS231n",
            "Three arms as in CS231n's case study, of radius 1; noise is the spread of the angle in radians.",
            classes=3,
            draw=drawn.cs231n,
            n=300,
            noise=0.2,
            extent=((-1.25, 1.25), (-1.25, 1.25)),
            source="CS231n's case study, drawn by numpy",
        ),
        DatasetSource(
            "moons",
            "Two moons",
            "Two half circles that reach into each other; noise scatters the points.",
            classes=2,
            draw=drawn.moons,
            noise=0.1,
            source="geometry of scikit-learn's make_moons, centred and three times as large, drawn by numpy",
        ),
        DatasetSource(
            "yin_yang",
            "Yin-yang",
            "A disc of two parts with a dot in each, the third class; noise scatters the points.",
            classes=3,
            draw=drawn.yin_yang,
            n=300,
            class_names=("yin", "yang", "dot"),
            source="geometry of L. Kriener and others' Yin-Yang, ten times as large, drawn by numpy",
        ),
        DatasetSource(
            "checkerboard",
            "Checkerboard",
            "Four by four fields of two classes; noise blurs their borders.",
            classes=2,
            draw=drawn.checkerboard,
            n=400,
        ),
        DatasetSource(
            "sides",
            "Two sides of a formula",
            "Class 1 where a condition on x1 and x2 holds, such as x2 > sin(x1); noise blurs the border.",
            classes=2,
            formula="x2 > 2 sin(x1)",
            draw_by=sides_of,
        ),
        *(
            DatasetSource(
                name,
                f"{gate} table",
                f"The four rows of x1 {gate} x2; more samples repeat them, noise scatters them.",
                classes=2,
                draw=drawn.truth_table(values),
                n=4,
                extent=UNIT_SQUARE,
                source="the truth table",
                has_test=False,
            )
            for name, gate, values in (
                ("and", "AND", (0, 0, 0, 1)),
                ("or", "OR", (0, 1, 1, 1)),
                ("xor_table", "XOR", (0, 1, 1, 0)),
            )
        ),
        DatasetSource(
            "plane",
            "Plane",
            "The slope (x1 + x2) / 10 over a square, which one linear neuron fits; noise roughens it.",
            classes=0,
            draw=drawn.plane,
            source=_PLAYGROUND,
        ),
        DatasetSource(
            "multi_gauss",
            "Hills and hollows",
            "Three hills and three hollows over a square; noise blurs where they are.",
            classes=0,
            draw=drawn.multi_gauss,
            n=500,
            source=_PLAYGROUND,
        ),
        DatasetSource(
            "sine",
            "Sine",
            "sin x over almost two periods; noise moves the targets up and down.",
            classes=0,
            draw=drawn.sine,
            feature_names=LINE,
            extent=LINE_EXTENT,
        ),
        DatasetSource(
            "line",
            "Noisy line",
            "The straight line x/2 + 1; noise moves the targets up and down.",
            classes=0,
            draw=drawn.line,
            noise=0.3,
            feature_names=LINE,
            extent=LINE_EXTENT,
        ),
        DatasetSource(
            "step",
            "Step",
            "0 up to x = 0, then 1; noise moves the targets up and down.",
            classes=0,
            draw=drawn.step,
            feature_names=LINE,
            extent=LINE_EXTENT,
        ),
        DatasetSource(
            "bump",
            "Bump",
            "The bell exp(−x²/2) around 0; noise moves the targets up and down.",
            classes=0,
            draw=drawn.bump,
            feature_names=LINE,
            extent=LINE_EXTENT,
        ),
        DatasetSource(
            "function",
            "Function of your own",
            "Any formula in x, such as y = x sin(x); noise moves the targets up and down.",
            classes=0,
            formula="y = x sin(x) / 3",
            draw_by=function_of,
            feature_names=LINE,
            extent=LINE_EXTENT,
        ),
        DatasetSource(
            "digits",
            "Handwritten digits",
            "1797 handwritten digits as images of 8×8 pixels, from 0 (paper) to 1 (ink).",
            classes=10,
            draw=some_of(raw_digits),
            n=1797,
            n_high=1797,
            noise_high=0.0,
            feature_names=tuple(f"pixel_{row}_{column}" for row in range(8) for column in range(8)),
            image_shape=(8, 8),
            extent=((0.0, 1.0),) * 64,
            source="E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits, UCI, CC BY 4.0",
        ),
        DatasetSource(
            "iris",
            "Iris",
            "150 flowers of three species, measured in centimetres by their sepals and petals.",
            classes=3,
            draw=some_of(raw_iris),
            n=150,
            n_high=150,
            noise_high=0.0,
            feature_names=("sepal length (cm)", "sepal width (cm)", "petal length (cm)", "petal width (cm)"),
            class_names=IRIS_SPECIES,
            extent=(),
            source="R. A. Fisher, Iris, UCI, CC BY 4.0, as corrected in scikit-learn",
        ),
    )
}
