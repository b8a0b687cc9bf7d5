// taplo's language server on standard input and output, made of the npm package @taplo/lsp (WebAssembly) with what its
// VS Code extension, Even Better TOML, gives it. taplo's wheel and @taplo/cli are built without the server.
//
//     npm install @taplo/lsp fast-glob; NODE_PATH=node_modules node benchmarks/taplo_stdio.cjs

const fs = require('node:fs');
const path = require('node:path');
const glob = require('fast-glob');
const { TaploLsp } = require('@taplo/lsp');

console.log = console.error;
const environment = {
  cwd: () => process.cwd(),
  envVar: (name) => process.env[name],
  envVars: () => Object.entries(process.env),
  findConfigFile: (folder) => ['.taplo.toml', 'taplo.toml'].map((name) => path.join(folder, name)).find(fs.existsSync),
  glob: (pattern) => glob.sync(pattern),
  isAbsolute: path.isAbsolute,
  now: () => new Date(),
  readFile: (file) => fs.promises.readFile(file),
  writeFile: (file, content) => fs.promises.writeFile(file, content),
  stdErrAtty: () => false,
  stderr: process.stderr,
  stdin: process.stdin,
  stdout: process.stdout,
  urlToFilePath: (url) => decodeURI(url).slice('file://'.length),
  fetch: { fetch, Headers, Request, Response },
};

function send(message) {
  const body = Buffer.from(JSON.stringify(message));
  process.stdout.write(`Content-Length: ${body.length}\r\n\r\n`);
  process.stdout.write(body);
}

async function main() {
  const server = await TaploLsp.initialize(environment, { onMessage: send });
  let unread = Buffer.alloc(0);
  process.stdin.on('end', () => process.exit(0));
  process.stdin.on('data', (chunk) => {
    unread = Buffer.concat([unread, chunk]);
    for (;;) {
      const start = unread.indexOf('\r\n\r\n') + 4;
      const length = start > 3 ? Number(/content-length:\s*(\d+)/i.exec(unread.toString('latin1', 0, start))[1]) : Infinity;
      if (unread.length < start + length) {
        return;
      }
      const message = JSON.parse(unread.toString('utf8', start, start + length));
      unread = unread.subarray(start + length);
      if (message.method === 'exit') {
        process.exit(0);
      }
      server.send(message);
    }
  });
}

main();
