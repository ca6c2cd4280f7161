"""What projects of earlier versions held, and whether a later version shows the same."""

import json
import unicodedata
from pathlib import Path

import numpy as np

from core.graph.graph import CONSTANT
from core.graph.json_values import plain_value, value_from
from core.notation.names import canonical
from core.project.document import DERIVATIVES, LAYOUT, Drawn

FOLDER = Path(__file__).parent / "cases" / "old_files"
PROJECTS = sorted(path.stem for path in FOLDER.glob("*.chainlight"))
TOLERANCE = 1e-9


def path_of(name):
    return FOLDER / f"{name}.chainlight"


def facts_of(name):
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def key(name):
    """A name without what spellings of one name differ by: x_1, x₁ and x_{1} are x1."""
    return canonical(unicodedata.normalize("NFKC", name)).translate(str.maketrans("", "", "_{}"))


def keyed(table):
    found = {key(name): what for name, what in table.items()}
    assert len(found) == len(table)
    return found


def assert_same_value(found, expected, what):
    if expected is None or found is None:
        assert found is expected, what
        return
    expected = value_from(expected, "what was there")
    assert np.shape(found) == np.shape(expected), what
    np.testing.assert_allclose(found, expected, rtol=TOLERANCE, atol=TOLERANCE, err_msg=what)


def assert_same_numbers(trace, facts):
    """Output, seed, unfolded nodes, and value and gradient of every node are what they were."""
    graph = trace.graph
    assert key(graph.output) == key(facts["output"])
    assert_same_value(trace.seed, facts["seed"], "the seed")
    assert sorted(map(key, graph.folded)) == sorted(map(key, facts["unfolded_now"]))
    nodes = keyed({node.name: node for node in graph.nodes.values() if node.op != CONSTANT})
    expected = keyed({node["name"]: node for node in facts["nodes"]})
    assert nodes.keys() == expected.keys()
    for name, was in expected.items():
        assert_same_value(trace.last.value(nodes[name].name), was["value"], f"value of {name}")
        assert_same_value(trace.last.gradient(nodes[name].name), was["gradient"], f"gradient of {name}")


def assert_same_document(document, facts):
    """What is set beside the program is what it was: values, marks on nodes, the training settings.

    Places of nodes are only kept if they are those of today's layout.
    """
    values, expected = keyed(document.values), keyed(facts["values"])
    assert values.keys() == expected.keys()
    for name, value in expected.items():
        assert_same_value(values[name], value, name)
    assert {name: list(point) for name, point in keyed(document.moved).items()} == keyed(moved_then(facts))
    assert_drawn_as_then(document.drawing, facts)
    assert keyed(document.unfolded) == keyed(facts["unfolded"])
    assert key(document.output) == key(facts["chosen_output"])
    seed = None if document.seed is None else plain_value(document.seed)
    assert seed == facts["chosen_seed"]
    assert training_as_then(document.training, facts) == facts["lab"]
    assert sorted(document.guessed) == facts.get("guessed", []), (
        "before there was a list, all values were given"
    )


def assert_drawn_as_then(drawing, facts):
    """It is drawn as was chosen; later there may be more to choose."""
    then = facts.get("drawing")
    if then is None:
        before = facts.get("version", 1) < DERIVATIVES  # when all derivatives were written with ∂
        assert drawing == (Drawn(notation="partial") if before else None)
        return
    found = json.loads(json.dumps({name: getattr(drawing, name) for name in then}))
    assert found == then


def moved_then(facts):
    """Where nodes had been moved in the present layout."""
    return facts["moved"] if facts.get("version", 1) >= LAYOUT else {}


def training_as_then(settings, facts):
    """The training settings that there were; later ones may have been added.

    The one seed is that of data and weights today, and the penalty λ ‖W‖² is L2 regularisation at twice λ.
    """
    found = {name: getattr(settings, name) for name in facts["lab"] if name not in ("seed", "decay")}
    assert settings.data_seed == settings.weights_seed
    is_network = settings.trains_network
    decay = settings.l2_rate / 2 if settings.regularisation == "l2" else 0.0
    found |= {"seed": settings.data_seed, "decay": decay if is_network else facts["lab"]["decay"]}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in found.items()}
