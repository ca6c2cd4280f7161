"""Typeset mathematics evaluated as a reader would, knowing next to nothing of how the program computes.

A vector is a column. `⋅` between vectors is the dot product, factors side by side are a matrix product, `⊙`
goes entry by entry and so do fractions, powers and functions; only a number is stretched to fit an array. An
array of three or more axes has no notation of its own and is stretched as NumPy does.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from core.base.arrays import frozen
from core.math.array_forms import FORMS
from core.math.mathtree import (
    Accented,
    Big,
    Digits,
    Fenced,
    Fraction,
    Letter,
    Root,
    Row,
    Scripts,
    Shaped,
    Sign,
    Table,
    Tinted,
    Word,
)
from core.math.typeset import PLAIN
from core.notation.tree import Call, Name
from core.ops import OPS

RELATIONS = {
    ">": np.greater,
    "<": np.less,
    "≥": np.greater_equal,
    "≤": np.less_equal,
    "=": np.equal,
}


def flat(math_):
    """The parts of a formula in a row, tints and shapes left out."""
    match math_:
        case Row(parts):
            return [part for inner in parts for part in flat(inner)]
        case Tinted(_, body) | Shaped(body):
            return flat(body)
    return [math_]


def plain(math_):
    """A formula as text, to know a name by."""
    text = ""
    for part in flat(math_):
        match part:
            case Letter(own) | Digits(own) | Sign(own) | Word(own) | Big(own):
                text += own
            case Scripts(base, sub, sup):
                text += plain(base) + (f"_{plain(sub)}" if sub else "") + (f"^{plain(sup)}" if sup else "")
            case Accented(base, accent):
                text += f"{accent}({plain(base)})"
            case Fenced(left, body, right):
                text += left + plain(body) + right
            case _:
                text += "?"
    return text


def number(text):
    return float(text.replace("−", "-").replace("∞", "inf"))


def relations(math_):
    """The sides of an equation and the signs between them."""
    sides, signs = [[]], []
    for part in flat(math_):
        if isinstance(part, Sign) and part.kind == "rel":
            signs.append(part.text)
            sides.append([])
        else:
            sides[-1].append(part)
    return sides, signs


def softmax(x):
    e = np.exp(x - np.max(x))
    return e / np.sum(e)


def elu(x, a=1.0):
    return np.where(x > 0, x, a * (np.exp(x) - 1))


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


erf = np.vectorize(math.erf, otypes=[float])


def bce(p, t):
    """With 0 ln 0 = 0, as logarithms are taken to be no smaller than −100."""
    return -(t * np.maximum(np.log(p), -100) + (1 - t) * np.maximum(np.log(1 - p), -100))


def huber(y, t, d=1.0):
    e = np.abs(y - t)
    return np.where(e <= d, e**2 / 2, d * (e - d / 2))


def of_rows(function):
    """A function of a vector, of a matrix taken for each of its rows; so are further values, if vectors."""

    def found(x, *more):
        if np.ndim(x) < 2:
            return function(x, *more)
        return np.array(
            [function(x[i], *(one[i] if np.ndim(one) else one for one in more)) for i in range(len(x))], float
        )

    return found


def along(function):
    """A function of all entries, or of those along an axis."""
    return lambda x, axis=None: function(x, axis=axis if axis is None else int(axis))


def turned_round(x):
    """Rows and columns, the last two axes, the other way round; a vector from end to end."""
    return x[::-1] if x.ndim == 1 else x[..., ::-1, ::-1]


def multiclass_hinge(s, k, m=1.0):
    return np.sum(np.maximum(0, s - s[int(k)] + m)) - max(0, m)


def encoding(x, octaves):
    angles = [2**octave * np.pi * one for one in np.ravel(x) for octave in range(int(octaves))]
    return np.array([wave(angle) for angle in angles for wave in (np.sin, np.cos)])


def pooled(x, of, size=2.0, stride=0.0):
    size, stride = int(size), int(stride or size)
    rows, columns = ((length - size) // stride + 1 for length in x.shape[-2:])
    found = np.zeros((*x.shape[:-2], rows, columns))
    for i in range(rows):
        for j in range(columns):
            window = x[..., i * stride : i * stride + size, j * stride : j * stride + size]
            found[..., i, j] = of(window, axis=(-2, -1))
    return found


def correlated(x, w, stride=1.0, padding=0.0):
    """A filter, or each of a stack, slid over a picture of one or several channels."""
    several = w.ndim == 4 or w.ndim > x.ndim
    picture = x if x.ndim == 3 else x[None]
    filters = w.reshape(-1, len(picture), *w.shape[-2:])
    stride, padding = int(stride), int(padding)
    picture = np.pad(picture, ((0, 0), (padding, padding), (padding, padding)))
    high, wide = filters.shape[-2:]
    rows, columns = ((n - m) // stride + 1 for n, m in zip(picture.shape[1:], (high, wide), strict=True))
    found = np.zeros((len(filters), rows, columns))
    for i in range(rows):
        for j in range(columns):
            window = picture[:, i * stride : i * stride + high, j * stride : j * stride + wide]
            found[:, i, j] = np.sum(filters * window, axis=(1, 2, 3))
    return found if several else found[0]


def laid_down(g, w):
    """A filter laid down at every place of a map, as strong as the map is there."""
    found = np.zeros(tuple(n + m - 1 for n, m in zip(g.shape, w.shape, strict=True)))
    for place in np.ndindex(g.shape):
        found[tuple(slice(at, at + size) for at, size in zip(place, w.shape, strict=True))] += g[place] * w
    return found


def others(x):
    found = np.empty(np.shape(x))
    for place in np.ndindex(np.shape(x)):
        rest = np.array(x, float)
        rest[place] = 1.0
        found[place] = np.prod(rest)
    return found


def joined(*parts):
    return np.concatenate([np.atleast_1d(part) for part in parts])


def declared():
    """The functions by what formulas call them, computed by their own rules."""

    def by_rule(op):
        return lambda *values: op.value.value(
            {**op.defaults, **dict(zip(op.inputs, map(frozen, values), strict=False))}
        )

    found = {}
    for op in reversed(OPS.values()):
        if op.call and op.call not in FORMS and not op.look.form:
            head = flat(PLAIN.tree(Call(op.call, (Name("x"),))))[0]
            found[plain(head)] = by_rule(op)
    return found


# what functions mean, said once more; of those that are not here the own rule is believed
FUNCTIONS = declared() | {
    "ln": np.log,
    "log_2": np.log2,
    "log_10": np.log10,
    "sin": np.sin,
    "cos": np.cos,
    "tan": np.tan,
    "arctan": np.arctan,
    "sinh": np.sinh,
    "cosh": np.cosh,
    "tanh": np.tanh,
    "erf": erf,
    "sign": np.sign,
    "step": lambda x: (x > 0) * 1.0,
    "stop": lambda x: x,
    "clip": np.clip,
    "max": lambda *x: np.maximum(*x) if len(x) > 1 else np.max(x[0]),
    "min": lambda *x: np.minimum(*x) if len(x) > 1 else np.min(x[0]),
    "sum": along(np.sum),
    "sum except": lambda x, k: sum(entry for place, entry in enumerate(x) if place != k),
    "mean": along(np.mean),
    "prod": np.prod,
    "arg max": of_rows(lambda x: float(np.argmax(x))),
    "∏ others": others,
    "σ": sigmoid,
    "ReLU": lambda x: np.maximum(x, 0),
    "LReLU": lambda x, a=0.01: np.where(x > 0, x, a * x),
    "ELU": elu,
    "SiLU": lambda x: x * sigmoid(x),
    "GELU": lambda x: x * (1 + erf(x / np.sqrt(2))) / 2,
    "SELU": lambda x: 1.0507009873554805 * elu(x, 1.6732632423543772),
    "softplus": lambda x: np.log(1 + np.exp(x)),
    "softsign": lambda x: x / (1 + np.abs(x)),
    "hard sigmoid": lambda x: np.clip(x / 6 + 0.5, 0, 1),
    "softmax": of_rows(softmax),
    "log softmax": of_rows(lambda x: np.log(softmax(x))),
    "logsumexp": of_rows(lambda x: np.log(np.sum(np.exp(x)))),
    "elastic": lambda x, b=1.0: b * np.sum(x**2) + np.sum(np.abs(x)),
    "CE": of_rows(lambda s, k: -np.log(softmax(s)[int(k)])),
    "NLL": of_rows(lambda p, k: -np.log(p[int(k)])),
    "multiclass hinge": of_rows(multiclass_hinge),
    "diag": lambda entries: np.eye(len(entries)) * entries,
    "flip": turned_round,
    "squared error": lambda y, t: np.sum((y - t) ** 2),
    "MSE": lambda y, t: np.mean((y - t) ** 2),
    "BCE": bce,
    "BCE logits": lambda z, t: bce(sigmoid(z), t),
    "hinge": lambda y, t, m=1.0: np.maximum(0, m - t * y),
    "perceptron": lambda y, t: np.maximum(0, -t * y),
    "huber": huber,
    "affine": lambda w, x, b: w @ x + b,
    "concat": joined,
    "reshape": lambda x, shape: np.reshape(x, np.asarray(shape, int)),
    "flatten": np.ravel,
    "γ": encoding,
    "conv2d": correlated,
    "max pool": lambda x, *how: pooled(x, np.max, *how),
    "avg pool": lambda x, *how: pooled(x, np.mean, *how),
}


def fitting(a, b):
    """Two values of one shape, one of them a number, or one with three axes and more."""
    a, b = np.asarray(a, float), np.asarray(b, float)
    if a.ndim and b.ndim and max(a.ndim, b.ndim) <= 2 and a.shape != b.shape:
        if set(map(column, (a.shape, b.shape))) != {column(a.shape)}:
            raise ValueError(f"{a.shape} and {b.shape} do not fit")
        a, b = a.reshape(column(a.shape)), b.reshape(column(b.shape))
    return a, b


def column(shape):
    """A vector is a column."""
    return (*shape, 1) if len(shape) == 1 else shape


def times(a, b):
    """Factors side by side."""
    if isinstance(a, Pulling):
        return a(b)
    a, b = np.asarray(a, float), np.asarray(b, float)
    if not a.ndim or not b.ndim:
        return a * b
    left, right = a.reshape(column(a.shape)), b.reshape(column(b.shape))
    found = left @ right
    return found[:, 0] if b.ndim == 1 and a.ndim == 2 else found


def dot(a, b):
    a, b = np.asarray(a, float), np.asarray(b, float)
    if not a.ndim or not b.ndim:
        return a * b
    if a.ndim != 1 or a.shape != b.shape:
        raise ValueError(f"no dot product of {a.shape} and {b.shape}")
    return np.dot(a, b)


def each(a, b):
    a, b = fitting(a, b)
    if not a.ndim or not b.ndim:
        raise ValueError("⊙ stands between arrays")
    return a * b


def tensor(a, b):
    return np.multiply.outer(a, b)


def against(x, w):
    """x ⋆ w, also of a whole upstream map: several filters' maps against several channels."""
    if w.ndim == 3 and x.ndim == 3 and len(w) != len(x):
        return np.stack([np.stack([correlated(one, two) for one in x]) for two in w])
    return correlated(x, w)


