"""Arithmetic and the functions of calculus, entry by entry: each states its local derivative."""

from __future__ import annotations

from core.ops.base import Op
from core.ops.declarations import elementwise
from core.ops.facts import AS_WRITTEN, POSITIVE, SATURATED, Learning, Look, kinked
from core.ops.rules import Rule

# -- arithmetic: written with signs, not called

add = elementwise(
    "add",
    "+",
    "x + y",
    call="",
    x="1",
    y="1",
    says="A sum passes the upstream gradient on unchanged to every input.",
    signs="+",
    commutative=True,
    look=Look(with_constant={"x": "+{x}", "y": "+{y}"}, chained=True),
    learning=Learning(passes_on=True),
)
sub = elementwise(
    "sub",
    "−",
    "x - y",
    call="",
    x="1",
    y="-1",
    says="The left input receives the upstream gradient, the right one its negative.",
    signs="-",
    look=Look(with_constant={"x": AS_WRITTEN, "y": "−{y}"}),
    learning=Learning(passes_on=True),
)
OF_ARRAYS, OF_NUMBERS = Rule("x ⊙ y"), Rule("x · y")
mul = elementwise(
    "mul",
    "×",
    "x * y",
    call="",
    x="y",
    y="x",
    says="Each input receives the upstream gradient times the other input.",
    signs="*⊙",
    written=lambda shapes, values: OF_ARRAYS if all(shapes) else OF_NUMBERS,
    commutative=True,
    look=Look(of_arrays="⊙", with_constant={"x": "×{x}", "y": "×{y}"}, weighs=("x", "y")),
    learning=Learning(multiplies=True),
)
div = elementwise(
    "div",
    "÷",
    "x / y",
    call="",
    x="1 / y",
    y="-(out / y)",
    shows={"y": "-(x / y^2)"},
    domain={"y": POSITIVE},
    causes=[("y = 0", "the divisor is 0")],
    back_causes=[("y = 0", "the divisor is 0")],
    says="The upstream gradient is divided by the divisor.",
    says_of={"y": "For the divisor, the upstream gradient is divided by it, times minus the quotient."},
    signs="/",
    look=Look(with_constant={"x": "{x}/{y}", "y": "÷{y}"}),
    learning=Learning(positive="y"),
)
neg = elementwise(
    "neg",
    "−",
    "-x",
    call="",
    x="-1",
    says="A minus sign turns the sign of the gradient as well.",
    look=Look(circle=AS_WRITTEN),
)
pow_ = elementwise(
    "pow",
    "^",
    "power(x, y)",
    call="",
    # 0^0 is 1, and flat in both directions
    x="y * power(x, y - 1 + [y = 0])",
    y="out * log(x + [x = 0])",
    shows={"x": "y * power(x, y - 1)", "y": "out * log(x)"},
    written="x^y",
    domain={"x": POSITIVE},
    causes=[
        ("[x = 0] * [y < 0] = 1", "a negative power of 0 is a division by 0"),
        # a power of it that is not whole is not a number, and what is not a number equals nothing
        ("[x < 0] * (1 - [power(x, y) = power(x, y)]) = 1", "a number below 0 has whole powers only"),
    ],
    back_causes=[
        ("[x = 0] * [y < 1] = 1", "at 0 the slope of a power below 1 is infinite"),
        ("x < 0", "the slope in the exponent is a logarithm, which needs a base above 0"),
    ],
    says="Power rule: the exponent times the base to the power one lower.",
    says_of={"y": "For the exponent the slope is the power times the logarithm of the base."},
    signs="^",
    look=Look(circle=AS_WRITTEN, with_constant=dict.fromkeys("xy", AS_WRITTEN)),
)
copy = elementwise(
    "copy", "=", "x", call="", x="1", says="Another name for the same value: the gradient passes through."
)

# -- exponentials, logarithms, roots

exp = elementwise(
    "exp",
    "exp",
    "exp(x)",
    x="out",
    causes=[("x > 709", "the exponential overflows above 709")],
    saturates=SATURATED,
    says="The exponential is its own derivative: the upstream gradient is multiplied by the output.",
    look=Look(form="e^{x}"),
)
log = elementwise(
    "log",
    "ln",
    "log(x)",
    also="ln",
    x="1 / x",
    domain={"x": POSITIVE},
    says="The slope of the logarithm is 1 divided by its argument.",
    causes=[("x ≤ 0", "the logarithm needs a value above 0")],
    back_causes=[("x = 0", "the slope of the logarithm at 0 is infinite")],
    learning=Learning(logarithm=True, positive="x"),
)
log2 = elementwise(
    "log2",
    "log₂",
    "log2(x)",
    x="1 / (x * log(2))",
    domain={"x": POSITIVE},
    says="The slope of the logarithm to base 2 is 1 divided by its argument and by ln 2.",
    causes=[("x ≤ 0", "the logarithm needs a value above 0")],
    back_causes=[("x = 0", "the slope of the logarithm at 0 is infinite")],
    learning=Learning(logarithm=True, positive="x"),
    look=Look(circle="log₂", form="log₂({x})"),
)
log10 = elementwise(
    "log10",
    "log₁₀",
    "log10(x)",
    x="1 / (x * log(10))",
    domain={"x": POSITIVE},
    says="The slope of the logarithm to base 10 is 1 divided by its argument and by ln 10.",
    causes=[("x ≤ 0", "the logarithm needs a value above 0")],
    back_causes=[("x = 0", "the slope of the logarithm at 0 is infinite")],
    learning=Learning(logarithm=True, positive="x"),
    look=Look(circle="log₁₀", form="log₁₀({x})"),
)
sqrt = elementwise(
    "sqrt",
    "√",
    "sqrt(x)",
    x="1 / (2 * out)",
    domain={"x": POSITIVE},
    says="The slope is 1 divided by twice the root: the larger the root, the less gradient passes.",
    kink=kinked("x = 0", "", "", "∞", says="root at 0: ∞"),
    causes=[("x < 0", "the root needs a value of at least 0")],
    back_causes=[("x = 0", "the slope of the root at 0 is infinite")],
    look=Look(circle=AS_WRITTEN, form="√{x}"),
    learning=Learning(positive="x"),
)

