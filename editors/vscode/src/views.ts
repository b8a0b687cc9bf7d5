// Read-only documents that show what the server answers: the composed config, its Python, its graph.

import * as vscode from 'vscode';

export const SCHEME = 'excore-view';

export class Views implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly texts = new Map<string, string>();
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  private readonly registration = vscode.workspace.registerTextDocumentContentProvider(SCHEME, this);
  private readonly closing = vscode.workspace.onDidCloseTextDocument((document) => this.texts.delete(document.uri.toString()));

  readonly onDidChange = this.changed.event;

  dispose(): void {
    vscode.Disposable.from(this.registration, this.closing, this.changed).dispose();
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.texts.get(uri.toString()) ?? '';
  }

  /** Show a text beside the editor; showing the same name again replaces it. */
  async show(name: string, text: string, language: string): Promise<void> {
    const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${name}` });
    this.texts.set(uri.toString(), text);
    this.changed.fire(uri);
    const document = await vscode.workspace.openTextDocument(uri);
    const coloured = document.languageId === language ? document : await vscode.languages.setTextDocumentLanguage(document, language);
    await vscode.window.showTextDocument(coloured, { viewColumn: vscode.ViewColumn.Beside, preview: true, preserveFocus: true });
  }
}
