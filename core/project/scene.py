"""A scene of a lecture: what a project file says beside its program, so that a lecture can be given with it.

Reading order: Scene, then its parts, then scene_from and plain_scene, which a project file is read and
written with. Everything is data: what a guided step does is an Act, and nothing here runs anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import msgspec
from msgspec import Struct, to_builtins

from core.base.arrays import Value
from core.base.errors import Problem, cut
from core.graph.json_values import plain_value, values_from

Plain = Any
"""A number or nested lists of numbers, as they stand in a file."""

MOST_STEPS, MOST_QUESTIONS, MOST_VARIANTS = 40, 40, 12
LONGEST = 2_000  # characters of a text
TOLERANCE = 0.005


class Asserted(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Numbers that were computed independently: values of nodes, and gradients of the output by them."""

    values: Mapping[str, Plain] = {}
    gradients: Mapping[str, Plain] = {}


class Act(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """What a guided step does, in the order of its fields; what is not said stays as it is.

    variant   the program to be shown, by its name
    settings  those of the training
    values    what names of the program are given
    seed      what the backward pass starts with
    updates   how many the training makes; `epochs` the same
    step      where to go: start, forward:2, seed, backward:3, end
    select    the node to be selected
    """

    variant: str = ""
    settings: Mapping[str, Any] = {}
    values: Mapping[str, Plain] = {}
    seed: Plain = None
    updates: int = 0
    epochs: int = 0
    step: str = ""
    select: str = ""


class Guided(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """One guided step: its title, what it says, the nodes to look at, and what it does."""

    title: str
    says: str
    look: tuple[str, ...] = ()
    act: Act = Act()


class Question(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A question: the value or gradient of a node, a number that `text` asks for, or one of several answers.

    `node` and `entry` say of what number `answer` is, which is taken as right within `tolerance`; of several
    `options` the answer is the number of the right one, counted from 0. `why` is said afterwards.
    """

    ask: Literal["value", "gradient", "number", "choice"]
    answer: float
    node: str = ""
    entry: tuple[int, ...] = ()
    text: str = ""
    options: tuple[str, ...] = ()
    tolerance: float = TOLERANCE
    why: str = ""


class Erratum(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """What a lecture prints that is wrong, does not go together, or holds by a convention it does not say."""

    kind: Literal["error", "inconsistency", "convention"]
    text: str


class Variant(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Another program of the same scene."""

    name: str
    program: str
    values: Mapping[str, Plain] = {}
    output: str = ""
    seed: Plain = None
    asserted: Asserted = Asserted()

    def given(self) -> dict[str, Value]:
        """Its values as arrays and numbers. Raises Problem."""
        return values_from(self.values)


class Scene(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """What a lecture shows with the program of a document.

    id         short and unique among those of all lectures, such as U6
    lecture    the key of its lecture (core/lectures/catalogue.py); own scenes have none
    goal       what one knows afterwards, in a sentence
    ideas      words by which it is found, beside those of its texts
    workspace  where it opens, after the steps that `step` names
    named      what the document's own program is called beside its `variants`
    """

    id: str
    title: str
    lecture: str = ""
    goal: str = ""
    ideas: tuple[str, ...] = ()
    workspace: Literal["step", "train"] = "step"
    step: str = "start"
    named: str = "the program"
    guide: tuple[Guided, ...] = ()
    questions: tuple[Question, ...] = ()
    errata: tuple[Erratum, ...] = ()
    asserted: Asserted = Asserted()
    variants: tuple[Variant, ...] = ()

    def variant(self, name: str) -> Variant | None:
        """The variant of that name."""
        return next((variant for variant in self.variants if variant.name == name), None)


def scene_from(plain: Any) -> Scene:
    """Read the scene of a project file.

    Args:
        plain: what stands in the file.

    Raises:
        Problem: it is no scene; the sentence says at what place of it.
    """
    try:
        scene = msgspec.convert(plain, Scene)
    except msgspec.ValidationError as error:
        raise Problem(f"The project's scene cannot be read: {cut(_said(error))}") from None
    _check(scene)
    return scene


def plain_scene(scene: Scene) -> dict[str, Any]:
    """A scene as it stands in a project file."""
    return dict(to_builtins(scene))


def plain_values(values: Mapping[str, Value]) -> dict[str, Plain]:
    """Values as they stand in the variants and acts of a scene."""
    return {name: plain_value(value) for name, value in values.items()}


def _said(error: msgspec.ValidationError) -> str:
    """Where and what, in words: `guide[2].says takes text, not a number`."""
    what, _, where = str(error).partition(" - at ")
    place = where.strip("`").removeprefix("$").removeprefix(".")
    for kind, word in (
        ("`str`", "text"),
        ("`int`", "a whole number"),
        ("`float`", "a number"),
        ("`object`", "a table"),
        ("`array`", "a list"),
        ("`bool`", "true or false"),
        ("`null`", "nothing"),
    ):
        what = what.replace(kind, word)
    return f"{place}: {what[:1].lower()}{what[1:]}" if place else what


def _check(scene: Scene) -> None:
    """Raise Problem where a part of a scene makes no sense with the others."""
    for count, most, what in (
        (len(scene.guide), MOST_STEPS, "guided steps"),
        (len(scene.questions), MOST_QUESTIONS, "questions"),
        (len(scene.variants), MOST_VARIANTS, "variants"),
    ):
        if count > most:
            raise Problem(f"A scene has at most {most} {what}, not {count}")
    names = [scene.named, *(variant.name for variant in scene.variants)]
    if len({*names}) < len(names):
        raise Problem(
            f"Two variants of the scene are called {cut(next(n for n in names if names.count(n) > 1))}"
        )
    for place, step in enumerate(scene.guide, 1):
        if step.act.variant and step.act.variant not in names:
            raise Problem(
                f"Guided step {place} asks for the variant {cut(step.act.variant)}, which is not there"
            )
        if step.act.updates < 0 or step.act.epochs < 0:
            raise Problem(f"Guided step {place} trains backwards")
    for place, question in enumerate(scene.questions, 1):
        if question.ask == "choice":
            if len(question.options) < 2 or question.answer not in range(len(question.options)):
                raise Problem(
                    f"Question {place} needs options, and the number of the right one, counted from 0"
                )
        elif not (question.text if question.ask == "number" else question.node):
            raise Problem(f"Question {place} does not say what it asks for")
    texts = (
        scene.title,
        scene.goal,
        *(text for g in scene.guide for text in (g.title, g.says)),
        *(q.text for q in scene.questions),
        *(q.why for q in scene.questions),
        *(e.text for e in scene.errata),
    )
    if any(len(text) > LONGEST for text in texts):
        raise Problem(f"A text of a scene has at most {LONGEST:,} characters")
