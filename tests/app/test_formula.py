"""Typeset formulas: geometry as TeX has it, no missing glyphs, ink only inside the box."""

import os
import sys
import unicodedata
from collections import Counter
from collections.abc import Callable
from itertools import combinations
from typing import get_args

if not os.environ.get("DISPLAY"):
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QFont, QImage, QPainter, QPainterPath, QTransform
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.formula import Box, FormulaView, layout, measure, paint
from app.formula.boxes import Glyph, Rule
from app.formula.letters import ALPHABETS, italic, read_name
from app.formula.mathfont import DEJAVU, UNITS, math_font
from app.formula.spacing import Classes, spaces
from core.base.resources import BrokenInstallation, resource
from core.figure.sizes import extent
from core.math.mathtree import (
    Accented,
    Big,
    Digits,
    Fenced,
    Fraction,
    Letter,
    Math,
    Phantom,
    Root,
    Row,
    Scripts,
    Shaped,
    Sign,
    Table,
    Tinted,
    Word,
    row,
)
from core.math.typeset import PLAIN, Typesetter
from core.notation.names import ACCENTS
from tests.counting import at_most

SIZE = 48.0
FACES = ("bold", "calligraphic", "arrow")
X, Y, F, H = Letter("x"), Letter("y"), Letter("f"), Letter("h")
ONE, TWO = Digits("1"), Digits("2")
PLUS, MINUS, EQUALS = Sign("+"), Sign("−"), Sign("=", "rel")
SUM = Scripts(Big("∑"), row(Letter("i"), EQUALS, ONE), Letter("n"))
COLUMN = Table(tuple((Digits(str(i)),) for i in range(6)))

EXAMPLES: dict[type, tuple[Math, ...]] = {
    Letter: (X, Letter("in"), Letter("ŷ"), Letter("x''"), Letter("Δw"), Letter("θ̃"), Letter("")),
    Accented: (
        Accented(Y, "hat"),
        Accented(Letter("θ"), "tilde"),
        Accented(X, "bar"),
        Accented(Letter("loss"), "hat"),
        Accented(Letter("loss"), "bar"),
        Accented(Letter("loss"), "ddot"),
        Accented(Tinted("value", X, "x"), "dot"),
    ),
    Digits: (ONE, Digits("−0.25"), Digits("½"), Digits("")),
    Sign: (PLUS, EQUALS, Sign("⊙"), Sign("∂", "ord"), Sign("′", "ord"), Sign(",", "punct")),
    Word: (Word("exp"), Word("if ", "ord"), Word("", "ord")),
    Row: (Row(()), Row((MINUS, X)), row(X, PLUS, ONE, EQUALS, Y), Row((Row((X,)), PLUS, Row((Y, MINUS))))),
    Fraction: (Fraction(X, Y), Fraction(Row(()), Row(())), Fraction(Fraction(ONE, X), Fraction(ONE, Y))),
    Scripts: (
        Scripts(Letter("W"), ONE, Sign("⊤", "ord")),
        Scripts(X, Letter("in")),
        Scripts(Letter("x'"), Letter("i"), TWO),
        Scripts(F, sup=Sign("′", "ord")),
        Scripts(X),
        Scripts(Scripts(X, ONE), sup=TWO),
        Scripts(Word("max"), Letter("i")),
        Scripts(Digits("10"), sup=Digits("−5")),
        Scripts(Row(()), ONE, TWO),
        SUM,
    ),
    Fenced: tuple(Fenced(left, X, right) for left, right in ("()", "[]", "||", "‖‖", ("{", ""), ("", ""))),
    Root: (Root(TWO), Root(Fraction(X, Y)), Root(COLUMN), Root(Row(()))),
    Big: (Big("∑"), Big("∏")),
    Table: (
        COLUMN,
        Table(((ONE, TWO), (Digits("−0.125"),))),
        Table(((X, row(EQUALS, Y)), (Row(()), row(EQUALS, ONE))), "aligned"),
        Table(((X, row(Word("if ", "ord"), X, Sign(">", "rel"), ONE)), (ONE, Word("else", "ord"))), "cases"),
        Table(()),
        Table(((),)),
    ),
    Tinted: (Tinted("value", X, "x"), Tinted("gradient", row(X, PLUS, Y)), Tinted("", Row(()), "nothing")),
    Phantom: (Phantom(ONE), Phantom(Shaped(COLUMN, (2, 1)))),
    Shaped: (Shaped(X, (3, 1)), Shaped(Tinted("value", Fenced("(", row(X, PLUS, Y), ")")), (2, 3, 4))),
}
ALL_EXAMPLES = [math for examples in EXAMPLES.values() for math in examples]


