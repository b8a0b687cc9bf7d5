// What is said when the server cannot run, or a setting cannot be followed: each thing once, with what can be done.

import * as vscode from 'vscode';
import type { Plan } from './server';

const SELECT = 'Select Interpreter';
const SETTINGS = 'Open Settings';
const GUIDE = 'Set Up ExCore';
const SELECT_COMMAND = 'python.setInterpreter';

/** Why there is no server. */
export function missing({ tooOld }: Plan): string {
  return tooOld === undefined
    ? 'no Python was found'
    : `Python ${tooOld.version} (${tooOld.path}) is too old, and no other was found`;
}

/** Ask for a Python. */
export async function askForPython(plan: Plan): Promise<void> {
  const text = `reading configs takes Python 3.10 or newer, and ${missing(plan)}. Install one, or set excore.interpreter.`;
  const selectable = (await vscode.commands.getCommands(true)).includes(SELECT_COMMAND);
  await warn(text, [...(selectable ? [SELECT] : []), SETTINGS, GUIDE]);
}

/** Tell the settings that cannot be followed. */
export function complain(wrong: ReadonlySet<string>): Promise<void> {
  return warn(`${[...wrong].join('; ')}.`, [SETTINGS]);
}

async function warn(text: string, buttons: string[]): Promise<void> {
  const chosen = await vscode.window.showWarningMessage(`ExCore: ${text}`, ...buttons);
  if (chosen === SELECT) {
    await vscode.commands.executeCommand(SELECT_COMMAND);
  } else if (chosen === SETTINGS) {
    await vscode.commands.executeCommand('workbench.action.openSettings', '@ext:excore-dev.excore');
  } else if (chosen === GUIDE) {
    await vscode.commands.executeCommand('workbench.action.openWalkthrough', 'excore-dev.excore#start');
  }
}
