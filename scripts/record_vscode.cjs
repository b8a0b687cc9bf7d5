// What `record_editors.py` shows of VS Code: one frame after every second key, with a caption and the time it stays.

const path = require('node:path');

const KEY_MS = 90;

module.exports = async ({ page, request, seen, token, hoverText, leaveHover, command }) => {
  seen.frames = [];
  let caption = '';
  const frame = async (ms) => {
    const file = path.join(request.screenshots, `vscode-${String(seen.frames.length).padStart(3, '0')}.png`);
    await page.screenshot({ path: file, animations: 'disabled', caret: 'initial' });
    seen.frames.push([file, ms, caption]);
  };
  const type = async (text) => {
    for (const keys of text.match(/..?/g)) {
      await page.keyboard.type(keys);
      await frame(2 * KEY_MS);
    }
  };
  const press = async (key, ms) => {
    await page.keyboard.press(key);
    await frame(ms);
  };
  const rows = page.locator('.suggest-widget.visible .monaco-list-row');
  const offered = (text) => rows.filter({ hasText: text }).first().waitFor();
  const line = (text) => page.locator('.editor-group-container.active .view-line', { hasText: text }).first();

  await page.setViewportSize({ width: 900, height: 520 });
  await line('epochs').waitFor();
  await page.keyboard.press('Control+B');
  await page.locator('.statusbar-item[id^="excore-dev.excore"] .codicon-check').waitFor();
  await page.keyboard.press('Control+End');

  caption = 'A new experiment. Which models are there?';
  await frame(1500);
  await type('[Model.');
  await offered('SegNet');
  await frame(400);
  caption = 'The classes you registered: read from your Python, which never runs';
  await frame(2200);
  await type('Seg');
  await rows.filter({ hasText: 'SegNet' }).first().waitFor();
  const more = page.locator('.suggest-details:visible');
  while (!(await more.isVisible())) {
    await page.keyboard.press('Control+Space'); // asks anew while the list is not whole
    await more.waitFor({ timeout: 2000 }).catch(() => undefined);
  }
  await frame(2500);

  caption = 'A class brings its required arguments, a value what fits them';
  await press('Enter', 300);
  await line('!backbone').waitFor();
  await frame(1500);
  await type('V');
  await offered('VGG');
  await frame(1800);
  await press('Enter', 1200);

  caption = 'A slip is underlined while you type';
  await press('End', 200);
  await page.keyboard.press('Escape');
  await press('Enter', KEY_MS);
  await press('Enter', KEY_MS);
  await type('[VGG');
  await page.keyboard.press('Escape');
  await press('End', KEY_MS);
  await press('Enter', KEY_MS);
  await type('depht = 4');
  await page.keyboard.press('Escape');
  await page.locator('.squiggly-error, .squiggly-warning').first().waitFor();
  await frame(1500);
  await token('depht').hover();
  await hoverText();
  caption = '... with the name that was meant, and a page about each problem';
  await frame(3000);
  await leaveHover();
  await press('Control+.', 100);
  await page.locator('.action-widget .monaco-list-row').first().waitFor();
  caption = 'and a fix';
  await frame(1800);
  await page.keyboard.press('Enter');
  await line(/^depth/).waitFor();
  await page.locator('.squiggly-error').first().waitFor({ state: 'detached' });
  await frame(1500);

  caption = 'A reference to what will be built, and what it has';
  await press('End', KEY_MS);
  await press('Enter', KEY_MS);
  await press('Enter', KEY_MS);
  await type('[Optimizer.SGD');
  await page.keyboard.press('Escape');
  await press('End', KEY_MS);
  await press('Enter', KEY_MS);
  await type('@params = "$Model.');
  await offered('parameters');
  await frame(600);
  await type('par');
  await frame(1500);
  await page.keyboard.press('Enter');
  await line('parameters()').waitFor();
  await page.locator('.squiggly-error').first().waitFor({ state: 'detached' });
  await frame(1800);

  caption = 'Hover: your docstring';
  await token('SegNet').hover();
  await hoverText();
  await frame(3000);
  await leaveHover();
  caption = 'F12: your class';
  await token('SegNet').click();
  await press('F12', 100);
  await page.locator('.tab.active[data-resource-name="segnet.py"]').waitFor();
  await token('class').waitFor();
  await frame(2200);
  await page.locator('.tab[data-resource-name="night.toml"]').first().click();
  caption = 'And what will be built, as a graph';
  await command('ExCore: Show Object Graph');
  const graph = page.frameLocator('iframe.webview').last().frameLocator('iframe');
  await graph.locator('svg').first().waitFor();
  await page.mouse.move(650, 420);
  await page.locator('.workbench-hover:visible').waitFor({ state: 'hidden' });
  await frame(3500);
};
