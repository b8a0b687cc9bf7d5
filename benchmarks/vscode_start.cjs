// How long it takes from opening the first config of a window to the list behind `[Model.`, in milliseconds.

const QUIET_MS = 4000;

module.exports = async ({ page, step }) => {
  await step('start', async () => {
    await page.waitForTimeout(QUIET_MS); // the window itself has to start, too
    await page.keyboard.press('Control+P');
    await page.locator('.quick-input-widget:visible input').first().fill('configs/fcn.toml');
    await page.locator('.quick-input-list .monaco-list-row.focused', { hasText: 'fcn.toml' }).waitFor();
    const started = Date.now();
    await page.keyboard.press('Enter');
    await page.locator('.monaco-editor[data-uri$="/fcn.toml"] .view-line').first().click();
    await page.keyboard.type('[Model.');
    await page.locator('.suggest-widget.visible .monaco-list-row', { hasText: 'FCN' }).waitFor();
    return Date.now() - started;
  });
};
