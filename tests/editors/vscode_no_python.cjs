// A machine without Python: what is said, and what happens once a setting names one.

const { mkdirSync, writeFileSync } = require('node:fs');
const path = require('node:path');

module.exports = async ({ page, request, step, photograph, open }) => {
  const toast = page.locator('.notification-toast');
  const item = page.locator('.statusbar-item[id*="excore.server"]');

  await step('asked', async () => {
    await toast.waitFor();
    await item.locator('.codicon-error').waitFor();
    await photograph('no-python');
    return { text: await toast.innerText(), buttons: await toast.locator('.monaco-button').allInnerTexts() };
  });

  await step('askedOnce', async () => {
    await toast.locator('.codicon-notifications-clear').first().click();
    await toast.waitFor({ state: 'hidden' });
    await open('configs/fcn_vgg.toml');
    await open(path.basename(request.config));
    return toast.count();
  });

  await step('named', async () => {
    mkdirSync(path.join(request.workspace, '.vscode'));
    const settings = { 'excore.interpreter': request.python, 'excore.importStrategy': 'useBundled' };
    writeFileSync(path.join(request.workspace, '.vscode', 'settings.json'), JSON.stringify(settings));
    await item.locator('.codicon-check').waitFor();
    return { tip: await item.getByRole('button').getAttribute('aria-label'), toasts: await toast.count() };
  });
};
