// Opens a workbench whose extension host runs the modules of `vscode_api/` with the real API, and waits for its end.

const { readFileSync } = require('node:fs');

const LIMIT_MS = 120_000;
const request = JSON.parse(readFileSync(0, 'utf8'));
const { chromium } = require(request.playwright);

async function main() {
  const remote = (file) => `vscode-remote://${new URL(request.origin).host}${file}`;
  const payload = JSON.stringify([
    ['extensionDevelopmentPath', remote(request.extension)],
    ['extensionTestsPath', remote(request.suite)],
  ]);
  const browser = await chromium.launch({
    executablePath: request.browser,
    args: ['--no-sandbox', '--disable-gpu'],
  });
  try {
    const page = await browser.newPage();
    const said = [];
    const ended = new Promise((resolve, reject) => {
      setTimeout(() => reject(new Error(`no end after ${LIMIT_MS} ms; said: ${said.join('\n')}`)), LIMIT_MS).unref();
      page.exposeFunction('codeAutomationExit', resolve);
    });
    await page.exposeFunction('codeAutomationLog', (kind, args) => said.push(`${kind}: ${args.join(' ')}`));
    const window = `${request.window.endsWith('.code-workspace') ? 'workspace' : 'folder'}=${encodeURIComponent(request.window)}`;
    await page.goto(`${request.origin}/?${window}&payload=${encodeURIComponent(payload)}`);
    console.log(JSON.stringify({ code: await ended, said }));
  } finally {
    await browser.close();
  }
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
