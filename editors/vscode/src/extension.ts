// Entry point: finds configs and the interpreter, runs the server, shows what it sends. No language rule is here.

import * as vscode from 'vscode';
import { asking, registerCommands } from './commands';
import { Graphs } from './graph';
import { LANGUAGE, LanguageChooser } from './language';
import { watchInterpreter } from './python';
import { Session } from './session';
import { registerSnippets } from './snippets';
import { Status } from './status';
import { Views } from './views';

const PROJECT_FILE = '**/.excore.toml';
const RESTARTING_SETTINGS = ['enable', 'interpreter', 'path', 'importStrategy', 'format.enable'].map((name) => `excore.${name}`);

let session: Session | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const log = vscode.window.createOutputChannel('ExCore', { log: true });
  const status = new Status();
  const chooser = new LanguageChooser(log);
  // The extension's own folder: Python puts the current one on its path, and a workspace must not shadow the server.
  const current = new Session(log, status, context.extensionPath);
  session = current;
  const views = new Views(asking(current));
  const graphs = new Graphs(context.extensionUri, asking(current));
  context.subscriptions.push(log, status, views, graphs, chooser, registerCommands(current, views, graphs, status, log), registerSnippets());

  const refresh = (): void => void current.refresh();
  context.subscriptions.push(
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (RESTARTING_SETTINGS.some((name) => event.affectsConfiguration(name))) {
        refresh();
      }
      if (event.affectsConfiguration('excore.languageDetection') || event.affectsConfiguration('excore.enable')) {
        void chooser.considerAll();
      }
    }),
    vscode.workspace.onDidGrantWorkspaceTrust(refresh),
  );

  await chooser.considerAll();
  const served = await servedLanguages();
  const wants = (document: vscode.TextDocument): boolean => served.has(document.languageId);
  if (vscode.workspace.textDocuments.some(wants)) {
    await current.start();
  }
  context.subscriptions.push(
    vscode.workspace.onDidOpenTextDocument((document) => {
      if (wants(document)) {
        void current.start();
      }
    }),
  );
  if (vscode.workspace.isTrusted) {
    context.subscriptions.push(await watchInterpreter(refresh));
  }
}

/** Documents whose opening starts the server: configs, and in a project that says it is one its Python files too. */
async function servedLanguages(): Promise<Set<string>> {
  const declared = await vscode.workspace.findFiles(PROJECT_FILE, undefined, 1);
  return new Set(declared.length > 0 ? [LANGUAGE, 'python'] : [LANGUAGE]);
}

export async function deactivate(): Promise<void> {
  await session?.stop();
}
