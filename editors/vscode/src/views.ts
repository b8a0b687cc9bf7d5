// Read-only documents that show a config in another form: composed, as Python. They follow what is typed, and every
// line leads to where it is written.

import * as vscode from 'vscode';
import { LANGUAGE } from './language';

export const SCHEME = 'excore-view';
const PAUSE_MS = 400;

/** A place as the server writes it. */
export interface Place {
  uri: string;
  range: { start: vscode.Position; end: vscode.Position };
}

/** A config in another form; `places` says where its parts are written, by line number or name. */
export interface View {
  text: string;
  language: string;
  places: Record<string, Place>;
}

/** Asks the server for a view; undefined when there is none. */
export type Ask = () => Promise<View | undefined>;

export function toLocation(place: Place): vscode.Location {
  const { start, end } = place.range;
  return new vscode.Location(vscode.Uri.parse(place.uri), new vscode.Range(start.line, start.character, end.line, end.character));
}

/** Calls back a moment after configs were edited, or anything was saved. */
export function onConfigsChange(run: () => void): vscode.Disposable {
  let timer: NodeJS.Timeout | undefined;
  const later = (): void => {
    clearTimeout(timer);
    timer = setTimeout(run, PAUSE_MS);
  };
  return vscode.Disposable.from(
    vscode.workspace.onDidChangeTextDocument(({ document }) => {
      if (document.languageId === LANGUAGE && document.uri.scheme !== SCHEME) {
        later();
      }
    }),
    vscode.workspace.onDidSaveTextDocument(later),
    { dispose: () => clearTimeout(timer) },
  );
}

export class Views implements vscode.TextDocumentContentProvider, vscode.DefinitionProvider, vscode.Disposable {
  private readonly shown = new Map<string, { view: View; ask: Ask | undefined }>();
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  /** Has to be there when this registers itself, just below. */
  readonly onDidChange = this.changed.event;
  private readonly listeners = vscode.Disposable.from(
    vscode.workspace.registerTextDocumentContentProvider(SCHEME, this),
    vscode.languages.registerDefinitionProvider({ scheme: SCHEME }, this),
    vscode.workspace.onDidCloseTextDocument((document) => this.forget(document)),
    onConfigsChange(() => void this.refresh()),
  );

  dispose(): void {
    vscode.Disposable.from(this.listeners, this.changed).dispose();
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.shown.get(uri.toString())?.view.text ?? '';
  }

  provideDefinition(document: vscode.TextDocument, position: vscode.Position): vscode.DefinitionLink[] {
    const place = this.shown.get(document.uri.toString())?.view.places[position.line];
    if (place === undefined) {
      return [];
    }
    const { uri: targetUri, range: targetRange } = toLocation(place);
    return [{ originSelectionRange: document.lineAt(position).range, targetUri, targetRange }];
  }

  /** Show a view beside the editor; showing the same path again replaces it. `ask` gets it anew after changes. */
  async show(path: string, view: View, ask?: Ask): Promise<void> {
    const uri = vscode.Uri.from({ scheme: SCHEME, path });
    this.shown.set(uri.toString(), { view, ask });
    this.changed.fire(uri);
    const document = await vscode.workspace.openTextDocument(uri);
    const coloured =
      document.languageId === view.language ? document : await vscode.languages.setTextDocumentLanguage(document, view.language);
    await vscode.window.showTextDocument(coloured, { viewColumn: vscode.ViewColumn.Beside, preview: false, preserveFocus: true });
  }

  private async refresh(): Promise<void> {
    for (const [key, { ask }] of [...this.shown]) {
      const view = await ask?.();
      if (view !== undefined && this.shown.has(key)) {
        this.shown.set(key, { view, ask });
        this.changed.fire(vscode.Uri.parse(key));
      }
    }
  }

  /** A change of the language closes a document for a moment, so only what has no tab any more is forgotten. */
  private forget({ uri }: vscode.TextDocument): void {
    const open = vscode.workspace.textDocuments.some((other) => other.uri.toString() === uri.toString());
    if (uri.scheme === SCHEME && !open) {
      this.shown.delete(uri.toString());
    }
  }
}
