"""Names: what one is made of, its one spelling in the program, and the plain spellings people type for it.

A name is letters with, perhaps, an accent, a subscript, a layer in brackets and primes: `ŷ`, `x1`, `h_{t-1}`,
`W⁽²⁾`, `w_[1]`, `x′`. However it is typed, the program has one spelling for it, which can be typed as well.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from msgspec import Struct
from msgspec.structs import replace

GREEK = dict(
    zip(
        "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau"
        " upsilon phi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi Omega".split(),
        "αβγδεζηθικλμνξπρστυφχψωΓΔΘΛΞΠΣΦΨΩ",
        strict=True,
    )
)
GREEK |= {"varepsilon": "ε", "varphi": "φ", "vartheta": "θ", "varrho": "ρ", "varsigma": "σ"}

ACCENTS = {"hat": "\u0302", "tilde": "\u0303", "bar": "\u0304", "dot": "\u0307", "ddot": "\u0308"}
ACCENT_OF = {mark: accent for accent, mark in ACCENTS.items()} | {"\u0305": "bar"}
MARKS = "".join(ACCENT_OF)

SUBSCRIPTS = dict(zip("₀₁₂₃₄₅₆₇₈₉₊₋ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", "0123456789+-aehijklmnoprstuvx", strict=True))
SUPERSCRIPTS = dict(
    zip(
        "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵁⱽᵂ",
        "0123456789+-abcdefghijklmnoprstuvwxyzABDEGHIJKLMNOPRUVW",
        strict=True,
    )
)
RAISED = str.maketrans({plain: raised for raised, plain in SUPERSCRIPTS.items()})

_LAYER = (
    rf"⁽(?P<raised>[{''.join(SUPERSCRIPTS)}]+)⁾"
    r"|\^\{?\((?P<round>[^()]+)\)\}?|\^\{?\[(?P<square>[^\[\]]+)\]\}?"
)
_NAME = re.compile(
    rf"(?P<base>[^\W\d_][^\W_]*?)(?P<accent>[{MARKS}])?"
    r"(?:_?(?P<digits>[0-9]+)|_\{(?P<braced>[^{}]*(?:\{[^{}]*\}[^{}]*)*)\}|_\[(?P<lower>[^\[\]]+)\]|_(?P<word>\w+))?"
    rf"(?:{_LAYER})?(?P<primes>′*)$"
)


class Parts(Struct, frozen=True):
    """What a name is made of.

    `base` are its letters, `accent` is a key of ACCENTS or "", `sub` the subscript's text, `layer` the text
    above with its brackets (`(2)` or `[2]`), `primes` how many primes follow. A subscript in square brackets,
    as in `w_[1]`, keeps them in `sub`.
    """

    base: str
    accent: str = ""
    sub: str = ""
    layer: str = ""
    primes: int = 0

    @property
    def text(self) -> str:
        """The one spelling of the name."""
        base = self.base
        if self.accent:
            single = len(base) == 1
            base = (
                unicodedata.normalize("NFC", base + ACCENTS[self.accent])
                if single
                else f"{base}_{self.accent}"
            )
        return f"{base}{_sub_text(base, self.sub)}{_layer_text(self.layer)}{'′' * self.primes}"

    @property
    def plain(self) -> str:
        """The name in letters, digits and underscores alone, as far as it goes: `y_hat`, `W2`, `h_t-1`."""
        base = f"{self.base}_{self.accent}" if self.accent else self.base
        layer = self.layer.strip("()[]")
        sub = self.sub.strip("[]")
        return f"{base}{_sub_text(base, sub)}{_sub_text(base + sub, layer)}{'′' * self.primes}"


def _sub_text(base: str, sub: str) -> str:
    if not sub:
        return ""
    if sub.isascii() and sub.isdigit():
        return f"_{sub}" if base[-1].isdigit() else sub
    return f"_{sub}" if re.fullmatch(r"\w+|\[[^\[\]]+\]", sub) else f"_{{{sub}}}"


def _layer_text(layer: str) -> str:
    """`⁽²⁾` where every sign has a raised form, else `^{(q)}`; `^[2]` for square brackets."""
    inside = layer[1:-1]
    if layer.startswith("("):
        raised = inside.translate(RAISED)
        return f"⁽{raised}⁾" if set(raised) <= SUPERSCRIPTS.keys() else f"^{{({inside})}}"
    return f"^{layer}" if layer else ""


@lru_cache(4096)
def parts(name: str) -> Parts:
    """What a name, in its one spelling, is made of. Other texts, such as a constant's, are all base."""
    first = unicodedata.normalize("NFD", name[:1])
    name = first + name[1:] if len(first) == 2 and first[1] in ACCENT_OF else name
    match = _NAME.match(name)
    if not match:
        return Parts(unicodedata.normalize("NFC", name))
    found = match.groupdict("")
    base, accent, word = found["base"], ACCENT_OF.get(found["accent"], ""), found["word"]
    head, _, rest = word.partition("_")
    if head in ACCENTS and not accent:
        accent, word = head, rest
        if word.isdigit() or not word:
            return replace(_layered(found, Parts(base, accent, word)), primes=len(found["primes"]))
    sub = found["digits"] or found["braced"] or word or (f"[{found['lower']}]" if found["lower"] else "")
    return _layered(found, Parts(base, accent, sub, primes=len(found["primes"])))


