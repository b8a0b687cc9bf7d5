// What stands beside the text of a config: lenses, menus, boxes, panels, other forms of it.

const { writeFileSync } = require('node:fs');
const path = require('node:path');

const MANY = 450;

const THEME = 'Preferences: Toggle between Light/Dark Themes';

/** A config with more objects than a screen can show, and their classes. */
function writeMany(workspace) {
  const names = Array.from({ length: MANY }, (_, number) => `Part${number}`);
  const classes = names.map((name) => `@HEAD.register()\nclass ${name}: ...\n`);
  writeFileSync(path.join(workspace, 'src', 'models', 'many.py'), `from excore import Registry\n\nHEAD = Registry("Head")\n\n${classes.join('\n')}`);
  const list = names.map((name) => `"${name}"`).join(', ');
  const tables = names.map((name) => `[${name}]\n`);
  writeFileSync(path.join(workspace, 'configs', 'many.toml'), `[Model.Ensemble]\n!models = [${list}]\n\n${tables.join('')}`);
}

/** Waits for a value of the window's state, which VS Code writes from time to time, that has all these texts. */
async function untilKept([limit, ...texts]) {
  const result = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  const has = (value) => typeof value === 'string' && texts.every((text) => value.includes(text));
  for (const end = Date.now() + limit; Date.now() < end; await new Promise((again) => setTimeout(again, 200))) {
    for (const { name } of await indexedDB.databases()) {
      const base = await result(indexedDB.open(name));
      const values = await Promise.all([...base.objectStoreNames].map((store) => result(base.transaction(store).objectStore(store).getAll())));
      base.close();
      if (values.flat().some(has)) {
        return;
      }
    }
  }
  throw new Error(`the state of the window never had ${texts}`);
}

