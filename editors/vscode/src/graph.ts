// The object graph beside the editor. The server draws it; `media/graph.js` moves and enlarges it and says which node
// was clicked. Colours are the theme's.

import { randomBytes } from 'node:crypto';
import * as path from 'node:path';
import * as vscode from 'vscode';
import { type Ask, onConfigsChange, toLocation, type View } from './views';

interface Shown {
  panel: vscode.WebviewPanel;
  ask: Ask;
  view: View;
}

export class Graphs implements vscode.Disposable {
  private readonly shown = new Map<string, Shown>();
  private readonly changes = onConfigsChange(() => void this.refresh());
  private readonly media: vscode.Uri;

  constructor(extension: vscode.Uri) {
    this.media = vscode.Uri.joinPath(extension, 'media');
  }

  dispose(): void {
    this.changes.dispose();
    for (const { panel } of this.shown.values()) {
      panel.dispose();
    }
  }

  /** Show the graph of a config; showing it again brings its panel to the front. `ask` gets it anew after changes. */
  show(config: vscode.Uri, view: View, ask: Ask): void {
    const shown = this.shown.get(config.toString()) ?? this.create(config, view, ask);
    this.draw(shown, view);
    shown.panel.reveal(undefined, true);
  }

  private create(config: vscode.Uri, view: View, ask: Ask): Shown {
    const title = `Objects of ${path.basename(config.path)}`;
    const panel = vscode.window.createWebviewPanel('excore.graph', title, { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true }, {
      enableScripts: true,
      localResourceRoots: [this.media],
    });
    panel.iconPath = { light: vscode.Uri.joinPath(this.media, 'graph-light.svg'), dark: vscode.Uri.joinPath(this.media, 'graph-dark.svg') };
    const shown = { panel, ask, view };
    this.shown.set(config.toString(), shown);
    panel.onDidDispose(() => this.shown.delete(config.toString()));
    panel.webview.onDidReceiveMessage((message: unknown) => void jump(shown, message));
    return shown;
  }

  private draw(shown: Shown, view: View): void {
    shown.view = view;
    shown.panel.webview.html = page(shown.panel.webview, this.media, view.text);
  }

  private async refresh(): Promise<void> {
    for (const shown of this.shown.values()) {
      const view = await shown.ask();
      if (view !== undefined && view.text !== shown.view.text) {
        this.draw(shown, view);
      } else if (view !== undefined) {
        shown.view = view; // the same picture, of tables that stand elsewhere now
      }
    }
  }
}

/** Go to the table of a node, in the editor group that shows its file, else in the first one. */
async function jump(shown: Shown, message: unknown): Promise<void> {
  const node = (message as { node?: unknown }).node;
  const place = typeof node === 'string' ? shown.view.places[node] : undefined;
  if (place === undefined) {
    return;
  }
  const { uri, range } = toLocation(place);
  const visible = vscode.window.visibleTextEditors.find((editor) => editor.document.uri.toString() === uri.toString());
  await vscode.window.showTextDocument(uri, { selection: range, viewColumn: visible?.viewColumn ?? vscode.ViewColumn.One });
}

function page(webview: vscode.Webview, media: vscode.Uri, svg: string): string {
  const file = (name: string): string => webview.asWebviewUri(vscode.Uri.joinPath(media, name)).toString();
  const nonce = randomBytes(16).toString('hex');
  const policy = `default-src 'none'; style-src ${webview.cspSource}; script-src 'nonce-${nonce}'`;
  // The picture's own colours are for paper; here the theme's apply.
  const picture = svg.slice(svg.indexOf('<svg')).replace(/<style>[^]*?<\/style>/, '');
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<link rel="stylesheet" href="${file('graph.css')}">
</head>
<body>
<div id="tools">
<button id="closer" title="Zoom in (+)" aria-label="Zoom in">+</button>
<button id="farther" title="Zoom out (-)" aria-label="Zoom out">−</button>
<button id="fit" title="Fit (0)">Fit</button>
</div>
<main id="stage">${picture}</main>
<script nonce="${nonce}" src="${file('graph.js')}"></script>
</body>
</html>`;
}
