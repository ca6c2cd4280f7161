"""Words of conditions, of prose and of other languages, and names of two letters that are no products."""

from __future__ import annotations

from core.notation.commands import TRAINED

# what stands between a value and its condition
CONDITIONS = {"if", "else", "otherwise", "and", "or"}
# words of sentences around a formula
PROSE = set(
    "the is are was of where with for and let given then we by from find solve compute calculate minimize"
    " maximize minimise maximise subject such that when return print def import assume since hence therefore"
    " note using what how derive show prove not large small equals has".split()
)
# names of two letters that the field uses as one name
TWO_LETTERS = set("lr dx dy dz dw db dt dW id wd lo hi ce kl nn bn fc in PI".split())
# texts of other languages, and what to do about each
FOREIGN = (
    (r"\blambda\s+\w+(?:\s*,\s*\w+)*\s*:", "A lambda is Python", "Write f(x) = … in a line of its own"),
    (r"\bfor\s+\w+\s+in\b", "A loop is not read", "Write a sum, such as ∑_i w_i x_i, or sum(w ⊙ x)"),
    (r"\?[^?;\n]*:", "'? :' is of another language", "Write a if x > 0 else b"),
    (r"\bdef\s+\w+\s*\(", "'def' is Python", "Write f(x) = … in a line of its own"),
    (r"\b(?:import|from)\s+\w+", "Imports are not needed", "Delete the line; all functions are there"),
    (
        r"\.backward\s*\(|\.grad\b|\bzero_grad\b|\boptim\w*\.step\b",
        "'{0}' is not needed: the program computes all gradients",
        "Delete the line",
    ),
    (r"arg\s*(?:\\[,!;]\s*)?min(?![a-z])|\\arg\b", "'{0}' asks for the best value", TRAINED),
    (
        r"\breturn\b|\bprint\s*\(|\bassert\b|\bwith\s+torch|\bclass\s+\w+\s*[:(]",
        "'{0}' is Python",
        "Write only formulas",
    ),
)
