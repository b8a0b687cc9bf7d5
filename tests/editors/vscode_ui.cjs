// Uses the workbench as a person does and prints what was seen as one line of JSON.
//
// Each step waits for what it needs, with a limit; a step that fails is noted under `failures` and the next goes on.

const { readFileSync } = require('node:fs');
const path = require('node:path');

const START_LIMIT_MS = 60_000;
const LIMIT_MS = 30_000;
const TOTAL_LIMIT_MS = 200_000;
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
      if (url.protocol.startsWith('http') && url.origin !== request.origin) {
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

async function use(page) {
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
  const token = (text) => page.locator('.view-line span span', { hasText: new RegExp(`^${text}$`) }).first();
  const cursor = page.locator('.statusbar-item[id="status.editor.selection"]');
  const languageMode = async (label) => {
    await page.locator('.statusbar-item[id="status.editor.mode"]', { hasText: label }).waitFor();
    return page.locator('.statusbar-item[id="status.editor.mode"]').innerText();
  };
  const hoverText = async () => {
    const hover = page.locator('.monaco-hover:visible .hover-row').first();
    await hover.waitFor();
    return (await page.locator('.monaco-hover:visible').allInnerTexts()).join('\n');
  };
  const leaveHover = async () => {
    await page.keyboard.press('Escape');
    await page.mouse.move(5, 5);
    await page.locator('.monaco-hover:visible').waitFor({ state: 'hidden' });
  };

  await page.locator('.editor-instance .monaco-editor .view-line').first().waitFor();

  await step('language', () => languageMode('ExCore config'));

  await step('squiggle', async () => {
    await page.locator('.squiggly-error').first().waitFor();
    await token(request.unknown).hover();
    const text = await hoverText();
    await photograph('problem');
    await leaveHover();
    return text;
  });

  page.setDefaultTimeout(LIMIT_MS);

  await step('colours', async () => {
    const colour = (locator) => locator.evaluate((element) => getComputedStyle(element).color);
    return { prefix: await colour(token('!')), name: await colour(token('head')) };
  });

  await step('hover', async () => {
    await token('FCN').hover();
    const text = await hoverText();
    await photograph('hover');
    await leaveHover();
    return text;
  });

  await step('completion', async () => {
    await token('FCN').click();
    await page.keyboard.press('Control+End');
    await cursor.filter({ hasText: `Ln ${request.lines + 1}, Col 1` }).waitFor();
    await page.keyboard.press('Enter');
    await cursor.filter({ hasText: `Ln ${request.lines + 2}, Col 1` }).waitFor();
    await page.keyboard.type('[');
    await cursor.filter({ hasText: `Ln ${request.lines + 2}, Col 2` }).waitFor();
    await page.keyboard.type('Model.');
    await page.keyboard.press('Control+Space');
    const rows = page.locator('.suggest-widget.visible .monaco-list-row');
    await rows.filter({ hasText: 'FCN' }).first().waitFor();
    const labels = await page.locator('.suggest-widget.visible .monaco-list-row .label-name').allInnerTexts();
    await photograph('completion');
    return labels;
  });

  await step('accepted', async () => {
    await page.keyboard.type('FC');
    await page.locator('.suggest-widget.visible .monaco-list-row.focused', { hasText: 'FCN' }).waitFor();
    await page.keyboard.press('Enter');
    const line = page.locator('.view-line', { hasText: /^\[Model\.FCN/ }).nth(1);
    await line.waitFor();
    const text = await line.innerText();
    await photograph('accepted');
    await page.keyboard.press('Escape');
    return text;
  });

  await step('definition', async () => {
    await page.keyboard.press('Control+Home');
    await token('FCN').click();
    await page.keyboard.press('F12');
    await page.locator('.tab.active[data-resource-name$=".py"]').waitFor();
    await token('class').waitFor();
    await cursor.filter({ hasNotText: 'Ln 1, Col 1' }).waitFor();
    await photograph('definition');
    return {
      file: await page.locator('.tab.active').getAttribute('data-resource-name'),
      position: await cursor.innerText(),
    };
  });

  await step('foreignToml', async () => {
    await page.keyboard.press('Control+P');
    await page.locator('.quick-input-widget:visible input').first().fill('pyproject.toml');
    await page.locator('.quick-input-list .monaco-list-row', { hasText: 'pyproject.toml' }).first().waitFor();
    await page.keyboard.press('Enter');
    await page.locator('.tab.active[data-resource-name="pyproject.toml"]').waitFor();
    return languageMode('TOML');
  });
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
