"""Words that are no names of quantities: those of conditions, of prose, and the names that look like products."""

from __future__ import annotations

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
