"""Names that may mean one thing or another, decided by how the whole program uses them."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from core.notation import mistaken_calls
from core.notation.lexer import Token
from core.notation.names import plain_spellings
from core.notation.signatures import Signature


def aliases_of(tokens: list[Token], functions: Collection[str], known: Collection[str]) -> dict[str, str]:
    """Names under which values were given, such as W2, with the program's names they are for, as W⁽²⁾."""
    used = {token.text for token in tokens if token.kind == "name"} - set(functions)
    found: dict[str, str] = {}
    for name in sorted(used - set(known)):
        for other in plain_spellings(name):
            if other in known and other not in used and other not in found:
                found[other] = name
                break
    return found


def without_letters(
    tokens: list[Token],
    functions: Mapping[str, Signature],
    known: Collection[str],
) -> dict[str, Signature]:
    """The functions less those of one letter that this program uses as a name, as the width σ."""
    found = dict(functions)
    for letter in [name for name in functions if len(name) == 1]:
        places = [i for i, token in enumerate(tokens) if token.kind == "name" and token.text == letter]
        if not places:
            ends = [
                i for i, token in enumerate(tokens) if token.kind == "name" and token.text == "π" + letter
            ]
            if letter in known or any(not _is_applied(tokens, i) for i in ends):
                del found[letter]
            continue
        applied = [i for i in places if _is_applied(tokens, i)]
        bare = [i for i in places if i not in applied]
        if not bare and letter not in known:
            continue
        if applied and any(tokens[i + 1].text in ("(", "{") for i in applied):
            valued = letter in known and not (bare and tokens[bare[0] + 1].text == "=")
            raise mistaken_calls.letter_of_a_function(
                tokens, bare or places, functions[letter].name, valued=valued
            )
        del found[letter]
    return found


def _is_applied(tokens: list[Token], at: int) -> bool:
    """Whether a function's sign at a token has a value behind it."""
    following = tokens[at + 1]
    if following.kind == "prime":
        following = tokens[at + 2]
    if following.kind in ("name", "number", "frac", "root", "bar", "bars", "begin", "reduce"):
        return True
    return following.kind == "sign" and following.text in "({["
