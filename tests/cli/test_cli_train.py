"""`chainlight train`: what is printed and written, what is kept when it ends early, and what is refused."""

import csv
import io
import json
from functools import partial

import numpy as np
import pytest

from core.project.document import Document, dumps
from core.training.settings import TrainingSettings
from core.training.setup import setup

PERCEPTRON = "s = w·x + b\ny = step(s)\nL = |t - y|"
NEURON = "y = σ(w·x + b)\nL = 1/2 (y - t)^2"
FIT = "y = w x + b\nL = (y - t)^2"


@pytest.fixture
def train(cli_main):
    """Run `chainlight train` in an empty folder; the answer is (status, stdout, stderr)."""
    return partial(cli_main, "train")


def answer_of(train, *words):
    status, out, err = train(*words, "--json")
    assert (status, err) == (0, "")
    return json.loads(out)


# -- what is trained


def test_a_formula_without_data_goes_downhill_on_its_output(train):
    answer = answer_of(train, "(w - 3)^2", "w=1", "--rate", "1/4", "--steps", "2")
    assert answer == {
        "ok": True,
        "steps": [0, 1, 2],
        "epochs": [0, 1, 2],
        "losses": [4, 1, 0.25],
        "values": {"w": 2.5},
        "diverged": None,
        "trouble": "",
        "interrupted": False,
        "stopped": "",
        "warnings": [],
    }


@pytest.mark.parametrize(
    "program, settings, words",
    [
        (
            NEURON,
            TrainingSettings("program", "gauss", 50, 0.2, 3, 40, optimizer="adam", rate=0.1, batch=7),
            "",
        ),
        (
            NEURON,
            TrainingSettings("program", "gauss", 50, 0.2, 3, 3, 40, momentum=0.5, batch=7, reduction="sum"),
            "",
        ),
        (
            PERCEPTRON,
            TrainingSettings("program", "xor", 60, 0.1, 5, 5, 30, optimizer="rosenblatt", rate=0.5, batch=1),
            "--data xor --samples 60 --noise 0.1 --seed 5 --test 30"
            " --optimizer rosenblatt --rate 0.5 --batch 1",
        ),
    ],
)
def test_it_is_the_training_of_the_panel(train, tmp_path, program, settings, words):
    (tmp_path / "a.chainlight").write_text(dumps(Document(program, training=settings)), encoding="utf-8")
    asked = [program, *words.split()] if words else ["a.chainlight"]
    answer = answer_of(train, *asked, "--epochs", "3")
    trainer = setup(settings, program, {}).trainer()
    trainer.step(3 * trainer.per_epoch)
    assert answer["losses"] == pytest.approx([record.train_loss for record in trainer.records], rel=1e-12)
    assert answer["test_accuracies"] == [record.test_accuracy for record in trainer.records]
    np.testing.assert_array_equal(answer["values"]["w"], trainer.values()["w"])
    assert answer["epochs"] == [0, 1, 2, 3]


def test_options_change_what_a_project_says(train, tmp_path):
    document = Document(training=TrainingSettings(samples=40, hidden=(3,)))
    (tmp_path / "net.chainlight").write_text(dumps(document), encoding="utf-8")
    answer = answer_of(train, "net.chainlight", "--steps", "5", "--batch", "20", "--data", "xor")
    assert answer["steps"] == [0, 2, 4, 5] and set(answer["values"]) == {"W1", "b1", "w2", "b2"}


def test_a_sum_of_losses_takes_larger_steps(train):
    words = [
        FIT,
        "w=1",
        "b=0",
        "--data",
        "sine",
        "--samples",
        "10",
        "--test",
        "0",
        "--steps",
        "1",
        "--rate",
        "0.001",
    ]
    mean, total = (answer_of(train, *words, "--reduction", reduction) for reduction in ("mean", "sum"))
    assert total["losses"][0] == pytest.approx(10 * mean["losses"][0])
    assert total["values"]["w"] - 1 == pytest.approx(10 * (mean["values"]["w"] - 1))


