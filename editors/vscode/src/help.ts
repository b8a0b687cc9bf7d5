// What to do when there is no server: said once, with the command that installs it.

import * as vscode from 'vscode';
import type { Interpreter } from './python';

const PACKAGE = 'excore[server]';
const INSTALL = 'Install';
const COPY = 'Copy Command';
const SELECT = 'Select Interpreter';
const GUIDE = 'Set Up ExCore';
const TASK = 'excore.install';
const SELECT_COMMAND = 'python.setInterpreter';

/** The command that installs the server, to be typed into a terminal. */
export function installCommand(interpreter: Interpreter | undefined): string {
  const python = interpreter?.path ?? 'python';
  return `${/\s/.test(python) ? `"${python}"` : python} -m pip install "${PACKAGE}"`;
}

/** Why there is no server, in a few words. */
export function missing(interpreter: Interpreter | undefined): string {
  return interpreter === undefined
    ? 'no Python interpreter found'
    : `the language server is not installed for ${interpreter.path} (${interpreter.origin})`;
}

/** Say what is missing and offer to do something about it; `retry` is called once the server may be there. */
export async function offerHelp(interpreter: Interpreter | undefined, retry: () => void): Promise<void> {
  const command = installCommand(interpreter);
  const then = `run in a terminal: ${command} and after that "ExCore: Restart Server".`;
  const text =
    interpreter === undefined
      ? `no Python interpreter found. Install Python, or set excore.interpreter to the Python of your project; then ${then}`
      : `the language server is not installed in the Python of this project (${interpreter.origin}). To install it, ${then}`;
  const selectable = (await vscode.commands.getCommands(true)).includes(SELECT_COMMAND);
  const buttons = [...(interpreter === undefined ? [] : [INSTALL, COPY]), ...(selectable ? [SELECT] : []), GUIDE];
  const chosen = await vscode.window.showWarningMessage(`ExCore: ${text}`, ...buttons);
  if (chosen === INSTALL && interpreter !== undefined) {
    await install(interpreter, retry);
  } else if (chosen === COPY) {
    await vscode.env.clipboard.writeText(command);
  } else if (chosen === SELECT) {
    await vscode.commands.executeCommand(SELECT_COMMAND);
  } else if (chosen === GUIDE) {
    await vscode.commands.executeCommand('workbench.action.openWalkthrough', 'excore-dev.excore#start');
  }
}

/** Run pip where everybody sees what it says. */
async function install(interpreter: Interpreter, retry: () => void): Promise<void> {
  const run = new vscode.ProcessExecution(interpreter.path, ['-m', 'pip', 'install', PACKAGE]);
  const task = new vscode.Task({ type: TASK }, vscode.TaskScope.Workspace, 'Install the language server', 'ExCore', run);
  const listener = vscode.tasks.onDidEndTaskProcess(({ execution, exitCode }) => {
    if (execution.task.definition.type === TASK) {
      listener.dispose();
      if (exitCode === 0) {
        retry();
      }
    }
  });
  await vscode.tasks.executeTask(task);
}