SIGNS = {"⋅": dot, "⊙": each, "⊗": tensor, "⋆": against, "∗": laid_down, "": times}


@dataclass
class Pulling:
    """The transpose of a Jacobian (*of, *by), which is applied to what stands behind it."""

    jacobian: np.ndarray
    axes: int

    def __call__(self, g):
        return np.tensordot(np.asarray(g, float), self.jacobian, self.axes)


@dataclass
class Reader:
    """Evaluates formulas.

    `names` are values by the text of the name; `derivative` gives ∂a/∂b for the texts of a and b, a Jacobian
    as an object with a `transposed`. `shape` is that of what the formula is about: its first axis is as long
    as a unit vector, and it is the shape of a matrix with one 1 in each row.
    """

    names: dict
    derivative: Callable
    shape: tuple = ()
    functions: dict = field(default_factory=lambda: FUNCTIONS)
    bound: set = field(default_factory=set)

    def __call__(self, math_):
        tokens = list(flat(math_)) if not isinstance(math_, list) else list(math_)
        value = self.sum(tokens)
        if tokens:
            raise ValueError(f"left over: {tokens}")
        return value

    def sum(self, tokens):
        value = self.term(tokens)
        while tokens and tokens[0] in (Sign("+", "bin"), Sign("−", "bin")):
            sign = tokens.pop(0).text
            a, b = fitting(value, self.term(tokens))
            value = a + b if sign == "+" else a - b
        return value

    def term(self, tokens):
        if tokens and tokens[0] == Sign("−", "ord"):
            tokens.pop(0)
            return -np.asarray(self.term(tokens))
        if tokens and isinstance(tokens[0], Scripts) and isinstance(tokens[0].base, Big):
            return self.total(tokens)
        value = self.factor(tokens)
        while tokens and not self.ends(tokens[0]):
            sign = ""
            if isinstance(tokens[0], Sign) and tokens[0].text in SIGNS:
                sign = tokens.pop(0).text
            value = SIGNS[sign](value, self.factor(tokens))
        return value

    def ends(self, token):
        return isinstance(token, Sign) and (token.kind in ("punct", "close", "rel") or token.text in "+−:")

    def total(self, tokens):
        letters = set(plain(tokens.pop(0).sub).split(","))
        self.bound |= letters
        value = self.factor(tokens)
        self.bound -= letters
        return value

    def factor(self, tokens):
        value = self.atom(tokens)
        while tokens and tokens[0] == Sign("[", "open"):
            value = self.entry(value, tokens)
        return value

    def entry(self, value, tokens):
        """Entries counted from 0; an axis with the index of a sum is added up."""
        tokens.pop(0)
        place, added = [], []
        while True:
            start = None if tokens[0] == Sign(":", "ord") else self.place(tokens)
            if tokens[0] == Sign(":", "ord"):
                tokens.pop(0)
                stop = None if isinstance(tokens[0], Sign) else self.place(tokens)
                place.append(slice(*(end if end is None else int(end) for end in (start, stop))))
            elif isinstance(start, str):
                added.append(len(place))
                place.append(slice(None))
            else:
                place.append(int(start))
            if tokens.pop(0).text == "]":
                break
        found = np.asarray(value)[tuple(place)]
        return np.sum(found, axis=tuple(added)) if added else found

    def place(self, tokens):
        if plain(tokens[0]) in self.bound:
            return plain(tokens.pop(0))
        return self.sum(tokens)

    def atom(self, tokens):
        token = tokens.pop(0)
        after = tokens[0] if tokens else None
        called = self.called(token)
        if called in self.functions and isinstance(after, Fenced) and after.left == "(":
            return self.functions[called](*self.listed(tokens.pop(0).body))
        match token:
            case Scripts(base, None, Sign("′")) if plain(base) in self.functions:
                return self.slope(self.functions[plain(base)], self(tokens.pop(0).body))
            case Digits(text):
                return number(text)
            case Letter() | Word() | Accented():
                name = plain(token)
                if isinstance(after, Digits) and after.text.startswith("."):
                    name += tokens.pop(0).text
                return self.names[name]
            case Fraction(top, bottom):
                return self.fraction(top, bottom)
            case Root(body):
                return np.sqrt(self(body))
            case Fenced("(", body, _):
                return self(body)
            case Fenced("[", body, _):
                return self.square(body)
            case Fenced("|", body, _):
                return np.abs(self(body))
            case Fenced("‖", body, _):
                return np.sqrt(np.sum(np.square(self(body))))
            case Scripts():
                return self.scripts(token, tokens)
            case Table(rows, "matrix"):
                return self.table(rows)
        raise ValueError(f"{token} is no factor")

    def slope(self, function, at):
        """f′(x) by differences."""
        step = 1e-6 * max(1.0, abs(at))
        return (function(at + step) - function(at - step)) / (2 * step)

    def called(self, token):
        if isinstance(token, Scripts) and isinstance(token.base, Word):
            return plain(token)
        return token.text if isinstance(token, Word | Letter) else None

    def listed(self, body):
        parts, depth = [[]], 0
        for part in flat(body):
            if isinstance(part, Sign):
                depth += (part.kind == "open") - (part.kind == "close")
            if part == Sign(",", "punct") and not depth:
                parts.append([])
            else:
                parts[-1].append(part)
        return [self(part) for part in parts]

    def fraction(self, top, bottom):
        above, below = flat(top), flat(bottom)
        if above[0] == below[0] == Sign("∂", "ord"):
            return self.derivative(plain(Row(tuple(above[1:]))), plain(Row(tuple(below[1:]))))
        a, b = fitting(self(top), self(bottom))
        return a / b

    def square(self, body):
        sides, signs = relations(body)
        if signs:
            a, b = fitting(*map(self, sides))
            return RELATIONS[signs[0]](a, b) * 1.0
        return np.array(self.listed(body), float)

    def scripts(self, token, tokens):
        base, sub, sup = token.base, token.sub, token.sup
        if isinstance(base, Word) and base.text == "𝐞":
            found = np.zeros(self.shape[0])
            found[int(self(sub))] = 1.0
        elif isinstance(base, Word) and base.text == "𝐄":
            found = np.zeros(self.shape)
            for i, place in enumerate(np.broadcast_to(self(sub), self.shape[:1])):
                found[i, int(place)] = 1.0
            sub = None
        elif isinstance(base, Fenced) and base.left == "(" and sub is not None:
            found = self.for_each(base.body, plain(sub))
        elif isinstance(base, Word) and base.text in "𝟏𝟎":
            found = np.full([int(size) for size in plain(sub).split("×")], float(base.text == "𝟏"))
            sub = None
        elif isinstance(base, Fenced) and base.left == "‖":
            norm = np.abs if sub else np.square
            found = np.sum(norm(self(base.body)))
            return found if sub or plain(sup) == "2" else np.sqrt(found) ** self(sup)
        elif plain(token) in self.names or plain(Scripts(base, sub)) in self.names:
            whole = plain(token) in self.names
            found = self.names[plain(token) if whole else plain(Scripts(base, sub))]
            sup = None if whole else sup
        elif base == Letter("e"):
            return np.exp(self(sup))
        else:
            found = self(base)
        if sup is None:
            return found
        return self.transposed(found) if plain(sup) == "⊤" else found ** self(sup)

    def for_each(self, body, letter):
        """A vector (x[i])_i: an entry for each i from 0 for which there is one."""
        assert letter not in self.names
        found = []
        try:
            while len(found) <= 100:
                self.names[letter] = float(len(found))
                found.append(self(body))
        except IndexError:
            return np.array(found)
        finally:
            del self.names[letter]
        raise ValueError(f"{letter} is no index")

    def transposed(self, value):
        if hasattr(value, "transposed"):
            return value.transposed()
        array = np.asarray(value, float)
        return array[None] if array.ndim == 1 else array.T

    def table(self, rows):
        cells = [[np.asarray(self(cell), float) for cell in line] for line in rows]
        if all(cell.ndim == 0 for line in cells for cell in line):
            array = np.array(cells, float)
            return array[:, 0] if array.shape[1] == 1 else array
        parts = [cell for line in cells for cell in line]
        if len(rows) > 1:
            return joined(*parts)
        differs = [len(set(sizes)) > 1 for sizes in zip(*(part.shape for part in parts), strict=True)]
        return np.concatenate(parts, axis=differs.index(True) if any(differs) else 1)
