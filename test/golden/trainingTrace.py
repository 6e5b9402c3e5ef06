"""Record every step of training two tiny models with fastai 1.0.61: the oracle for our own training loop.

Writes trainingTrace.json beside this file. README.md in this folder explains the environment and each field.
All dropouts are zero, so that the numbers depend on weights and batches alone.
"""
import argparse
import json
import sys
import tempfile
import warnings
from pathlib import Path

warnings.simplefilter("ignore")

import fastai
import numpy as np
import pandas as pd
import torch
from fastai.basic_train import LearnerCallback, defaults
from fastai.text import (AWD_LSTM, TextClasDataBunch, TextLMDataBunch, Tokenizer, Vocab, language_model_learner,
                         text_classifier_learner)
from fastai.text.interpret import TextClassificationInterpretation
from fastai.text.models import awd_lstm_clas_config, awd_lstm_lm_config
from fastai.train import fit_one_cycle
from fastprogress import fastprogress

SPECIALS = ["xxunk", "xxpad", "xxbos", "xxeos", "xxfld", "xxmaj", "xxup", "xxrep", "xxwrep"]
SHARED_WORDS = ("the a to of and in is it for on with was be this that from please we you have has not are will our").split()
CLASS_WORDS = [
    "order parcel late delivery arrived courier address package box shipping tracking sent".split(),
    "invoice refund charged twice payment card bank amount receipt money tax price".split(),
    "screen crash error update login password app button frozen restart slow bug".split(),
]
WORDS = SHARED_WORDS + [word for words in CLASS_WORDS for word in words]
ITOS = SPECIALS + WORDS
SIZES = dict(emb_sz=12, n_hid=16, n_layers=3)
BPTT = 7
LM_BATCH, CLASSIFIER_BATCH = 4, 6
NO_DROPOUT = dict(hidden_p=0.0, input_p=0.0, embed_p=0.0, weight_p=0.0, output_p=0.0)
# fastai omits a dropout layer whose probability is zero, which shifts the indices of the head's layers. The names
# written here are those of the default classifier, as a saved model of real use has them.
HEAD_INDEX = {"0": "0", "1": "2", "3": "4", "4": "6"}


def rounded(value):
    """Plain JSON values; nine significant digits hold a float32 exactly."""
    if isinstance(value, torch.Tensor):
        return rounded(value.detach().cpu().numpy())
    if isinstance(value, np.ndarray):
        return rounded(value.tolist())
    if isinstance(value, (list, tuple)):
        return [rounded(item) for item in value]
    if isinstance(value, dict):
        return {key: rounded(item) for key, item in value.items()}
    if isinstance(value, (float, np.floating)):
        return float("%.9g" % value)
    if isinstance(value, np.integer):
        return int(value)
    return value


def distinct_tensors(model):
    """State dict without the copies fastai keeps of one tensor (tied decoder, embedding in its dropout, dropped weight)."""
    copies = ("encoder_dp.emb.weight", "module.weight_hh_l0", "1.decoder.weight")
    tensors = {}
    for name, tensor in model.state_dict().items():
        if name.endswith(copies) or name.endswith("num_batches_tracked"):
            continue
        if name.startswith("1.layers."):
            head, index = name.split("."), name.split(".")[2]
            name = ".".join(head[:2] + [HEAD_INDEX[index]] + head[3:])
        tensors[name] = tensor.detach().clone()
    return tensors


class PureLoss(LearnerCallback):
    """What is known of a step before fastai adds AR and TAR to the loss."""
    _order = -5

    def __init__(self, learn, trace):
        super().__init__(learn)
        self.trace = trace

    def on_epoch_begin(self, epoch, **kwargs):
        self.epoch = epoch

    def on_batch_begin(self, last_input, last_target, train, **kwargs):
        if train:
            self.trace.append(dict(epoch=self.epoch, x=last_input.tolist(), y=last_target.tolist(),
                                   lr=list(self.learn.opt._lr), mom=self.learn.opt._mom[-1]))

    def on_backward_begin(self, last_loss, smooth_loss, **kwargs):
        # RNNTrainer adds to this tensor in place: read it now.
        self.trace[-1].update(ce=last_loss.item(), smooth_loss=float(smooth_loss))

    def on_backward_end(self, **kwargs):
        squares = [p.grad.pow(2).sum() for p in self.learn.model.parameters() if p.grad is not None]
        self.trace[-1]["grad_norm"] = torch.stack(squares).sum().sqrt().item()