def derivative(top: str, bottom: str) -> Fraction:
    partial = Sign("∂", "ord")
    return Fraction(row(partial, Letter(top)), row(partial, Letter(bottom)))


def derivation() -> Table:
    """Three lines of a backward pass, as the explanations show them."""
    dot = Sign("⋅")
    upstream = [Tinted("upstream", derivative("L", "y"), "y"), Tinted("upstream", Digits("−0.269"), "y")]
    local = [Tinted("local", derivative("y", "z"), "z"), Tinted("local", Digits("0.197"), "z")]
    value = [Tinted("value", derivative("z", "w"), "w"), Tinted("value", Fenced("(", ONE, ")"), "w")]
    left: tuple[Math, ...] = (derivative("L", "w"), Row(()))
    lines = zip(left, upstream, local, value, strict=True)
    rows = [(start, row(EQUALS, a, dot, b, dot, c)) for start, a, b, c in lines]
    return Table((*rows, (Row(()), row(EQUALS, Digits("0.053")))), "aligned")


@pytest.fixture(autouse=True)
def application(qapp: QApplication) -> None:
    """Fonts need a running application."""


def glyphs_of(box: Box, character: str) -> list[Glyph]:
    shape = math_font().shape(character)
    return [glyph for glyph in box.glyphs if glyph.shape is shape]


def glyph_of(box: Box, character: str) -> Glyph:
    (glyph,) = glyphs_of(box, character)
    return glyph


def axis(size: float = SIZE) -> float:
    """The height of the minus sign's middle, as a y coordinate."""
    return -math_font().constants(size).axis_height


def top(glyph: Glyph) -> float:
    return glyph.y - glyph.shape.top * glyph.size


def bottom(glyph: Glyph) -> float:
    return glyph.y - glyph.shape.bottom * glyph.size


def painted(box: Box, image: QImage, margin: int) -> np.ndarray:
    """The pixels of an image with a box painted in black on white."""
    image.fill(Qt.GlobalColor.white)
    with QPainter(image) as painter:
        paint(painter, box, margin, margin + box.ascent, {}, QColor("black"))
    return np.array(image.constBits()).reshape(image.height(), image.bytesPerLine())[:, : image.width()]


def ink_of(math: Math) -> np.ndarray:
    """Which pixels are dark where a letter is painted in a square of fixed size."""
    return painted(layout(math, SIZE), QImage(80, 80, QImage.Format.Format_Grayscale8), 10) < 128


# every kind of part


def test_every_kind_of_part_has_examples() -> None:
    assert set(EXAMPLES) == set(get_args(Math))


@pytest.mark.parametrize("display", [True, False])
@pytest.mark.parametrize("math", ALL_EXAMPLES, ids=repr)
def test_sizes_are_finite_and_not_negative(math: Math, display: bool) -> None:
    box = layout(math, SIZE, display=display)
    sizes = [box.width, box.ascent, box.descent, *(g.size for g in box.glyphs)]
    sizes += [length for rule in box.rules for length in (rule.width, rule.height)]
    assert np.isfinite(sizes).all()
    assert min(sizes) >= 0
    assert measure(math, SIZE, display=display).width() == box.width


@pytest.mark.parametrize("math", [*ALL_EXAMPLES, derivation()], ids=repr)
def test_ink_stays_inside_the_box(math: Math) -> None:
    box = layout(math, SIZE)
    margin = 20
    image = QImage(int(box.width) + 2 * margin, int(box.height) + 2 * margin, QImage.Format.Format_Grayscale8)
    y, x = np.nonzero(painted(box, image, margin) < 250)
    assert len(x) or not box.glyphs or not box.width
    if len(x):
        assert margin - 2 <= x.min() and x.max() <= margin + box.width + 2
        assert margin - 2 <= y.min() and y.max() <= margin + box.height + 2


