// The object graph beside the editor. The server draws it; `media/graph.js` moves and enlarges it and says which node
// was clicked. Colours are the theme's. A window that is loaded again shows it again.

import { randomBytes } from 'node:crypto';
import * as path from 'node:path';
import * as vscode from 'vscode';
import { type Ask, onConfigsChange, toLocation, type View } from './views';

const KIND = 'excore.graph';
const COMMAND = 'excore.showGraph';

interface Shown {
  panel: vscode.WebviewPanel;
  view: View | undefined;
}

/** What a webview remembers of itself, as far as it matters here. */
interface State {
  config: string;
}

export class Graphs implements vscode.WebviewPanelSerializer<State>, vscode.Disposable {
  private readonly shown = new Map<string, Shown>();
  private readonly media: vscode.Uri;
  private readonly listeners = vscode.Disposable.from(
    vscode.window.registerWebviewPanelSerializer(KIND, this),
    onConfigsChange(() => void this.refresh()),
  );

  constructor(extension: vscode.Uri, private readonly ask: Ask) {
    this.media = vscode.Uri.joinPath(extension, 'media');
  }

  /** The panels stay: a window that is loaded again begins by disposing of this. */
  dispose(): void {
    this.listeners.dispose();
  }

  /** Show the graph of a config; showing it again brings its panel to the front. */
  async show(config: vscode.Uri): Promise<void> {
    const view = await this.ask(COMMAND, config, false);
    if (view === undefined) {
      return;
    }
    const title = `Objects of ${path.basename(config.path)}`;
    const place = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true };
    const known = this.shown.get(config.toString());
    const shown = known ?? this.adopt(config, vscode.window.createWebviewPanel(KIND, title, place));
    this.draw(config, shown, view);
    shown.panel.reveal(undefined, true);
  }

  async deserializeWebviewPanel(panel: vscode.WebviewPanel, state: State | undefined): Promise<void> {
    if (state === undefined) {
      panel.dispose();
      return;
    }
    const config = vscode.Uri.parse(state.config);
    this.draw(config, this.adopt(config, panel), await this.ask(COMMAND, config, true));
  }

  private adopt(config: vscode.Uri, panel: vscode.WebviewPanel): Shown {
    panel.webview.options = { enableScripts: true, localResourceRoots: [this.media] };
    panel.iconPath = { light: vscode.Uri.joinPath(this.media, 'graph-light.svg'), dark: vscode.Uri.joinPath(this.media, 'graph-dark.svg') };
    const shown: Shown = { panel, view: undefined };
    this.shown.set(config.toString(), shown);
    panel.onDidDispose(() => this.shown.delete(config.toString()));
    panel.webview.onDidReceiveMessage((message: unknown) => void jump(shown, message));
    return shown;
  }

  private draw(config: vscode.Uri, shown: Shown, view: View | undefined): void {
    shown.view = view;
    shown.panel.webview.html = page(shown.panel.webview, this.media, config, view?.text);
  }

  private async refresh(): Promise<void> {
    for (const [config, shown] of [...this.shown]) {
      const uri = vscode.Uri.parse(config);
      const view = await this.ask(COMMAND, uri, true);
      if (view !== undefined && view.text !== shown.view?.text) {
        this.draw(uri, shown, view);
      } else if (view !== undefined) {
        shown.view = view; // the same picture, of tables that stand elsewhere now
      }
    }
  }
}

/** Go to the table of a node, in the editor group that shows its file, else in the first one. */
async function jump(shown: Shown, message: unknown): Promise<void> {
  const node = (message as { node?: unknown }).node;
  const place = typeof node === 'string' ? shown.view?.places[node] : undefined;
  if (place === undefined) {
    return;
  }
  const { uri, range } = toLocation(place);
  const visible = vscode.window.visibleTextEditors.find((editor) => editor.document.uri.toString() === uri.toString());
  await vscode.window.showTextDocument(uri, { selection: range, viewColumn: visible?.viewColumn ?? vscode.ViewColumn.One });
}

function page(webview: vscode.Webview, media: vscode.Uri, config: vscode.Uri, svg: string | undefined): string {
  const file = (name: string): string => webview.asWebviewUri(vscode.Uri.joinPath(media, name)).toString();
  const nonce = randomBytes(16).toString('hex');
  const policy = `default-src 'none'; style-src ${webview.cspSource}; script-src 'nonce-${nonce}'`;
  // The picture's own colours are for paper; here the theme's apply.
  const picture = svg?.slice(svg.indexOf('<svg')).replace(/<style>[^]*?<\/style>/, '');
  const body = picture === undefined
    ? '<p>There is no graph as long as the language server does not answer.</p>'
    : `<div id="tools" role="toolbar" aria-label="Graph">
<input id="search" type="search" placeholder="Find (/)" aria-label="Find objects" aria-controls="about">
<button id="closer" title="Zoom in (+)" aria-label="Zoom in">+</button>
<button id="farther" title="Zoom out (-)" aria-label="Zoom out">−</button>
<button id="fit" title="Show all (0)">Fit</button>
</div>
<main id="stage" tabindex="0" aria-label="Arrow keys move the picture" data-config="${config.toString()}">${picture}</main>
<output id="about" aria-live="polite"></output>
<script nonce="${nonce}" src="${file('graph.js')}"></script>`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<link rel="stylesheet" href="${file('graph.css')}">
</head>
<body>
${body}
</body>
</html>`;
}
