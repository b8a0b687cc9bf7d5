// Gives TOML documents that are configs the language `excore`, so that other TOML tools leave them alone.

import * as vscode from 'vscode';
import { ConfigFinder, isForeign } from './project';

export const LANGUAGE = 'excore';

/** Languages a `.toml` file may have before anybody decided: with and without a TOML extension. */
const UNDECIDED = new Set(['toml', 'plaintext', 'ini', 'properties']);
const BEGINNING = new vscode.Range(0, 0, 1000, 0);

export class LanguageChooser implements vscode.Disposable {
  private readonly finder = new ConfigFinder();
  /** Documents this class changed. If one turns up as TOML again, a person chose that. */
  private readonly changed = new Set<string>();
  private readonly listeners: vscode.Disposable;

  constructor(private readonly log: vscode.LogOutputChannel) {
    this.listeners = vscode.Disposable.from(
      vscode.workspace.onDidOpenTextDocument((document) => this.consider(document)),
      vscode.workspace.onDidSaveTextDocument((document) => this.consider(document)),
      vscode.window.tabGroups.onDidChangeTabs((event) => this.forgetClosed(event.closed)),
    );
  }

  dispose(): void {
    this.listeners.dispose();
  }

  /** Judge all open documents, looking at the disk afresh. */
  async considerAll(): Promise<void> {
    this.finder.forget();
    await Promise.all(vscode.workspace.textDocuments.map((document) => this.consider(document)));
  }

  private async consider(document: vscode.TextDocument): Promise<void> {
    if (document.uri.scheme !== 'file' || !UNDECIDED.has(document.languageId) || isForeign(document.uri.fsPath)) {
      return;
    }
    const detection = vscode.workspace.getConfiguration('excore', document.uri).get<string>('languageDetection', 'auto');
    const key = document.uri.toString();
    if (detection === 'off' || this.changed.has(key)) {
      return;
    }
    const verdict = await this.finder.judge(document.uri.fsPath, document.getText(BEGINNING));
    this.log.debug(`${document.uri.fsPath}: ${verdict.root === undefined ? 'not a config' : 'config'}: ${verdict.reason}`);
    if (verdict.root !== undefined && !document.isClosed) {
      this.changed.add(key);
      await vscode.languages.setTextDocumentLanguage(document, LANGUAGE);
    }
  }

  private forgetClosed(tabs: readonly vscode.Tab[]): void {
    for (const tab of tabs) {
      if (tab.input instanceof vscode.TabInputText) {
        this.changed.delete(tab.input.uri.toString());
      }
    }
  }
}
