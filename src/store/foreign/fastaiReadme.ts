import type { ExportedEntry } from '../exportFolder';

/** How to load the exported files, for the README beside them. Names and classes stand in code as JSON, which Python reads. */
export function fastaiReadme({ name, manifest, vocab }: ExportedEntry, files: readonly string[]): string {
  const { config } = manifest;
  const widths = `emb_sz=${config.emb_sz}, n_hid=${config.n_hid}, n_layers=${config.n_layers}`;
  const backwards = config.backwards === true;
  const reading = backwards ? '\nIt reads texts backwards: make the data with `backwards=True`.\n' : '';
  const title = `# ${oneLine(name)}, for fastai`;
  const facts = `An AWD-LSTM trained with ULMFiT for VS Code (${widths}, ${vocab.length} words).${reading}`;
  const use =
    manifest.kind === 'encoder' ? encoderUse(widths, files) : classifierUse(manifest, widths, files);
  return `${title}\n\n${facts}\nCopy the files into the folder \`models\` of your learner.\n\n${use}\n${tokens}`;
}

function encoderUse(widths: string, files: readonly string[]): string {
  const whole = files.includes('language_model.pth');
  const pretrained = `## As a pretrained language model (fastai 1 and 2)

\`\`\`python
config = awd_lstm_lm_config.copy()
config.update(dict(${widths}))
learn = language_model_learner(data, AWD_LSTM, config=config, pretrained=False,
                               pretrained_fnames=['language_model', 'itos'])
\`\`\`

With data of the same vocabulary, in the same order, \`learn.load('language_model')\` loads it as it is.

`;
  return `${whole ? pretrained : ''}## As an encoder (fastai 1 and 2)

\`\`\`python
learn.load_encoder('encoder')
\`\`\`

The data must have this vocabulary, in this order: \`pickle.load(open('models/itos.pkl', 'rb'))\`.
`;
}

function classifierUse(
  manifest: Extract<ExportedEntry['manifest'], { kind: 'model' }>,
  widths: string,
  files: readonly string[],
): string {
  const { classes, config } = manifest;
  const linFtrs = JSON.stringify(config.lin_ftrs ?? [50]);
  const fastai2 = files.includes('classifier_fastai2.pth')
    ? `## fastai 2

Its linear layers have no bias; here each is contained in the batch norm before it, which gives the same answers.

\`\`\`python
learn = text_classifier_learner(dls, AWD_LSTM, pretrained=False, config=config, lin_ftrs=${linFtrs})
learn.load('classifier_fastai2')
\`\`\`
`
    : `## fastai 2

There is no file for it: its linear layers have no bias, and this head has more classes than can do without.
`;
  return `${ensembleNote(manifest)}The data must have the vocabulary of \`itos.pkl\`, in this order, and the classes of \`classes.json\` (${classes.length}), in this order.

\`\`\`python
vocab = pickle.load(open('models/itos.pkl', 'rb'))
config = awd_lstm_clas_config.copy()
config.update(dict(${widths}))
\`\`\`

## fastai 1

\`\`\`python
learn = text_classifier_learner(data, AWD_LSTM, pretrained=False, config=config, lin_ftrs=${linFtrs})
learn.load('classifier_fastai1')
\`\`\`

With \`drop_mult=0\` fastai leaves out layers and cannot load a file: give another one.

${fastai2}`;
}

function ensembleNote({ members }: Extract<ExportedEntry['manifest'], { kind: 'model' }>): string {
  if (!members) return '';
  const rows = members.map(({ config }, index) => {
    const number = index === 0 ? '' : String(index + 1);
    const widths = `emb_sz ${config.emb_sz}, n_hid ${config.n_hid}, n_layers ${config.n_layers}`;
    return `- \`classifier${number}_fastai….pth\` with \`itos${number}.pkl\`: ${widths}${config.backwards === true ? ', reads backwards (`backwards=True`)' : ''}`;
  });
  return `It is an ensemble. Load each of its members as below, and take the mean of their probabilities:

${rows.join('\n')}

`;
}

const tokens = `
## Texts

The weights belong to the tokens of fastai 1.0.61. fastai 2 has slightly different rules (repetitions are marked from three
on, capitals by other markers' order), so the same text can get other tokens there. \`ulmfit tokenize\` shows the right ones.
`;

function oneLine(text: string): string {
  return text.replace(/\s+/gu, ' ');
}
