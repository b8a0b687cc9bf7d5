// Runs inside VS Code's extension host, in a window with two folders. Writes which packages were read of each project,
// as interpreters were chosen, to `answers.json` beside the folders.

const { writeFileSync } = require('node:fs');
const path = require('node:path');
const vscode = require('vscode');
const { languageOf, open, until } = require('./kit.js');

/** The folders of packages by project, as the server says. */
async function packages(top) {
  await vscode.commands.executeCommand('excore.showDebugInformation');
  const view = vscode.workspace.textDocuments.find(({ uri }) => uri.scheme === 'excore-view');
  const found = view?.getText().matchAll(/^project (.*)$[^]*?^ {2}packages: (.*)$/gm) ?? [];
  return Object.fromEntries([...found].map(([, root, folders]) => [path.relative(top, root), path.relative(top, folders.split(', ')[0])]));
}

exports.run = async () => {
  const [one, two] = vscode.workspace.workspaceFolders.map(({ uri }) => uri);
  const top = path.dirname(one.fsPath);
  const read = (project, folder) =>
    until(`packages of ${project} in ${folder}`, async () => (await packages(top))[project]?.startsWith(folder) && packages(top));
  const python = vscode.extensions.getExtension('ms-python.python');

  const answers = {};
  for (const name of ['one/run.toml', 'one/sub/run.toml', 'two/run.toml']) {
    const config = await open(top, name);
    await until('the language of a config', () => languageOf(config) === 'excore');
  }
  answers.found = await read('two', 'env');
  python.exports.select(one, path.join(top, 'selected', 'bin', 'python'));
  answers.selected = await read('one', 'selected');
  await vscode.workspace.getConfiguration('excore', two).update('interpreter', undefined, vscode.ConfigurationTarget.WorkspaceFolder);
  answers.unset = await read('two', '..');
  python.exports.select(one, undefined);
  answers.nobody = await read('one/sub', 'one/sub/.venv');
  writeFileSync(path.join(top, 'answers.json'), JSON.stringify(answers));
};
