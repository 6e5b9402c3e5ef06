"""Writes src/text/spacyEnglish.json: the data of spaCy 2.2.4's English tokenizer, its expressions in JavaScript syntax.

Run with the Python that has spaCy 2.2.4:  python exportSpacyEnglish.py > ../../src/text/spacyEnglish.json

`prefix`, `suffix`, `infix`  one expression each (flag `u`), without the pieces that match a run of dots, which the
                             TypeScript side counts by hand so that no expression ever needs more than a few characters
`alphaLower`                 inside of a character class: the letters that may stand in a top-level domain
`whole`, `split`             the exceptions: those that stay whole, and those that are split, as "do n't"
"""
import json
import re
import sre_constants as c
import sre_parse

from spacy.attrs import ORTH
from spacy.lang.char_classes import ALPHA_LOWER
from spacy.lang.en import English

DOTS = r"\.\.+"
# No piece may look at more than this many code points, the ones looked back at included.
MAX_WIDTH = 8


def char(code, in_class=False):
    text = chr(code)
    if text in r"^$\.*+?()[]{}|/" or in_class and text == "-":
        return "\\" + text
    if code < 0x20 or 0x7F <= code < 0xA1 or not text.isprintable():
        return "\\u{%x}" % code
    return text


def merge(ranges):
    merged = []
    for first, last in sorted(ranges):
        if merged and first <= merged[-1][1] + 1:
            merged[-1][1] = max(last, merged[-1][1])
        else:
            merged.append([first, last])
    return merged


def class_body(items):
    ranges = []
    for op, arg in items:
        if op is c.LITERAL:
            ranges.append((arg, arg))
        elif op is c.RANGE:
            ranges.append(arg)
        else:
            raise ValueError(op)
    parts = []
    for first, last in merge(ranges):
        parts.append(char(first, True))
        if last > first:
            parts.append(("-" if last > first + 1 else "") + char(last, True))
    return "".join(parts)


def javascript(tree):
    out = []
    for op, arg in tree:
        if op is c.LITERAL:
            out.append(char(arg))
        elif op is c.IN:
            out.append("[" + class_body(arg) + "]")
        elif op is c.BRANCH:
            out.append("(?:" + "|".join(javascript(branch) for branch in arg[1]) + ")")
        elif op is c.SUBPATTERN:
            out.append("(?:" + javascript(arg[-1]) + ")")
        elif op in (c.ASSERT, c.ASSERT_NOT):
            direction, inner = arg
            sign = "=" if op is c.ASSERT else "!"
            out.append("(?" + ("<" if direction < 0 else "") + sign + javascript(inner) + ")")
        else:
            raise ValueError(op)
    return "".join(out)


def expression(pieces):
    kept = []
    for piece in pieces:
        if not piece.strip():
            continue
        if piece == DOTS:
            continue
        tree = sre_parse.parse(piece)
        low, high = tree.getwidth()
        behind = sum(arg[1].getwidth()[1] for op, arg in tree if op is c.ASSERT and arg[0] < 0)
        assert low >= 1 and high + behind <= MAX_WIDTH, piece
        # Nothing but the run of dots may match two dots or start with one that another dot follows.
        assert not re.fullmatch(piece, ".."), piece
        text = javascript(tree)
        if text not in kept:
            kept.append(text)
    return "|".join(kept)


def main():
    defaults = English.Defaults
    whole, split = [], []
    for key, parts in sorted(defaults.tokenizer_exceptions.items()):
        orths = [part[ORTH] for part in parts]
        assert "".join(orths) == key
        if len(orths) == 1:
            whole.append(key)
        else:
            assert not any(char.isspace() for char in key)
            split.append(" ".join(orths))
    for pieces in (defaults.prefixes, defaults.suffixes, defaults.infixes):
        assert DOTS in pieces
    print(json.dumps({
        "prefix": expression(defaults.prefixes),
        "suffix": expression(defaults.suffixes),
        "infix": expression(defaults.infixes),
        "alphaLower": class_body(sre_parse.parse("[" + ALPHA_LOWER + "]")[0][1]),
        "whole": whole,
        "split": split,
    }, ensure_ascii=False))


main()
