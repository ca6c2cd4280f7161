"""Whether a scene holds what it says: its asserted numbers, its answers, and what its guided steps name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from core.base.errors import Problem
from core.base.numbers import exact
from core.base.slicing import finished
from core.graph.json_values import value_from
from core.lectures.acts import acted, with_variant
from core.passes.trace import Trace
from core.project.computing import traced
from core.project.document import Document
from core.project.scene import Asserted, Question, Scene

WITHIN = 1e-9  # relative above 1


def programs(document: Document) -> Iterator[tuple[str, Document, Asserted]]:
    """The document's own program and its variants: of each its name, its document, its asserted numbers."""
    scene = document.scene
    if scene is None:
        return
    yield scene.named, document, scene.asserted
    for variant in scene.variants:
        yield variant.name, with_variant(document, variant.name), variant.asserted


def faults(document: Document) -> list[str]:
    """Say what does not hold in a document's scene; nothing where all of it does.

    Args:
        document: a document with a scene.

    Returns:
        A sentence for each number that is not the asserted one, each question whose answer is another one,
        and each guided step that names what is not there.
    """
    scene, found = document.scene, []
    if scene is None:
        return ["There is no scene in the file"]
    traces: dict[str, Trace] = {}
    for name, own, asserted in programs(document):
        try:
            traces[name] = finished(traced(own))[0]
        except Problem as problem:
            found.append(f"{name}: {problem.message}")
            continue
        found += [f"{name}: {said}" for said in _wrong(traces[name], asserted)]
    if len(traces) == 1 + len(scene.variants):
        found += _of_steps(document, scene, traces)
        found += _of_questions(scene, traces[scene.named])
    return found


def _wrong(trace: Trace, asserted: Asserted) -> Iterator[str]:
    """The asserted numbers that a trace has not."""
    for what, numbers, known in (
        ("value", asserted.values, trace.last.value),
        ("gradient", asserted.gradients, trace.last.gradient),
    ):
        for name, plain in numbers.items():
            if name not in trace.graph.nodes:
                yield f"there is no {name}"
                continue
            wanted, here = np.asarray(value_from(plain, name)), known(name)
            shown = np.zeros(wanted.shape) if here is None else np.asarray(here)
            if shown.shape != wanted.shape:
                yield f"the {what} of {name} has another shape than the asserted one"
            elif not _is_near(shown, wanted, WITHIN):
                yield f"the {what} of {name} is {shown.tolist()}, asserted is {wanted.tolist()}"


def _is_near(one: Any, other: Any, within: float) -> bool:
    return bool(np.all(np.abs(np.asarray(one) - other) <= within * np.maximum(1.0, np.abs(other))))


def _of_steps(document: Document, scene: Scene, traces: dict[str, Trace]) -> Iterator[str]:
    """What guided steps name that is not there."""
    if said := _no_step(traces[scene.named], scene.step):
        yield said
    own, changed = document, traces[scene.named]
    for place, step in enumerate(scene.guide, 1):
        try:
            own = acted(own, step.act)
            changed = finished(traced(own))[0]
        except Problem as problem:
            yield f"guided step {place}: {problem.message}"
            continue
        if said := _no_step(changed, step.act.step):
            yield f"guided step {place}: {said}"
        for name in (*step.look, *filter(None, [step.act.select])):
            if name not in changed.graph.nodes:
                yield f"guided step {place}: there is no {name}"


def _no_step(trace: Trace, step: str) -> str:
    if not step:
        return ""
    try:
        trace.position(step)
    except Problem as problem:
        return problem.message
    return ""


def _of_questions(scene: Scene, trace: Trace) -> Iterator[str]:
    for place, question in enumerate(scene.questions, 1):
        if question.ask in ("value", "gradient"):
            yield from (f"question {place}: {said}" for said in _wrong_answer(question, trace))


def _wrong_answer(question: Question, trace: Trace) -> Iterator[str]:
    if question.node not in trace.graph.nodes:
        yield f"there is no {question.node}"
        return
    known = trace.last.value if question.ask == "value" else trace.last.gradient
    here = known(question.node)
    found = np.asarray(0.0 if here is None else here)
    try:
        number = float(found[question.entry])
    except (IndexError, TypeError):
        yield f"{question.node} has no entry {list(question.entry)}"
        return
    if abs(number - question.answer) > max(question.tolerance, WITHIN) * max(1.0, abs(question.answer)):
        is_said = f"is {exact(number)}, the answer says {exact(question.answer)}"
        yield f"the {question.ask} of {question.node} {is_said}"
