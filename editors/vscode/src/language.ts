// Gives TOML documents that are configs the language `excore`, so that other TOML tools leave them alone.

import * as vscode from 'vscode';
import { ConfigFinder, importsExcore, isForeign } from './project';

export const LANGUAGE = 'excore';

/** Languages a `.toml` file may have before anybody decided: with and without a TOML extension. */
const UNDECIDED = new Set(['toml', 'plaintext', 'ini', 'properties']);
const BEGINNING = new vscode.Range(0, 0, 1000, 0);
/** What is written when a folder becomes a project. */
const SIGNS = '**/{*.py,.excore.toml,pyproject.toml}';

export class LanguageChooser implements vscode.Disposable {
  private readonly finder = new ConfigFinder();
  /** Documents this class changed. If one turns up as TOML again, a person chose that. */
  private readonly changed = new Set<string>();
  private readonly listeners: vscode.Disposable;
  /** There once a file was no config, which may change. */
  private watcher: vscode.FileSystemWatcher | undefined;

  constructor(private readonly log: vscode.LogOutputChannel) {
    this.listeners = vscode.Disposable.from(
      vscode.workspace.onDidOpenTextDocument((document) => this.consider(document)),
      vscode.workspace.onDidSaveTextDocument((document) => this.consider(document)),
      vscode.workspace.onDidCloseTextDocument((document) => {
        if (document.isClosed) { // a change of the language closes a document too, but not for good
          this.changed.delete(document.uri.toString());
        }
      }),
      vscode.window.tabGroups.onDidChangeTabs((event) => this.forgetClosed(event.closed)),
    );
  }

  dispose(): void {
    vscode.Disposable.from(this.listeners, ...(this.watcher === undefined ? [] : [this.watcher])).dispose();
  }

  /** Judge all open documents. */
  async considerAll(): Promise<void> {
    await Promise.all(vscode.workspace.textDocuments.map((document) => this.consider(document)));
  }

  private async consider(document: vscode.TextDocument): Promise<void> {
    if (document.uri.scheme !== 'file' || !UNDECIDED.has(document.languageId) || isForeign(document.uri.fsPath)) {
      return;
    }
    const settings = vscode.workspace.getConfiguration('excore', document.uri);
    const key = document.uri.toString();
    if (!settings.get('enable', true) || settings.get('languageDetection') === 'off' || this.changed.has(key)) {
      return;
    }
    const opened = vscode.workspace.getWorkspaceFolder(document.uri)?.uri.fsPath;
    const verdict = await this.finder.judge(document.uri.fsPath, document.getText(BEGINNING), opened);
    this.log.debug(`${document.uri.fsPath}: ${verdict.root === undefined ? 'not a config' : 'config'}: ${verdict.reason}`);
    if (verdict.root !== undefined && !document.isClosed) {
      this.changed.add(key);
      await vscode.languages.setTextDocumentLanguage(document, LANGUAGE);
    } else if (this.watcher === undefined) {
      this.watcher = vscode.workspace.createFileSystemWatcher(SIGNS, false, false, true);
      this.watcher.onDidCreate((sign) => this.considerAgain(sign));
      this.watcher.onDidChange((sign) => this.considerAgain(sign));
    }
  }

  private async considerAgain(sign: vscode.Uri): Promise<void> {
    if (sign.path.endsWith('.toml') || (await importsExcore(sign.fsPath))) {
      await this.considerAll();
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
