"""A training setup as a PyTorch script: a module, its loss, the training loop, and a proof of equal numbers.

torch_module   the script; first comes what is to be read, at the end what is only numbers
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from msgspec.structs import replace

from core.base.arrays import Value, frozen, shape_text
from core.base.errors import Problem
from core.data.examples import DEALING
from core.export.code import Identifiers, heading, literal, name, printed
from core.export.dropout import random_nodes, without_dropout
from core.export.torch.around import after_update, at_epoch, before_update
from core.export.torch.functions import DEFINITIONS
from core.export.torch.loop import (
    CHECK,
    DEAL,
    DESCEND,
    DRAWS,
    DROP,
    EVAL,
    MAIN,
    OF_MODULES,
    PREPARE,
    SETTINGS,
    TAKEN,
    TEST,
    TRAIN,
)
from core.export.torch.optimizer import optimizer_class, optimizer_made
from core.export.torch.script import imported
from core.export.torch.text import TorchText, entries
from core.graph.plan import make_plan
from core.passes.stepper import record
from core.training.engines import Feed
from core.training.setup import TrainingSetup

MOST_ENTRIES = 1_000_000
EPOCHS = 100
RESULTS = ("loss", "objective")  # what is reported, and where a rule has its own what it goes down on


def torch_module(setup: TrainingSetup) -> str:
    """The script of a setup. Raises Problem for an operation without a form, or for too many numbers."""
    return _Module(setup).script()


class _Module:
    """The parts of one script."""

    def __init__(self, setup: TrainingSetup):
        self.setup, self.roles, self.trainer = setup, setup.roles, setup.trainer()
        self.graph = self.trainer.graph
        self.losses = list(dict.fromkeys([self.graph.output, self.trainer.engines.objective]))
        self.drawn = random_nodes(self.graph)
        names = Identifiers({*TAKEN, *OF_MODULES, *DEFINITIONS, type(self.trainer.optimizer).__name__})
        self.data = {node: names.new(node) for node in self.roles.data}
        self.parameters = {node: names.new(node) for node in self.roles.parameters}
        self.fixed = {node: names.new(node) for node in (*self.roles.fixed, *self.graph.stated)}
        self.prediction = self.roles.prediction or self.graph.output
        self.values = record(make_plan(self.graph), {**self.trainer.example(0), **setup.values}).last
        self.text = self._text(names)
        self.forward = self.text.lines(self.graph.upstream_of(self.text.shown))
        typed = {node.name for node in setup.graph.nodes.values() if node.named}
        self.renamed = {old: new for old, new in names.renamed.items() if old in typed}

    def _text(self, names: Identifiers) -> TorchText:
        live = self.graph.downstream_of([*self.graph.inputs, *self.drawn])
        known = {node: name(identifier) for node, identifier in self.data.items()}
        known |= {node: name(f"self.{i}") for node, i in {**self.parameters, **self.fixed}.items()}
        values = {node: self.value(node) for node in self.graph.nodes if node not in live}
        shown = [self.prediction, *self.losses]
        return TorchText(self.graph, names, known, values, list(self.data), shown, "self.{}")

    def value(self, node: str) -> Value:
        found = self.values.value(node)
        assert found is not None
        return found

    # -- the module

    def net(self) -> list[str]:
        prediction = printed(self.text.known[self.prediction])
        results = ", ".join([prediction, *(self.reduced(node) for node in self.losses)])
        start = [
            f'self.{i} = torch.nn.Parameter(start["{i}"])  # {shape_text(self.graph.nodes[node].shape)}'
            for node, i in self.parameters.items()
        ]
        start += [
            f'self.register_buffer("{identifier}", start["{identifier}"])' for identifier in self.buffers()
        ]
        batch = "; the first axis of all data counts the examples" if self.data else ""
        return [
            "class Net(torch.nn.Module):",
            f'    """The program{batch}."""',
            "",
            "    def __init__(self):",
            "        super().__init__()",
            "        start = start_values()",
            *(f"        {line}" for line in start),
            "",
            f"    def forward({', '.join(['self', *self.data.values()])}):",
            *(f"        {line}" for line in self.forward),
            f"        return {results}",
            "",
            "",
        ]

    def reduced(self, node: str) -> str:
        """A loss, of a batch the mean or the sum."""
        found = printed(self.text.known[node])
        return f"torch.{self.setup.options.reduction}({found})" if node in self.text.in_batches else found

    def buffers(self) -> dict[str, Value]:
        """What is neither learned nor data."""
        return {i: self.value(node) for node, i in self.fixed.items()} | self.text.constants

    # -- training

    def optimizer(self) -> str:
        spared = [self.parameters[node] for node in self.trainer.spared]
        return optimizer_made(self.trainer.optimizer, list(self.parameters.values()), spared)

    def rule(self) -> str:
        """The rule in words; one with an objective of its own finds that in the place of the loss."""
        optimizer = self.trainer.optimizer
        if optimizer.objective:
            return f"{optimizer.formula}; what it goes down on is its objective"
        return optimizer.own

    def functions(self) -> list[str]:
        names = ", ".join(self.data.values())
        fields = {
            "names": names,
            "unpack": names if len(self.data) > 1 else f"({names},)",
            "first": next(iter(self.data.values()), ""),
            "batch": ", ".join(f"{i}[rows]" for i in self.data.values()),
            "optimizer": self.optimizer(),
            "formula": self.rule(),
            "dealing": DEALING,
            "results": ", ".join(["prediction", *RESULTS[: len(self.losses)]]),
            "goal": RESULTS[len(self.losses) - 1],
            **self._dropping(),
            **self._around(),
        }
        if not self.data:
            return [CHECK.format(where="At the start", prepare="", **fields), "", DESCEND.format(**fields)]
        test = TEST.format(**fields) if self.trainer.test_data else ""
        return [
            DEAL.format(**fields),
            "",
            TRAIN.format(test=test, **fields),
            "",
            CHECK.format(where="On the first mini-batch", prepare=PREPARE.format(**fields), **fields),
        ]

    def _around(self) -> dict[str, str]:
        """The lines around the update, each with the blanks of its place."""
        trainer, indent = self.trainer, " " * (12 if self.data else 8)
        found = {
            "before_update": [indent + line for line in before_update(trainer, self.parameters)],
            "after_update": [indent + line for line in after_update(trainer, self.parameters)],
            "at_epoch": [" " * 8 + line for line in at_epoch(trainer.options.schedule, trainer.rate)],
        }
        return {field: "".join(f"{line}\n" for line in lines) for field, lines in found.items()}

    def _dropping(self) -> dict[str, str]:
        """The lines that a script has only where something is dropped."""
        lines = {"draws": DRAWS, "eval": EVAL, "drop": DROP}
        return lines if self.drawn else dict.fromkeys(lines, "")

    # -- numbers

    def numbers(self) -> list[str]:
        """The functions that only hold numbers. Raises Problem where there are too many."""
        start = {i: self.value(node) for node, i in self.parameters.items()} | self.buffers()
        train, test = (
            {self.data[node]: frozen(array) for node, array in part.arrays.items()} if part else {}
            for part in (self.trainer.train_data, self.trainer.test_data)
        )
        expected = self.expected()
        count = entries([*start.values(), *train.values(), *test.values(), *expected.values()])
        if count > MOST_ENTRIES:
            raise Problem(
                f"The script would hold {count:,} numbers; the limit is {MOST_ENTRIES:,}",
                hint="Take fewer units or fewer examples",
            )
        lines = _table("start_values", "Weights and other numbers to start from.", start)
        for called, data, part in (
            ("train_data", train, self.trainer.train_data),
            ("test_data", test, self.trainer.test_data),
        ):
            if part and data:
                lines += _data(called, self._title(), len(part), data)
        return [*lines, *_table("chainlight_numbers", "What Chainlight computed for `check`.", expected)]

    def _title(self) -> str:
        return self.setup.dataset.title if self.setup.dataset else ""

    def expected(self) -> dict[str, Value]:
        """Loss and gradients of the first mini-batch as Chainlight computes them, nothing dropped."""
        data, options = self.trainer.train_data, self.setup.options
        rows = next(data.batches(options.batch_size, options.seed, 0)) if data else np.zeros(1, np.intp)
        trainer = self.trainer
        if self.drawn:
            trainer = replace(self.setup, graph=without_dropout(self.setup.graph)).trainer()
        engine = Feed(trainer.engines, data).loaded(rows)
        with np.errstate(all="ignore"):
            engine.step()
        found: dict[str, Value] = {"loss": trainer.engines.loss(engine)()}
        for node, identifier in self.parameters.items():
            found[identifier] = frozen(engine.part(engine.gradient, node).copy())
        return found

    # -- all of it

    def script(self) -> str:
        options = self.setup.options
        sizes = [f"batch_size = {options.batch_size}", f"seed = {options.seed}  # of the dealing"]
        code = [
            *(f"{DEFINITIONS[function]}\n" for function in self.text.functions),
            *optimizer_class(self.trainer.optimizer),
            *self.net(),
            *self.functions(),
        ]
        return "\n".join(
            [
                *heading("this program in PyTorch, trained as in Chainlight.", self.setup.text, self.renamed),
                "import os  # for torchrun",
                *imported(code, "math"),
                "",
                *(["import numpy as np"] if self.data else []),
                "import torch",
                *imported(code, "F"),
                "",
                SETTINGS.rstrip(),
                *(sizes if self.data else []),
                f"epochs = {EPOCHS}",
                "",
                "",
                *code,
                "",
                "# -- numbers",
                "",
                "",
                *self.numbers(),
                MAIN,
            ]
        )


def _tensor(value: Value, opening: str) -> str:
    """`x = torch.tensor([1.0, 2.0])`, in a function."""
    opening = f"{opening}torch.tensor("
    return f"{opening}{literal(value, 'torch', len(opening))})"


def _table(called: str, says: str, values: Mapping[str, Value]) -> list[str]:
    """A function that returns tensors by name."""
    rows = [_tensor(value, f'        "{key}": ') + "," for key, value in values.items()]
    return [f"def {called}():", f'    """{says}"""', "    return {", *rows, "    }", "", ""]


def _data(called: str, title: str, count: int, values: Mapping[str, Value]) -> list[str]:
    """A function that returns the data, an array for each name."""
    rows = [_tensor(value, f"    {key} = ") for key, value in values.items()]
    says = f"{title}, {count} examples; put your own data here."
    return [
        f"def {called}():",
        f'    """{says}"""',
        *rows,
        f"    return {', '.join(values)}{',' * (len(values) == 1)}",
        "",
        "",
    ]