def test_roles_are_those_of_the_panel(train, tmp_path):
    program = "y = w·x + b + c; L = max(0, 1 - t y)"
    settings = TrainingSettings(
        "program", "gauss", 40, roles={"c": "constant", "b": "constant", "t": "target number"}
    )
    (tmp_path / "a.chainlight").write_text(dumps(Document(program, training=settings)), encoding="utf-8")
    typed = ["--role", "c=constant", "--role", "b = constant", "--role", "t=target number"]
    words = ["--samples", "40", "--epochs", "2"]
    answer = answer_of(train, program, "--data", "gauss", *typed, *words)
    assert answer == answer_of(train, "a.chainlight", "--epochs", "2")
    assert list(answer["values"]) == ["w"]
    signs = answer_of(train, "a.chainlight", "--role", "t=target signs", "--role", "c=parameter", *words)
    assert list(signs["values"]) == ["w", "c"] and signs["losses"] != answer["losses"]


def test_a_typed_target_takes_the_place_of_the_projects(train, tmp_path):
    settings = TrainingSettings("program", "sine", roles={"t": "target number"})
    program = "y = w x + c; L = (y - t)^2"
    (tmp_path / "a.chainlight").write_text(dumps(Document(program, training=settings)), encoding="utf-8")
    answer = answer_of(train, "a.chainlight", "--role", "c=target number", "--epochs", "1")
    assert set(answer["values"]) == {"w", "t"}


# -- how it is written


def test_a_table_of_at_most_21_rows_and_the_weights(train):
    status, out, err = train(FIT, "--data", "sine", "--epochs", "300")
    assert (status, err) == (0, "")
    head, *lines = out.splitlines()
    assert head.split("  ") == ["step", "epoch", "training loss", "test loss"]
    assert lines[0].startswith("0 ") and lines[20].split()[:2] == ["4800", "300"] and lines[21] == ""
    assert [line.split(" = ")[0] for line in lines[22:]] == ["w", "b"]


def test_rows_for_a_spreadsheet_and_files(train, tmp_path):
    words = [FIT, "w=1", "b=1/2", "--data", "sine", "--epochs", "2"]
    status, out, err = train(*words, "--csv", "--curve", "curve.csv", "-o", "weights.json")
    assert (status, err) == (0, "")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert list(rows[0]) == ["step", "epoch", "training_loss", "test_loss", "w", "b"]
    assert (rows[0]["w"], rows[0]["b"], len(rows)) == ("1", "0.5", 3)
    assert (tmp_path / "curve.csv").read_text(encoding="utf-8") == out
    weights = json.loads((tmp_path / "weights.json").read_text(encoding="utf-8"))
    assert (
        weights
        == {"w": float(rows[-1]["w"]), "b": float(rows[-1]["b"])}
        == answer_of(train, *words)["values"]
    )


def test_many_weights_have_no_columns(train):
    status, out, _ = train("L = sum(W ⊙ W)", f"W={[[1] * 11] * 10}", "--steps", "1", "--csv")
    assert status == 0 and out.splitlines()[0] == "step,epoch,training_loss"
    _, out, _ = train("L = sum(W ⊙ W)", "W=[[1, 2]]", "--steps", "1", "--csv")
    assert next(csv.reader(io.StringIO(out)))[3:] == ["W[0,0]", "W[0,1]"]


@pytest.mark.parametrize(
    "value, line",
    [
        ([[1] * 3] * 2, "W = [[0.98, 0.98, 0.98], [0.98, 0.98, 0.98]]"),
        ([[1] * 11] * 10, "W: 10×11 matrix"),
        ([1] * 7, "W: 7 entries"),
        ([[[1] * 4] * 3] * 2, "W: 2×3×4 array"),
    ],
)
def test_large_weights_are_described(train, value, line):
    _, out, _ = train("L = sum(W ⊙ W)", f"W={value}", "--steps", "1", "--rate", "0.01")
    assert out.splitlines()[-1] == line


def test_progress_is_shown_where_it_is_asked_for(train):
    _, _, err = train("w^2", "w=1", "--steps", "1000", "--progress")
    assert err.startswith("\r0 %: epoch 0, training loss 1 ") and err.endswith("\n")
    assert err.count("\r") == 101 and "\r100 %: epoch 1,000" in err


# -- ended early


