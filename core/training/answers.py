"""What a program that is trained answers to any inputs, with the parameters as they are."""

from __future__ import annotations

import numpy as np

from core.base.arrays import Array
from core.base.errors import Problem
from core.compiled import compile_plan
from core.graph.plan import make_plan
from core.ops import squashing
from core.training.trainer import Trainer

SHARES = squashing("probabilities")


class Answers:
    """An engine of its own for some number of examples: nothing that trains is disturbed."""

    def __init__(self, trainer: Trainer, count: int):
        """Raises Problem where the program predicts neither a number nor a score for each class."""
        graph, roles = trainer.graph, trainer.roles
        if not roles.prediction or len(graph.nodes[roles.prediction].shape) > 1:
            raise Problem("The program names no prediction", hint="Give it a line of its own, such as y = …")
        self.count, self._trainer = count, trainer
        node = graph.nodes[roles.prediction]
        self._scored = bool(node.shape)
        self._scores = self._scored and node.op not in SHARES
        plan = make_plan(graph.with_output(roles.prediction))
        self._engine = compile_plan(plan, roles.data, count, np.float64, roles.parameters, backward=False)

    def predicted(self, inputs: Array) -> Array:
        """The predictions for inputs (count, d): numbers (count,), or of classes shares (count, classes)."""
        roles, engine = self._trainer.roles, self._engine
        for place, feature in enumerate(roles.features):
            if feature in engine.inputs:
                shape = self._trainer.graph.nodes[feature].shape
                given = inputs[:, roles.columns[place]] if roles.columns else inputs.reshape(-1, *shape)
                engine.inputs[feature][...] = np.moveaxis(given, 0, -1)
        engine.parameters[...] = self._trainer.parameters
        engine.set(self._trainer.engines.fixed)
        with np.errstate(all="ignore"):
            engine.forward()
            answer = np.array(engine.values[roles.prediction], dtype=float)
            if self._scores:
                e = np.exp(answer - answer.max(axis=0))
                answer = e / e.sum(axis=0)
        if self._scored:
            return np.broadcast_to(answer.reshape(len(answer), -1), (len(answer), self.count)).T
        return np.broadcast_to(answer.reshape(-1), (self.count,))

    def classes(self, inputs: Array) -> Array:
        """The class that is predicted for each of the inputs (count, d), as a whole number."""
        answer, roles = self.predicted(inputs), self._trainer.roles
        if answer.ndim > 1:
            return np.asarray(answer.argmax(axis=1))
        above = answer > roles.threshold
        return (above if roles.higher_is_second else ~above).astype(int)
