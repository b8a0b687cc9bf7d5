// The snippets of the extension, offered where a line begins. Those that a package.json contributes have no place:
// VS Code offers them inside values and strings as well, and Enter takes them there.

import * as vscode from 'vscode';
import snippets from '../snippets/excore.json';
import { LANGUAGE } from './language';

const LINE_START = /^[ \t]*[\w-]*$/;
const MARKS = /"""[\s\S]*?(?:"""|$)|'''[\s\S]*?(?:'''|$)|"(?:\\.|[^"\\\n])*"?|'[^'\n]*'?|#.*|[[\]{}]/g;
const OPEN_TEXT = /^(?:"""|''')(?![\s\S]*(?:"""|''')$)/;

/** Whether a list, a table or a text that begins in `text` is still open at its end. */
function endsInside(text: string): boolean {
  let depth = 0;
  for (const [mark] of text.matchAll(MARKS)) {
    if (OPEN_TEXT.test(mark)) {
      return true;
    }
    depth += Number('[{'.includes(mark)) - Number(']}'.includes(mark));
  }
  return depth > 0;
}

class Snippets implements vscode.CompletionItemProvider {
  provideCompletionItems(document: vscode.TextDocument, position: vscode.Position): vscode.CompletionItem[] {
    const line = document.lineAt(position).text;
    const begins = LINE_START.test(line.slice(0, position.character)) && line.slice(position.character).trim() === '';
    const above = new vscode.Range(new vscode.Position(0, 0), new vscode.Position(position.line, 0));
    if (!begins || endsInside(document.getText(above))) {
      return [];
    }
    return Object.values(snippets).map(({ prefix, body, description }) => {
      const item = new vscode.CompletionItem(prefix, vscode.CompletionItemKind.Snippet);
      item.detail = description;
      item.insertText = new vscode.SnippetString(body.join('\n'));
      return item;
    });
  }
}

export function registerSnippets(): vscode.Disposable {
  return vscode.languages.registerCompletionItemProvider({ language: LANGUAGE }, new Snippets());
}
