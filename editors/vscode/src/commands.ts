// The commands of the palette. Those about a config ask the server and show what it answers.

import * as vscode from 'vscode';
import type { Graphs } from './graph';
import { LANGUAGE } from './language';
import { OPEN_PAGE, openPage } from './pages';
import { SHOW_REFERENCES, type Session } from './session';
import type { Status } from './status';
import { type Ask, type Place, toLocation, type View, type Views } from './views';
import { tick } from './walkthrough';

const MESSAGE_MS = 5000;

/** Ask the server; undefined when it does not run or refuses, with a message unless `quiet`. */
async function ask(session: Session, command: string, args: unknown[], quiet = false): Promise<unknown> {
  const complain = (text: string): undefined => {
    if (!quiet) {
      void vscode.window.showWarningMessage(`ExCore: ${text}`);
    }
    return undefined;
  };
  const client = session.running;
  if (client === undefined) {
    return complain('the language server is not running.');
  }
  if (client.initializeResult?.capabilities.executeCommandProvider?.commands.includes(command) !== true) {
    return complain(`this version of the server has no ${command}.`);
  }
  try {
    return await client.sendRequest('workspace/executeCommand', { command, arguments: args });
  } catch (error) {
    return complain(error instanceof Error ? error.message : String(error));
  }
}

/** Asks the server of a session for views; starts it for a window that was loaded again. */
export function asking(session: Session): Ask {
  return async (command, config, quiet) => {
    if (config !== undefined) {
      await session.start(config);
    }
    const form = command === 'excore.showGraph' ? 'svg' : '';
    const args = config === undefined ? [] : [config.toString(), { line: 0, character: 0 }, form];
    const answer = await ask(session, command, args, quiet);
    const { text, language, places } = (typeof answer === 'string' ? { text: answer } : (answer ?? {})) as Partial<View>;
    if (text !== undefined && config !== undefined && !quiet) {
      tick('composed');
    }
    // There may be no extension that colours TOML; a composed config is a config.
    return text === undefined
      ? undefined
      : { text, language: language === 'toml' ? LANGUAGE : (language ?? 'plaintext'), places: places ?? {} };
  };
}

function activeConfig(): vscode.Uri | undefined {
  const document = vscode.window.activeTextEditor?.document;
  if (document === undefined || document.languageId !== LANGUAGE) {
    void vscode.window.showInformationMessage('ExCore: open a config first.');
    return undefined;
  }
  return document.uri;
}

async function showView(views: Views, command: string, suffix: string): Promise<void> {
  const config = activeConfig();
  if (config !== undefined) {
    await views.show(config.path.replace(/(\.toml)?$/, suffix), command, config);
  }
}

async function showGraph(graphs: Graphs): Promise<void> {
  const config = activeConfig();
  if (config !== undefined) {
    await graphs.show(config);
  }
}

async function rebuildIndex(session: Session): Promise<void> {
  if ((await ask(session, 'excore.reindex', [])) !== undefined) {
    vscode.window.setStatusBarMessage('ExCore: reading the Python sources again', MESSAGE_MS);
  }
}

/** What the server's code lenses call, in the server's types. */
async function showReferences(uri: string, position: { line: number; character: number }, places: Place[]): Promise<void> {
  const at = new vscode.Position(position.line, position.character);
  await vscode.commands.executeCommand('editor.action.showReferences', vscode.Uri.parse(uri), at, places.map(toLocation));
}

export function registerCommands(
  session: Session,
  views: Views,
  graphs: Graphs,
  status: Status,
  log: vscode.LogOutputChannel,
): vscode.Disposable {
  const register = vscode.commands.registerCommand;
  return vscode.Disposable.from(
    register('excore.restart', () => session.restart()),
    register('excore.showLogs', () => log.show()),
    register('excore.showStatus', () => status.choose()),
    register('excore.showDebugInformation', () => views.show('/ExCore Debug Information', 'excore.debugInformation')),
    register('excore.openComposed', () => showView(views, 'excore.showComposed', '.composed.toml')),
    register('excore.openPython', () => showView(views, 'excore.showPython', '.py')),
    register('excore.openGraph', () => showGraph(graphs)),
    register('excore.rebuildIndex', () => rebuildIndex(session)),
    register(SHOW_REFERENCES, showReferences),
    register(OPEN_PAGE, openPage),
  );
}
