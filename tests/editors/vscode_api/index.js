// Runs inside VS Code's extension host. Writes what the API answered to `answers.json` in the workspace.

const { writeFileSync } = require('node:fs');
const path = require('node:path');
const vscode = require('vscode');
const features = require('./answers.js');
const { languageOf, open, until } = require('./kit.js');

/** Stands in for another extension for TOML: it finds fault with every document of that language, until it closes. */
function otherTomlTool() {
  const problems = vscode.languages.createDiagnosticCollection('other TOML tool');
  const judge = (document) => {
    if (document.languageId === 'toml') {
      const where = new vscode.Range(0, 0, 0, 1);
      problems.set(document.uri, [new vscode.Diagnostic(where, 'this is not TOML')]);
    }
  };
  vscode.workspace.textDocuments.forEach(judge);
  vscode.workspace.onDidOpenTextDocument(judge);
  vscode.workspace.onDidCloseTextDocument((document) => problems.delete(document.uri));
  return problems;
}

exports.run = async () => {
  const root = vscode.workspace.workspaceFolders[0].uri.fsPath;
  const answers = {};
  const foreign = otherTomlTool();
  const config = await open(root, 'configs/fcn_resnet.toml');
  await until('the language of the config', () => languageOf(config) === 'excore');
  const document = await vscode.workspace.openTextDocument(config);
  const text = document.getText();
  const at = (word) => document.positionAt(text.indexOf(word) + 1);

  const errors = () =>
    vscode.languages.getDiagnostics(config).filter((found) => found.severity === vscode.DiagnosticSeverity.Error);
  await until('a problem', () => errors().length > 0);
  answers.problems = errors().map((found) => ({
    text: document.getText(found.range),
    message: found.message,
    source: found.source,
  }));

  await until('silence of the other TOML tool', () => !foreign.has(config));
  answers.features = await features(document);

  const places = await until('a definition', async () => {
    const found = await vscode.commands.executeCommand('vscode.executeDefinitionProvider', config, at('FCN]'));
    return found.length > 0 && found;
  });
  const [place] = places;
  const target = await vscode.workspace.openTextDocument(place.targetUri ?? place.uri);
  const range = place.targetSelectionRange ?? place.targetRange ?? place.range;
  answers.definition = {
    file: path.relative(root, target.uri.fsPath),
    line: target.lineAt(range.start.line).text,
  };

  const hovers = await vscode.commands.executeCommand('vscode.executeHoverProvider', config, at('FCN]'));
  answers.hover = hovers.flatMap((hover) => hover.contents.map((content) => content.value ?? content)).join('\n');

  const offered = await vscode.commands.executeCommand('vscode.executeCompletionItemProvider', config, at('FCN]'));
  answers.completion = offered.items.map((item) => item.label.label ?? item.label);

  const problem = errors()[0];
  const actions = await vscode.commands.executeCommand('vscode.executeCodeActionProvider', config, problem.range, 'quickfix', 10);
  const fix = actions.find((action) => action.isPreferred);
  answers.fix = fix?.title;
  await vscode.workspace.applyEdit(fix.edit);
  await until('no problem after the fix', () => errors().length === 0);
  answers.fixed = document.lineAt(problem.range.start.line).text;

  const rename = await vscode.commands.executeCommand('vscode.executeDocumentRenameProvider', config, at('FCN]'), 'Fully');
  await vscode.workspace.applyEdit(rename);
  const python = await vscode.workspace.openTextDocument(path.join(root, 'src/models/fcn.py'));
  answers.renamed = { header: document.getText().includes('[Model.Fully]'), python: python.getText().includes('class Fully(') };
  await vscode.workspace.saveAll();
  await until('no problem after the rename', () => errors().length === 0);

  const lenses = await until('a lens in Python', async () => {
    const found = await vscode.commands.executeCommand('vscode.executeCodeLensProvider', python.uri, 10);
    return found.some((lens) => lens.command?.title.includes('used by')) && found;
  });
  answers.pythonLenses = lenses.map((lens) => lens.command?.title);
  await vscode.window.showTextDocument(document);
  const whole = new vscode.WorkspaceEdit();
  whole.replace(config, new vscode.Range(0, 0, document.lineCount, 0), text);
  await vscode.workspace.applyEdit(whole);
  await until('the problem again', () => errors().length > 0);

  answers.foreignProblems = foreign.has(config);
  answers.others = {};
  for (const name of ['pyproject.toml', 'Cargo.toml', '.excore.toml']) {
    answers.others[name] = languageOf(await open(root, name));
  }

  await vscode.window.showTextDocument(document);
  await vscode.languages.setTextDocumentLanguage(document, 'toml');
  await until('the language chosen by hand', () => languageOf(config) === 'toml');
  await vscode.workspace.openTextDocument(path.join(root, 'Cargo.toml'));
  answers.chosenByHand = languageOf(config);
  await vscode.languages.setTextDocumentLanguage(await vscode.workspace.openTextDocument(config), 'excore');

  const commands = await vscode.commands.getCommands(true);
  answers.commands = commands.filter((name) => name.startsWith('excore.')).sort();
  await vscode.commands.executeCommand('excore.restart');
  await until('a problem after the restart', () => errors().length > 0);

  writeFileSync(path.join(root, 'answers.json'), JSON.stringify(answers));
};
