"""What a guided step does to a document; where it goes and what it trains are the session's.

with_variant   the document with another program of its scene
acted          the document after an act
"""

from __future__ import annotations

from msgspec.structs import replace

from core.base.errors import Problem, cut
from core.graph.json_values import plain_value, value_from, values_from
from core.project.document import Document
from core.project.scene import Act, Variant, plain_values
from core.training.settings import TrainingSettings, settings_from


def with_variant(document: Document, name: str) -> Document:
    """The document with another program of its scene, which changes places with the present one.

    Args:
        document: a document with a scene.
        name: what the program is called.

    Raises:
        Problem: the scene has no program of that name.
    """
    scene = document.scene
    if scene is not None and scene.named == name:
        return document
    variant = scene.variant(name) if scene else None
    if scene is None or variant is None:
        raise Problem(f"The scene has no variant {cut(name)}")
    left = Variant(
        scene.named,
        document.text,
        plain_values(document.values),
        document.output,
        None if document.seed is None else plain_value(document.seed),
        scene.asserted,
    )
    others = tuple(left if other is variant else other for other in scene.variants)
    return replace(
        document,
        text=variant.program,
        values=variant.given(),
        output=variant.output,
        seed=None if variant.seed is None else value_from(variant.seed, "the seed"),
        guessed=frozenset(),
        unfolded={},
        moved={},
        scene=replace(scene, named=name, asserted=variant.asserted, variants=others),
    )


def acted(document: Document, act: Act) -> Document:
    """The document after what an act does to it.

    Args:
        document: a document with a scene.
        act: its variant, settings, values and seed are taken over; the rest of it does nothing here.

    Raises:
        Problem: the act names what is not there, or its settings or values cannot be read.
    """
    if act.variant:
        document = with_variant(document, act.variant)
    if act.settings:
        document = replace(document, training=_changed(document.training, act))
    if act.values:
        values = {**document.values, **values_from(act.values)}
        document = replace(document, values=values, guessed=document.guessed - act.values.keys())
    if act.seed is not None:
        document = replace(document, seed=value_from(act.seed, "the seed"))
    return document


def _changed(settings: TrainingSettings, act: Act) -> TrainingSettings:
    read = settings_from(act.settings)
    unknown = act.settings.keys() - set(settings.__struct_fields__)
    if unknown:
        raise Problem(f"There is no setting {cut(min(unknown))}")
    return replace(settings, **{name: getattr(read, name) for name in act.settings})
