// The commands of the palette. Those about a config ask the server and show what it answers.

import * as path from 'node:path';
import * as vscode from 'vscode';
import { ExecuteCommandRequest } from 'vscode-languageclient/node';
import type { Graphs } from './graph';
import { LANGUAGE } from './language';
import type { Session } from './session';
import type { Views } from './views';

const MESSAGE_MS = 5000;

/** An answer is text, or an object whose `text` is the text and whose `language` is its language. */
interface Answer {
  text: string;
  language: string;
}

function asAnswer(result: unknown, language: string): Answer | undefined {
  if (result === null || result === undefined || result === '') {
    return undefined;
  }
  if (typeof result === 'string') {
    return { text: result, language };
  }
  const { text, language: own } = result as { text?: unknown; language?: unknown };
  if (typeof text === 'string') {
    return { text, language: typeof own === 'string' ? own : language };
  }
  return { text: JSON.stringify(result, null, 2), language: 'json' };
}

/** Ask the server; undefined, with a message, when it does not run or refuses. */
async function ask(session: Session, command: string, args: unknown[]): Promise<unknown> {
  const client = session.running;
  if (client === undefined) {
    void vscode.window.showWarningMessage('ExCore: the language server is not running.');
    return undefined;
  }
  if (client.initializeResult?.capabilities.executeCommandProvider?.commands.includes(command) !== true) {
    void vscode.window.showWarningMessage(`ExCore: this version of the server has no ${command}.`);
    return undefined;
  }
  try {
    return await client.sendRequest(ExecuteCommandRequest.type, { command, arguments: args });
  } catch (error) {
    void vscode.window.showErrorMessage(`ExCore: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}

function aboutConfig(session: Session, views: Views, command: string, suffix: string, language: string): () => Promise<void> {
  return async () => {
    const editor = vscode.window.activeTextEditor;
    if (editor === undefined || editor.document.languageId !== LANGUAGE) {
      void vscode.window.showInformationMessage('ExCore: open a config first.');
      return;
    }
    const { line, character } = editor.selection.active;
    const result = await ask(session, command, [editor.document.uri.toString(), { line, character }]);
    const answer = asAnswer(result, language);
    if (answer !== undefined) {
      const stem = path.basename(editor.document.uri.path, '.toml');
      await views.show(`${stem}.${suffix}`, answer.text, answer.language);
    }
  };
}

function showGraph(session: Session, graphs: Graphs): () => Promise<void> {
  return async () => {
    const editor = vscode.window.activeTextEditor;
    if (editor === undefined || editor.document.languageId !== LANGUAGE) {
      void vscode.window.showInformationMessage('ExCore: open a config first.');
      return;
    }
    await graphs.show(editor.document.uri, async (uri) => {
      const start = { line: 0, character: 0 };
      return asAnswer(await ask(session, 'excore.showGraph', [uri.toString(), start, 'svg']), 'xml')?.text;
    });
  };
}

async function showDebugInformation(session: Session, views: Views): Promise<void> {
  const answer = asAnswer(await ask(session, 'excore.debugInformation', []), 'plaintext');
  if (answer !== undefined) {
    await views.show('excore-debug', answer.text, answer.language);
  }
}

async function rebuildIndex(session: Session): Promise<void> {
  if ((await ask(session, 'excore.reindex', [])) !== undefined) {
    vscode.window.setStatusBarMessage('ExCore: reading the Python sources again', MESSAGE_MS);
  }
}

export function registerCommands(session: Session, views: Views, graphs: Graphs, log: vscode.LogOutputChannel): vscode.Disposable {
  const register = vscode.commands.registerCommand;
  return vscode.Disposable.from(
    register('excore.restart', () => session.restart()),
    register('excore.showLogs', () => log.show()),
    register('excore.showDebugInformation', () => showDebugInformation(session, views)),
    register('excore.openComposed', aboutConfig(session, views, 'excore.showComposed', 'composed', LANGUAGE)),
    register('excore.openPython', aboutConfig(session, views, 'excore.showPython', 'py', 'python')),
    register('excore.openGraph', showGraph(session, graphs)),
    register('excore.rebuildIndex', () => rebuildIndex(session)),
  );
}
