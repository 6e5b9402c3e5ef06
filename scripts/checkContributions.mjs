// Compares what package.json declares with what the code does: commands, settings, views, language-model tools, pictures
// and translations. Whatever one side has and the other has not is an error.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { installIfMissing, root } from './install.mjs';

installIfMissing();
const { default: ts } = await import('typescript');

const problems = [];
const manifestText = readFileSync(join(root, 'package.json'), 'utf8');
const manifest = JSON.parse(manifestText);
const { contributes } = manifest;
const sources = readdirSync(join(root, 'src', 'extension'), { recursive: true })
  .map(String)
  .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
  .map((name) => {
    const path = join('src', 'extension', name);
    const text = readFileSync(join(root, path), 'utf8');
    return { path, tree: ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true) };
  });
const calls = sources.flatMap(({ path, tree }) => callsIn(tree).map((call) => ({ path, call })));
const strings = new Set(sources.flatMap(({ tree }) => stringsIn(tree)));

checkCommands();
checkSettings();
checkViewsAndTools();
checkFiles();
checkManifestTexts();
checkCodeTexts();
if (problems.length > 0) {
  console.error(problems.map((problem) => `- ${problem}`).join('\n'));
  console.error(`package.json and the code differ in ${problems.length} places.`);
  process.exit(1);
}

function checkCommands() {
  const declared = contributes.commands.map(({ command }) => command);
  const list = sources.find(({ path }) => path.endsWith('commandIds.ts'));
  const registered = stringsIn(list.tree).map((id) => `ulmfit.${id}`);
  compare('command', declared, registered, 'src/extension/commandIds.ts');
  const named = JSON.stringify(contributes.menus).match(/(?<="command":")[^"]+/gu) ?? [];
  for (const { command } of contributes.keybindings) named.push(command);
  for (const command of named)
    if (!declared.includes(command)) problems.push(`A menu or key names ${command}, which is not declared.`);
}

/** Settings are read as `configuration.get('a.b')` or named with their section, `'ulmfit.a.b'`. */
function checkSettings() {
  const declared = Object.keys(contributes.configuration.properties);
  for (const key of declared) {
    const short = key.slice('ulmfit.'.length);
    if (!strings.has(short) && !strings.has(key)) problems.push(`The setting ${key} is read nowhere.`);
  }
  for (const { path, call } of calls) {
    const target = call.expression;
    const isRead =
      ts.isPropertyAccessExpression(target) &&
      ['get', 'inspect'].includes(target.name.text) &&
      /getConfiguration\('ulmfit'|settings(\(\))?$|configuration$/u.test(target.expression.getText());
    const name = call.arguments[0];
    if (isRead && name && ts.isStringLiteral(name) && !declared.includes(`ulmfit.${name.text}`))
      problems.push(`${path} reads the setting ulmfit.${name.text}, which is not declared.`);
  }
  for (const key of manifest.capabilities.untrustedWorkspaces.restrictedConfigurations)
    if (!declared.includes(key))
      problems.push(`restrictedConfigurations names ${key}, which is not declared.`);
}

function checkViewsAndTools() {
  const views = Object.values(contributes.views).flatMap((list) => list.map(({ id }) => id));
  for (const id of views) if (!strings.has(id)) problems.push(`Nobody fills the view ${id}.`);
  for (const { view } of contributes.viewsWelcome)
    if (!views.includes(view)) problems.push(`viewsWelcome names ${view}, which is not declared.`);
  for (const { name } of contributes.languageModelTools)
    if (!strings.has(name)) problems.push(`Nobody registers the tool ${name}.`);
}

function checkFiles() {
  const named = new Set(manifestText.match(/(?<=")(?:\.\/)?(?:media|l10n)(?:\/[^"]+)?(?=")/gu) ?? []);
  for (const path of named)
    if (!existsSync(join(root, path))) problems.push(`package.json names ${path}, which is missing.`);
}

function checkManifestTexts() {
  const used = [...new Set([...manifestText.matchAll(/"%([^%"]+)%"/gu)].map(([, key]) => key))];
  for (const name of readdirSync(root).filter((file) => /^package\.nls(\..+)?\.json$/u.test(file)))
    compare('text', used, Object.keys(readJson(name)), name);
  for (const name of ['package.nls.json', 'package.nls.de.json'])
    if (!existsSync(join(root, name))) problems.push(`${name} is missing.`);
}

/** Every `l10n.t('…')` has a translation with the same placeholders, and no translation is left over. */
function checkCodeTexts() {
  const name = join('l10n', 'bundle.l10n.de.json');
  const bundle = readJson(name);
  const texts = new Set();
  for (const { path, call } of calls) {
    if (!/(^|\.)(l10n\.)?t$/u.test(call.expression.getText())) continue;
    const first = call.arguments[0];
    if (first && ts.isStringLiteralLike(first)) texts.add(first.text);
    else problems.push(`${path}: l10n.t wants a plain string, not ${first?.getText() ?? 'nothing'}.`);
  }
  compare('text', [...texts], Object.keys(bundle), name);
  const placeholders = (text) => [...new Set(text.match(/\{\w+\}/gu))].sort().join(' ');
  for (const [text, translation] of Object.entries(bundle))
    if (placeholders(text) !== placeholders(translation))
      problems.push(`${name}: other placeholders than in “${text}”.`);
}

function compare(what, wanted, present, where) {
  for (const one of wanted) if (!present.includes(one)) problems.push(`${where} lacks the ${what} “${one}”.`);
  for (const one of present)
    if (!wanted.includes(one)) problems.push(`${where} has the ${what} “${one}”, which nothing uses.`);
}

function readJson(name) {
  return existsSync(join(root, name)) ? JSON.parse(readFileSync(join(root, name), 'utf8')) : {};
}

function callsIn(node) {
  const inner = [];
  ts.forEachChild(node, (child) => {
    inner.push(...callsIn(child));
  });
  return ts.isCallExpression(node) ? [node, ...inner] : inner;
}

function stringsIn(node) {
  const inner = [];
  ts.forEachChild(node, (child) => {
    inner.push(...stringsIn(child));
  });
  return ts.isStringLiteralLike(node) ? [node.text, ...inner] : inner;
}
