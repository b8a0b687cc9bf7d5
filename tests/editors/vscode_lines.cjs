// Types lines key by key into an empty config, at a person's pace, and reads what stands there.

const PACE_MS = 20;
const STILL_FRAMES = 20;

module.exports = async ({ page, request, step, lines, languageMode }) => {
  const widget = page.locator('.suggest-widget.visible');
  const row = (label, kind = '') => {
    const name = page.locator('.label-name', { hasText: new RegExp(`^${label.replace(/[^\w ]/g, '\\$&')}$`) });
    return widget.locator(`.monaco-list-row${kind}`).filter({ has: name }).first();
  };
  const focused = (label) => row(label, '.focused');

  /** The list is that of the last key: until the server's answer is there, VS Code's Enter takes from the list before. */
  const settled = () =>
    page.evaluate(async (frames) => {
      const shown = () => document.querySelector('.suggest-widget.visible')?.textContent;
      for (let same = 0, before = shown(); same < frames; ) {
        await new Promise((drawn) => requestAnimationFrame(drawn));
        const now = shown();
        same = now === before ? same + 1 : 0;
        before = now;
      }
    }, STILL_FRAMES);

  const type = async (text) => {
    for (const char of text) {
      if (char === '\n' && (await widget.isVisible())) {
        await settled();
      }
      await (char === '\n' ? page.keyboard.press('Enter', { delay: PACE_MS }) : page.keyboard.type(char, { delay: PACE_MS }));
    }
  };

  const take = async (label) => {
    if (!(await widget.isVisible())) {
      await page.keyboard.press('Control+Space');
    }
    await row(label).waitFor();
    for (let tries = 0; tries < 30 && !(await focused(label).isVisible()); tries++) {
      await page.keyboard.press('ArrowDown');
    }
    await focused(label).waitFor();
    await page.keyboard.press('Enter');
    await row(label).waitFor({ state: 'hidden' });
  };

  const ask = async () => {
    await settled(); // it may have come by itself
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+Space');
    await widget.locator('.monaco-list-row').first().waitFor();
  };

  /** Key after key, before any list of theirs can come. */
  const rush = async (text) => {
    await settled();
    await page.keyboard.type(text);
  };

  const empty = async () => {
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+A');
    await page.keyboard.press('Delete');
  };

  /** What stands in the editor, once it is drawn. */
  const written = async () => {
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
    return page.evaluate(() => {
      const drawn = [...document.querySelectorAll('.editor-instance .view-line')];
      drawn.sort((one, other) => parseFloat(one.style.top) - parseFloat(other.style.top));
      return drawn.map((line) => line.innerText.replaceAll('\u00a0', ' ')).join('\n');
    });
  };

  await step('ready', async () => {
    await languageMode('ExCore config');
    await page.locator('.statusbar-item[id*="excore.server"] .codicon-check').waitFor();
    await lines().first().click();
    await type('[');
    while (!(await row('Model').isVisible())) {
      await page.keyboard.press('Escape'); // the sources are still being read
      await page.keyboard.press('Control+Space');
      await widget.waitFor();
    }
    await empty();
    return true;
  });

  for (const [number, steps] of request.lines.entries()) {
    await step(`line ${number}`, async () => {
      await empty();
      for (const [action, what] of steps) {
        await { take, type, ask, rush }[action](what);
      }
      return written();
    });
  }
};
