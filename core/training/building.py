"""Changes of a network's layers and inputs, one by one: settings before, settings after.

with_units        a layer has other units; without any it is gone
with_layer        a layer more
with_activation   a layer has another activation
with_feature      the first layer takes a feature, or takes it no longer
"""

from __future__ import annotations

from msgspec.structs import replace

from core.base.errors import Problem
from core.training.activations import activations_for, written_as_one
from core.training.choices import MAX_LAYERS, MAX_UNITS, MOST_FEATURES
from core.training.features import usual
from core.training.settings import TrainingSettings

NEW_UNITS = 2  # of a layer that is put in


def with_units(settings: TrainingSettings, layer: int, units: int) -> TrainingSettings:
    """Give a hidden layer, counted from 0, so many units; with 0 it is taken away."""
    hidden, names = [*settings.hidden], [*_activations(settings)]
    if units:
        hidden[layer] = min(units, MAX_UNITS)
    else:
        del hidden[layer], names[layer]
    return _built(settings, hidden, names)


def with_layer(settings: TrainingSettings, place: int) -> TrainingSettings:
    """Put a hidden layer before that of a place, with its activation; at the end behind all others."""
    hidden, names = [*settings.hidden], [*_activations(settings)]
    if len(hidden) == MAX_LAYERS:
        return settings
    name = names[min(place, len(names) - 1)] if names else activations_for(settings.activation, 1)[0]
    hidden.insert(place, NEW_UNITS)
    names.insert(place, name)
    return _built(settings, hidden, names)


def with_activation(settings: TrainingSettings, layer: int, name: str) -> TrainingSettings:
    """Give a hidden layer, counted from 0, another activation."""
    names = [*_activations(settings)]
    names[layer] = name
    return _built(settings, settings.hidden, names)


def taken(settings: TrainingSettings, inputs: int) -> tuple[str, ...]:
    """The formulas that the first layer takes, of data with so many inputs."""
    return settings.features or usual(inputs)


def with_feature(settings: TrainingSettings, feature: str, inputs: int) -> TrainingSettings:
    """Let the first layer take a feature, behind those it has, or take it no longer.

    Raises Problem where that was the last one, or there are too many.
    """
    now = taken(settings, inputs)
    after = tuple(text for text in now if text != feature) if feature in now else (*now, feature)
    if not after:
        raise Problem("The first layer takes at least one input", hint="Take in another one first")
    if len(after) > MOST_FEATURES:
        raise Problem(f"The first layer takes up to {MOST_FEATURES} inputs", hint="Take one away first")
    return replace(settings, features=() if after == usual(inputs) else after)


def _activations(settings: TrainingSettings) -> tuple[str, ...]:
    return activations_for(settings.activation, len(settings.hidden))


def _built(
    settings: TrainingSettings, hidden: list[int] | tuple[int, ...], names: list[str]
) -> TrainingSettings:
    activation = written_as_one(tuple(names)) if names else settings.activation.split()[0]
    return replace(settings, hidden=tuple(hidden), activation=activation)
