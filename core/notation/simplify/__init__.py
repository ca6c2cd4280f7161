"""Trees made as short as a lecturer writes them: `2·x^(2−1)` becomes `2·x`, `x/x^2` becomes `1/x`.

A tree is read into a sum of products of powers (`forms`, `reading`), where equal factors and like terms meet
by themselves, and is written back from there (`writing`).
"""

from __future__ import annotations

from core.notation.simplify.forms import Algebra
from core.notation.simplify.reading import form
from core.notation.simplify.writing import Writer
from core.notation.tree import Tree


def simplified(tree: Tree, sign: str = "·") -> Tree:
    """The same value in fewer signs; `sign` stands between factors, a space for none."""
    algebra = Algebra()
    return Writer(algebra, sign).tree(form(algebra, tree))
