// The code of a problem leads to its installed page, which is shown as people read it, not as Markdown source.

import * as vscode from 'vscode';
import type { Middleware } from 'vscode-languageclient/node';

/** The command behind the codes of problems; a string names the page, since an uri of this side is none of the other. */
export const OPEN_PAGE = 'excore.openPage';

export async function openPage(path: string): Promise<void> {
  const renders = vscode.extensions.getExtension('vscode.markdown-language-features') !== undefined;
  await vscode.commands.executeCommand(renders ? 'markdown.showPreview' : 'vscode.open', vscode.Uri.file(path));
}

/** What makes the codes of problems, pushed or asked for, lead there. */
export const leadToPages: Pick<Middleware, 'handleDiagnostics' | 'provideDiagnostics' | 'provideWorkspaceDiagnostics'> = {
  handleDiagnostics: (uri, diagnostics, next) => {
    diagnostics.forEach(lead);
    next(uri, diagnostics);
  },
  provideDiagnostics: async (document, previous, token, next) => {
    const report = await next(document, previous, token);
    if (report?.kind === 'full') {
      report.items.forEach(lead);
    }
    return report;
  },
  provideWorkspaceDiagnostics: (previous, token, reporter, next) =>
    next(previous, token, (part) => {
      part?.items.forEach((report) => report.kind === 'full' && report.items.forEach(lead));
      reporter(part);
    }),
};

function lead({ code }: vscode.Diagnostic): void {
  if (typeof code === 'object' && code.target.scheme === 'file') {
    code.target = vscode.Uri.parse(`command:${OPEN_PAGE}?${encodeURIComponent(JSON.stringify([code.target.fsPath]))}`);
  }
}
