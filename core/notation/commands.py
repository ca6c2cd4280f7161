"""What each LaTeX command means to the reader; a command that stands in none of these tables is refused."""

from __future__ import annotations

from core.notation.names import ACCENTS, GREEK

LETTERS = {**GREEK, "ell": "ℓ"}
# command → sign, as the lexer spells it
SIGN_COMMANDS = {
    **dict.fromkeys(["cdot", "times", "bullet", "ast"], "·"),
    **dict.fromkeys(["odot", "circ"], "⊙"),
    **dict.fromkeys(["le", "leq", "leqslant"], "≤"),
    **dict.fromkeys(["ge", "geq", "geqslant"], "≥"),
    **dict.fromkeys(["ne", "neq"], "≠"),
    **dict.fromkeys(["lt"], "<"),
    **dict.fromkeys(["gt"], ">"),
    **dict.fromkeys(["coloneqq", "coloneq", "triangleq", "equiv", "doteq"], "="),
    **dict.fromkeys(["lVert", "rVert", "Vert", "|"], "‖"),
    **dict.fromkeys(["lvert", "rvert", "vert", "mid"], "|"),
    "div": "/",
    "langle": "⟨",
    "rangle": "⟩",
    "lbrace": "{",
    "rbrace": "}",
    "{": "{",
    "}": "}",
    "lbrack": "[",
    "rbrack": "]",
    "lparen": "(",
    "rparen": ")",
    "_": "_",
}
# spacing, sizes, and directions to the typesetter
SILENT = set(
    "left right big Big bigg Bigg bigl bigr bigm Bigl Bigr biggl biggr Biggl Biggr middle"
    " displaystyle textstyle scriptstyle limits nolimits nonumber notag thinspace medspace"
    " thickspace negthinspace enspace centering large Large small normalsize boldmath unboldmath"
    " mathstrut strut relax allowbreak nobreak noindent hfill mathbin mathrel mathord mathopen"
    " mathclose mathinner nobreakspace quad qquad".split()
)
# commands that are left out with what stands in the braces behind them
SILENT_WITH_ONE = set("mspace hspace vspace tag tag* label phantom hphantom vphantom color ref eqref".split())
# commands of which only what is in the last braces counts; the number is how many braces come before it
WRAPPED = {
    "mathop": 0,
    "underset": 1,
    "overset": 1,
    "stackrel": 1,
    "boxed": 0,
    "fbox": 0,
    "textcolor": 1,
    "colorbox": 1,
    "underbrace": 0,
    "overbrace": 0,
    "ensuremath": 0,
}
STYLES = set(
    "mathbf boldsymbol bm pmb mathrm mathsf mathit mathcal mathscr mathfrak mathtt mathnormal text"
    " textrm textbf textit textsf textnormal mbox operatorname operatorname* underline vec mathbold"
    " symbf symbfit".split()
)
# alphabets that are seen: bold, calligraphic, an arrow above
FACES = {
    **dict.fromkeys(
        ["mathbf", "boldsymbol", "bm", "pmb", "mathbold", "symbf", "symbfit", "bf", "textbf"], "bold"
    ),
    **dict.fromkeys(["mathcal", "mathscr", "cal"], "calligraphic"),
    "vec": "arrow",
}
SWITCHES = set("bf rm it sf tt cal bfseries itshape rmfamily sffamily em".split())  # as in {\bf w}
ACCENT_COMMANDS = {**{accent: accent for accent in ACCENTS}, "widehat": "hat", "widetilde": "tilde"}
ACCENT_COMMANDS |= {"overline": "bar"}
TRANSPOSES = {"top", "intercal", "transp"}
FRACTIONS = {"frac", "dfrac", "tfrac", "cfrac", "nicefrac", "sfrac"}
REDUCTIONS = {"sum": "sum", "prod": "prod"}
# functions that LaTeX knows by other names than the program
FUNCTIONS = {"arctg": "arctan", "tg": "tan", "sgn": "sign", "lg": "log10"}

_COMPUTED = "Type the function alone; its gradients are computed for you"
TRAINED = "Type the loss alone, then train it: the training finds the smallest value"
_WRITTEN = "Write all terms out, or a sum such as ∑_i w_i x_i"
REFUSED: dict[str, tuple[str, str]] = {
    **dict.fromkeys(["nabla", "partial"], ("'{0}' asks for a derivative", _COMPUTED)),
    **dict.fromkeys(["arg", "argmin"], ("'{0}' asks for the best value", TRAINED)),
    "mathrm{d}": ("'{0}' asks for a derivative", _COMPUTED),
    **dict.fromkeys(
        ["lim", "limsup", "liminf"],
        ("A limit cannot be computed here", "Write the formula at a small number instead, such as h = 1e-4"),
    ),
    **dict.fromkeys(
        ["int", "iint", "oint"],
        ("An integral cannot be computed here", "Write its value, or a sum over the entries of a vector"),
    ),
    **dict.fromkeys(
        ["sim", "in", "notin", "subset", "forall", "exists"],
        ("'{0}' states a condition and computes nothing", "Leave it out and write only the formula"),
    ),
    **dict.fromkeys(
        ["ldots", "cdots", "dots", "dotsc", "dotsb", "vdots", "ddots"],
        ("Dots stand for terms that the program cannot see", _WRITTEN),
    ),
    **dict.fromkeys(["pm", "mp"], ("'{0}' stands for two values", "Write + or -")),
    **dict.fromkeys(
        ["to", "rightarrow", "mapsto", "Rightarrow", "implies", "iff", "Leftrightarrow", "longrightarrow"],
        ("'{0}' is no operation", "Write = to give a name a value"),
    ),
    **dict.fromkeys(["leftarrow", "gets"], ("'{0}' changes a value", "Give the new value a name of its own")),
    "infty": (
        "Infinity is no number one can compute with",
        "Write a large number, such as 1e9; the norm with ∞ of a vector x is max(|x|)",
    ),
    **dict.fromkeys(["approx", "simeq", "propto", "cong"], ("'{0}' gives no value", "Write =")),
    "otimes": (
        "'{0}' has several meanings",
        "Write outer(x, y) for the outer product or x ⊙ y entry by entry",
    ),
    "oplus": ("'{0}' has several meanings", "Write + for a sum or concat(x, y) to put vectors end to end"),
    "ast*": ("'{0}' has several meanings", "Write conv2d(x, K) for a convolution"),
    "star": ("'{0}' has several meanings", "Write conv2d(x, K) for a correlation"),
    "binom": ("A binomial coefficient is not supported", "Write its value"),
    "det": ("A determinant is not supported", "Write it out from the entries, such as A[0, 0] A[1, 1]"),
    "%": ("The character '%' has no meaning here", "Write /100"),
    "#": ("The character '#' has no meaning here", "Delete it"),
    "Pr": ("A probability is not computed from a distribution", "Write its formula"),
}


def known_commands() -> set[str]:
    """Every command that is understood, for the nearest one to a misspelt command."""
    return {
        *(name for name in SIGN_COMMANDS if name.isalpha()),
        *LETTERS,
        *STYLES,
        *ACCENT_COMMANDS,
        *TRANSPOSES,
        *FRACTIONS,
        *REDUCTIONS,
        *FUNCTIONS,
        *WRAPPED,
        *("sqrt", "over", "prime", "quad", "left", "right", "begin", "end", "mathbb"),
    }