module.exports = async (kit) => {
  const { page, request, step, photograph, token, lines, cursor, languageMode } = kit;
  const { hoverText, leaveHover, rows, quickInput, open, command } = kit;
  const peek = page.locator('.reference-zone-widget');
  const peeked = async () => {
    await peek.locator('.ref-tree .monaco-list-row').first().waitFor();
    const found = { title: await peek.locator('.peekview-title').innerText(), rows: await peek.locator('.ref-tree .monaco-list-row').allInnerTexts() };
    await page.keyboard.press('Escape');
    await peek.waitFor({ state: 'hidden' });
    return found;
  };
  const lens = (text) => page.locator('.editor-group-container.active .codelens-decoration a', { hasText: text }).first();
  const webview = () => page.frameLocator('iframe.webview.ready').frameLocator('iframe#active-frame');
  const middle = async (locator) => {
    const { x, y, width, height } = await locator.boundingBox();
    return { x: x + width / 2, y: y + height / 2, width };
  };
  /** How far the wheel moves what is below the pointer, and whether it enlarges it. */
  const aboutPointer = async (node) => {
    const before = await middle(node);
    await page.mouse.move(before.x, before.y);
    await page.mouse.wheel(0, -200);
    await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
    const after = await middle(node);
    return { away: Math.hypot(after.x - before.x, after.y - before.y), grown: after.width > before.width };
  };
  const line = (pattern) => lines().filter({ hasText: pattern }).first();
  const config = () => open('configs/fcn_vgg.toml');

  await config();

  await step('breadcrumbs', async () => {
    await token('FCN').click();
    const crumbs = page.locator('.editor-group-container.active .breadcrumbs-control');
    await crumbs.getByText('Model.FCN').waitFor();
    return crumbs.innerText();
  });

  await step('inlayHint', async () => {
    await line(/→/).waitFor();
    return line(/→/).innerText();
  });

  await step('hoverOfBase', async () => {
    await token('_base_/default.toml').hover();
    await hoverText();
    const block = page.locator('.monaco-hover:visible .monaco-tokenized-source').first();
    await block.locator('span[class^=mtk]').first().waitFor();
    const colours = await block.locator('span[class^=mtk]').evaluateAll((spans) => spans.map((span) => span.className));
    await leaveHover();
    return new Set(colours).size;
  });

  await step('hoverLink', async () => {
    await token('VGG').or(token('FCN')).first().hover();
    await hoverText();
    const link = page.locator('.monaco-hover:visible a', { hasText: 'fcn.py:' });
    await link.waitFor();
    const here = await cursor.innerText();
    await link.click();
    await page.locator('.tab.active[data-resource-name="fcn.py"]').waitFor();
    await cursor.filter({ hasNotText: here }).filter({ hasNotText: 'Ln 1, Col 1' }).waitFor();
    return cursor.innerText();
  });

  await step('pythonLens', async () => {
    await lens('used by').click();
    return peeked();
  });

  await step('configLens', async () => {
    await config();
    await lens('used by').click();
    return peeked();
  });

  await step('peekedDefinition', async () => {
    await token('FCN').click();
    await command('Peek Definition');
    return peeked();
  });

  await step('renameBox', async () => {
    await token('FCN').click();
    await page.keyboard.press('F2');
    const box = page.locator('.rename-box input');
    await box.waitFor();
    const value = await box.inputValue();
    await photograph('rename');
    await page.keyboard.press('Escape');
    await box.waitFor({ state: 'hidden' });
    return value;
  });

  await step('signature', async () => {
    await token('lr').click();
    await command('Trigger Parameter Hints');
    const help = page.locator('.parameter-hints-widget.visible');
    await help.waitFor();
    const text = await help.innerText();
    await page.keyboard.press('Escape');
    return text;
  });

  await step('fixes', async () => {
    await open('broken/unknown_parameter.toml');
    await lens('used by').waitFor(); // it moves the lines below it
    await page.locator('.editor-group-container.active .squiggly-error').first().waitFor();
    await token('layer').click();
    await page.keyboard.press('Control+.');
    const menu = page.locator('.action-widget .monaco-list-row');
    await menu.filter({ hasText: 'layers' }).first().waitFor();
    const titles = await menu.allInnerTexts();
    await photograph('fixes');
    await page.keyboard.press('Escape');
    await command('Fix All');
    await token('layers').waitFor();
    return titles;
  });

  await step('problems', async () => {
    await page.keyboard.press('Control+Shift+M');
    const rows = page.locator('.markers-panel .monaco-list-row');
    await rows.filter({ hasText: 'excore' }).first().waitFor();
    const links = page.locator('.markers-panel .monaco-list-row a');
    const found = { rows: await rows.allInnerTexts(), links: await links.allInnerTexts() };
    await photograph('problems');
    const file = await page.locator('.tab.active').getAttribute('data-resource-name');
    await links.filter({ hasText: 'missing-base' }).first().click();
    await page.locator('.tab.active[aria-label^="Preview missing-base.md"]').waitFor();
    const text = page.frameLocator('iframe.webview').last().frameLocator('iframe').locator('h1');
    found.page = await text.innerText();
    await photograph('page');
    await page.locator(`.tab[data-resource-name="${file}"]`).first().click();
    await page.keyboard.press('Control+J');
    await page.locator('.markers-panel').waitFor({ state: 'hidden' });
    return found;
  });

  await step('composed', async () => {
    await config();
    await token('FCN').click();
    await command('ExCore: Show Composed Config');
    const view = page.locator('.editor-group-container', { has: page.locator('.tab[data-resource-name="fcn_vgg.composed.toml"]') });
    await view.locator('.view-line', { hasText: 'steps' }).first().waitFor();
    await view.locator('.view-line span[class*=mtk]:not(.mtk1)').first().waitFor();
    await photograph('composed');
    await view.locator('.view-line span span', { hasText: /^min_scale$/ }).first().click();
    await cursor.filter({ hasNotText: 'Ln 1, Col 1' }).waitFor();
    const here = await cursor.innerText();
    await page.keyboard.press('F12');
    await page.locator('.tab.active[data-resource-name="cityscapes.toml"]').waitFor();
    // The tab changes first: for a moment the position is still that of the view, then that of the file's beginning.
    await cursor.filter({ hasNotText: here }).filter({ hasNotText: 'Ln 1, Col 1' }).waitFor();
    return cursor.innerText();
  });

  await step('composedFollows', async () => {
    await page.locator('.tab[data-resource-name="fcn_vgg.composed.toml"]').click();
    await page.keyboard.press('Control+End');
    await line(/lr\s=/).waitFor();
    await page.locator('.tab[data-resource-name="fcn_vgg.toml"]').click();
    await token('lr').click();
    await page.keyboard.press('End');
    await page.keyboard.type('5');
    await page.locator('.view-line', { hasText: /lr\s=\s0\.25\s+#/ }).first().waitFor();
    await page.keyboard.press('Backspace');
    return true;
  });

  await step('python', async () => {
    await command('ExCore: Show Config as Python');
    await page.locator('.tab[data-resource-name="fcn_vgg.py"]').waitFor();
    const made = page.locator('.view-line', { hasText: /^model\s=/ }).first();
    await made.waitFor();
    await photograph('python');
    return made.innerText();
  });

  await step('graph', async () => {
    await page.locator('.tab[data-resource-name="fcn_vgg.toml"]').click();
    await command('ExCore: Show Object Graph');
    const inside = webview();
    const picture = inside.locator('svg');
    await picture.locator('g', { hasText: 'SGD' }).waitFor();
    await photograph('graph-light');
    const found = {
      policy: await inside.locator('meta[http-equiv]').getAttribute('content'),
      nodes: await picture.locator('g title').allTextContents(),
    };
    const transform = () => picture.evaluate((element) => element.style.transform);
    const before = await transform();
    await inside.locator('#closer').click();
    found.zoomed = (await transform()) !== before;
    await inside.locator('#fit').click();
    found.pointer = await aboutPointer(inside.getByRole('link', { name: /SGD/ }));
    await inside.locator('#fit').click();
    await inside.locator('#stage').focus();
    const corner = await picture.boundingBox();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowDown');
    const moved = await picture.boundingBox();
    found.panned = [moved.x < corner.x, moved.y < corner.y];
    await page.keyboard.press('Tab');
    const focused = picture.locator('g:focus');
    found.focused = [await focused.getAttribute('aria-label'), await inside.locator('#about').innerText()];
    await inside.locator('#fit').click();
    await picture.locator('g', { hasText: 'SGD' }).click();
    await cursor.filter({ hasText: 'selected' }).waitFor();
    found.place = await cursor.innerText();
    const colour = () => inside.locator('body').evaluate((element) => getComputedStyle(element).backgroundColor);
    const light = await colour();
    await command(THEME);
    await page.waitForFunction(() => document.querySelector('.monaco-workbench.vs-dark') !== null);
    await photograph('graph-dark');
    found.dark = (await colour()) !== light;
    await command(THEME);
    return found;
  });

  await step('graphOfMany', async () => {
    writeMany(request.workspace);
    const before = page.locator('.tab', { hasText: 'Objects of fcn_vgg.toml' });
    await before.hover();
    await before.locator('.codicon-close').click();
    await page.locator('.tab[data-resource-name="fcn_vgg.toml"]').click();
    await open('configs/many.toml');
    await languageMode('ExCore config');
    await command('ExCore: Show Object Graph');
    const inside = webview();
    const picture = inside.locator(`svg[aria-label$="${MANY + 1} objects"]`);
    await picture.waitFor();
    await inside.locator('#fit').click();
    const [all, stage] = [await picture.boundingBox(), await inside.locator('#stage').boundingBox()];
    const found = { fits: all.height <= stage.height && all.width <= stage.width && all.y >= stage.y && all.x >= stage.x };
    await photograph('graph-many');
    await page.keyboard.press('/');
    await page.keyboard.type(`part${MANY - 1}`);
    await inside.locator('#about', { hasText: '1 of 1' }).waitFor();
    await photograph('graph-found');
    await page.keyboard.press('Escape');
    const node = inside.locator('g:focus');
    const box = await node.boundingBox();
    found.name = await node.getAttribute('aria-label');
    found.seen = box.height > 15 && box.y >= stage.y && box.y + box.height <= stage.y + stage.height;
    await page.keyboard.press('Enter');
    await cursor.filter({ hasText: 'selected' }).waitFor();
    found.selected = await line(`[Part${MANY - 1}]`).isVisible();
    return found;
  });

  await step('status', async () => {
    const item = page.locator('.statusbar-item[id*="excore.server"]');
    const text = await item.innerText();
    await item.click();
    const rows = page.locator('.quick-input-widget:visible .monaco-list-row');
    await rows.first().waitFor();
    const found = { text, title: await page.locator('.quick-input-title').innerText(), rows: await rows.allInnerTexts() };
    await page.keyboard.press('Escape');
    return found;
  });

  await step('palette', async () => {
    await quickInput('F1', '>ExCore: Show', rows('ExCore').filter({ hasText: 'Object Graph' }));
    const titles = await rows('ExCore').allInnerTexts();
    await page.keyboard.press('Escape');
    return titles;
  });

  await step('snippet', async () => {
    await open('configs/ensemble.toml');
    await token('Ensemble').click();
    await page.keyboard.press('Control+End');
    await page.keyboard.type('\n[Model.SegN');
    await page.locator('.suggest-widget.visible .monaco-list-row', { hasText: 'SegNet' }).first().waitFor();
    await page.keyboard.press('Enter');
    await line(/^@backbone/).nth(0).waitFor(); // as the other configs of the project share it
    await cursor.filter({ hasText: 'selected' }).waitFor();
    await page.keyboard.type('ResNet');
    await page.keyboard.press('Escape');
    await photograph('snippet');
    const texts = await lines().allInnerTexts();
    return texts.map((text) => text.replaceAll('\u00a0', ' ').trimEnd()).filter((text) => text !== '').slice(-2);
  });

  await step('reloaded', async () => {
    await page.evaluate(untilKept, [30_000, '-excore.graph', 'Objects of many.toml']);
    page.setDefaultTimeout(60_000); // as for the first start
    await page.goto(`${request.origin}/?folder=${encodeURIComponent(request.workspace)}`); // and no file to open instead
    const inside = webview();
    await inside.locator(`svg[aria-label$="${MANY + 1} objects"]`).waitFor();
    await page.locator('.tab[data-resource-name="fcn_vgg.composed.toml"]').click();
    await line(/=/).waitFor();
    await languageMode('ExCore config');
    await photograph('reloaded');
    await page.locator('.tab[data-resource-name="fcn_vgg.py"]').click();
    await line(/^model\s=/).waitFor();
    return true;
  });
};
