// What stands beside the text of a config: lenses, menus, boxes, panels, other forms of it.

const THEME = 'Preferences: Toggle between Light/Dark Themes';

module.exports = async ({ page, step, photograph, token, lines, cursor, hoverText, leaveHover, open, command }) => {
  const peek = page.locator('.reference-zone-widget');
  const peeked = async () => {
    await peek.locator('.ref-tree .monaco-list-row').first().waitFor();
    const found = { title: await peek.locator('.peekview-title').innerText(), rows: await peek.locator('.ref-tree .monaco-list-row').allInnerTexts() };
    await page.keyboard.press('Escape');
    await peek.waitFor({ state: 'hidden' });
    return found;
  };
  const lens = (text) => page.locator('.editor-group-container.active .codelens-decoration a', { hasText: text }).first();
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
    const inside = page.frameLocator('iframe.webview.ready').frameLocator('iframe#active-frame');
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
    await page.keyboard.press('F1');
    await page.locator('.quick-input-widget:visible input').first().fill('>ExCore: Show');
    const rows = page.locator('.quick-input-list .monaco-list-row', { hasText: 'ExCore' });
    await rows.filter({ hasText: 'Object Graph' }).waitFor();
    const titles = await rows.allInnerTexts();
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
    await line(/^!backbone/).nth(0).waitFor();
    await cursor.filter({ hasText: 'selected' }).waitFor();
    await page.keyboard.type('ResNet');
    await page.keyboard.press('Escape');
    await photograph('snippet');
    const texts = await lines().allInnerTexts();
    return texts.map((text) => text.replaceAll('\u00a0', ' ').trimEnd()).filter((text) => text !== '').slice(-2);
  });
};
