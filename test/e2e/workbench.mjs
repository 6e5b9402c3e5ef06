// A VS Code server with the packaged extension, a browser that shows it, and what a user does with both.
import { execFileSync, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { artefacts, browserPath, root, serverFolder, serverNode } from './places.mjs';

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
};

const browserFlags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

function cleanEnvironment(home) {
  const kept = Object.entries(process.env).filter(([name]) => !/^(VSCODE_|ELECTRON_|NODE_|npm_)/u.test(name));
  return {
    ...Object.fromEntries(kept),
    HOME: home,
    XDG_CONFIG_HOME: home,
    XDG_DATA_HOME: home,
    XDG_CACHE_HOME: home,
  };
}

/** @param files name → content of the workspace; `store` a folder to begin the extension's store with */
export async function openWorkbench(
  t,
  { files = {}, settings = {}, store, viewport = { width: 1400, height: 900 } } = {},
) {
  const home = mkdtempSync(join(tmpdir(), 'ulmfit-e2e-'));
  const workspace = join(home, 'workspace');
  const data = join(home, 'data');
  const ownStore = join(data, 'data', 'User', 'globalStorage', 'ulmfit.ulmfit-vscode', 'store');
  mkdirSync(workspace);
  mkdirSync(join(data, 'data', 'User'), { recursive: true });
  for (const [name, content] of Object.entries(files)) writeFileSync(join(workspace, name), content);
  writeFileSync(join(data, 'data', 'User', 'settings.json'), JSON.stringify({ ...quiet, ...settings }));
  if (store) cpSync(store, ownStore, { recursive: true });
  const server = await startServer(home, data);
  const profile = join(home, 'browser');
  const browser = await chromium.launchPersistentContext(profile, {
    executablePath: browserPath(),
    headless: true,
    viewport,
    args: browserFlags,
  });
  // Nothing but the loopback is reachable; requests elsewhere would only make noise.
  await browser.route(
    (url) => !['127.0.0.1', 'localhost'].includes(url.hostname),
    (route) => route.abort(),
  );
  const page = browser.pages()[0] ?? (await browser.newPage());
  const complaints = [];
  page.on('console', (message) => {
    const text = message.text();
    if (/Content.Security.Policy|Refused to/iu.test(text)) complaints.push(text);
    if (message.type() === 'error' && /ulmfit/iu.test(text) && !/404|net::ERR/u.test(text))
      complaints.push(text);
  });
  t.after(async () => {
    await browser.close();
    await server.stop();
    rmSync(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  });
  const workbench = new Workbench(page, {
    workspace,
    store: ownStore,
    home,
    complaints,
    url: `${server.url}/?folder=${encodeURIComponent(workspace)}`,
  });
  await workbench.load();
  return workbench;
}

async function startServer(home, data) {
  const main = join(serverFolder, 'out', 'server-main.js');
  const extensions = join(home, 'extensions');
  const folders = [
    '--extensions-dir',
    extensions,
    '--server-data-dir',
    data,
    '--accept-server-license-terms',
  ];
  const env = cleanEnvironment(home);
  execFileSync(serverNode, [main, '--install-extension', vsix(), ...folders], { env, stdio: 'pipe' });
  const flags = [
    '--host',
    '127.0.0.1',
    '--port',
    '0',
    '--without-connection-token',
    '--telemetry-level',
    'off',
    '--reconnection-grace-time',
    '3',
  ];
  const child = spawn(serverNode, [main, ...flags, ...folders], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const port = await new Promise((resolve, reject) => {
    let log = '';
    const read = (part) => {
      log += part;
      const found = /agent listening on (\d+)/u.exec(log)?.[1];
      if (found) resolve(Number(found));
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('exit', (code) => reject(new Error(`The server ended with ${code}.\n${log}`)));
    setTimeout(() => reject(new Error(`The server did not start.\n${log}`)), 60_000).unref();
  });
  return {
    url: `http://127.0.0.1:${port}`,
    stop: async () => {
      const gone = new Promise((resolve) => child.once('exit', resolve));
      // The process group that was started here, and nothing else.
      process.kill(-child.pid, 'SIGTERM');
      await Promise.race([gone, new Promise((resolve) => setTimeout(resolve, 5000))]);
      try {
        process.kill(-child.pid, 'SIGKILL');
      } catch {
        // It is gone.
      }
    },
  };
}

function vsix() {
  const folder = join(root, 'dist');
  const name = readdirSync(folder).find(
    (file) => file.endsWith('.vsix') && file.includes(`${process.platform}-${process.arch}`),
  );
  if (!name) throw new Error('There is no VSIX; run npm run package.');
  return join(folder, name);
}

/** What a user sees and does. Every method waits until it is done. */
export class Workbench {
  constructor(page, facts) {
    this.page = page;
    Object.assign(this, facts);
    this.input = page.locator('.quick-input-widget input').first();
    this.rows = page.locator('.quick-input-widget .quick-input-list .monaco-list-row');
  }

  async load() {
    await this.page.goto(this.url);
    await this.activity().waitFor({ timeout: 90_000 });
  }

  activity() {
    return this.page.locator('.activitybar a.action-label[aria-label^="ULMFiT"]');
  }

  /** Opens the explorer of ULMFiT. */
  async openExplorer() {
    await this.activity().click();
    await this.page.locator('.pane-header[aria-label^="Encoders"]').waitFor();
  }

  async command(title) {
    // While a part of the workbench takes the focus, the key goes nowhere.
    await this.until('the palette', async () => {
      await this.page.keyboard.press('F1');
      await this.page.waitForTimeout(400);
      return this.input.isVisible();
    });
    await this.input.fill(`>ULMFiT: ${title}`);
    await this.rows.filter({ hasText: title }).first().waitFor();
    await this.page.keyboard.press('Enter');
  }

  async openFile(name) {
    await this.page.keyboard.press('Control+P');
    await this.input.waitFor();
    await this.input.fill(name);
    await this.rows.filter({ hasText: name }).first().waitFor();
    await this.page.keyboard.press('Enter');
    await this.tab(name).waitFor();
    await this.page.locator('.editor-instance .view-line').first().waitFor();
    await this.page.locator('.editor-instance .view-lines').first().click();
  }

  tab(name) {
    return this.page.locator('.tabs-container .tab').filter({ hasText: name });
  }

  treeRow(view, text) {
    return this.page
      .locator(`.pane:has(.pane-header[aria-label^="${view}"]) .monaco-list-row`)
      .filter({ hasText: text });
  }

  toast(text) {
    return this.page.locator('.notifications-toasts .notification-list-item').filter({ hasText: text });
  }

  /** Texts that decorations put after lines: they are `::after` contents, which no locator sees. */
  decorations() {
    return this.page.evaluate(() =>
      [...document.querySelectorAll('.editor-instance .view-line span')]
        .map((span) => getComputedStyle(span, '::after').content)
        .filter((content) => content !== 'none' && content !== 'normal' && content.length > 2),
    );
  }

  /** The dashboard's own document: a frame in a frame. */
  async dashboard() {
    await this.tab('ULMFiT Dashboard').waitFor();
    return this.page
      .frameLocator('iframe.webview.ready[src*="extensionId=ulmfit.ulmfit-vscode"]')
      .frameLocator('#active-frame');
  }

  /** Waits until `probe` gives something true. */
  async until(what, probe, timeout = 30_000) {
    const started = Date.now();
    for (;;) {
      const found = await probe();
      if (found) return found;
      if (Date.now() - started > timeout) throw new Error(`Waited in vain for ${what}.`);
      await this.page.waitForTimeout(200);
    }
  }

  /** Ids of the trainer processes that this server's extension started. */
  trainers() {
    const processes = execFileSync('ps', ['-eo', 'pid,args'], { encoding: 'utf8' }).split('\n');
    return processes
      .filter((line) => line.includes(this.home) && line.includes('trainer.js'))
      .map((line) => Number(line.trim().split(' ')[0]));
  }

  async screenshot(name) {
    if (!existsSync(artefacts)) mkdirSync(artefacts, { recursive: true });
    await this.page.screenshot({ path: join(artefacts, `${name}.png`) });
  }
}
