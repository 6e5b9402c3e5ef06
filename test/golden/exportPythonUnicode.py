"""Writes src/text/pythonUnicode.json: the code points that Python 3.7 (Unicode 11) does not know.

Run with the Python 3.7 that fastai 1.0.61 runs on:  python exportPythonUnicode.py > ../../src/text/pythonUnicode.json
With --properties it prints instead, for a comparison over all code points, one line of flags and the lower case each.
"""
import json
import sys
import unicodedata


def known(code):
    return unicodedata.category(chr(code)) != "Cn"


def ranges(codes):
    merged = []
    for code in codes:
        if merged and merged[-1][1] == code - 1:
            merged[-1][1] = code
        else:
            merged.append([code, code])
    return merged


def properties():
    for code in range(0x110000):
        char = chr(code)
        flags = [char.isalnum() or char == "_", char.isupper(), char.islower(), unicodedata.category(char) == "Lt",
                 char.isspace(), unicodedata.category(char) == "Nd"]
        cases = "" if 0xD800 <= code <= 0xDFFF else [char.lower(), char.upper(), ("A" + char + "\u03a3").lower()[-1] == "\u03c2",
                                                      (char + "\u03a3").lower()[-1] == "\u03c2",
                                                      ("A\u03a3" + char + "A").lower()[1] == "\u03c2"]
        print(json.dumps([[int(flag) for flag in flags], cases]))


def main():
    if "--properties" in sys.argv:
        properties()
        return
    # Each range as its distance from the end of the one before and its length, in base 36.
    digits = "0123456789abcdefghijklmnopqrstuvwxyz"

    def base36(number):
        text = digits[number % 36]
        while number >= 36:
            number //= 36
            text = digits[number % 36] + text
        return text

    steps, end = [], 0
    for first, last in ranges(code for code in range(0x110000) if not known(code)):
        steps.append(base36(first - end) + "," + base36(last - first + 1))
        end = last + 1
    print(json.dumps({"unicodeVersion": unicodedata.unidata_version, "unassigned": " ".join(steps)}))


main()
