// What runs, with which interpreter: an item in the status bar while a config is open, and the language's status entry.

import * as vscode from 'vscode';
import { LANGUAGE } from './language';
import type { Plan } from './server';

const ICONS = {
  starting: '$(loading~spin)', running: '$(check)', doubtful: '$(warning)', stopped: '$(error)', off: '$(circle-slash)',
};

export class Status implements vscode.Disposable {
  private readonly bar = vscode.window.createStatusBarItem('excore.server', vscode.StatusBarAlignment.Right, 100);
  private readonly entry = vscode.languages.createLanguageStatusItem('excore.status', [{ language: LANGUAGE }]);
  private readonly listener = vscode.Disposable.from(
    vscode.window.onDidChangeActiveTextEditor(() => this.place()),
    vscode.workspace.onDidOpenTextDocument(() => this.place()), // so is a change of the language seen
  );
  private state: keyof typeof ICONS = 'starting';

  constructor() {
    this.bar.name = 'ExCore Server';
    this.bar.command = 'excore.showStatus';
    this.entry.name = 'ExCore';
    this.entry.command = { command: 'excore.showStatus', title: 'Show Status' };
    this.starting();
  }

  dispose(): void {
    vscode.Disposable.from(this.bar, this.entry, this.listener).dispose();
  }

  starting(): void {
    this.set('starting', 'ExCore', 'starting');
  }

  /** Which server runs with what, whose packages it reads, and which settings are not followed. */
  running(version: string | undefined, { server, interpreter, wrong }: Plan): void {
    const packages = interpreter === undefined ? 'no Python' : `${interpreter.path} (${interpreter.origin})`;
    const text = `ExCore ${version ?? ''} (${server?.origin})`;
    this.set(wrong.size > 0 ? 'doubtful' : 'running', text, ...wrong, `runs on ${server?.runner}`, `packages of ${packages}`);
  }

  /** `wrong` unless somebody wants it so. */
  stopped(reason: string, wrong = true): void {
    this.set(wrong ? 'stopped' : 'off', 'ExCore is not running', reason);
  }

  /** The server's state in a list, with what can be done about it. */
  async choose(): Promise<void> {
    const actions: (vscode.QuickPickItem & { run: string; args?: unknown[] })[] = [
      { label: '$(output) Show Logs', run: 'excore.showLogs' },
      { label: '$(debug-restart) Restart Server', run: 'excore.restart' },
      { label: '$(info) Show Debug Information', run: 'excore.showDebugInformation' },
      { label: '$(gear) Settings', run: 'workbench.action.openSettings', args: ['@ext:excore-dev.excore'] },
      { label: '$(book) Set Up ExCore', run: 'workbench.action.openWalkthrough', args: ['excore-dev.excore#start'] },
    ];
    const title = `${this.entry.text}: ${this.entry.detail ?? ''}`;
    const chosen = await vscode.window.showQuickPick(actions, { title, placeHolder: 'What do you want to do?' });
    if (chosen !== undefined) {
      await vscode.commands.executeCommand(chosen.run, ...(chosen.args ?? []));
    }
  }

  private set(state: keyof typeof ICONS, text: string, ...details: string[]): void {
    const { Error, Warning, Information } = vscode.LanguageStatusSeverity;
    const stopped = state === 'stopped';
    this.state = state;
    this.entry.text = text;
    this.entry.detail = details.join(', ');
    this.entry.severity = stopped ? Error : state === 'doubtful' ? Warning : Information;
    this.entry.busy = state === 'starting';
    this.bar.text = `${ICONS[state]} ExCore`;
    this.bar.tooltip = [text, ...details].join('\n');
    this.bar.backgroundColor = stopped ? new vscode.ThemeColor('statusBarItem.errorBackground') : undefined;
    this.place();
  }

  /** Beside configs always; elsewhere only what is wrong. */
  private place(): void {
    if (this.state === 'stopped' || vscode.window.activeTextEditor?.document.languageId === LANGUAGE) {
      this.bar.show();
    } else {
      this.bar.hide();
    }
  }
}
