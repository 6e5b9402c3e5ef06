import type { ExportedEntry } from '../../store/exportFolder';
import type { OnnxPrecision } from './quantize';

/** How to use the exported file, for the README beside it. */
export function onnxReadme({ name, manifest }: ExportedEntry, precision: OnnxPrecision): string {
  const classifier = manifest.kind === 'model';
  const output = classifier
    ? `| output | \`probabilities\` | float32 \`[batch, ${manifest.classes.length}]\` | of the classes in \`classes.json\`, in this order |`
    : `| output | \`features\` | float32 \`[batch, time, ${manifest.config.emb_sz}]\` | the last layer's output for each token, 0 after a text's end |`;
  const weights = precision === 'int8' ? '8-bit weights, computed with in 32-bit floats' : '32-bit floats';
  const result = classifier
    ? `classes = json.load(open("classes.json", encoding="utf-8"))
probabilities, = session.run(["probabilities"], {"ids": ids, "lengths": lengths})
print([classes[row.argmax()] for row in probabilities])`
    : `features, = session.run(["features"], {"ids": ids, "lengths": lengths})`;
  return `# ${name.replace(/\s+/gu, ' ')}, as ONNX

\`model.onnx\`: ${weights}; opset 18 of standard ONNX, which ONNX Runtime reads from version 1.14 on, in Python, in browsers
and elsewhere.

|        | name      | type                       | meaning                                                       |
| ------ | --------- | -------------------------- | ------------------------------------------------------------- |
| input  | \`ids\`     | int64 \`[batch, time]\`      | a text's tokens as ids, from the left; anything after its end |
| input  | \`lengths\` | int64 \`[batch]\`            | how many tokens each text has                                 |
${output}

What stands after a text's end, and the other texts of a batch, play no part. \`vocab.json\` has the words in the order of their ids;
the file itself has it too, as metadata (\`vocab\`${classifier ? ', `classes`' : ''}).

## From a text to ids

1. Put \`xxbos\` and a space in front of each text: it marks the beginning.
2. \`ulmfit tokenize < texts.jsonl\` makes of each line \`{"text": …}\` a line \`{"tokens": […]}\`. The rules are those of fastai 1.0.61.
3. A token's id is its place in \`vocab.json\`; one that is not there has the id 0. Tokens stay in the order of the text${readsBackwards(manifest) ? ', although\n   the model reads it from its end: the file turns it around itself' : ''}.

\`\`\`python
import json
import os
import numpy as np
os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # before the import: ONNX Runtime may tell its vendor of what it runs
import onnxruntime

vocab = {word: id for id, word in enumerate(json.load(open("vocab.json", encoding="utf-8")))}
texts = [json.loads(line)["tokens"] for line in open("tokens.jsonl", encoding="utf-8")]
lengths = np.array([len(tokens) for tokens in texts])
ids = np.zeros((len(texts), lengths.max()), np.int64)
for row, tokens in zip(ids, texts):
    row[: len(tokens)] = [vocab.get(token, 0) for token in tokens]
session = onnxruntime.InferenceSession("model.onnx")
${result}
\`\`\`
`;
}

function readsBackwards({ config, ...manifest }: ExportedEntry['manifest']): boolean {
  return config.backwards === true || ('members' in manifest && manifest.members !== undefined);
}