def test_everything_scales_with_the_size() -> None:
    small, large = layout(derivation(), 10), layout(derivation(), 30)
    assert large.width == pytest.approx(3 * small.width)
    assert large.height == pytest.approx(3 * small.height)
    assert [g.x for g in large.glyphs] == pytest.approx([3 * g.x for g in small.glyphs])


# characters


CHARACTERS = (
    "αβγδεζηθικλμνξοπρςστυφχψωϵϑϕΓΔΘΛΞΠΣΦΨΩ0123456789.,;:!?()[]{}|‖⟨⟩+−±×⋅·∗⊙⊗∘/÷=<>≤≥≠≈≡∼∝∈∉⊤∇∂∑∏∫√∞"
    "←→↦⇒½′″…⋯⋮⋱ℝℒℎı%"
)


@pytest.mark.parametrize("character", CHARACTERS)
def test_the_mathematics_font_has_the_usual_characters(character: str) -> None:
    assert math_font().has(character)
    assert math_font().has(italic(character))
    assert not math_font().shape(character).path.isEmpty()


@pytest.mark.parametrize("face", ALPHABETS)
def test_the_mathematics_font_has_every_letter_of_the_other_alphabets(face: str) -> None:
    for letter, sign in ALPHABETS[face].items():
        assert unicodedata.normalize("NFKC", sign) == unicodedata.normalize("NFKC", letter)
        assert math_font().has(sign)


def test_a_letter_that_an_alphabet_lacks_is_set_as_without_it() -> None:
    for name, face in [("λ", "calligraphic"), ("größe", "bold")]:
        assert layout(Letter(name, face), SIZE).glyphs == layout(Letter(name), SIZE).glyphs


@pytest.mark.parametrize("letter", "wxLWiμσΣ")
def test_a_bold_letter_is_painted_with_more_ink(letter: str) -> None:
    plain, bold = (ink_of(Letter(letter, face)) for face in ("", "bold"))
    assert bold.sum() > 1.1 * plain.sum()


@pytest.mark.parametrize("letter", "LRHNgx")
def test_a_calligraphic_letter_is_painted_in_another_shape(letter: str) -> None:
    plain, script = (ink_of(Letter(letter, face)) for face in ("", "calligraphic"))
    assert (plain != script).sum() > 0.3 * plain.sum()


def test_only_the_letter_of_a_name_is_bold() -> None:
    name = "x_k⁽ⁱ⁾′"
    plain, bold = (
        Counter(glyph.shape.glyph for glyph in layout(typesetter.name(name), SIZE, display=False).glyphs)
        for typesetter in (PLAIN, Typesetter({name: "bold"}))
    )
    assert list(bold - plain) == [math_font().shape("𝐱").glyph]
    assert list(plain - bold) == [math_font().shape("𝑥").glyph]


def test_a_missing_character_comes_from_another_font() -> None:
    assert not math_font().has("ᵀ")
    shape = math_font().shape("ᵀ")
    assert shape.font == DEJAVU
    assert not shape.path.isEmpty()


def test_a_character_no_font_has_is_a_replacement_sign() -> None:
    assert math_font().shape("\U0010fffd") is math_font().shape("\N{REPLACEMENT CHARACTER}")


@pytest.mark.parametrize(
    ("text", "stem", "accents", "primes"),
    [
        ("x", "𝑥", (), 0),
        ("h", "ℎ", (), 0),
        ("σ", "𝜎", (), 0),
        ("Σ", "Σ", (), 0),
        ("in", "in", (), 0),
        ("h'", "ℎ", (), 1),
        ("x″′", "𝑥", (), 3),
        ("ŷ", "𝑦", ("\u0302",), 0),
        ("i\u0302'", "𝚤", ("\u0302",), 1),
        ("größe", "größe", (), 0),
        ("'", "'", (), 0),
    ],
)
def test_names_are_taken_apart(text: str, stem: str, accents: tuple[str, ...], primes: int) -> None:
    name = read_name(text)
    assert (name.stem, name.accents, name.primes) == (stem, accents, primes)


def test_an_accent_stands_above_its_letter() -> None:
    box = layout(Letter("L̂"), SIZE)
    letter, hat = glyph_of(box, "𝐿"), glyph_of(box, "\u0302")
    assert bottom(hat) < top(letter)
    middle = hat.x + (hat.shape.left + hat.shape.right) / 2 * SIZE
    assert letter.x < middle < letter.x + letter.shape.advance * SIZE


