// Runs inside VS Code's extension host, in a folder that nothing shows to be a project. Writes what was seen to
// `answers.json` in the workspace.

const { mkdirSync, writeFileSync } = require('node:fs');
const path = require('node:path');
const vscode = require('vscode');
const { languageOf, open, until } = require('./kit.js');

const PYTHON = `from excore import Registry

MODEL = Registry("Model")


@MODEL.register()
class FCN: ...
`;

/** Stands in for another formatter of TOML. */
function otherFormatter() {
  return vscode.languages.registerDocumentFormattingEditProvider('toml', {
    provideDocumentFormattingEdits: () => [vscode.TextEdit.insert(new vscode.Position(0, 0), '# formatted\n')],
  });
}

exports.run = async () => {
  const root = vscode.workspace.workspaceFolders[0].uri.fsPath;
  const answers = {};
  const config = await open(root, 'configs/fcn.toml');
  answers.before = languageOf(config);
  mkdirSync(path.join(root, 'src'));
  writeFileSync(path.join(root, 'src', 'models.py'), PYTHON);
  await until('the language of the config', () => languageOf(config) === 'excore');

  const document = await vscode.workspace.openTextDocument(config);
  const typed = new vscode.WorkspaceEdit();
  typed.insert(config, new vscode.Position(0, 0), '[');
  await vscode.workspace.applyEdit(typed);
  const offers = async () => {
    const { items } = await vscode.commands.executeCommand('vscode.executeCompletionItemProvider', config, new vscode.Position(0, 1));
    return items.some((item) => (item.label.label ?? item.label) === 'Model');
  };
  await until('the field', offers);
  await document.save();

  const peeked = vscode.Uri.file(path.join(root, 'configs', 'peeked.toml'));
  const start = new vscode.Position(0, 0);
  await vscode.commands.executeCommand('editor.action.peekLocations', config, start, [new vscode.Location(peeked, start)], 'peek');
  await until('the language of the config in the peek', () => languageOf(peeked) === 'excore');
  await vscode.commands.executeCommand('closeReferenceSearch');
  await until('the end of the peek', () => languageOf(peeked) === undefined);
  await open(root, 'configs/peeked.toml');
  await until('the language of what was peeked at', () => languageOf(peeked) === 'excore');

  otherFormatter();
  const foreign = await open(root, 'tools/pyproject.toml');
  await vscode.commands.executeCommand('editor.action.formatDocument');
  answers.formatted = (await vscode.workspace.openTextDocument(foreign)).getText().split('\n')[0];
  const wrong = new vscode.WorkspaceEdit();
  wrong.insert(foreign, new vscode.Position(1, 0), '[tool.excore]\nregistires = []\n');
  await vscode.workspace.applyEdit(wrong);
  const problem = await until('a problem of the project file', () => vscode.languages.getDiagnostics(foreign)[0]);
  answers.problem = problem.message;
  answers.others = [];
  for (const name of ['Hover', 'Definition', 'Reference']) {
    const found = await vscode.commands.executeCommand(`vscode.execute${name}Provider`, foreign, new vscode.Position(2, 3));
    answers.others.push(found?.length ?? 0);
  }

  const settings = vscode.workspace.getConfiguration('excore');
  await settings.update('enable', false, vscode.ConfigurationTarget.Workspace);
  const later = await open(root, 'configs/later.toml');
  await until('the end of the server', async () => !(await offers()));
  answers.turnedOff = languageOf(later);
  await settings.update('enable', true, vscode.ConfigurationTarget.Workspace);
  await until('the language of the later config', () => languageOf(later) === 'excore');
  await until('the field again', offers);
  writeFileSync(path.join(root, 'answers.json'), JSON.stringify(answers));
};
