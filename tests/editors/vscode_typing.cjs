// Typing in a config: its language, problems, colours, hover, completion, definition.

module.exports = async ({ page, request, step, photograph, token, cursor, languageMode, hoverText, leaveHover, rows, quickInput }) => {
  await step('language', () => languageMode('ExCore config'));

  await step('squiggle', async () => {
    await page.locator('.squiggly-error').first().waitFor();
    await token(request.unknown).hover();
    const text = await hoverText();
    await photograph('problem');
    await leaveHover();
    return text;
  });

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
    await cursor.filter({ hasNotText: 'Ln 1, Col 1' }).waitFor();
    const here = await cursor.innerText();
    await page.keyboard.press('F12');
    await page.locator('.tab.active[data-resource-name$=".py"]').waitFor();
    await token('class').waitFor();
    await cursor.filter({ hasNotText: here }).filter({ hasNotText: 'Ln 1, Col 1' }).waitFor();
    await photograph('definition');
    return {
      file: await page.locator('.tab.active').getAttribute('data-resource-name'),
      position: await cursor.innerText(),
    };
  });

  await step('foreignToml', async () => {
    await quickInput('Control+P', 'pyproject.toml', rows('pyproject.toml').first());
    await page.keyboard.press('Enter');
    await page.locator('.tab.active[data-resource-name="pyproject.toml"]').waitFor();
    return languageMode('TOML');
  });
};