def ink(glyph: Glyph) -> QPainterPath:
    """A glyph's outline where it is painted."""
    scale = glyph.size / UNITS
    return QTransform(scale, 0, 0, scale, glyph.x, glyph.y).map(glyph.shape.path)


@pytest.mark.parametrize("letter", "ywxhWLXHθδ")
@pytest.mark.parametrize("accent", [*ACCENTS, "arrow"])
@pytest.mark.parametrize("face", ["", *ALPHABETS])
def test_an_accent_stands_where_the_font_says_and_does_not_touch(letter: str, accent: str, face: str) -> None:
    box = layout(Accented(Letter(letter, face), accent), SIZE)
    sign = ALPHABETS.get(face, {}).get(letter) or italic(letter)
    below, above = glyph_of(box, sign), glyph_of(box, ACCENTS.get(accent, "\u20d7"))
    assert above.x + above.shape.accent_x * SIZE == pytest.approx(below.x + below.shape.accent_x * SIZE)
    under, over = ink(below), ink(above)
    assert under.boundingRect().left() < over.boundingRect().center().x() < under.boundingRect().right()
    assert over.boundingRect().bottom() < under.boundingRect().top() + 0.01 * SIZE
    assert not under.intersects(over)
    assert box.ascent >= -over.boundingRect().top()


def test_the_font_places_the_hat_of_an_italic_y_to_the_right_of_its_middle() -> None:
    y = math_font().shape("𝑦")
    assert y.accent_x > (y.left + y.right) / 2 + 0.05


@pytest.mark.parametrize("accent", ["hat", "tilde", "bar"])
def test_an_accent_spreads_over_a_longer_name(accent: str) -> None:
    box, bare = layout(Accented(Letter("loss"), accent), SIZE), layout(Letter("loss"), SIZE)
    assert box.width == bare.width
    if accent == "bar":
        (rule,) = box.rules
        left, right, lowest = rule.x, rule.x + rule.width, rule.y + rule.height
    else:
        (wide,) = [ink(glyph).boundingRect() for glyph in box.glyphs if glyph.y < 0]
        left, right, lowest = wide.left(), wide.right(), wide.bottom()
    assert 0 <= left < right <= box.width
    assert right - left > 0.8 * box.width
    assert left + right == pytest.approx(box.width, abs=0.05 * SIZE)
    assert lowest < -bare.ascent


def test_an_arrow_stands_above_the_hat_of_its_letter() -> None:
    box = layout(Typesetter({"q̂": "arrow"}).name("q̂"), SIZE, display=False)
    arrow, hat, letter = (ink(glyph_of(box, sign)).boundingRect() for sign in ("\u20d7", "\u0302", "𝑞"))
    assert arrow.bottom() < hat.top() and hat.bottom() < letter.top()
    assert abs(arrow.center().x() - hat.center().x()) < 0.1 * SIZE
    assert box.ascent >= -arrow.top()


def test_a_prime_stays_when_its_letter_gets_a_subscript_in_bold() -> None:
    with_sub = layout(Scripts(Letter("x'", "bold"), Letter("i")), SIZE)
    assert glyph_of(with_sub, "𝐱") and glyph_of(with_sub, "′")


def test_i_and_j_lose_their_dots_below_an_accent() -> None:
    assert glyph_of(layout(PLAIN.name("î"), SIZE), "\U0001d6a4")
    assert glyph_of(layout(PLAIN.name("x̃_i"), SIZE), "𝑖")


def test_an_accented_letter_takes_its_tint_and_is_hit() -> None:
    box = layout(Tinted("value", PLAIN.name("ŷ"), "ŷ"), SIZE)
    assert {glyph.ink.role for glyph in box.glyphs} == {"value"}
    hat = glyph_of(box, "\u0302")
    found = box.area_at(box.width / 2, (top(hat) + bottom(hat)) / 2)
    assert found and found.tag == "ŷ"


