// Judges files as the VS Code client does, without VS Code; the compiled module and the files come on stdin.

const { readFileSync } = require('node:fs');

const { module: file, cases } = JSON.parse(readFileSync(0, 'utf8'));
const { ConfigFinder } = require(file);

async function main() {
  const answers = [];
  for (const { path, text, opened } of cases) {
    answers.push((await new ConfigFinder().judge(path, text, opened)).root ?? null);
  }
  console.log(JSON.stringify(answers));
}

main();
