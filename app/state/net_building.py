"""What is built of a net on the canvas: its layers, their activations, the features that it takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from app.state.net_session import NetSession
from core.notation.names import in_text
from core.training.choices import MAX_LAYERS, activations

# what trains loads NumPy, so it is imported with the first run
if TYPE_CHECKING:
    from core.training.net_figure import Column
    from core.training.settings import TrainingSettings

FIXED = (
    "The typed program is trained: change its layers in its text, or choose a network under Settings, Train"
)


class NetBuilding:
    """Layers and features of the net that is drawn; each change is one entry of undo and begins it anew.

    Hidden layers are counted from 0.
    """

    def __init__(self, net: NetSession):
        self.net, self.training = net, net.training

    @property
    def columns(self) -> Sequence[Column]:
        """The layers that are drawn, the inputs first; none where no stack of layers is."""
        from core.training.net_figure import columns_of

        run = self.training.made
        return columns_of(run, self.net.view) if run and self.net.is_there else ()

    @property
    def why_fixed(self) -> str:
        """Why nothing can be built here; empty where it can."""
        return "" if self.training.settings.trains_network else FIXED

    @property
    def inputs(self) -> int:
        """How many inputs the data have."""
        run = self.training.made
        return run.setup.dataset.inputs.shape[1] if run and run.setup.dataset else 0

    @property
    def why_no_layer(self) -> str:
        """Why no layer can be put in; empty where one can."""
        full = len(self.training.settings.hidden) >= MAX_LAYERS
        return self.why_fixed or (f"A net has up to {MAX_LAYERS} hidden layers" if full else "")

    @property
    def features(self) -> Mapping[str, bool]:
        """Formulas, and whether the first layer takes them; none where the inputs are taken whole."""
        from core.training.building import taken
        from core.training.features import MOST_INPUTS, offered

        if not 0 < self.inputs <= MOST_INPUTS or self.why_fixed:
            return {}
        now = taken(self.training.settings, self.inputs)
        return {text: text in now for text in dict.fromkeys((*offered(self.inputs), *now))}

    def set_units(self, layer: int, units: int) -> None:
        """Give a layer so many units; with 0 it is taken away."""
        from core.training.building import with_units

        label = f"set the units of layer {layer + 1}" if units else f"remove layer {layer + 1}"
        self._take(label, with_units(self.training.settings, layer, units))

    def insert(self, place: int) -> None:
        """Put a layer in, before that of a place."""
        from core.training.building import with_layer

        self._take("insert a layer", with_layer(self.training.settings, place))

    def set_activation(self, layer: int, name: str) -> None:
        """Give a layer another activation."""
        from core.training.building import with_activation

        self._take("set activation", with_activation(self.training.settings, layer, name))

    def toggle_feature(self, text: str) -> None:
        """Let the first layer take a feature, or take it no longer. Raises Problem for the last one."""
        from core.training.building import with_feature

        verb = "leave out" if self.features.get(text) else "take in"
        self._take(f"{verb} {in_text(text)}", with_feature(self.training.settings, text, self.inputs))

    def add_feature(self, typed: str) -> None:
        """Let the first layer take a formula that was typed. Raises Problem where it is none."""
        from core.training.features import checked

        text = checked(typed, self.inputs)
        if not self.features.get(text):
            self.toggle_feature(text)

    def activation_title(self, name: str) -> str:
        """What an activation is called."""
        return activations().get(name, name)

    def _take(self, label: str, settings: TrainingSettings) -> None:
        self.training.change_to(label, settings)
