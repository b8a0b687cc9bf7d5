// Uses the workbench as a person does and prints what was seen as one line of JSON.
//
// Each step waits for what it needs, with a limit; a step that fails is noted under `failures` and the next goes on.

const { readFileSync } = require('node:fs');
const path = require('node:path');

const START_LIMIT_MS = 60_000;
const LIMIT_MS = 30_000;
const TRIES = 3;
const TOTAL_LIMIT_MS = 270_000;
const started = Date.now();
const request = JSON.parse(readFileSync(0, 'utf8'));
const { chromium } = require(request.playwright);

const seen = { failures: {} };

function address() {
  const remote = (file) => `vscode-remote://${new URL(request.origin).host}${file}`;
  const payload = JSON.stringify([['openFile', remote(request.config)]]);
  return `${request.origin}/?folder=${encodeURIComponent(request.workspace)}&payload=${encodeURIComponent(payload)}`;
}

async function main() {
  const browser = await chromium.launch({
    executablePath: request.browser,
    args: ['--no-sandbox', '--disable-gpu'],
  });
  try {
    const page = await browser.newPage({ viewport: { width: 1180, height: 720 } });
    page.setDefaultTimeout(START_LIMIT_MS);
    const foreign = new Set();
    page.on('request', (sent) => {
      const url = new URL(sent.url());
      // A webview's own files have a made-up host; the page's service worker answers, and nothing leaves.
      if (url.protocol.startsWith('http') && url.origin !== request.origin && !url.host.endsWith('.vscode-resource.vscode-cdn.net')) {
        foreign.add(url.host);
      }
    });
    await page.goto(address());
    await use(page);
    seen.foreignHosts = [...foreign];
  } finally {
    await browser.close();
  }
  console.log(JSON.stringify(seen));
}

/** What the steps of the parts use. */
function kitOf(page) {
  const photograph = (name) => page.screenshot({ path: path.join(request.screenshots, `vscode-${name}.png`), animations: 'disabled' });
  const step = async (name, run) => {
    if (Date.now() - started > TOTAL_LIMIT_MS) {
      seen.failures[name] = 'not reached in time';
      return;
    }
    try {
      seen[name] = await run();
    } catch (error) {
      seen.failures[name] = String(error);
      await photograph(`failed-${name}`);
    }
  };
  const lines = () => page.locator('.editor-group-container.active .editor-instance .monaco-editor .view-line');
  const token = (text) =>
    page.locator('.editor-group-container.active .view-line span span', { hasText: new RegExp(`^${text}$`) }).first();
  const cursor = page.locator('.statusbar-item[id="status.editor.selection"]');
  const languageMode = async (label) => {
    await page.locator('.statusbar-item[id="status.editor.mode"]', { hasText: label }).waitFor();
    return page.locator('.statusbar-item[id="status.editor.mode"]').innerText();
  };
  const hoverText = async () => {
    await page.locator('.monaco-hover:visible .hover-row').filter({ hasNotText: 'Loading...' }).first().waitFor();
    await page.locator('.monaco-hover:visible', { hasText: 'Loading...' }).first().waitFor({ state: 'hidden' });
    return (await page.locator('.monaco-hover:visible').allInnerTexts()).join('\n');
  };
  const leaveHover = async () => {
    await page.keyboard.press('Escape');
    await page.mouse.move(5, 5);
    await page.locator('.monaco-hover:visible').waitFor({ state: 'hidden' });
  };
  const rows = (text) => page.locator('.quick-input-list .monaco-list-row', { hasText: text });
  // The box closes again when something else takes the focus a moment later: then one asks for it once more.
  const quickInput = async (key, text, row) => {
    for (let tries = 1; ; tries++) {
      try {
        await page.keyboard.press(key);
        await page.locator('.quick-input-widget:visible input').first().fill(text, { timeout: LIMIT_MS / TRIES });
        await row.waitFor({ timeout: LIMIT_MS / TRIES });
        return;
      } catch (error) {
        if (tries === TRIES) {
          throw error;
        }
      }
    }
  };
  const open = async (name) => {
    await quickInput('Control+P', name, rows(path.basename(name)).and(page.locator('.focused')));
    await page.keyboard.press('Enter');
    await page.locator(`.tab.active[data-resource-name="${path.basename(name)}"]`).waitFor();
    // The tab comes first: for a moment the text beside it is still that of the file before.
    await page.locator(`.editor-group-container.active .monaco-editor[data-uri$="${name}"] .view-line`).first().waitFor();
  };
  const command = async (title) => {
    await quickInput('F1', `>${title}`, rows(title).and(page.locator('.focused')));
    await page.keyboard.press('Enter');
    await page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
  };
  return { page, request, seen, step, photograph, token, lines, cursor, languageMode, hoverText, leaveHover, rows, quickInput, open, command };
}

async function use(page) {
  const kit = kitOf(page);
  await kit.lines().first().waitFor();
  for (const part of request.parts) {
    await require(`./${part}.cjs`)(kit);
    page.setDefaultTimeout(LIMIT_MS);
  }
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