# -- corners and steps

abs_ = elementwise(
    "abs",
    "|·|",
    "abs(x)",
    x="sign(x)",
    says="The upstream gradient is multiplied by the sign of the input.",
    kink=kinked("x = 0", "-1", "1", "0", says="absolute value at 0: 0"),
    look=Look(circle=AS_WRITTEN, form="|{x}|"),
)
sign = elementwise(
    "sign",
    "sign",
    "sign(x)",
    x="0",
    says="The sign is flat on both sides of 0: no gradient passes.",
    kink=kinked("x = 0", "0", "0", "0", says="sign: 0 everywhere"),
)
maximum = elementwise(
    "maximum",
    "max",
    "max(x, y)",
    call="max",
    also="maximum maxout",
    repeats=True,
    x="[x > y] + [x = y] / 2",
    y="[y > x] + [x = y] / 2",
    shows={"x": "[x > y]", "y": "[y > x]"},  # but in a tie
    says="A maximum sends the upstream gradient to the larger input; in a tie each receives half.",
    kink=kinked("x = y", "0", "1", "1/2 to each", says="maximum of equal values: half to each", x=2, y=2),
    commutative=True,
    look=Look(with_constant=dict.fromkeys("xy", AS_WRITTEN)),
    torch="torch.maximum(x, y)",
    learning=Learning(gain_beside_constant=2.0),  # max(0, z) is a ReLU
)
minimum = elementwise(
    "minimum",
    "min",
    "min(x, y)",
    call="min",
    also="minimum",
    repeats=True,
    x="[x < y] + [x = y] / 2",
    y="[y < x] + [x = y] / 2",
    shows={"x": "[x < y]", "y": "[y < x]"},
    says="A minimum sends the upstream gradient to the smaller input; in a tie each receives half.",
    kink=kinked("x = y", "1", "0", "1/2 to each", says="minimum of equal values: half to each", x=2, y=2),
    commutative=True,
    look=Look(with_constant=dict.fromkeys("xy", AS_WRITTEN)),
    torch="torch.minimum(x, y)",
)
clip = elementwise(
    "clip",
    "clip",
    "min(max(x, a), b)",
    x="[x ≥ a] * [x ≤ b]",
    a="[x < a]",
    b="[x > b]",
    domain={"a": (-3.0, -0.5), "b": (0.5, 3.0)},
    says="Within the bounds the gradient goes to the input; beyond one of them it goes to that bound.",
    kink=kinked(
        "(x - a) * (x - b) = 0", "[x = b]", "[x = a]", "1", says="clip at its bounds: 1", x=1, a=-1, b=1
    ),
    torch="x.clamp(min=a).clamp(max=b)",
)
step = elementwise(
    "step",
    "step",
    "[x > 0]",
    x="0",
    says="A step is flat on both sides: no gradient passes, so it cannot be trained by gradients.",
    kink=kinked("x = 0", "0", "0", "0", says="step: 0 everywhere"),
)


def comparison(name: str, sign: str) -> Op:
    return elementwise(
        name,
        sign,
        f"[x {sign} y]",
        call="",
        x="0",
        y="0",
        says="A comparison is flat: no gradient passes.",
        kink=kinked("x = y", "0", "0", "0", says=f"[x {sign} y]: 0 everywhere", x=1, y=1),
        signs=sign,
        look=Look(with_constant=dict.fromkeys("xy", f"{{x}}{sign}{{y}}")),
    )


greater = comparison("greater", ">")
less = comparison("less", "<")
at_least = comparison("at_least", "≥")
at_most = comparison("at_most", "≤")
equal = comparison("equal", "=")

# -- trigonometry

sin = elementwise("sin", "sin", "sin(x)", x="cos(x)", says="The slope of the sine is the cosine.")
cos = elementwise("cos", "cos", "cos(x)", x="-sin(x)", says="The slope of the cosine is minus the sine.")
tan = elementwise(
    "tan",
    "tan",
    "tan(x)",
    x="1 + out^2",
    domain={"x": (-1.2, 1.2)},
    says="The slope of the tangent is 1 plus its square.",
)
arctan = elementwise(
    "arctan",
    "arctan",
    "arctan(x)",
    also="atan",
    x="1 / (1 + x^2)",
    saturates=SATURATED,
    says="The slope of the arctangent is 1 divided by 1 plus the square of its argument.",
)
LARGE = [("abs(x) > 710", "the exponentials in it overflow beyond 710")]
sinh = elementwise(
    "sinh",
    "sinh",
    "sinh(x)",
    x="cosh(x)",
    causes=LARGE,
    says="The slope of the hyperbolic sine is the hyperbolic cosine.",
)
cosh = elementwise(
    "cosh",
    "cosh",
    "cosh(x)",
    x="sinh(x)",
    causes=LARGE,
    says="The slope of the hyperbolic cosine is the hyperbolic sine.",
)

erf = elementwise(
    "erf",
    "erf",
    "erf(x)",
    x="2 * exp(-(x^2)) / sqrt(π)",
    saturates=SATURATED,
    says="The slope of the error function is a bell curve, 2/√π high at 0.",
)

stop_gradient = elementwise(
    "stop_gradient",
    "stop",
    "x",
    also="stop detach",
    x="0",
    says="The value passes; the gradient is stopped here on purpose.",
    torch="x.detach()",
)
