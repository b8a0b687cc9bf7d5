// An editor where nothing but the extension was installed: it lists at once; then trust and settings change.

const { existsSync, mkdirSync, writeFileSync } = require('node:fs');
const path = require('node:path');

module.exports = async ({ page, request, step, photograph, lines, token, leaveHover, open, command }) => {
  const toasts = page.locator('.notification-toast');
  const item = page.locator('.statusbar-item[id*="excore.server"]');
  const tip = async (text) => {
    await item.getByRole('button', { name: text }).waitFor();
    return item.getByRole('button').getAttribute('aria-label');
  };
  const set = (settings) => {
    mkdirSync(path.join(request.workspace, '.vscode'), { recursive: true });
    writeFileSync(path.join(request.workspace, '.vscode', 'settings.json'), JSON.stringify(settings));
  };

  await step('list', async () => {
    await lines().first().click();
    await page.keyboard.press('Control+End');
    await page.keyboard.type('[Model.', { delay: 20 });
    // Until the extension runs, VS Code lists words of the file.
    await page.locator('.suggest-widget.visible .monaco-list-row:not(:has(.codicon-symbol-text))', { hasText: 'FCN' }).waitFor();
    await photograph('fresh');
    const rows = await page.locator('.suggest-widget.visible .monaco-list-row').allInnerTexts();
    await page.keyboard.press('Escape');
    return { rows, toasts: await toasts.count() };
  });

  await step('restricted', async () => ({ tip: await tip('bundled'), ran: existsSync(request.trace) }));

  await step('package', async () => {
    await token('Net').hover();
    await page.locator('.monaco-hover:visible', { hasText: 'thing.py:2' }).waitFor();
    await leaveHover();
    return true;
  });

  await step('trusted', async () => {
    await command('Workspaces: Manage Workspace Trust');
    await page.locator('.workspace-trust-editor .monaco-button', { hasText: /^Trust$/ }).first().click();
    await open('configs/fcn.toml');
    return tip('installed in this environment');
  });

  await step('useBundled', async () => {
    set({ 'excore.importStrategy': 'useBundled' });
    return tip('bundled');
  });

  await step('wrong', async () => {
    set({ 'excore.interpreter': '/no/such/python', 'excore.path': 7 });
    await item.locator('.codicon-warning').waitFor();
    await toasts.first().waitFor();
    await photograph('wrong-setting');
    return { texts: await toasts.allInnerTexts(), tip: await tip('excore.path') };
  });

  await step('mended', async () => {
    await toasts.locator('.codicon-notifications-clear').first().click();
    set({ 'excore.severity': { 'unknown-class': 'hint' } });
    await item.locator('.codicon-check').waitFor();
    return { tip: await tip('installed in this environment'), toasts: await toasts.count() };
  });
};
