// What the modules that run in the extension host share.

const path = require('node:path');
const vscode = require('vscode');

const LIMIT_MS = 60_000;
const POLL_MS = 50;

exports.until = async (what, ask) => {
  const deadline = Date.now() + LIMIT_MS;
  for (;;) {
    const answer = await ask();
    if (answer) {
      return answer;
    }
    if (Date.now() > deadline) {
      throw new Error(`waited ${LIMIT_MS} ms for ${what}`);
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
};

exports.open = async (root, name) => {
  const document = await vscode.workspace.openTextDocument(path.join(root, name));
  await vscode.window.showTextDocument(document);
  return document.uri;
};

exports.languageOf = (uri) =>
  vscode.workspace.textDocuments.find((document) => document.uri.toString() === uri.toString())?.languageId;