def test_divergence_is_told_and_the_weights_before_are_kept(train):
    words = ["w^4", "w=3", "--rate", "1", "--steps", "30"]
    status, out, err = train(*words)
    assert status == 1 and len(err.splitlines()) == 1
    assert err.startswith("The loss became infinite after update 5")
    assert "∞" in out and out.splitlines()[-1] == "w = 2.505·10⁶²"
    status, out, _ = train(*words, "--json")
    answer = json.loads(out)
    assert (status, answer["diverged"], answer["trouble"]) == (1, 5, err.rstrip())
    assert answer["losses"][-1] == "inf" and answer["steps"] == [0, 1, 2, 3, 4, 5]
    assert answer_of(train, *words[:-1], "4")["values"] == answer["values"]


@pytest.mark.parametrize(
    "program, w, rate",
    [
        ("log(w)", 1.0, 1.0),
        ("log(w)", -1.0, 1.0),
        ("w^4", 3.0, 1.0),
        ("1e307 w^2", 1.0, 100.0),
        ("√w", 0.0, 1.0),
    ],
)
def test_a_training_and_its_request_diverge_at_the_same_update(train, program, w, rate):
    request = {"program": program, "values": {"w": w}, "steps": 9, "optimizer": {"lr": rate}}
    _, out, _ = train("--jsonl", stdin=json.dumps(request).encode())
    asked = json.loads(out)
    _, out, err = train(program, f"w={w}", "--rate", str(rate), "--steps", "9", "--json")
    answer = json.loads(out)
    for part in ("diverged", "losses", "values"):
        assert answer[part] == asked[part]
    number = answer["diverged"]
    assert (f" after update {number}" if number else " before update 1") in err


def test_the_last_step_may_be_the_one_that_diverges(train):
    status, out, err = train("log(w)", "w=1", "--rate", "1", "--steps", "1", "--csv")
    assert (status, out.splitlines()[1:]) == (1, ["0,0,0,1", "1,1,-inf,0"])
    assert err.startswith("The loss became infinite after update 1: f is infinite: the logarithm needs")


def test_an_interrupted_training_writes_what_is_there(train, interrupted_at_3, tmp_path):
    words = ["w^2", "w=1", "--rate", "1/4", "--steps", "1000", "--json", "-o", "weights.json"]
    status, out, err = train(*words)
    assert (status, err) == (130, "Interrupted after 3 of 1,000 updates.\n")
    answer = json.loads(out)
    assert (answer["losses"], answer["interrupted"]) == ([1, 0.25, 0.0625, 0.015625], True)
    assert json.loads((tmp_path / "weights.json").read_text(encoding="utf-8")) == {"w": 0.125}


# -- refused

