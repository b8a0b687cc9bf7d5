// The entry in the language status of configs: what runs, with which interpreter.

import * as vscode from 'vscode';
import type { Interpreter } from './python';

export class Status implements vscode.Disposable {
  private readonly item: vscode.LanguageStatusItem;

  constructor(selector: vscode.DocumentSelector) {
    this.item = vscode.languages.createLanguageStatusItem('excore.status', selector);
    this.item.name = 'ExCore';
    this.item.command = { command: 'excore.showLogs', title: 'Show Logs' };
  }

  dispose(): void {
    this.item.dispose();
  }

  starting(): void {
    this.set('ExCore', 'starting', vscode.LanguageStatusSeverity.Information, true);
  }

  running(version: string | undefined, interpreter: Interpreter | undefined): void {
    const detail = interpreter === undefined ? 'no Python interpreter' : `${interpreter.path} (${interpreter.origin})`;
    this.set(`ExCore ${version ?? ''}`.trim(), detail, vscode.LanguageStatusSeverity.Information, false);
  }

  stopped(reason: string): void {
    this.set('ExCore is not running', reason, vscode.LanguageStatusSeverity.Error, false);
  }

  private set(text: string, detail: string, severity: vscode.LanguageStatusSeverity, busy: boolean): void {
    this.item.text = text;
    this.item.detail = detail;
    this.item.severity = severity;
    this.item.busy = busy;
  }
}