NAMES = "ŷ⁽²⁾ W̃_{k,l}⁽ⁱ⁾ x̄1⁽ⁱ⁾ h_{t-1}^[2] h_{t-1}′ W⁽²⁾′ W_in^{(q)} s_y_i⁽²⁾ W_hh f_k⁽ˡ⁾".split()
NAMES += ["w_[1]⁽ⁱ⁾", "loss_hat_in⁽²⁾"]
PRINTED = [(PLAIN, name) for name in NAMES]
PRINTED += [(Typesetter(dict.fromkeys(NAMES, face)), name) for name in NAMES for face in FACES]


@pytest.mark.parametrize(("typesetter", "name"), PRINTED)
def test_no_two_glyphs_of_a_name_overlap(typesetter: Typesetter, name: str) -> None:
    glyphs = layout(typesetter.name(name), SIZE, display=False).glyphs
    for first, second in combinations(map(ink, glyphs), 2):
        assert not first.intersects(second)
    assert len(glyphs) > 2


@pytest.mark.parametrize(("typesetter", "name"), PRINTED)
def test_the_layout_keeps_the_room_that_a_painted_name_takes(typesetter: Typesetter, name: str) -> None:
    box = layout(typesetter.name(name), 26.0, display=False)
    width, height = extent(typesetter.name(name), 26.0)
    assert box.width <= width < 1.6 * box.width
    assert box.height <= height


def test_a_tall_subscript_stands_as_close_to_its_letter_as_a_low_one() -> None:
    tall, low = layout(PLAIN.name("W_k"), SIZE), layout(PLAIN.name("W_n"), SIZE)
    letter = glyph_of(tall, "𝑊")
    assert glyph_of(tall, "𝑘").x <= letter.x + (letter.shape.advance + 0.07) * SIZE
    assert glyph_of(low, "𝑛").x <= glyph_of(tall, "𝑘").x


# spacing


def test_a_sign_without_operand_gets_no_space() -> None:
    ordinary: Classes = ("ord", "ord")
    operator: Classes = ("bin", "bin")
    assert spaces([operator, ordinary], script=False) == [0, 0]
    assert spaces([ordinary, operator, ordinary], script=False) == pytest.approx([0, 4 / 18, 4 / 18])
    assert spaces([ordinary, operator, ordinary], script=True) == [0, 0, 0]
    assert spaces([], script=False) == []


def test_colours_and_nested_rows_do_not_change_the_spacing() -> None:
    plain = layout(row(X, PLUS, Y, EQUALS, ONE), SIZE)
    tinted = layout(Row((X, Tinted("value", Row((PLUS, Y)), "y"), Row((EQUALS, ONE)))), SIZE)
    assert sorted(g.x for g in tinted.glyphs) == pytest.approx(sorted(g.x for g in plain.glyphs))


def test_a_number_keeps_its_minus_close() -> None:
    box = layout(Digits("-4"), SIZE)
    minus, four = glyph_of(box, "−"), glyph_of(box, "4")
    assert four.x - minus.x == pytest.approx(minus.shape.advance * SIZE)


def test_a_function_stands_close_to_its_bracket_but_not_to_a_letter() -> None:
    size_of_n = math_font().shape("n").advance * SIZE
    bracketed = layout(row(Word("ln"), Fenced("(", X, ")")), SIZE)
    bare = layout(row(Word("ln"), X), SIZE)
    assert glyph_of(bracketed, "(").x == pytest.approx(glyph_of(bracketed, "n").x + size_of_n)
    assert glyph_of(bare, "𝑥").x == pytest.approx(glyph_of(bare, "n").x + size_of_n + SIZE * 3 / 18)


# scripts


def test_a_superscript_is_raised_and_smaller() -> None:
    box = layout(Scripts(X, sup=TWO), SIZE)
    base, two = glyph_of(box, "𝑥"), glyph_of(box, "2")
    assert two.y < 0 == base.y
    assert two.size < base.size
    assert two.x > base.x


def test_scripts_of_one_letter_stand_one_above_the_other() -> None:
    for math in (Scripts(X, ONE, TWO), Scripts(Scripts(X, ONE), sup=TWO), Scripts(Scripts(X, sup=TWO), ONE)):
        box = layout(math, SIZE)
        sub, sup = glyph_of(box, "1"), glyph_of(box, "2")
        assert bottom(sup) < top(sub)
        assert sub.x == pytest.approx(sup.x, abs=0.1 * SIZE)


