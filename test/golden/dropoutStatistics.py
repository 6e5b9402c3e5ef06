"""Train with dropout in fastai 1.0.61 over several seeds: dropout cannot be compared number by number, its effect can.

Writes dropoutSplit.json (documents, vocabulary, split) and dropoutStatistics.json (settings and what came out) beside
this file. README.md in this folder explains the environment and each field.

    python dropoutStatistics.py --csv ../../media/sample/mails.csv
"""
import argparse
import csv
import hashlib
import json
import tempfile
import time
import warnings
from pathlib import Path

warnings.simplefilter("ignore")

import fastai
import numpy as np
import torch
from fastai.text import (AWD_LSTM, TextClasDataBunch, TextLMDataBunch, Tokenizer, Vocab, language_model_learner,
                         text_classifier_learner)
from fastai.text.data import _join_texts
from fastai.text.models import awd_lstm_clas_config, awd_lstm_lm_config
from fastai.train import fit_one_cycle
from fastprogress import fastprogress

HERE = Path(__file__).parent
SETTINGS = dict(
    data=dict(text_columns=["subject", "body"], label_column="label", max_tokens=100, min_freq=2, max_vocab=60000, split_seed=42, valid_share=0.4),
    architecture=dict(emb_sz=100, n_hid=200, n_layers=3),
    # What fastai does unless told otherwise, written down for the reader of the JSON.
    defaults=dict(optimiser="AdamW", beta2=0.99, eps=1e-8, bn_wd=True, pct_start=0.3, div_factor=25.0, final_div=25e4, clip=None),
    language_model=dict(
        drop_mult=0.5, bs=32, bptt=35, wd=0.01, alpha=2.0, beta=1.0, unfreeze_first=True,
        fits=[dict(epochs=10, lr=1e-2, moms=[0.8, 0.7])],
        dropouts={key: awd_lstm_lm_config[key] for key in ("output_p", "hidden_p", "input_p", "embed_p", "weight_p")},
    ),
    classifier=dict(
        drop_mult=0.5, bs=25, bptt=70, max_len=1400, lin_ftrs=[50], ps=[0.1], wd=0.01, alpha=2.0, beta=1.0,
        fits=[
            dict(freeze_to=-1, epochs=2, lr=2e-2, moms=[0.8, 0.7]),
            dict(freeze_to=-2, epochs=2, lr_slice=[1e-2 / 2.6 ** 4, 1e-2], moms=[0.8, 0.7]),
            dict(freeze_to=-3, epochs=2, lr_slice=[5e-3 / 2.6 ** 4, 5e-3], moms=[0.8, 0.7]),
            dict(freeze_to=0, epochs=3, lr_slice=[5e-3 / 2.6 ** 4, 5e-3], moms=[0.8, 0.7]),
        ],
        dropouts={key: awd_lstm_clas_config[key] for key in ("output_p", "hidden_p", "input_p", "embed_p", "weight_p")},
    ),
)