REFUSED = [
    ([], "There is no program"),
    (["w x +"], "Line 1, column 5: A value is missing after '+'"),
    (["lost.chainlight"], "There is no file lost.chainlight"),
    (["w^2", "--rate", "fast"], "--rate: 'fast' is not a number from 0 on"),
    (["w^2", "--rate", "-1"], "--rate: '−1' is not a number from 0 on"),
    (["w^2", "--rate", "1000"], "--rate must lie between 1e-06 and 100"),
    (["w^2", "--batch", "1.5"], "--batch: '1.5' is not a whole number from 0 to 1,000,000"),
    (["w^2", "--batch", "0"], "--batch must lie between 1 and 5000"),
    (["w^2", "--epochs", "9" * 30], "is not a whole number from 0 to 1,000,000"),
    (["w^2", "--epochs", "1", "--steps", "1"], "--steps: not allowed with argument --epochs"),
    (["w^2", "--optimizer", "magic"], "There is no optimizer called magic"),
    ([FIT, "--data", "sine", "--reduction", "max"], "The reduction is mean or sum, not max"),
    (["w^2", "--samples", "20"], "--samples has no use without data"),
    (["w^2", "--noise", "0"], "--noise has no use without data"),
    (["w^2", "--seed", "3"], "--seed has no use without data"),
    (["w^2", "--test", "20"], "--test has no use without data"),
    (["w^2", "--batch", "5"], "--batch has no use without data"),
    (["w^2", "--reduction", "sum"], "--reduction has no use without data"),
    (
        [FIT, "--data", "sine", "--role", "w=goal"],
        "--role: 'w=goal' does not end in a role, as in c=constant",
    ),
    ([FIT, "--data", "sine", "--role", "w"], "--role: 'w' does not end in a role"),
    ([FIT, "--data", "sine", "--role", "y=constant"], "--role: 'y' is not a name that can have a role"),
    ([FIT, "--data", "sine", "--role", "(=constant"], "--role: '(' is not a name that can have a role"),
    ([FIT, "--role", "b=input"], "Without data b cannot be input"),
    ([FIT, "--role", "b=constant", "--role", "b=constant"], "--role: b is given twice"),
    (
        [FIT, "--data", "sine", "--role", "b=target number", "--role", "t=target number"],
        "b and t are all targets",
    ),
    (["w^2", "--curve", "a.txt"], "The curve is a .csv file, not a.txt"),
    (["w^2", "-o", "a.csv"], "The weights are a .json file, not a.csv"),
    (["W x"], "f has 3 entries, and a loss must be one number"),
    (["y = step(w·x); L = (y - t)^2", "--data", "xor"], "step"),
    (
        ["y = step(w·x + b)", "--data", "iris", "--optimizer", "rosenblatt"],
        "0 or 1; t has 3 different values",
    ),
    (["y = step(w·x + b)", "--data", "plane", "--optimizer", "rosenblatt"], "0 or 1; t has 160 different"),
    (["w^2", "q=1"], "q is not in the program"),
    (["w^2", "--optimizer", "adam", "--momentum", "0.9"], "Adam has no momentum"),
    (["w^2", "--beta1", "0.5"], "Gradient descent has no beta1"),
    (["w^2", "--l1", "0.5"], "--l1 has no use with --regularisation none"),
    ([FIT, "--data", "sine", "--patience", "3", "--test", "0"], "--patience needs examples that are kept"),
    (["w^2", "w=1", "w=2"], "w is given twice"),
    ([FIT, "--data", "mars"], "There is no data set called mars"),
    (["w^2", "--data", "iris"], "No name of the program takes the data"),
    ([FIT, "x=1", "--data", "sine"], "x takes data"),
    (["y = w·x; L = (y - t)^2", "w=[1, 2, 3]", "--data", "xor"], "The value of w does not fit the data"),
    (["y = w·x; L = (y - t)^2", "--data", "iris", "--samples", "151"], "Iris has 150 examples, not 151"),
    (["y = w·x; L = (y - t)^2", "--data", "iris", "--noise", "0.1"], "The noise of Iris is at most 0"),
]


@pytest.mark.parametrize("words, sentence", REFUSED, ids=range(len(REFUSED)))
def test_what_cannot_be_trained_is_refused(train, words, sentence):
    status, out, err = train(*words)
    assert (status, out) == (2, "") and sentence in err.splitlines()[0]
    assert len(err.splitlines()) <= 4


def test_a_network_has_its_own_weights(train, tmp_path):
    (tmp_path / "net.chainlight").write_text(dumps(Document()), encoding="utf-8")
    assert train("net.chainlight", "w=1")[2].startswith(
        "The training chooses the initial weights of a network."
    )
    assert train("net.chainlight", "--role", "b1=constant")[2].startswith("The names of a network have their")


@pytest.mark.parametrize(
    "words",
    [["w^2"], ["--epochs", "5"], ["--role", "t=input"], ["--rate", "1"], ["-o", "a.json"], ["--progress"]],
)
def test_requests_say_themselves_how_to_train(train, words):
    status, out, _ = train("--jsonl", *words)
    assert status == 2 and json.loads(out)["error"]["message"].startswith(
        "With --jsonl the programs, and how"
    )


def test_with_json_a_refusal_is_json_too(train):
    status, out, err = train("w^2", "--rate", "fast", "--json")
    assert (status, err) == (2, "") and json.loads(out)["error"]["message"].startswith("--rate")


def test_it_stops_where_that_was_asked_for(train):
    words = "--data", "gauss", "--stop-loss", "0.001", "--rate", "0.3", "--epochs", "500"
    status, out, err = train(NEURON, *words, "--json")
    answer = json.loads(out)
    assert status == 0 and err.rstrip() == answer["stopped"]
    assert answer["losses"][-1] <= 0.001 < answer["losses"][-2] and len(answer["losses"]) < 500
    assert answer["stopped"].startswith("It stopped where the training loss is") and not answer["interrupted"]
