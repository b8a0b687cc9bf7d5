// The walkthrough, opened after everything else was done: which of its steps are ticked.

module.exports = async ({ page, step, photograph, open, request }) => {
  await step('walkthrough', async () => {
    await open(`configs/${request.config.split('/').pop()}`);
    await page.locator('.statusbar-item[id*="excore.server"]').click();
    await page.locator('.quick-input-widget:visible .monaco-list-row', { hasText: 'Set Up ExCore' }).click();
    const steps = page.locator('.getting-started-step');
    await steps.filter({ has: page.locator('[role=checkbox][aria-checked=true]') }).nth(request.ticked - 1).waitFor();
    await photograph('walkthrough');
    const ticked = await steps.evaluateAll((all) =>
      all.map((one) => [one.innerText.split('\n')[0], one.querySelector('[role=checkbox]').getAttribute('aria-checked') === 'true']));
    return Object.fromEntries(ticked);
  });
};