def prepare(csv_path):
    """Tokenise with fastai, keep the first tokens of each mail, split in two halves, and make the vocabulary of the training half."""
    options = SETTINGS["data"]
    with open(csv_path, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    texts = _join_texts(np.array([[row[column] for column in options["text_columns"]] for row in rows], dtype=object))
    tokens = [document[:options["max_tokens"]] for document in Tokenizer(n_cpus=1).process_all(texts)]
    order = np.random.RandomState(options["split_seed"]).permutation(len(rows))
    cut = int(len(rows) * options["valid_share"])
    valid, train = sorted(order[:cut].tolist()), sorted(order[cut:].tolist())
    vocab = Vocab.create([tokens[index] for index in train], options["max_vocab"], options["min_freq"])
    fingerprint = hashlib.sha256(Path(csv_path).read_bytes()).hexdigest()
    return dict(csv_sha256=fingerprint, labels=[row[options["label_column"]] for row in rows], tokens=tokens, train=train, valid=valid, vocab=vocab)


def write_split(corpus, path):
    stoi = {word: index for index, word in enumerate(corpus["vocab"].itos)}
    documents = [[stoi.get(token, 0) for token in document] for document in corpus["tokens"]]
    parts = dict(csv_sha256=corpus["csv_sha256"], itos=corpus["vocab"].itos, train_rows=corpus["train"], valid_rows=corpus["valid"], labels=corpus["labels"], documents=documents)
    entries = (json.dumps(key) + ": " + json.dumps(value, separators=(",", ":")) for key, value in parts.items())
    path.write_text("{\n" + ",\n".join(entries) + "\n}\n", encoding="utf-8")


def fit(learn, settings, wd):
    for stage in settings:
        if "freeze_to" in stage:
            learn.freeze_to(stage["freeze_to"])
        lr = slice(*stage["lr_slice"]) if "lr_slice" in stage else stage["lr"]
        fit_one_cycle(learn, stage["epochs"], lr, moms=tuple(stage["moms"]), wd=wd)


def one_by_one(learn, corpus):
    """Loss and accuracy with every text alone, so that no padding enters: this is how our classifier reads texts."""
    losses, hits = [], 0
    classes = learn.data.classes
    learn.model.eval()
    with torch.no_grad():
        for index, document in zip(corpus["valid"], learn.data.valid_ds.x.items):
            logits = learn.model(torch.from_numpy(np.array(document, dtype=np.int64))[None])[0]
            target = torch.tensor([classes.index(corpus["labels"][index])])
            losses.append(torch.nn.functional.cross_entropy(logits, target).item())
            hits += int(logits.argmax() == target)
    return float(np.mean(losses)), hits / len(losses)


def run_seed(seed, corpus, folder):
    started = time.time()
    np.random.seed(seed)
    torch.manual_seed(seed)
    pick = lambda name: [corpus["tokens"][index] for index in corpus[name]]
    labels = lambda name: [corpus["labels"][index] for index in corpus[name]]
    options = SETTINGS["language_model"]
    data = TextLMDataBunch.from_tokens(folder, pick("train"), [0] * len(corpus["train"]), pick("valid"), [0] * len(corpus["valid"]),
                                       vocab=corpus["vocab"], bs=options["bs"], bptt=options["bptt"])
    learn = language_model_learner(data, AWD_LSTM, config=dict(awd_lstm_lm_config, **SETTINGS["architecture"]), drop_mult=options["drop_mult"],
                                   pretrained=False)
    learn.unfreeze()  # Without this, fastai decays every recurrent matrix twice.
    fit(learn, options["fits"], options["wd"])
    lm_loss, lm_accuracy = (float(value) for value in learn.validate())
    lm_seconds = time.time() - started
    learn.save_encoder("encoder")

    options = SETTINGS["classifier"]
    data = TextClasDataBunch.from_tokens(folder, pick("train"), labels("train"), pick("valid"), labels("valid"), vocab=corpus["vocab"], bs=options["bs"])
    learn = text_classifier_learner(data, AWD_LSTM, bptt=options["bptt"], max_len=options["max_len"], config=dict(awd_lstm_clas_config, **SETTINGS["architecture"]),
                                    drop_mult=options["drop_mult"], pretrained=False)
    learn.load_encoder("encoder")
    fit(learn, options["fits"], options["wd"])
    padded_loss, padded_accuracy = (float(value) for value in learn.validate())
    loss, accuracy = one_by_one(learn, corpus)
    return dict(seed=seed, lm_valid_loss=lm_loss, lm_accuracy=lm_accuracy, classifier_valid_loss=loss, classifier_accuracy=accuracy,
                classifier_valid_loss_padded=padded_loss, classifier_accuracy_padded=padded_accuracy,
                lm_seconds=round(lm_seconds, 1), classifier_seconds=round(time.time() - started - lm_seconds, 1))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--csv", default=str(HERE / "../../media/sample/mails.csv"))
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--out", default=str(HERE))
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    fastprogress.NO_BAR = True
    corpus = prepare(arguments.csv)
    out = Path(arguments.out)
    write_split(corpus, out / "dropoutSplit.json")
    print(len(corpus["vocab"].itos), "words,", sum(len(corpus["tokens"][i]) for i in corpus["train"]), "training tokens", flush=True)
    per_seed = []
    with tempfile.TemporaryDirectory() as folder:
        for seed in arguments.seeds:
            per_seed.append(run_seed(seed, corpus, Path(folder)))
            print(json.dumps(per_seed[-1]), flush=True)
    measured = [key for key in per_seed[0] if key.startswith(("lm_", "classifier_")) and not key.endswith("seconds")]
    statistics = lambda function: {key: float(function([run[key] for run in per_seed])) for key in measured}
    result = dict(versions=dict(fastai=fastai.__version__, torch=torch.__version__), settings=SETTINGS, vocab_size=len(corpus["vocab"].itos),
                  perSeed=per_seed, mean=statistics(np.mean), standard_deviation=statistics(lambda values: np.std(values, ddof=1) if len(values) > 1 else 0.0))
    (out / "dropoutStatistics.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
