"""Programs made to do harm, and what becomes of each; `python -m tests.hostile` answers them one by one.

Each answer is a line of JSON: the name, what came out, seconds of work and the most memory so far in MB.
"""

import json
import random
import resource
import sys
import time
from pathlib import Path

from core.base.errors import Problem
from core.service.report import Report
from core.service.request import Refusal, Request, json_hint, request_from
from tests.bench.graphs import nested

SECONDS = 30  # of work for one program: a ceiling for what hangs, far above what is promised
LETTERS = "abcdefghijklmnopqrstuvwxyz"
DEEP = "This is nested deeper than 100 levels"
LONG = "A program can have 10,000 characters"
NOTHING = "has no meaning here"
WRITTEN_OUT = "The functions stand for more than 30,000 parts when each use is written out"
FIRST_NAMES = "dwtg, mlqu, cavl, tals, fyxa, aoyj, fkaf, lmgg and 1,888 more have no value"
NODES = "The graph would have more than 10,000 nodes"


def filled(word: str, sign: str = "") -> str:
    """As many words as a program has room for."""
    return sign.join([word] * (10_000 // (len(word) + len(sign))))


def names(count: int, length: int) -> list[str]:
    """Names that differ."""
    chance = random.Random(1)
    return ["".join(chance.choices(LETTERS, k=length)) for _ in range(count)]


def row(entry: str) -> str:
    return f"[{','.join([entry] * 98)}]"


def doublings(form: str, first: str) -> str:
    return "\n".join([first, *(form.format(i + 1, i) for i in range(60))])


# what comes out: the start of the refusal's sentence, or how many nodes the graph has
PROGRAMS: dict[str, tuple[str, str | int]] = {
    # depth
    "10,000 brackets that open": ("(" * 10_000, DEEP),
    "5,000 nested brackets": ("(" * 4_999 + "x" + ")" * 4_999, DEEP),
    "10,000 nested brackets": ("(" * 10_000 + "x" + ")" * 10_000, LONG),
    "lists in lists": ("[" * 10_000, DEEP),
    "lists in lists, closed": ("[" * 99 + "x" + "]" * 99, "[[[[[x,]]]]] would have 5 axes"),
    "2,000 nested bars": ("|" * 2000, DEEP),
    "2,000 bars around a name": ("|" * 1000 + "x" + "|" * 1000, DEEP),
    "2,000 double bars": ("‖" * 2000, DEEP),
    "bars apart": ("| " * 5000, DEEP),
    "signs": ("+-" * 5000, "A value is missing after '-'"),
    "roots": ("√" * 9999 + "x", DEEP),
    "a tower of powers": (filled("x", "^"), DEEP),
    "fractions in fractions": ("\\frac{1}{" * 900 + "x" + "}" * 900, DEEP),
    "functions without end": ("sin(" * 2500, DEEP),
    "unknown functions without end": ("f(" * 3000, DEEP),
    "indices of indices": ("x" + "[0]" * 3300, "x[0][0][0][0] is a number and has no entries"),
    "transposed for ever": ("x" + "^T" * 4990, 2),
    # length
    "a megabyte": ("x" * 1_000_000, LONG),
    "a megabyte of sums": ("x+" * 500_000 + "x", LONG),
    "a long name": ("x" * 10_000, "A name can have 64 characters; this one has 10,000"),
    "a long number": ("9" * 10_000, "This number is too large"),
    "a long fraction": ("0." + "9" * 9_998, 2),
    "a long exponent": ("1e" + "9" * 9_000, "This number is too large"),
    "spaces": (" " * 10_000, "There is no formula yet"),
    "a remark": ("#" + "x" * 9_999, "There is no formula yet"),
    "semicolons": (";" * 10_000, "There is no formula yet"),
    "new lines": ("\n" * 10_000, "There is no formula yet"),
    "commas": ("," * 10_000, "A formula cannot begin with ','"),
    "equals signs": ("x=" * 5_000, "A value is missing after '='"),
    "backslashes": ("\\" * 10_000, "There is no formula yet"),
    "primes": ("x" + "'" * 9_999, "A name can have 64 characters"),
    # growth
    "60 doublings": (doublings("a{0} = a{1} + a{1}", "a0 = x"), 62),
    "60 functions that double": (
        doublings("f{0}(x) = f{1}(x) + f{1}(x)", "f0(x) = x") + "\nf40(x)",
        WRITTEN_OUT,
    ),
    "2,000 squares": (
        "f(x)=x^2\ng(x)=" + "f(" * 50 + "x" + ")" * 50 + "\n" + "g(" * 40 + "x" + ")" * 40,
        2002,
    ),
    "2,000 squares, each with a name": ("\n".join(f"a{i + 1}=a{i}^2" for i in range(2000)), LONG),
    "2,000 squares of a sum": ("(" + "(" * 90 + "x" + "^2)" * 90 + ")" + "^2", 93),
    "a number too large": ("9^9^9", 2),
    "numbers too large": ("9^9^9^9^9^9^9^9^9^9", 2),
    "lists that grow": (
        f"f(x)={row('1')}\ng(x)={row('f(x)')}\nh(x)={row('g(x)')}\nh(1)",
        WRITTEN_OUT,
    ),
    "numbers written out again and again": (
        f"f(x)={'+'.join(['1'] * 2000)}\n{'+'.join(['f(x)'] * 1000)}",
        WRITTEN_OUT,
    ),
    "a hundred times a hundred": (f"f(x)={'+'.join(['x'] * 100)}\n{'+'.join(['f(x)'] * 100)}", 10_000),
    "more than ten thousand": (f"f(x)={'+'.join(['x'] * 100)}\n{'+'.join(['f(x)'] * 101)}", NODES),
    "ten thousand nodes": (nested(10_000), 10_000),
    "a value used 2,000 times": (f"f(a)=x{'+a' * 2000}\nf({'+'.join(['1'] * 2500)})", 2002),
    "entries of a sum": (f"f(a)={'+'.join(['a[0]'] * 1000)}\nf([x,x]{'+[x,x]' * 700})", 3402),
    "a long product of matrices": (filled("W", " "), 5000),
    # long lines
    "a sum": (filled("x", "+"), 5000),
    "a sum of numbers": (filled("1", "+"), 2),
    "functions unknown": ("+".join(f"zq{name}(x)" for name in names(900, 5)), "'zq"),
    "a function misspelt": (filled("sigmod(x)", "+"), "'sigmod' is not a function"),
    "definitions unfinished": (filled("f(a,a,a,a,a,"), "'f' is not a function"),
    # names
    "many names": ("+".join(names(1900, 4)), 3795),
    "long names": ("+".join(names(150, 63)), 299),
    "names made of names": (" ".join("a" * i for i in range(1, 64)) * 4, 8064),
    "names almost made of names": (" ".join("a" * 60 + "b" for _ in range(150)), 150),
    "guesses": ("softmax(x)" + "".join(f"+a{i}" for i in range(1500)), 3002),
    # characters
    "right to left": ("x\u202ey", f"The character RIGHT-TO-LEFT OVERRIDE {NOTHING}"),
    "marks on marks": ("x" + "\u0301" * 9_999, f"The character COMBINING ACUTE ACCENT {NOTHING}"),
    "NUL": ("\0" * 10_000, f"The character NUL {NOTHING}"),
    "half a character": ("\ud800", f"The character U+D800 {NOTHING}"),
    "faces": ("😀" * 9_999, f"The character '😀' (GRINNING FACE) {NOTHING}"),
    "letters beyond": ("".join(map(chr, range(0x10000, 0x12700))), f"The character U+1000C {NOTHING}"),
    "Cyrillic": ("а" * 60, "'а' is the Cyrillic letter that looks like the Latin a"),
    "wide letters": ("ｘ" * 64, 2),
    "a word in a letter": ("ﷺ" * 60, "A name can have 64 characters; this one has 1,080"),
    "other digits": ("௧௨௩", f"The character '௧' (TAMIL DIGIT ONE) {NOTHING}"),
    # injection
    "__import__": ("__import__('os').system('ls')", f"The character '_' {NOTHING}"),
    "import": ("import os", "Imports are not needed"),
    "eval": ("eval(x)", "'eval' is not a function"),
    "attributes": ("x.__class__.__mro__", f"The character '.' {NOTHING}"),
    "a format": ("{0.__class__}", f"The character '.' {NOTHING}"),
    "another format": ("%s%n", f"The character '%' {NOTHING}"),
    "an f-string": ("f'{x}'", "'f'' has no value"),
    "an address": ("${jndi:ldap://x}", "The '{' at column 2 is not closed"),
    "markup": ("<img src=x onerror=alert(1)>", "A formula cannot begin with '<'"),
    "LaTeX": ("\\input{/etc/passwd}", "'\\input' is not known"),
    "a shell": ("`ls`; $(ls)", f"The character '`' {NOTHING}"),
}

SIMILAR = ["a" * 58 + name for name in names(9000, 6)]
REQUESTS: dict[str, tuple[dict[str, object], str | int]] = {
    "values for 5,000 long names": (
        {"program": "x", "values": dict.fromkeys(names(5000, 64), 1)},
        "x has no value",
    ),
    "values for 9,000 names alike": (
        {"program": "a" * 60 + "bbbb", "values": dict.fromkeys(SIMILAR, 1)},
        f"{'a' * 60}bbbb has no value",
    ),
    "no values for 1,900 names": (
        {"program": "+".join(names(1900, 4))},
        "dwtg, mlqu, cavl, tals, fyxa, aoyj, fkaf, lmgg and 1,888 more have no value",
    ),
    "gradients for 100,000 names": (
        {"program": "x", "values": {"x": 1}, "wrt": ["x"] * 100_000},
        '"wrt" can have 10,000 names',
    ),
    "no such node among thousands": (
        {"program": filled("x", "+"), "values": {"x": 1}, "output": "v99999"},
        "There is no node v99999",
    ),
    "a check of kinks": (
        {"program": "+".join([f"max({','.join(['x'] * 90)})"] * 50), "values": {"x": 1}, "check": True},
        4500,
    ),
    "a check of thousands": ({"program": filled("x", "+"), "values": {"x": 1}, "check": True}, 5000),
}


def outcome(request: Request) -> str | int:
    """The refusal's sentence, with its place looked at, or the number of nodes."""
    try:
        return len(Report(request, request.trace(json_hint)).answer()["nodes"])
    except Refusal as refused:
        span = refused.problem.span
        assert span is None or 0 <= span.start < span.end <= len(refused.text) + 1, span
        return refused.problem.message


def answered(name: str) -> str | int:
    if name in PROGRAMS:
        return outcome(Request(PROGRAMS[name][0], defaults=True))
    try:
        return outcome(request_from(json.dumps(REQUESTS[name][0])))
    except Problem as problem:
        return problem.message


def most_memory() -> int:
    """The most memory this process has had, in MB; what the system tells of usage counts its parent's in."""
    status = Path("/proc/self/status")
    if status.exists():
        return int(status.read_text().partition("VmHWM:")[2].split()[0]) // 1000
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1_000_000


def main() -> None:
    for name in sys.argv[1:] or (*PROGRAMS, *REQUESTS):
        begun = time.process_time()
        resource.setrlimit(resource.RLIMIT_CPU, (int(begun) + SECONDS, resource.RLIM_INFINITY))
        found = answered(name)
        seconds = round(time.process_time() - begun, 3)
        print(json.dumps([name, found, seconds, most_memory()]), flush=True)


if __name__ == "__main__":
    main()
