"""Classify texts with an exported ONNX file in Python's onnxruntime and compare with what `ulmfit classify` answered.

Usage: python runOnnx.py FOLDER TOKENS ANSWERS
  FOLDER   made by `ulmfit export NAME --format onnx --out FOLDER`
  TOKENS   made by `ulmfit tokenize` from texts.jsonl with "xxbos " in front of each text
  ANSWERS  made by `ulmfit classify NAME < texts.jsonl`
Prints sizes, times and the largest difference of a probability; fails where a label differs or a probability by more than
1e-5 (not for 8-bit weights, whose differences are stated alone).
"""
import json
import os
import sys
import time
from pathlib import Path

import numpy as np
import onnx

# ONNX Runtime has its vendor's telemetry inside, which is decided when it is loaded.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
import onnxruntime

folder = Path(sys.argv[1])
tokens = [json.loads(line)["tokens"] for line in open(sys.argv[2], encoding="utf-8")]
answers = [json.loads(line) for line in open(sys.argv[3], encoding="utf-8")]
vocab = {word: id for id, word in enumerate(json.load(open(folder / "vocab.json", encoding="utf-8")))}
classes = json.load(open(folder / "classes.json", encoding="utf-8"))

file = folder / "model.onnx"
model = onnx.load(str(file))
onnx.checker.check_model(model, full_check=True)
assert {opset.domain for opset in model.opset_import} == {""}, "only standard ONNX"
metadata = {entry.key: entry.value for entry in model.metadata_props}
assert json.loads(metadata["classes"]) == classes
is_quantized = any(tensor.data_type == onnx.TensorProto.INT8 for tensor in model.graph.initializer)

session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
order = sorted(range(len(tokens)), key=lambda i: len(tokens[i]))
largest, other_labels, seconds = 0.0, 0, 0.0
for start in range(0, len(order), 16):
    rows = order[start : start + 16]
    lengths = np.array([len(tokens[i]) for i in rows])
    ids = np.zeros((len(rows), lengths.max()), np.int64)
    for row, i in enumerate(rows):
        ids[row, : lengths[row]] = [vocab.get(token, 0) for token in tokens[i]]
    before = time.perf_counter()
    (probabilities,) = session.run(["probabilities"], {"ids": ids, "lengths": lengths})
    seconds += time.perf_counter() - before
    for row, i in enumerate(rows):
        wanted = np.array([answers[i]["probabilities"][name] for name in classes])
        largest = max(largest, float(np.abs(probabilities[row] - wanted).max()))
        other_labels += classes[probabilities[row].argmax()] != answers[i]["label"]

print(
    "%s: %d bytes, %d texts, %d other labels, largest difference %.2g, %.1f s"
    % (folder.name, file.stat().st_size, len(tokens), other_labels, largest, seconds)
)
sys.exit(0 if is_quantized or (other_labels == 0 and largest < 1e-5) else 1)