class AfterStep(LearnerCallback):
    """The whole loss, the weights a step left behind, and the validation after each epoch."""
    _order = 5

    def __init__(self, learn, trace, validations):
        super().__init__(learn)
        self.trace, self.validations = trace, validations

    def on_backward_begin(self, last_loss, **kwargs):
        self.trace[-1]["total"] = last_loss.item()

    def on_step_end(self, **kwargs):
        self.trace[-1]["weight_norms"] = [t.norm().item() for t in distinct_tensors(self.learn.model).values()]

    def on_epoch_end(self, epoch, last_metrics, **kwargs):
        found = dict(epoch=epoch, valid_loss_in_fit=float(last_metrics[0]), accuracy_in_fit=float(last_metrics[1]))
        rewind = getattr(self.learn.data.valid_dl.dataset, "allocate_buffers", None)
        if rewind:
            self.learn.data.valid_dl.dataset.on_epoch_begin()
        loss, accuracy = self.learn.validate()
        found.update(valid_loss=float(loss), accuracy=float(accuracy))
        self.validations.append(found)


def run_phases(learn, phases):
    """Every phase is a freeze (or none), then one fit_one_cycle."""
    recorded = []
    for phase in phases:
        if phase["freeze_to"] is not None:
            learn.freeze_to(phase["freeze_to"])
        if phase.get("clip"):
            learn.clip_grad(phase["clip"])
        lr = slice(*phase["lr_slice"]) if "lr_slice" in phase else phase["lr"]
        steps, validations = [], []
        fit_one_cycle(learn, phase["epochs"], lr, moms=tuple(phase["moms"]), wd=phase["wd"],
                      callbacks=[PureLoss(learn, steps), AfterStep(learn, steps, validations)])
        recorded.append(dict(settings=phase, steps=steps, validation=validations, weights_after=distinct_tensors(learn.model)))
    return recorded


def rounding_noise(single, double):
    """How far the same run in float64 is from the float32 one: what a second float32 implementation may differ by."""
    noise = []
    for a, b in zip(single, double):
        assert [s["x"] for s in a["steps"]] == [s["x"] for s in b["steps"]], "both runs must see the same batches"
        weights = {k: float((a["weights_after"][k].double() - b["weights_after"][k].double()).abs().max()) for k in a["weights_after"]}
        noise.append(dict(max_ce_difference=max(abs(s["ce"] - d["ce"]) for s, d in zip(a["steps"], b["steps"])),
                          max_weight_difference=weights))
    return noise


def documents(random, count, length):
    """Texts that can be learnt: each has a class, words mostly follow the one before them in a list, some are shared."""
    rows = []
    for index in range(count):
        label = index % 3
        own, position, words = CLASS_WORDS[label], random.randint(12), []
        for _ in range(length(index)):
            if random.rand() < 0.12:
                words.append(SHARED_WORDS[random.randint(len(SHARED_WORDS))])
            else:
                position = (position + 1) % len(own)
                words.append(own[position])
        rows.append((["delivery", "payment", "software"][label], " ".join(words)))
    return pd.DataFrame(rows, columns=["label", "text"])


def spread_out(model):
    """Larger initial weights than fastai's: after so few steps the default ones leave the LSTMs with next to nothing to say."""
    for name, tensor in model.state_dict().items():
        if name.endswith("encoder.weight"):
            tensor.mul_(8.0)
        elif "weight_ih" in name or name.endswith("weight_hh_l0_raw"):
            tensor.mul_(2.5)
        elif name == "1.decoder.bias":
            tensor.uniform_(-0.1, 0.1)


def tokenizer():
    return Tokenizer(n_cpus=1)


def trace_language_model(folder):
    random = np.random.RandomState(11)
    train = documents(random, 22, lambda i: 9 + random.randint(7))
    valid = documents(random, 9, lambda i: 9 + random.randint(7))
    data_options = dict(tokenizer=tokenizer(), vocab=Vocab(ITOS), text_cols="text", label_cols="label", bs=LM_BATCH, bptt=BPTT)
    phases = [
        dict(name="frozen", freeze_to=-1, epochs=3, lr=5e-2, moms=[0.95, 0.85], wd=0.01),
        dict(name="unfrozen", freeze_to=0, epochs=3, lr_slice=[2e-2, 8e-2], moms=[0.8, 0.7], wd=0.01),
        dict(name="continued", freeze_to=None, epochs=1, lr_slice=[None, 2e-2], moms=[0.8, 0.7], wd=0.1, clip=0.15),
    ]
    initial, runs, learn = None, [], None
    for double in (True, False):
        np.random.seed(5)
        torch.manual_seed(5)
        data = TextLMDataBunch.from_df(folder, train, valid, **data_options)
        learn = language_model_learner(data, AWD_LSTM, config=dict(awd_lstm_lm_config, **SIZES, **NO_DROPOUT), pretrained=False)
        spread_out(learn.model)
        initial = distinct_tensors(learn.model)
        if double:
            learn.model.double()
        runs.append(run_phases(learn, phases))
    stream = data.valid_dl
    stream.dataset.on_epoch_begin()
    result = dict(bs=LM_BATCH, bptt=BPTT, alpha=2.0, beta=1.0, config=SIZES, initial_weights=initial,
                  tensor_names=list(initial), phases=runs[1], float64=rounding_noise(runs[1], runs[0]),
                  valid_batches=[dict(x=x.tolist(), y=y.tolist()) for x, y in stream])
    stream.dataset.on_epoch_begin()
    return learn, result


