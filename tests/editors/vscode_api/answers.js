// What the server's features answer through the editor's commands: enough to see that each one is connected.

const vscode = require('vscode');

const plain = (value) =>
  Array.isArray(value) ? value.map(plain).join('') : typeof value === 'string' ? value : value?.value ?? '';

/** Asks for each feature in `document`, an open config whose `[Model.FCN]` has an argument `&num_classes`. */
module.exports = async (document) => {
  const uri = document.uri;
  const text = document.getText();
  const at = (word, more = 1) => document.positionAt(text.indexOf(word) + more);
  const whole = new vscode.Range(0, 0, document.lineCount, 0);
  const run = (name, ...args) => vscode.commands.executeCommand(`vscode.${name}`, ...args);
  const [call] = await run('prepareCallHierarchy', uri, at('FCN]'));
  const [type] = await run('prepareTypeHierarchy', uri, at('default.toml'));
  const legend = await run('provideDocumentSemanticTokensLegend', uri);
  const tokens = await run('provideDocumentSemanticTokens', uri);
  const end = new vscode.Position(at('&num_classes').line + 1, 0);
  const help = await run('executeSignatureHelpProvider', uri, end);
  return {
    outline: (await run('executeDocumentSymbolProvider', uri)).map((symbol) => symbol.name),
    folds: (await run('executeFoldingRangeProvider', uri)).length,
    links: (await run('executeLinkProvider', uri)).length,
    hints: (await run('executeInlayHintProvider', uri, whole)).map((hint) => plain(hint.label)),
    callers: (await run('provideIncomingCalls', call)).map((found) => found.from.name),
    callees: (await run('provideOutgoingCalls', call)).map((found) => found.to.name),
    subtypes: (await run('provideSubtypes', type)).map((item) => item.name),
    symbols: (await run('executeWorkspaceSymbolProvider', 'ResNet')).map((symbol) => [symbol.name, symbol.containerName]),
    signature: help?.signatures[0]?.label ?? null,
    references: (await run('executeReferenceProvider', uri, at('FCN]'))).length,
    tokenTypes: legend.tokenTypes.length,
    tokens: tokens.data.length / 5,
    formatting: (await run('executeFormatDocumentProvider', uri, { tabSize: 4, insertSpaces: true }))?.length ?? 0,
    lenses: (await run('executeCodeLensProvider', uri, 50)).map((lens) => [lens.command.title, lens.command.command]),
  };
};