def test_a_prime_is_a_superscript_of_full_size() -> None:
    for math in (Letter("h'"), Scripts(H, sup=Sign("′", "ord"))):
        box = layout(math, SIZE)
        prime = glyph_of(box, "′")
        assert prime.size == SIZE
        assert top(prime) == pytest.approx(top(glyph_of(box, "ℎ")), abs=0.1 * SIZE)


def test_a_prime_stands_above_a_subscript() -> None:
    box = layout(Scripts(Letter("x'"), ONE), SIZE)
    assert glyph_of(box, "1").x < glyph_of(box, "′").x + 0.1 * SIZE


def test_limits_go_below_and_above_only_in_display() -> None:
    display, small = layout(SUM, SIZE), layout(SUM, SIZE, display=False)
    assert glyph_of(display, "𝑛").y < display.glyphs[0].y - SIZE
    assert glyph_of(display, "𝑛").x < SIZE
    assert glyph_of(small, "𝑛").x > 0.5 * SIZE
    assert display.height > small.height


# fractions, roots, fences


def test_a_fraction_bar_lies_on_the_axis() -> None:
    (bar,) = layout(Fraction(X, Y), SIZE).rules
    assert bar.y + bar.height / 2 == pytest.approx(axis())


def test_a_fraction_keeps_its_parts_apart_and_centred() -> None:
    box = layout(Fraction(H, F), SIZE)
    above, below, (bar,) = glyph_of(box, "ℎ"), glyph_of(box, "𝑓"), box.rules
    assert bottom(above) < bar.y
    assert top(below) > bar.y + bar.height
    middles = [g.x + g.shape.advance * SIZE / 2 for g in (above, below)]
    assert middles == pytest.approx([bar.x + bar.width / 2] * 2)


def test_a_fraction_in_a_fraction_is_smaller() -> None:
    sizes = {g.size for g in layout(Fraction(Fraction(Fraction(X, Y), Y), Y), SIZE).glyphs}
    assert len(sizes) == 3


def test_a_root_covers_its_body() -> None:
    box = layout(Root(Fraction(X, Y)), SIZE)
    bar = min(box.rules, key=lambda rule: rule.y)
    body = glyph_of(box, "𝑥")
    assert bar.y + bar.height < top(body)
    assert bar.x < body.x
    assert bar.x + bar.width == pytest.approx(box.width)