def trace_classifier(folder, language_learner):
    random = np.random.RandomState(12)
    # Six texts of every length: a batch of six sorted by length then needs no padding. xxbos is one token more.
    lengths = [7, 9, 13, 14, 16, 20, 22, 29]
    train = documents(random, 48, lambda i: lengths[i // 6])
    valid = documents(random, 24, lambda i: [8, 14, 17, 27][i // 6])
    noisy = random.permutation(48)[:6]
    train.loc[noisy, "label"] = train.loc[noisy, "label"].values[::-1]
    data_options = dict(tokenizer=tokenizer(), vocab=Vocab(ITOS), text_cols="text", label_cols="label", bs=CLASSIFIER_BATCH)
    language_learner.save_encoder("traced_encoder")
    geometric = lambda lr: [lr / 2.6 ** 4, lr]
    phases = [
        dict(name="head", freeze_to=-1, epochs=1, lr=5e-2, moms=[0.8, 0.7], wd=0.01),
        dict(name="last two groups", freeze_to=-2, epochs=1, lr_slice=geometric(2e-2), moms=[0.8, 0.7], wd=0.01),
        dict(name="last three groups", freeze_to=-3, epochs=1, lr_slice=geometric(1e-2), moms=[0.8, 0.7], wd=0.01),
        dict(name="all", freeze_to=0, epochs=2, lr_slice=geometric(1e-2), moms=[0.8, 0.7], wd=0.01),
    ]
    config = dict(awd_lstm_clas_config, **SIZES, **NO_DROPOUT)
    runs, initial, learn = [], None, None
    for double in (True, False):
        np.random.seed(6)
        torch.manual_seed(6)
        data = TextClasDataBunch.from_df(folder, train, valid, **data_options)
        learn = text_classifier_learner(data, AWD_LSTM, bptt=BPTT, config=config, pretrained=False, ps=[0.0])
        learn.load_encoder("traced_encoder")
        initial = distinct_tensors(learn.model)
        if double:
            learn.model.double()
        runs.append(run_phases(learn, phases))
    for phase in runs[1]:
        assert all(1 not in row for step in phase["steps"] for row in step["x"]), "padding would blur the comparison"
    valid_batches = [dict(x=x.tolist(), y=y.tolist()) for x, y in data.valid_dl]
    probabilities, targets = learn.get_preds(ordered=True)
    result = dict(bs=CLASSIFIER_BATCH, bptt=BPTT, max_len=1400, alpha=2.0, beta=1.0, config=SIZES, lin_ftrs=[50], classes=list(data.classes),
                  initial_weights=initial, tensor_names=list(initial), phases=runs[1], float64=rounding_noise(runs[1], runs[0]),
                  valid_batches=valid_batches,
                  final_valid=dict(ids=[ids.tolist() for ids in data.valid_ds.x.items], targets=targets.tolist(), probs=probabilities))
    return learn, train, valid, result



def generation(learn):
    """The weights fastai draws the next word from, and the beams it draws one of: everything but the draw."""
    real_draw, drawn = torch.multinomial, []

    def most_likely(weights, count):
        frame = sys._getframe(1).f_locals
        drawn.append((weights.clone(), {name: frame[name].clone() for name in ("nodes", "scores") if name in frame}))
        return weights.argmax().reshape(1)

    prompt = "please order the parcel late delivery arrived"
    prompt_ids = learn.data.one_item(prompt)[0][0].tolist()
    torch.multinomial = most_likely
    predictions, beams = [], []
    try:
        for options in (dict(), dict(no_unk=False), dict(temperature=0.7), dict(min_p=0.02, temperature=1.5)):
            drawn.clear()
            text = learn.predict(prompt, 3, **options)
            predictions.append(dict(options=options, weights=[w for w, _ in drawn], chosen=[w.argmax().item() for w, _ in drawn], text=text))
        for options in (dict(n_words=1, top_k=4, beam_sz=3), dict(n_words=3, top_k=4, beam_sz=6), dict(n_words=4, top_k=3, beam_sz=5, temperature=0.5)):
            drawn.clear()
            learn.beam_search(prompt, **options)
            weights, frame = drawn[0]
            beams.append(dict(options=options, nodes=frame["nodes"].tolist(), scores=frame["scores"], draw_weights=weights))
    finally:
        torch.multinomial = real_draw
    return dict(note="weights of the language model after its last phase; every draw replaced by the most likely word",
                prompt=prompt, prompt_ids=prompt_ids, predict=predictions, beam_search=beams)


def explanations(learn):
    """intrinsic_attention of the trained classifier, for the predicted class and for each class."""
    interpretation = TextClassificationInterpretation.from_learner(learn)
    found = []
    for text in ("refund please", "the parcel arrived late and the courier was slow", "app crash error on login and the screen is frozen update will not restart"):
        ids = learn.data.one_item(text)[0][0].tolist()
        _, _, probabilities = learn.predict(text)
        cases = []
        for class_id in (None, 0, 1, 2):
            _, attention = interpretation.intrinsic_attention(text, class_id)
            cases.append(dict(class_id=class_id, attention=attention))
        found.append(dict(text=text, ids=ids, probs=probabilities, cases=cases))
    return found


def backwards_predictions(folder, train, valid, learn):
    """The same weights reading every text from its end."""
    data = TextClasDataBunch.from_df(folder, train, valid, tokenizer=tokenizer(), vocab=Vocab(ITOS), text_cols="text", label_cols="label",
                                     bs=CLASSIFIER_BATCH, backwards=True)
    backwards = text_classifier_learner(data, AWD_LSTM, bptt=BPTT, config=dict(awd_lstm_clas_config, **SIZES, **NO_DROPOUT), pretrained=False, ps=[0.0])
    backwards.model.load_state_dict(learn.model.state_dict())
    found = []
    for text in ("refund please", "the parcel arrived late and the courier was slow"):
        ids = data.one_item(text)[0][0].tolist()
        found.append(dict(text=text, ids_fed=ids, probs=backwards.predict(text)[2]))
    batch, _ = next(iter(data.valid_dl))
    return dict(singles=found, first_valid_batch=batch.tolist())


def truncation(learn):
    """What max_len keeps in fastai, and the probabilities when exactly the last max_len steps are pooled."""
    encoder, head = learn.model[0], learn.model[1]
    learn.model.eval()
    max_len = encoder.max_len
    kept, exact = [], []
    random = np.random.RandomState(13)
    with torch.no_grad():
        for limit in (14, 21, 70):
            encoder.max_len = limit
            for length in (1, 6, 7, 8, 13, 14, 15, 20, 21, 22, 27, 28, 29, 70, 71):
                ids = torch.from_numpy(random.randint(9, len(ITOS), (1, length)))
                kept.append(dict(bptt=BPTT, max_len=limit, length=length, kept=encoder(ids)[2].shape[1]))
        encoder.max_len = 100000
        for limit, length in ((10, 25), (14, 14), (14, 33), (1, 9)):
            ids = torch.from_numpy(random.randint(9, len(ITOS), (1, length)))
            raw, outputs, mask = encoder(ids)
            last = [output[:, -limit:] for output in outputs]
            probabilities = head((raw, last, mask[:, -limit:]))[0].softmax(-1)[0]
            exact.append(dict(max_len=limit, ids=ids[0].tolist(), probs=probabilities))
    encoder.max_len = max_len
    return dict(fastai_kept=kept, last_max_len_pooled=exact)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", default=str(Path(__file__).with_name("trainingTrace.json")))
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    fastprogress.NO_BAR = True
    defaults.silent = True
    with tempfile.TemporaryDirectory() as folder:
        language_learner, language_model = trace_language_model(folder)
        found = dict(versions=dict(fastai=fastai.__version__, torch=torch.__version__), itos=ITOS, language_model=language_model,
                     generation=generation(language_learner))
        learn, train, valid, classifier = trace_classifier(folder, language_learner)
        found.update(classifier=classifier, intrinsic_attention=explanations(learn), truncation=truncation(learn),
                     backwards_classifier=backwards_predictions(folder, train, valid, learn))
    entries = (json.dumps(key) + ": " + json.dumps(rounded(value), separators=(",", ":")) for key, value in found.items())
    Path(arguments.out).write_text("{\n" + ",\n".join(entries) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
