// Read-only files that show a config in another form: composed, as Python. They follow what is typed, every line leads to
// where it is written, and a window that is loaded again shows them again.

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

/** Asks the server for a view of a config by one of its commands; undefined when there is none, which is told unless
 * `quiet`. */
export type Ask = (command: string, config: vscode.Uri | undefined, quiet: boolean) => Promise<View | undefined>;

export function toLocation(place: Place): vscode.Location {
  const { start, end } = place.range;
  return new vscode.Location(vscode.Uri.parse(place.uri), new vscode.Range(start.line, start.character, end.line, end.character));
}

/** Calls back a moment after configs were edited, anything was saved, or configs are judged anew. */
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
    vscode.languages.onDidChangeDiagnostics(later), // sources that others change have no other sign
    { dispose: () => clearTimeout(timer) },
  );
}

/** A view as a file: its time changes with its text, or VS Code would not read it again. */
interface Shown {
  view: View;
  bytes: Uint8Array;
  mtime: number;
}

/** How a view is asked for, in the query of its uri: a window that is loaded again has nothing else. */
type Source = [command: string, config: string | undefined];

export class Views implements vscode.FileSystemProvider, vscode.DefinitionProvider, vscode.Disposable {
  private readonly shown = new Map<string, Promise<Shown>>();
  private readonly changed = new vscode.EventEmitter<vscode.FileChangeEvent[]>();
  /** Has to be there when this registers itself, just below. */
  readonly onDidChangeFile = this.changed.event;
  private readonly listeners = vscode.Disposable.from(
    vscode.workspace.registerFileSystemProvider(SCHEME, this, { isReadonly: true, isCaseSensitive: true }),
    vscode.languages.registerDefinitionProvider({ scheme: SCHEME }, this),
    vscode.workspace.onDidCloseTextDocument((document) => {
      if (document.isClosed) { // a change of the language closes a document too, but not for good
        this.shown.delete(document.uri.toString());
      }
    }),
    onConfigsChange(() => void this.refresh()),
  );

  constructor(private readonly ask: Ask) {}

  dispose(): void {
    vscode.Disposable.from(this.listeners, this.changed).dispose();
  }

  async stat(uri: vscode.Uri): Promise<vscode.FileStat> {
    const { bytes, mtime } = await this.load(uri);
    return { type: vscode.FileType.File, ctime: 0, mtime, size: bytes.length };
  }

  async readFile(uri: vscode.Uri): Promise<Uint8Array> {
    return (await this.load(uri)).bytes;
  }

  async provideDefinition(document: vscode.TextDocument, position: vscode.Position): Promise<vscode.DefinitionLink[]> {
    const place = (await this.load(document.uri)).view.places[position.line];
    if (place === undefined) {
      return [];
    }
    const { uri: targetUri, range: targetRange } = toLocation(place);
    return [{ originSelectionRange: document.lineAt(position).range, targetUri, targetRange }];
  }

  /** Show what the command answers beside the editor; showing the same path again replaces it. */
  async show(path: string, command: string, config?: vscode.Uri): Promise<void> {
    const source: Source = [command, config?.toString()];
    const uri = vscode.Uri.from({ scheme: SCHEME, path, query: JSON.stringify(source) });
    const view = await this.ask(command, config, false);
    if (view === undefined) {
      return;
    }
    await this.replace(uri, view);
    const document = await vscode.workspace.openTextDocument(uri);
    const coloured =
      document.languageId === view.language ? document : await vscode.languages.setTextDocumentLanguage(document, view.language);
    await vscode.window.showTextDocument(coloured, { viewColumn: vscode.ViewColumn.Beside, preview: false, preserveFocus: true });
  }

  watch(): vscode.Disposable {
    return new vscode.Disposable(() => undefined);
  }

  readDirectory(): [] {
    return [];
  }

  createDirectory(): never {
    throw vscode.FileSystemError.NoPermissions();
  }

  writeFile(): never {
    throw vscode.FileSystemError.NoPermissions();
  }

  delete(): never {
    throw vscode.FileSystemError.NoPermissions();
  }

  rename(): never {
    throw vscode.FileSystemError.NoPermissions();
  }

  private load(uri: vscode.Uri): Promise<Shown> {
    const key = uri.toString();
    const known = this.shown.get(key);
    if (known !== undefined) {
      return known;
    }
    const loaded = this.askFor(uri).then((view) => {
      if (view === undefined) {
        this.shown.delete(key);
        throw vscode.FileSystemError.Unavailable('The language server does not answer.');
      }
      return made(view);
    });
    this.shown.set(key, loaded);
    return loaded;
  }

  private async askFor(uri: vscode.Uri): Promise<View | undefined> {
    const [command, config] = JSON.parse(uri.query) as Source;
    return this.ask(command, config === undefined ? undefined : vscode.Uri.parse(config), true);
  }

  private async refresh(): Promise<void> {
    for (const key of [...this.shown.keys()]) {
      const uri = vscode.Uri.parse(key);
      const view = await this.askFor(uri);
      if (view !== undefined && this.shown.has(key)) {
        await this.replace(uri, view);
      }
    }
  }

  private async replace(uri: vscode.Uri, view: View): Promise<void> {
    const key = uri.toString();
    const before = await this.shown.get(key);
    if (before?.view.text === view.text) {
      before.view = view; // the same text, of lines that stand elsewhere now
      return;
    }
    this.shown.set(key, Promise.resolve(made(view)));
    this.changed.fire([{ type: vscode.FileChangeType.Changed, uri }]);
  }
}

function made(view: View): Shown {
  return { view, bytes: new TextEncoder().encode(view.text), mtime: Date.now() };
}
