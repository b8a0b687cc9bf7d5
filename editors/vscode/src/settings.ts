// Settings that name programs: read with care, and what cannot be used is told by name.

import * as os from 'node:os';
import * as vscode from 'vscode';

export const STRATEGIES = ['fromEnvironment', 'useBundled'] as const;
export type Strategy = (typeof STRATEGIES)[number];

function setting(name: string, folder: vscode.WorkspaceFolder | undefined): unknown {
  return vscode.workspace.getConfiguration('excore', folder?.uri).get<unknown>(name) ?? '';
}

/** A text with `${workspaceFolder}`, `${env:NAME}` and `~` replaced. */
function expand(text: string, folder: vscode.WorkspaceFolder | undefined): string {
  return text
    .replace(/\$\{workspaceFolder\}/g, () => folder?.uri.fsPath ?? '')
    .replace(/\$\{env:(\w+)\}/g, (_, name: string) => process.env[name] ?? '')
    .replace(/^~(?=$|[\\/])/, () => os.homedir());
}

/** The path that a setting holds; undefined if it is empty. */
export function pathSetting(
  name: string, folder: vscode.WorkspaceFolder | undefined, wrong: Set<string>,
): string | undefined {
  const value = setting(name, folder);
  if (typeof value !== 'string') {
    wrong.add(`excore.${name} must be a path, not ${JSON.stringify(value)}`);
    return undefined;
  }
  return value === '' ? undefined : expand(value, folder);
}

/** The command that `excore.path` holds, with its arguments; undefined if it is empty. */
export function commandSetting(folder: vscode.WorkspaceFolder | undefined, wrong: Set<string>): string[] | undefined {
  const value = setting('path', folder);
  const parts: unknown[] = Array.isArray(value) ? value : [value];
  if (!parts.every((part) => typeof part === 'string')) {
    wrong.add(`excore.path must be a list of texts, a command and its arguments, not ${JSON.stringify(value)}`);
    return undefined;
  }
  return parts[0] ? parts.map((part) => expand(part, folder)) : undefined;
}

/** What `excore.importStrategy` holds. */
export function strategySetting(folder: vscode.WorkspaceFolder | undefined, wrong: Set<string>): Strategy {
  const value = setting('importStrategy', folder);
  const known = STRATEGIES.find((each) => each === value);
  if (known === undefined) {
    wrong.add(`excore.importStrategy is ${STRATEGIES.join(' or ')}, not ${JSON.stringify(value)}`);
  }
  return known ?? 'fromEnvironment';
}
