"""A program as an ONNX model: the bytes of a file.

formula_model   a program at its values: the inputs may be fed, and have these values where they are not
trained_model   what a training setup trains: from a batch of features to predictions, the weights inside
encoded         a model as a file
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from core.base.arrays import Value
from core.base.errors import Problem
from core.export import one_line
from core.export.onnx.operators import DRAWN, OFF
from core.export.onnx.passes import Model, Passes
from core.export.onnx.tensors import DOUBLE, FLOAT, Operator, Tensor
from core.export.options import Options
from core.graph.graph import Graph

if TYPE_CHECKING:
    from core.data.examples import Dataset
    from core.training.setup import TrainingSetup

# those of the end of 2022: whatever was released since reads them
OPSET, IR_VERSION = 18, 8
BATCH = "batch"
ELEMENTS = {"float32": FLOAT, "float64": DOUBLE}


def formula_model(graph: Graph, values: Mapping[str, Value], options: Options) -> bytes:
    """Write a formula as an ONNX model in double precision, as the engine computes.

    Args:
        graph: the graph; its inputs become the model's.
        values: a number or an array for each input; those of no gradient are kept as constants.
        options: the precision, if not the usual one, and whether the gradients of the inputs are outputs too.

    Returns:
        The model as bytes of a file.

    Raises:
        Problem: an operation that ONNX has no form for, or the package onnx is not installed.
    """
    passes = Passes(graph, values, ELEMENTS.get(options.precision, DOUBLE))
    outputs = [passes.output()]
    if options.gradients:
        outputs += passes.backward(graph.inputs)
    return encoded(passes.model(graph.free, outputs, {}), graph.program.text, options)


def trained_model(setup: TrainingSetup, options: Options) -> bytes:
    """Write the prediction of a training for a batch of features as an ONNX model, in single precision.

    With the gradients it takes the targets as well, and weights where they are fed, and returns the loss of
    the batch and the gradients of the parameters too: all that an update needs. Without data it is a formula;
    without a prediction the loss stands for it.

    Args:
        setup: the program with its roles, data and parameters' values.
        options: the precision, if not the usual one, and whether the gradients are outputs too.

    Returns:
        The model as bytes of a file.

    Raises:
        Problem: an operation that ONNX has no form for, a program that cannot be trained, or the package onnx
            is not installed.
    """
    trainer = setup.trainer()  # refuses what cannot be trained
    values = {**trainer.example(0), **setup.values}
    roles, data = setup.roles, setup.dataset
    if data is None:
        return formula_model(setup.graph, setup.values, options)
    alone = roles.prediction and not options.gradients
    graph = trainer.graph.with_output(roles.prediction if alone else trainer.engines.objective)
    dropout = DRAWN if options.gradients else OFF
    passes = Passes(
        graph, values, ELEMENTS.get(options.precision, FLOAT), roles.data, dropout, trainer.engines.summed
    )
    outputs = [passes.tensors[roles.prediction]] if roles.prediction else []
    if not alone:
        outputs.append(passes.loss())
    if options.gradients:
        outputs += passes.backward(roles.parameters)
    fed = [*roles.data, *roles.parameters] if options.gradients else roles.data
    return encoded(passes.model(fed, outputs, _facts(setup, data)), setup.text, options)


def _facts(setup: TrainingSetup, data: Dataset) -> dict[str, str]:
    """What the data were, and how the prediction is read."""
    found = {"data": data.title, "features": ", ".join(data.feature_names)}
    if data.classes:
        found["classes"] = ", ".join(data.class_names)
    roles = setup.roles
    if data.classes == 2 and roles.prediction and not setup.graph.nodes[roles.prediction].shape:
        found["threshold"] = f"{roles.threshold:g}"
    return found


# -- the file


def _package() -> Any:
    try:
        import onnx
    except ImportError:
        hint = "Install it with pip install onnx, or pipx inject chainlight onnx"
        raise Problem("ONNX models are written with the package onnx, which is missing", hint=hint) from None
    return onnx


def encoded(model: Model, text: str, options: Options) -> bytes:
    """A model of a program's text as a file."""
    onnx = _package()
    helper, names = onnx.helper, model.names

    def says(tensor: Tensor) -> str:
        return one_line(model.says.get(tensor, ""))

    def typed(tensor: Tensor) -> Any:
        shape = [*[BATCH] * tensor.batched, *tensor.shape]
        return helper.make_tensor_value_info(names[tensor], model.element, shape, says(tensor))

    def node(operator: Operator) -> Any:
        inputs, output = [names[tensor] for tensor in operator.inputs], names[operator.output]
        told = says(operator.output) or None
        return helper.make_node(operator.kind, inputs, [output], output, told, **operator.attributes)

    graph = helper.make_graph(
        [node(operator) for operator in model.operators],
        "program",
        [typed(tensor) for tensor in model.inputs],
        [typed(tensor) for tensor in model.outputs],
        [onnx.numpy_helper.from_array(array, names[tensor]) for tensor, array in model.constants.items()],
    )
    program = "".join(char if char.isprintable() or char == "\n" else " " for char in text)
    made = helper.make_model(
        graph,
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR_VERSION,
        producer_name="Chainlight",
        producer_version=options.version,
        doc_string=f"Made by Chainlight of this program:\n\n{program}",
    )
    helper.set_model_props(made, {"program": program, **model.facts})
    return bytes(made.SerializeToString())
