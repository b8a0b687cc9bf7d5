// The object graph beside the editor: the server's picture in a webview without scripts, drawn again after each save.

import * as path from 'node:path';
import * as vscode from 'vscode';

/** Asks the server for the picture of a config; undefined when there is none. */
export type Draw = (uri: vscode.Uri) => Promise<string | undefined>;

const POLICY = "default-src 'none'; style-src 'unsafe-inline'";

export class Graphs implements vscode.Disposable {
  private readonly panels = new Map<string, { panel: vscode.WebviewPanel; draw: Draw }>();
  private readonly saving = vscode.workspace.onDidSaveTextDocument(() => this.refresh());

  dispose(): void {
    this.saving.dispose();
    for (const { panel } of this.panels.values()) {
      panel.dispose();
    }
  }

  /** Show the graph of a config; asking again brings its panel to the front. */
  async show(uri: vscode.Uri, draw: Draw): Promise<void> {
    const svg = await draw(uri);
    if (svg === undefined) {
      return;
    }
    const key = uri.toString();
    const known = this.panels.get(key)?.panel;
    const panel = known ?? this.create(uri, draw);
    panel.webview.html = page(svg);
    panel.reveal(undefined, true);
  }

  private create(uri: vscode.Uri, draw: Draw): vscode.WebviewPanel {
    const title = `${path.basename(uri.path)}: objects`;
    const panel = vscode.window.createWebviewPanel('excore.graph', title, vscode.ViewColumn.Beside, {});
    this.panels.set(uri.toString(), { panel, draw });
    panel.onDidDispose(() => this.panels.delete(uri.toString()));
    return panel;
  }

  private async refresh(): Promise<void> {
    for (const [key, { panel, draw }] of this.panels) {
      const svg = await draw(vscode.Uri.parse(key));
      if (svg !== undefined) {
        panel.webview.html = page(svg);
      }
    }
  }
}

function page(svg: string): string {
  const picture = svg.slice(svg.indexOf('<svg'));
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<style>body { background: white; padding: 1rem; } svg { max-width: 100%; height: auto; }</style>
</head>
<body>${picture}</body>
</html>`;
}
