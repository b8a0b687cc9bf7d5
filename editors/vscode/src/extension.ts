// Entry point: finds configs and the interpreter, runs the server, shows what it sends. No language rule is here.

import * as vscode from 'vscode';
import { asking, registerCommands } from './commands';
import { Graphs } from './graph';
import { LANGUAGE, LanguageChooser } from './language';
import { isDeclared } from './project';
import { Session } from './session';
import { registerSnippets } from './snippets';
import { Status } from './status';
import { Views } from './views';

let session: Session | undefined;

export function activate(context: vscode.ExtensionContext): void {
  const log = vscode.window.createOutputChannel('ExCore', { log: true });
  const status = new Status();
  const chooser = new LanguageChooser(log);
  const current = new Session(log, status, context.extensionPath);
  session = current;
  const views = new Views(asking(current));
  const graphs = new Graphs(context.extensionUri, asking(current));

  const consider = async (document: vscode.TextDocument): Promise<void> => {
    if (await isServed(document)) {
      await current.start(document.uri);
    }
  };
  context.subscriptions.push(
    log, status, views, graphs, chooser, current, registerCommands(current, views, graphs, status, log), registerSnippets(),
    vscode.workspace.onDidOpenTextDocument(consider),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('excore.languageDetection') || event.affectsConfiguration('excore.enable')) {
        void chooser.considerAll();
      }
    }),
  );
  void chooser.considerAll();
  vscode.workspace.textDocuments.forEach(consider);
}

/** Documents whose opening starts the server: configs, and in a project that says it is one its Python files too. */
async function isServed(document: vscode.TextDocument): Promise<boolean> {
  const { languageId, uri } = document;
  return languageId === LANGUAGE || (languageId === 'python' && uri.scheme === 'file' && (await isDeclared(uri.fsPath)));
}

export async function deactivate(): Promise<void> {
  await session?.stop();
}
