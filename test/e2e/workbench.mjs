// What a user sees and does in one window. Every method waits until what it does is done.
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { openBrowser } from './browser.mjs';
import { artefacts, extensionId } from './places.mjs';
import { isTrainer, startedByExtensions } from './processes.mjs';
import { extensionsFolder, startServer } from './server.mjs';

/** Settings without which the workbench talks about itself. */
const quiet = {
  'security.workspace.trust.enabled': false,
  'workbench.startupEditor': 'none',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'chat.disableAIFeatures': true,
  'workbench.enableExperiments': false,
  'telemetry.telemetryLevel': 'off',
  'extensions.autoUpdate': false,
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'update.mode': 'none',
  'git.enabled': false,
  'workbench.tips.enabled': false,
  'workbench.reduceMotion': 'on',
  'editor.minimap.enabled': false,
  'workbench.editor.enablePreview': false,
  'workbench.hover.delay': 200,
  'editor.hover.delay': 200,
};

/**
 * @param files name → content of the workspace
 * @param store a folder to begin the extension's store with
 * @param prepare is given the extension's own store, a copy of that, before the window opens
 * @param machineSettings settings of the machine that the server runs on; `{workspace}` in them is the workspace's folder
 */
export async function openWorkbench({
  files = {},
  settings = {},
  machineSettings = {},
  store,
  prepare = () => {},
  viewport = { width: 1400, height: 900 },
  extensions = extensionsFolder(),
} = {}) {
  const home = mkdtempSync(join(tmpdir(), 'ulmfit-e2e-'));
  const workspace = join(home, 'workspace');
  const data = join(home, 'data');
  const ownStore = join(data, 'data', 'User', 'globalStorage', extensionId, 'store');
  mkdirSync(workspace);
  for (const [name, content] of Object.entries(files)) writeInto(workspace, name, content);
  writeInto(data, 'data/User/settings.json', JSON.stringify({ ...quiet, ...settings }));
  const ofMachine = JSON.stringify(machineSettings).replaceAll('{workspace}', workspace);
  writeInto(data, 'data/Machine/settings.json', ofMachine);
  if (store) cpSync(store, ownStore, { recursive: true });
  prepare(ownStore);
  const server = await startServer({ home, data, extensions });
  const { browser, page, lines, complaints } = await openBrowser({ home, viewport });
  const workbench = new Workbench(page, {
    ...{ workspace, home, data, store: ownStore, complaints, consoleLines: lines },
    serverOutput: server.output,
    url: `${server.url}/?folder=${encodeURIComponent(workspace)}`,
    close: async () => {
      await browser.close();
      await server.stop();
      rmSync(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
    },
  });
  try {
    await workbench.load();
  } catch (error) {
    await workbench.close();
    throw new Error(`The window did not open.\n${server.output()}\n${lines.join('\n')}`, { cause: error });
  }
  return workbench;
}

function writeInto(folder, name, content) {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

/** Decorations and hovers hold no-break spaces, so that none is lost at an edge. */
export function plain(text) {
  return text.replaceAll('\u00a0', ' ');
}

/** Whether something is there soon. */
function isSeen(locator, timeout = 3000) {
  return locator.waitFor({ timeout }).then(
    () => true,
    () => false,
  );
}

/** What VS Code says where a window goes away while it asks for the items of a tree. */
const isCancelledRefresh = /Unable to refresh tree view \S+: Canceled$/u;

export class Workbench {
  constructor(page, facts) {
    this.page = page;
    Object.assign(this, facts);
    this.input = page.locator('.quick-input-widget input').first();
    this.rows = page.locator('.quick-input-widget .quick-input-list .monaco-list-row');
    this.quickTitle = page.locator('.quick-input-widget .quick-input-title');
    this.dialog = page.locator('.monaco-dialog-box');
  }

  async load() {
    await this.page.goto(this.url);
    await this.activity().waitFor({ timeout: 240_000 });
  }

  async reload() {
    await this.page.reload();
    await this.activity().waitFor({ timeout: 240_000 });
  }

  /** The whole item, since a badge may lie over its icon. */
  activity(name = 'ULMFiT') {
    return this.page.locator(`.activitybar .action-item:has(a.action-label[aria-label^="${name}"])`);
  }

  /** Opens the explorer of ULMFiT. */
  async openExplorer() {
    await this.activity().click();
    await this.page.locator('.pane-header[aria-label^="Encoders"]').waitFor();
  }

  /** Opens the explorer of files. */
  async openFiles() {
    await this.activity('Explorer').click();
    await this.page.locator('.explorer-folders-view').waitFor();
  }

  /** A file's line in the explorer of files. */
  fileRow(name) {
    return this.page.locator('.explorer-folders-view .monaco-list-row').filter({ hasText: name });
  }

  async command(title, category = 'ULMFiT') {
    const shown = `${category}: ${title}`;
    await this.quickOpen('F1', `>${shown}`, shown);
  }

  async openFile(name) {
    await this.quickOpen('Control+P', name, name);
    await this.tab(name).waitFor();
    await this.page.locator('.editor-instance .view-line').first().waitFor();
    await this.focusEditor();
  }

  /** Opens the palette by a key, and takes the line that begins with a text. */
  async quickOpen(key, typed, wanted) {
    const focused = this.rows.and(this.page.locator('.focused')).first();
    const isThere = async () =>
      (await focused.getAttribute('aria-label', { timeout: 1000 }))?.startsWith(wanted);
    await this.palette(key, typed, async () => {
      await this.until(wanted, () => isThere().catch(() => false), 15_000);
      await this.page.keyboard.press('Enter');
    });
  }

  /**
   * Opens the palette and types. A part of the workbench that is still being opened takes the focus away, which closes
   * the palette or swallows the key; so it is done again until `andThen` has succeeded.
   */
  async palette(key, typed, andThen) {
    await this.until(`“${typed}” in the palette`, async () => {
      await this.page.keyboard.press(key);
      try {
        await this.input.waitFor({ timeout: 3000 });
        await this.input.fill(typed, { timeout: 3000 });
        await andThen();
        return true;
      } catch {
        return false;
      }
    });
  }

  async focusEditor() {
    await this.page
      .locator('.editor-instance .view-lines')
      .first()
      .click({ position: { x: 5, y: 5 } });
  }

  tab(name) {
    return this.page.locator('.tabs-container .tab').filter({ hasText: name });
  }

  treeRow(view, text) {
    return this.page
      .locator(`.pane:has(.pane-header[aria-label^="${view}"]) .monaco-list-row`)
      .filter({ hasText: text });
  }

  /** Opens the context menu of something and takes an item. */
  async menu(target, item) {
    await this.until(`the menu with “${item}”`, async () => {
      await target.click({ button: 'right' });
      return isSeen(this.menuItem(item));
    });
    await this.takeMenuItem(item);
  }

  /** Takes an item of a submenu of the context menu that is open. */
  async submenu(name, item) {
    await this.until(`the submenu with “${item}”`, async () => {
      await this.menuItem(name).hover();
      return isSeen(this.menuItem(item));
    });
    await this.takeMenuItem(item);
  }

  /** A submenu lies within its own item; the innermost is the one that is meant. */
  menuItem(text) {
    return this.page.locator('.context-view .monaco-menu .action-item', { hasText: text }).last();
  }

  /** VS Code ignores what comes at once, as the click that opened the menu. */
  async takeMenuItem(text) {
    const item = this.menuItem(text);
    await this.until(`“${text}” to be taken`, async () => {
      await item.click({ timeout: 2000 }).catch(() => undefined);
      return item.waitFor({ state: 'hidden', timeout: 700 }).then(
        () => true,
        () => false,
      );
    });
  }

  /** Presses a button that stands in a line of a tree while the pointer is over it. */
  async inlineAction(row, label) {
    const action = row.locator(`.actions a.action-label[aria-label^="${label}"]`);
    await this.until(`the button “${label}”`, async () => {
      await this.page.mouse.move(700, 5);
      await row.hover();
      return action.click({ timeout: 2000 }).then(
        () => true,
        () => false,
      );
    });
  }

  /** Points at something until its hover is there; a view that is drawn again loses it. */
  async hover(target, text, options = {}) {
    // Hovers of data have no-break spaces.
    const wanted = new RegExp(text.replaceAll(/[^\p{L}\p{N} ]/gu, '\\$&').replaceAll(' ', '\\s'), 'u');
    const shown = this.page.locator('.monaco-hover:visible').filter({ hasText: wanted }).first();
    await this.until(`the hover with ${text}`, async () => {
      await this.page.mouse.move(700, 5);
      await target.hover(options);
      return isSeen(shown);
    });
    return shown;
  }

  toast(text) {
    return this.page.locator('.notifications-toasts .notification-list-item').filter({ hasText: text });
  }

  toastButton(text, label) {
    return this.toast(text).locator('.notification-list-item-buttons-container a.monaco-button', {
      hasText: label,
    });
  }

  async clearToasts() {
    await this.command('Clear All Notifications', 'Notifications');
    await this.page
      .locator('.notifications-toasts .notification-list-item')
      .first()
      .waitFor({ state: 'hidden' });
  }

  /**
   * Goes through the questions of a wizard: Enter takes what is proposed.
   *
   * @param at by the beginning of a question, what is done there instead; the last word in it decides, so it ends with
   * an answer
   * @param isOver tells that no question comes any more
   * @returns the questions that were asked
   */
  async answerQuestions(at, isOver) {
    const asked = [];
    let last;
    const next = async () => {
      if (await isOver()) return 'over';
      const question = await this.#question();
      return question !== undefined && question !== last && { question };
    };
    for (;;) {
      const found = await this.until(`the question after “${last ?? ''}”`, next, 240_000);
      if (found === 'over') return asked;
      const { question } = found;
      asked.push(question);
      last = question;
      const [, answer = () => this.page.keyboard.press('Enter')] =
        Object.entries(at).find(([beginning]) => question.startsWith(beginning)) ?? [];
      await answer();
    }
  }

  /** What the quick input asks, when it can be answered; undefined while it cannot. */
  async #question() {
    if (!(await this.input.isVisible())) return undefined;
    const message = (await this.page.locator('.quick-input-message').innerText()).trim();
    const placeholder = await this.input.getAttribute('placeholder');
    if (placeholder || message === '') {
      const isBusy = await this.page.locator('.quick-input-widget .monaco-progress-container.active').count();
      return isBusy > 0 || (await this.rows.count()) === 0 ? undefined : (placeholder ?? '');
    }
    return message;
  }

  /** Takes an item of the quick pick that has this title. */
  async pick(text) {
    const row = this.rows.filter({ hasText: text }).first();
    await row.click();
  }

  /** Texts that decorations put after lines: they are `::after` contents, which no locator sees. */
  async decorations() {
    const contents = await this.page.evaluate(() =>
      [...document.querySelectorAll('.editor-instance .view-line span')]
        .map((span) => getComputedStyle(span, '::after').content)
        .filter((content) => content !== 'none' && content !== 'normal' && content.length > 2),
    );
    return contents.map(plain);
  }

  /** Waits for so many decorations. */
  async labels(count) {
    return this.until(`${count} labels`, async () => {
      const shown = await this.decorations();
      return shown.length >= count && shown;
    });
  }

  /** How many places of the shown editor have a background of a decoration, as words that decided have. */
  async colouredWords() {
    return this.page.evaluate(
      () =>
        [...document.querySelectorAll('.editor-instance .view-overlays .cdr')].filter(
          (part) =>
            /ced-/u.test(part.className) &&
            !/rgba\(0, 0, 0, 0\)|transparent/u.test(getComputedStyle(part).backgroundColor),
        ).length,
    );
  }

  /** The dashboard's own document: a frame in a frame. */
  async dashboard() {
    await this.tab('ULMFiT Dashboard').waitFor();
    return this.page
      .frameLocator(`iframe.webview.ready[src*="extensionId=${extensionId}"]`)
      .frameLocator('#active-frame');
  }

  /** Waits until `probe` gives something true. */
  async until(what, probe, timeout = 120_000) {
    const started = Date.now();
    for (;;) {
      const found = await probe();
      if (found) return found;
      if (Date.now() - started > timeout) throw new Error(`Waited in vain for ${what}.`);
      await this.page.waitForTimeout(150);
    }
  }

  /** Ids of the trainer processes that the extension started. */
  trainers() {
    return startedByExtensions(this.home)
      .filter(isTrainer)
      .map(({ pid }) => pid);
  }

  /** Lines of the extension's own log. */
  log() {
    return this.#logFiles('ULMFiT.log');
  }

  /** Defects: what the extension calls one in its log, and what the extension host says of it. */
  loggedErrors() {
    const own = this.log().filter((line) => line.includes('[error]'));
    const host = this.#logFiles('remoteexthost.log').filter(
      (line) => /\[error\].*ulmfit/iu.test(line) && !isCancelledRefresh.test(line),
    );
    return [...own, ...host];
  }

  #logFiles(name) {
    const logs = join(this.data, 'data', 'logs');
    if (!existsSync(logs)) return [];
    return readdirSync(logs, { recursive: true })
      .filter((path) => path.endsWith(name))
      .flatMap((path) => readFileSync(join(logs, path), 'utf8').split('\n'))
      .filter((line) => line !== '');
  }

  /** Writes a setting of the workspace or of the server's machine, which a running window follows. */
  change(where, settings) {
    const [folder, name] =
      where === 'workspace'
        ? [this.workspace, '.vscode/settings.json']
        : [this.data, 'data/Machine/settings.json'];
    writeInto(folder, name, JSON.stringify(settings));
  }

  async screenshot(name) {
    mkdirSync(artefacts, { recursive: true });
    await this.page.screenshot({ path: join(artefacts, `${name}.png`) });
  }
}
