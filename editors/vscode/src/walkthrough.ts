// The steps of the walkthrough are ticked by what was done, whenever that was.

import * as vscode from 'vscode';

type Step = 'server' | 'interpreter' | 'write' | 'composed';

const WALKTHROUGH = 'excore-dev.excore#start';
const ticked = new Set<Step>();

/** Tick a step. The context that `package.json` names counts only if it becomes true after VS Code read the walkthrough,
 * which it does when a page with one is opened first. The command counts before that too, though it fails then. */
export function tick(step: Step): void {
  if (!ticked.has(step)) {
    ticked.add(step);
    void vscode.commands.executeCommand('setContext', `excore.did.${step}`, true);
    vscode.commands.executeCommand('welcome.markStepComplete', `${WALKTHROUGH}#${step}`).then(undefined, () => undefined);
  }
}
