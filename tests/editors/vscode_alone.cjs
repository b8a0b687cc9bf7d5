// A config where no server is installed: what is said, and what happens once there is one.

const { writeFileSync } = require('node:fs');

module.exports = async ({ page, request, step, photograph, open, command }) => {
  const toast = page.locator('.notification-toast', { hasText: 'ExCore' });
  const item = page.locator('.statusbar-item[id*="excore.server"]');

  await step('help', async () => {
    await toast.waitFor();
    await photograph('no-server');
    return { text: await toast.innerText(), buttons: await toast.locator('.monaco-button').allInnerTexts(), item: await item.innerHTML() };
  });

  await step('saidOnce', async () => {
    await toast.locator('.codicon-notifications-clear').first().click();
    await toast.waitFor({ state: 'hidden' });
    await open('configs/fcn_vgg.toml');
    await item.waitFor();
    return toast.count();
  });

  await step('restart', async () => {
    writeFileSync(request.installed, '');
    await command('ExCore: Restart Server');
    await item.locator('.codicon-check').waitFor();
    await open('broken/unknown_class.toml');
    await page.locator('.squiggly-error').first().waitFor();
    return true;
  });
};
