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
  return Object.fromEntries([...found].filter(([, , folders]) => folders !== 'none').map(([, root, folders]) => [path.relative(top, root), path.relative(top, folders.split(', ')[0])]));
}

exports.run = async () => {
  const [one, two] = vscode.workspace.workspaceFolders.map(({ uri }) => uri);
  const top = path.dirname(one.fsPath);
  /** All of them, once those of some projects are in these folders and no project is still being read. */
  const read = (wanted) =>
    until(JSON.stringify(wanted), async () => {
      const all = await packages(top);
      const there = Object.entries(wanted).every(([project, folder]) => all[project]?.startsWith(folder));
      return there && Object.keys(all).length === 3 && all;
    });
  const python = vscode.extensions.getExtension('ms-python.python');

  const answers = {};
  for (const name of ['one/run.toml', 'one/sub/run.toml', 'two/run.toml']) {
    const config = await open(top, name);
    await until('the language of a config', () => languageOf(config) === 'excore');
  }
  answers.found = await read({ 'one/sub': 'one/sub/.venv', two: 'env' });
  python.exports.select(one, path.join(top, 'selected', 'bin', 'python'));
  answers.selected = await read({ one: 'selected', two: 'env' });
  await vscode.workspace.getConfiguration('excore', two).update('interpreter', undefined, vscode.ConfigurationTarget.WorkspaceFolder);
  answers.unset = await read({ one: 'selected', two: '..' });
  python.exports.select(one, undefined);
  answers.nobody = await read({ one: '..', 'one/sub': 'one/sub/.venv', two: '..' });
  writeFileSync(path.join(top, 'answers.json'), JSON.stringify(answers));
};
