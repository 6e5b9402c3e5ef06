import eslint from '@eslint/js';
import tseslint from 'typescript-eslint';

/**
 * Which rooms of src/ a room may import from (ARCHITECTURE.md, "The rooms").
 * Besides these each may import the ground, which is files of src/ itself: errors.ts, random.ts and systemErrors.ts.
 */
export const rooms = {
  text: [],
  engine: [],
  store: [],
  options: ['store'],
  protocol: ['options'],
  data: ['text', 'store'],
  model: ['text', 'data', 'engine', 'store'],
  training: ['text', 'data', 'model', 'engine', 'store'],
  classifier: ['text', 'data', 'model', 'training', 'engine', 'store'],
  inference: ['text', 'data', 'model', 'training', 'classifier', 'engine', 'store'],
  trainer: [
    'text',
    'data',
    'model',
    'training',
    'classifier',
    'inference',
    'engine',
    'store',
    'options',
    'protocol',
  ],
  cli: ['protocol', 'options', 'store'],
  extension: ['protocol', 'options', 'store'],
};

const computeBackends = {
  regex: '^(@tensorflow/tfjs-(?!core$)|onnxruntime|webgpu$)',
  message: 'Only src/engine may import a tfjs backend, ONNX Runtime or WebGPU.',
};
/** One folder alone opens connections, so that what a training or a classification can do is plain to see. */
const network = {
  regex: '^((node:)?(https?|http2|net|tls|dgram|dns)(/|$)|https-proxy-agent|proxy-from-env|undici)',
  message: 'Only src/trainer/download may use the network.',
};
const vscodeModule = { regex: '^vscode$', message: 'Only src/extension may import vscode.' };

/** The dashboard page runs in a browser, and what it knows of the rest are messages. */
const pageImports = [
  {
    regex: '^((\\.\\./)+(?!src/protocol/)|node:)',
    message: 'webview may import from: webview, src/protocol.',
  },
  vscodeModule,
  computeBackends,
];
const toolkit = {
  regex: '^@vscode/webview-ui-toolkit',
  message: 'Only webview/controls.ts knows the toolkit.',
};

/** Every room may stand on the ground, so the ground stands on no room. */
const groundRule = {
  files: ['src/errors.ts', 'src/random.ts', 'src/systemErrors.ts'],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          { regex: `^\\./(${Object.keys(rooms).join('|')})/`, message: 'The ground imports from no room.' },
          vscodeModule,
          computeBackends,
          network,
        ],
      },
    ],
  },
};

/** What files and runs are called must not become a link or an icon that VS Code draws: two modules see to that. */
const shownByVscode = [
  ...[
    'showInformationMessage',
    'showWarningMessage',
    'showErrorMessage',
    'withProgress',
    'setStatusBarMessage',
    'showInputBox',
    'createInputBox',
  ].map((property) => ({
    property,
    message:
      'Only messages/notifications.ts and training/multiStep.ts show messages; they take template and values.',
  })),
  {
    property: 'MarkdownString',
    message: 'Only hovers and chat questions are Markdown, with data escaped by escapedMarkdown.',
  },
];
const mayShow = {
  'src/extension/messages/notifications.ts': shownByVscode.filter(
    ({ property }) => property === 'MarkdownString',
  ),
  'src/extension/training/multiStep.ts': shownByVscode.filter(
    ({ property }) => property !== 'createInputBox',
  ),
};
const mayMakeMarkdown = ['explorer/tooltip', 'editor/answerDecoration', 'languageModelTools'].map(
  (name) => `src/extension/${name}.ts`,
);

/** How deep folders within a room may lie. */
const depths = [0, 1, 2, 3];

/**
 * A folder within a room may be called like a room: whether `../training` leaves the room depends on how deep the file
 * lies that says it.
 */
const roomRules = Object.entries(rooms).flatMap(([room, allowed]) => {
  const forbidden = Object.keys(rooms).filter((other) => other !== room && !allowed.includes(other));
  const message = `src/${room} may import from: ${[room, ...allowed].join(', ')}.`;
  const patterns = (depth) => [
    { regex: `^(\\.\\./){${depth + 1}}(${forbidden.join('|')}|ulmfit)(/|$)`, message },
    { regex: '^(\\.\\./)+src/', message },
    ...(room === 'extension' ? [] : [vscodeModule]),
    ...(room === 'engine' ? [] : [computeBackends]),
  ];
  const rule = (folder, barred) => ({
    files: [`${folder}/*.ts`],
    ignores: ['**/*.test.ts'],
    rules: { 'no-restricted-imports': ['error', { patterns: barred }] },
  });
  return depths.flatMap((depth) => [
    rule(`src/${room}${'/*'.repeat(depth)}`, [...patterns(depth), network]),
    ...(room === 'trainer' && depth > 0
      ? [rule(`src/trainer/download${'/*'.repeat(depth - 1)}`, patterns(depth))]
      : []),
  ]);
});

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', '.cache/'] },
  eslint.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.strictTypeChecked, ...tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      'no-restricted-imports': ['error', { patterns: [vscodeModule, computeBackends] }],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
      // `runKernel<T>(…)`: tfjs itself types results by what the caller expects.
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      // Typed-array kernels read `a[i] ?? 0`: noUncheckedIndexedAccess wants it although the index is in range.
      '@typescript-eslint/prefer-for-of': 'off',
    },
  },
  {
    // node:test's describe/test return promises that the runner itself awaits.
    files: ['**/*.test.ts'],
    rules: {
      '@typescript-eslint/no-floating-promises': [
        'error',
        {
          allowForKnownSafeCalls: [
            { from: 'package', package: 'node:test', name: ['test', 'describe', 'it'] },
          ],
        },
      ],
    },
  },
  {
    files: ['**/*.mjs'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        URL: 'readonly',
        setTimeout: 'readonly',
        document: 'readonly',
        getComputedStyle: 'readonly',
        navigator: 'readonly',
        performance: 'readonly',
        requestAnimationFrame: 'readonly',
      },
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['**/*.test.ts'],
    rules: {
      'no-restricted-globals': [
        'error',
        ...['fetch', 'WebSocket', 'EventSource'].map((name) => ({ name, message: network.message })),
      ],
    },
  },
  {
    files: ['webview/**/*.ts'],
    ignores: ['**/*.test.ts'],
    rules: {
      'no-restricted-imports': ['error', { patterns: [...pageImports, toolkit] }],
      'no-restricted-properties': [
        'error',
        ...['innerHTML', 'outerHTML', 'insertAdjacentHTML'].map((property) => ({
          property,
          message: 'Data reaches the page as text nodes only.',
        })),
      ],
    },
  },
  {
    files: ['src/extension/**/*.ts'],
    ignores: ['**/*.test.ts'],
    rules: { 'no-restricted-properties': ['error', ...shownByVscode] },
  },
  ...Object.entries(mayShow).map(([file, barred]) => ({
    files: [file],
    rules: { 'no-restricted-properties': ['error', ...barred] },
  })),
  {
    files: mayMakeMarkdown,
    rules: {
      'no-restricted-properties': [
        'error',
        ...shownByVscode.filter(({ property }) => property !== 'MarkdownString'),
      ],
    },
  },
  {
    files: ['webview/controls.ts'],
    rules: { 'no-restricted-imports': ['error', { patterns: pageImports }] },
  },
  {
    // What is exported for other programs is tried with the one that users run it with.
    files: ['test/export/**/*.ts'],
    rules: { 'no-restricted-imports': ['error', { patterns: [vscodeModule] }] },
  },
  groundRule,
  ...roomRules,
);