BODIES: dict[str, Math] = {
    "letter": X,
    "subscript": Scripts(H, row(Letter("i"), Letter("j"))),
    "fraction": Fraction(row(F, PLUS, ONE), Y),
    "nested": Fraction(ONE, row(ONE, PLUS, Fraction(ONE, Fraction(X, Y)))),
    "column": Table(COLUMN.rows, "aligned"),
    "long column": Table(COLUMN.rows * 3, "aligned"),
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
@pytest.mark.parametrize("fences", ["()", "[]", "{}", "||", "‖‖"])
def test_fences_are_as_tall_as_their_body_and_not_much_taller(fences: str, body: Math) -> None:
    box = layout(Fenced(fences[0], body, fences[1]), SIZE)
    left = min(box.glyphs, key=lambda g: g.x + g.shape.left * g.size)
    inside = layout(body, SIZE)
    assert inside.height - 0.01 <= bottom(left) - top(left) <= max(SIZE, 1.35 * inside.height)


def test_a_grown_fence_is_centred_on_the_axis() -> None:
    box = layout(Fenced("{", Fraction(X, Y), ""), SIZE)
    brace = min(box.glyphs, key=lambda g: g.x)
    assert (top(brace) + bottom(brace)) / 2 == pytest.approx(axis())


# tables


def test_matrix_columns_are_centred_and_rows_level() -> None:
    box = layout(Table(((Digits("1"), Digits("2")), (Digits("345"), Digits("678")))), SIZE)
    one, two, four, seven = (glyph_of(box, digit) for digit in "1247")
    assert [one.x, two.x] == pytest.approx([four.x, seven.x])
    assert one.y == two.y < four.y == seven.y


def test_aligned_equations_share_their_equals_sign() -> None:
    lines = ((row(X, PLUS, Y), row(EQUALS, ONE)), (X, row(EQUALS, TWO)), (Row(()), row(EQUALS, TWO)))
    signs = glyphs_of(layout(Table(lines, "aligned"), SIZE), "=")
    assert len(signs) == 3
    assert len({round(sign.x, 6) for sign in signs}) == 1
    assert len({sign.y for sign in signs}) == 3


def test_an_aligned_equation_is_spaced_like_a_plain_one() -> None:
    plain = layout(row(X, EQUALS, Y), SIZE)
    aligned = layout(Table(((X, row(EQUALS, Y)),), "aligned"), SIZE)
    assert aligned.width == pytest.approx(plain.width)


def test_cases_stand_at_the_left_behind_a_brace() -> None:
    box = layout(Table(((X, ONE), (Digits("222"), ONE)), "cases"), SIZE)
    assert glyph_of(box, "𝑥").x == pytest.approx(min(g.x for g in glyphs_of(box, "2")))
    first, second = glyphs_of(box, "1")
    assert first.x == pytest.approx(second.x)


# roles, tags


def test_the_innermost_role_colours_glyphs_and_rules() -> None:
    box = layout(Tinted("outer", Fraction(Tinted("inner", X), Y)), SIZE)
    assert glyph_of(box, "𝑥").ink.role == "inner"
    assert glyph_of(box, "𝑦").ink.role == "outer"
    assert box.rules[0].ink.role == "outer"


def test_painting_uses_the_roles_colours() -> None:
    box = layout(Tinted("value", Fraction(X, Y)), SIZE)
    image = QImage(100, 200, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    with QPainter(image) as painter:
        paint(painter, box, 0, box.ascent, {"value": QColor("#ff0000")}, QColor("black"))
    bar: Rule = box.rules[0]
    place = QPoint(round(bar.x + bar.width / 2), int(box.ascent + bar.y + bar.height / 2))
    assert image.pixelColor(place) == QColor("#ff0000")


def test_tag_rectangles_lie_inside_the_box() -> None:
    box = layout(derivation(), SIZE)
    assert sorted(area.tag for area in box.areas) == ["w", "w", "y", "y", "z", "z"]
    for area in box.areas:
        assert 0 <= area.x <= area.x + area.width <= box.width + 0.01
        assert -box.ascent - 0.01 <= area.y <= area.y + area.height <= box.descent + 0.01


def test_the_hit_test_finds_the_innermost_part() -> None:
    inner = Tinted("local", X, "x")
    box = layout(row(ONE, Tinted("value", row(Y, PLUS, Fraction(inner, TWO)), "sum")), SIZE)
    place = glyph_of(box, "𝑥")
    x, y = place.x + 1, place.y - 1
    hit = box.area_at(x, y)
    assert hit is not None and (hit.tag, hit.role) == ("x", "local")
    below = glyph_of(box, "2")
    hit = box.area_at(below.x + 1, below.y - 1)
    assert hit is not None and hit.tag == "sum"
    assert box.area_at(1, -1) is None


def test_a_tag_around_one_part_takes_all_of_it() -> None:
    box = layout(Tinted("value", Tinted("local", derivative("y", "x"), "inner"), "outer"), SIZE)
    assert {area.tag for area in box.areas} == {"inner", "outer"}
    assert all(area.width == box.width and area.height == box.height for area in box.areas)


# deep and quick

NESTINGS: dict[str, Callable[[Math], Math]] = {
    "fraction": lambda math: Fraction(ONE, row(X, PLUS, math)),
    "scripts": lambda math: Scripts(X, math, math if isinstance(math, Letter) else None),
    "fenced": lambda math: Fenced("(", math, ")"),
    "root": lambda math: Root(row(ONE, PLUS, math)),
    "tinted": lambda math: Tinted("value", row(math, X), "x"),
    "table": lambda math: Table(((math,),)),
}


@pytest.mark.parametrize("nest", NESTINGS.values(), ids=NESTINGS.keys())
def test_deep_nesting_is_fine_and_quick(nest: Callable[[Math], Math]) -> None:
    math: Math = X
    for _ in range(60):
        math = nest(math)
    with at_most(50_000):
        box = layout(math, SIZE)
    assert np.isfinite([box.width, box.height]).all()


def test_a_derivation_is_little_work_once_its_letters_are_known() -> None:
    math = derivation()
    layout(math, SIZE)
    with at_most(3000):
        layout(math, SIZE)


def test_importing_loads_no_font() -> None:
    code = "import app.formula.mathfont as m; raise SystemExit(m.math_font.cache_info().currsize)"
    assert os.spawnv(os.P_WAIT, sys.executable, [sys.executable, "-c", code]) == 0


# files


def test_a_missing_file_is_told_in_a_sentence() -> None:
    assert resource("fonts", "STIXTwoMath-Regular.ttf").is_file()
    with pytest.raises(BrokenInstallation) as caught:
        resource("fonts", "nowhere.ttf")
    assert caught.value.message == "The file fonts/nowhere.ttf of Chainlight is missing"
    assert caught.value.hint == "Install Chainlight again"


# the widget


@pytest.fixture
def view(qtbot: QtBot) -> FormulaView:
    widget = FormulaView()
    qtbot.addWidget(widget)
    widget.set_size(SIZE)
    return widget


def middle_of(view: FormulaView, tag: str) -> QPoint:
    """The middle of the first part with a tag, in a view at full size."""
    box = view.box()
    assert box is not None
    area = next(area for area in box.areas if area.tag == tag)
    y = (view.height() - box.height) / 2 + box.ascent + area.y + area.height / 2
    return QPoint(round(4 + area.x + area.width / 2), round(y))


def test_the_view_asks_for_the_formulas_room(view: FormulaView) -> None:
    assert view.sizeHint().isEmpty()
    view.set_formula(derivation())
    box = layout(derivation(), SIZE)
    assert box.width < view.sizeHint().width() < box.width + 20
    assert box.height < view.sizeHint().height() < box.height + 20
    assert view.minimumSizeHint().width() < 0.7 * view.sizeHint().width()
    view.set_formula(None)
    assert view.box() is None


def test_the_view_follows_its_font_until_told_a_size(view: FormulaView) -> None:
    view.set_formula(X)
    view.set_size(None)
    font = QFont(view.font())
    font.setPixelSize(20)
    view.setFont(font)
    small = view.sizeHint().width()
    font.setPixelSize(40)
    view.setFont(font)
    assert view.sizeHint().width() > 1.5 * small
    view.set_size(20.0)
    font.setPixelSize(80)
    view.setFont(font)
    box = view.box()
    assert box is not None and box.glyphs[0].size == 20.0


def test_the_view_names_the_part_under_the_pointer(view: FormulaView, qtbot: QtBot) -> None:
    view.set_formula(derivation())
    view.resize(view.sizeHint())
    view.show()
    with qtbot.waitSignal(view.tagHovered, check_params_cb=lambda tag: tag == "z"):
        qtbot.mouseMove(view, middle_of(view, "z"))
    assert view.highlighted() == "z"
    with qtbot.waitSignal(view.tagHovered, check_params_cb=lambda tag: tag == ""):
        QApplication.sendEvent(view, QEvent(QEvent.Type.Leave))
    assert view.highlighted() == ""


def test_a_highlighted_part_gets_a_background(view: FormulaView) -> None:
    view.set_formula(row(X, Tinted("value", row(Y, PLUS, ONE), "sum")))
    view.set_colours({"value": QColor("#00aa00")})
    view.resize(view.sizeHint())
    before = view.grab().toImage()
    view.set_highlighted("sum")
    assert view.grab().toImage() != before
    view.set_highlighted("")
    assert view.grab().toImage() == before


def test_a_narrow_view_shrinks_the_formula_and_still_finds_its_parts(view: FormulaView) -> None:
    view.set_formula(derivation())
    box = view.box()
    assert box is not None
    full = view.sizeHint()
    view.resize(int(0.8 * full.width()), full.height())
    image = view.grab().toImage()
    background = image.pixelColor(0, 0)
    edge = image.width() - 1
    assert all(image.pixelColor(edge, y) == background for y in range(image.height()))
    scale = (view.width() - 8) / box.width
    area = next(area for area in box.areas if area.tag == "w")
    middle = view.height() / 2 + scale * (area.y + area.height / 2 + (box.ascent - box.descent) / 2)
    assert view.tag_at(QPointF(4 + scale * (area.x + area.width / 2), middle)) == "w"