def _layered(found: dict[str, str], made: Parts) -> Parts:
    raised = "".join(SUPERSCRIPTS[char] for char in found["raised"])
    if raised or found["round"]:
        return replace(made, layer=f"({raised or found['round']})")
    return replace(made, layer=f"[{found['square']}]") if found["square"] else made


@lru_cache(4096)
def canonical(name: str) -> str:
    """The one spelling of a name typed plainly: `x_1` and `x₁` are `x1`; `y_hat` is `ŷ`; `lambda` is `λ`."""
    name = re.sub(f"_?([{''.join(SUBSCRIPTS)}]+)", lambda match: "_{" + _lowered(match[1]) + "}", name)
    name = _compatible(name).replace("'", "′")
    word = re.match(r"[A-Za-z]+", name)
    if word and word[0] in GREEK:
        name = GREEK[word[0]] + name[word.end() :]
    made = parts(name)
    letters = re.fullmatch(r"(.*?)_?([0-9]+)", made.base)
    if letters and letters[1] and not made.sub:
        made = replace(made, base=letters[1], sub=letters[2])
    return replace(made, sub=GREEK.get(made.sub, made.sub)).text


def _compatible(name: str) -> str:
    """Letters of other alphabets of mathematics as plain ones; layers and accents stay."""
    kept = set(SUPERSCRIPTS) | {"⁽", "⁾", "ℓ"}
    text = "".join(char if char in kept else unicodedata.normalize("NFKC", char) for char in name)
    return unicodedata.normalize("NFC", text)


def _lowered(sub: str) -> str:
    return "".join(SUBSCRIPTS[char] for char in sub)


_NUMBERED = re.compile(rf"(?<![\w.])([^\W\d_]+[{MARKS}]?)([0-9]+)(?![\w(])")
_LOWERED = str.maketrans({plain: lowered for lowered, plain in SUBSCRIPTS.items() if plain.isdigit()})


def in_text(name: str) -> str:
    """A name, or an expression, as it stands in sentences: the number of `x1` stands below, as in `x₁`."""
    return _NUMBERED.sub(lambda match: match[1] + match[2].translate(_LOWERED), name)


def plain_spellings(name: str) -> tuple[str, ...]:
    """Other names, in their one spelling, under which a value for this one is understood.

    `W2` stands for `W⁽²⁾` and `W^[2]`, `yhat` for `ŷ`.
    """
    made = parts(name)
    if made.base == "ℓ":
        return (replace(made, base="l").text,)
    if made.accent and len(made.base) == 1 and not made.layer:
        return (replace(made, base=made.base + made.accent, accent="").text,)
    if not (made.layer or made.sub.startswith("[")):
        return ()
    label, bare = (made.layer or made.sub).strip("()[]"), replace(made, layer="")
    if made.sub.startswith("["):
        return (replace(made, sub=label, layer="").text, replace(made, sub="", layer=f"({label})").text)
    other = f"[{label}]" if made.layer.startswith("(") else f"({label})"
    joined = () if made.sub else (replace(bare, sub=label).text,)
    return (*joined, replace(made, layer=other).text)
