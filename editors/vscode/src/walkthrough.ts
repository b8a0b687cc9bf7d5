// The steps of the walkthrough are ticked by what was done: each has a context of its own.

import * as vscode from 'vscode';
import { LANGUAGE } from './language';

export function did(step: 'run' | 'interpreter' | 'write' | 'see'): void {
  void vscode.commands.executeCommand('setContext', `excore.did.${step}`, true);
}

/** Ticks a step once a config was edited. */
export function watchWriting(): vscode.Disposable {
  const listener = vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
    if (document.languageId === LANGUAGE && contentChanges.length > 0) {
      did('write');
      listener.dispose();
    }
  });
  return listener;
}
