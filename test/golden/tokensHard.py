"""Writes tokensHard.json: short texts made to be hard, and what fastai 1.0.61 with spaCy 2.2.4 makes of them.

  python tokensHard.py > tokensHard.json            the committed texts
  python tokensHard.py SEED COUNT > other.json      others, for `HARD_TOKENS=other.json npm test -- tokensHard`

A row is [text, fix_html, replace_rep, replace_wrep, spec_add_spaces, rm_useless_spaces, spaCy's tokens, all tokens];
null stands for a rule that leaves the text as it is.
"""
import json
import os
import random
import sys

os.environ.setdefault("OMP_NUM_THREADS", "1")

from fastai.text import transform  # noqa: E402

WORDS = """Hello NASA don t US a b I km GB °F xxbos xxunk xxmaj http https www example com co uk mailto foo Ünï ÉCOLE 日本
ΣΑΣ ΟΔΟΣ ǅungla İ ß ﬁ 127 10 192 168 172 1 0 255 3 12 ٣ ² ½ e.g U.S.A ab Ab aB 😀 👍🏽 € nbsp amp quot #39 #146 lt gt br unk notin
hellip #x41 #65 #0 #128 #xD800 #x110000 #xfdd0 user p 𝒜 𠮷 ａ Ａ 𞤀 ё Я ᳲ Ა ა _ __ A$ US$ C$ __proto__ constructor""".split()
WORDS.append("x" * 70)
MARKS = list("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~") + """… …… — – ’ ‘ “ ” « » 。 ， · -- --- .. ... :// @ & &# \\n \\" <br&nbsp;/>
<unk> 's ’s 'S n't ♥ ° ™""".split() + [
    "<br />", " @.@ ", " @-@ ", " @,@ ", "\u200b", "\ufeff", "\u00ad", "\u0301", "\u200d", "\ufe0f", "\ue000"]
SPACES = [" "] * 10 + ["  ", "\n", "\n\n", "\t", "\u00a0", "\u3000", "\x85", "\x1c", "\r\n", "\u2028", "   ", "\u2003", "\x0b"]
LABELS = "a b-c -d e_ ex Ünï 日 10 127 192 168 172 16 20 255 256 1 0 223 224 ٣ 12 A 𠮷 foo".split() + ["x" * 63, "x" * 64, "x" * 65]
OCTETS = "0 1 9 10 12 16 31 32 99 100 127 168 169 172 192 199 200 223 224 249 250 254 255 256 ٣ 1٣".split()
ENDINGS = "com a 日本 Com c0m uk 𠮷𠮷 éa com. org".split() + ["x" * 63, "x" * 64]

chance, choice, upto = random.random, random.choice, random.randint


def character():
    return chr(choice([upto(0x20, 0x7e), upto(0xa0, 0x17f), upto(0x180, 0x2fff), upto(0x2000, 0xd7ff), upto(0x10000, 0x1ffff),
                       upto(0, 0x9f)]))


def piece(exceptions):
    draw = chance()
    if draw < .35: return choice(WORDS)
    if draw < .7: return choice(MARKS)
    if draw < .8: return choice(exceptions)
    if draw < .83: return choice(MARKS + WORDS) * upto(2, 6)
    if draw < .86: return character()
    if draw < .9: return "".join(choice("abAB019.,-") for _ in range(upto(1, 6)))
    return choice(SPACES)


def address(exceptions):
    pieces = lambda least, most: "".join(piece(exceptions) for _ in range(upto(least, most))).replace(" ", "")
    text = ""
    if chance() < .5:
        text += choice(["http", "ftp", "a", "git+ssh", "x.y", "日本", "h_t", "", "ht tp"]) + choice(["://", "://", ":", "//"])
    if chance() < .4: text += pieces(1, 3) + choice(["@", "@", ":@"])
    if chance() < .4: text += ".".join(choice(OCTETS) for _ in range(choice([4, 4, 4, 3, 5])))
    else: text += ".".join(choice(LABELS) for _ in range(upto(1, 4))) + "." + choice(ENDINGS)
    if chance() < .3: text += choice([":80", ":8", ":123456", ":12345", ":٣٣", ":80a", ":"])
    if chance() < .3: text += choice("/?#") + pieces(0, 3)
    return text


def repetition():
    word = "".join(choice(["ha", "no", "A", "日", "1", "_", "x ", " ", "-", ", ", "!", "\n", "é"]) for _ in range(upto(1, 4)))
    return word * upto(2, 7) + choice(["", "x", " ", "!"])


def text(exceptions):
    if chance() < .2: return choice([address, piece])(exceptions) if chance() < .7 else repetition()
    parts = []
    for _ in range(upto(1, 14)):
        draw = chance()
        if draw < .72: parts.append(piece(exceptions))
        elif draw < .8: parts.append(address(exceptions))
        elif draw < .86: parts.append(repetition())
        else: parts.append(choice(SPACES))
    return "".join(parts)


def main():
    seed, count = [int(word) for word in sys.argv[1:]] or [2018, 800]
    random.seed(seed)
    spacy = transform.SpacyTokenizer("en")
    spacy.add_special_cases(transform.defaults.text_spec_tok)
    exceptions = sorted(spacy.tok.Defaults.tokenizer_exceptions)
    texts = [text(exceptions) for _ in range(count)]
    token_lists = transform.Tokenizer(n_cpus=1).process_all(texts)
    rows = []
    for given, tokens in zip(texts, token_lists):
        changed = [rule(given) for rule in transform.defaults.text_pre_rules]
        row = [given] + [None if after == given else after for after in changed] + [spacy.tokenizer(given), tokens]
        rows.append(json.dumps(row, ensure_ascii=False, separators=(",", ":")))
    print("[\n" + ",\n".join(rows) + "\n]")


main()
