"""Writes tokensEveryCharacter.json: what spaCy 2.2.4 and fastai's post-rules make of every character in eight places.

  python tokensEveryCharacter.py > tokensEveryCharacter.json

`forms` are strings in which {} stands for the character; every character of the blocks is put into each and split, and
the post-rules are applied to the tokens. `hashes` has, by the number of a block of 4,096 code points, the first 16 hex
digits of the SHA-256 of the JSON of all its token lists. The blocks left out hold nothing but ideographs, Hangul,
surrogates and private or rare characters, each like its neighbour. U+0295 is left out: it was a lower-case letter in
Unicode 11, which matters to a capital sigma before it.
"""
import hashlib
import json
import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

from fastai.text import transform  # noqa: E402

FORMS = ["{}A", "a{}", "A{}B", "a.{}", "9{}9{}.", "a@b{}.com", "{}://a.com", "a{}ΑΣ{}"]
BLOCKS = [0x0, 0x1, 0x2, 0x3, 0xA, 0xF, 0x10, 0x11, 0x1D, 0x1E, 0x1F]
SIZE = 0x1000
LEFT_OUT = 0x295


def main():
    hashes = {}
    for block in BLOCKS:
        # A new one for each block: the tokenizer keeps every span it has ever seen.
        spacy = transform.SpacyTokenizer("en")
        results = []
        for code in range(block * SIZE, (block + 1) * SIZE):
            if code == LEFT_OUT:
                continue
            for form in FORMS:
                tokens = spacy.tokenizer(form.replace("{}", chr(code)))
                results.append(transform.deal_caps(transform.replace_all_caps(tokens)))
        serialized = json.dumps(results, ensure_ascii=False, separators=(",", ":"))
        hashes[block] = hashlib.sha256(serialized.encode()).hexdigest()[:16]
    print(json.dumps({"leftOut": LEFT_OUT, "forms": FORMS, "hashes": hashes}, ensure_ascii=False, indent=1))


main()
