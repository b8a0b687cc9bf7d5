// Which server is started with which Python, and what it is told about interpreters.

import * as path from 'node:path';
import * as vscode from 'vscode';
import { findInterpreter, type Interpreter, mayRun, named, probe, type Python, pythons } from './python';
import type { PythonExtensions } from './pythonExtensions';
import { commandSetting, strategySetting } from './settings';

const OLDEST = 10;

/** How the server is started. */
interface Server {
  readonly command: string;
  readonly args: readonly string[];
  /** Which of the servers that there may be, for people. */
  readonly origin: string;
  /** What runs it, for people. */
  readonly runner: string;
}

export interface Plan {
  /** Undefined when there is no Python to run it. */
  readonly server: Server | undefined;
  /** The interpreter of the config that wanted the server. */
  readonly interpreter: Interpreter | undefined;
  /** The interpreters that were chosen, by the workspace folder. */
  readonly chosen: ReadonlyMap<string, string>;
  /** Settings that cannot be followed. */
  readonly wrong: ReadonlySet<string>;
  /** A Python that was found but is too old. */
  readonly tooOld: Python | undefined;
}

/** What to start for a config, or for the first folder. The extension's folder is one where nothing of a workspace is. */
export async function plan(uri: vscode.Uri | undefined, extensions: PythonExtensions, extension: string): Promise<Plan> {
  const wrong = new Set<string>();
  const interpreter = await findInterpreter(uri, extensions, wrong);
  const chosen = new Map<string, string>();
  for (const folder of vscode.workspace.workspaceFolders ?? []) {
    const found = await findInterpreter(folder.uri, extensions, wrong);
    if (found?.chosen === true) {
      chosen.set(folder.uri.toString(), found.path);
    }
  }
  const folder = uri && vscode.workspace.getWorkspaceFolder(uri);
  const server = (await fromSetting(folder, wrong)) ?? (await withPython(folder, interpreter, wrong, extension));
  const runs = 'command' in server;
  return { server: runs ? server : undefined, interpreter, chosen, wrong, tooOld: runs ? undefined : server.tooOld };
}

async function fromSetting(folder: vscode.WorkspaceFolder | undefined, wrong: Set<string>): Promise<Server | undefined> {
  const [name, ...args] = commandSetting(folder, wrong) ?? [];
  if (name === undefined) {
    return undefined;
  }
  const command = await named(name, folder);
  if (command === undefined) {
    wrong.add(`excore.path: there is no program ${name}`);
  } else if (!(await mayRun(command))) {
    wrong.add(`excore.path: ${command} is in a workspace that is not trusted`);
  } else {
    return { command, args, origin: 'the setting excore.path', runner: command };
  }
  return undefined;
}

/** The server of the interpreter's own environment if it may be that, else the one in this extension. */
async function withPython(
  folder: vscode.WorkspaceFolder | undefined,
  interpreter: Interpreter | undefined,
  wrong: Set<string>,
  extension: string,
): Promise<Server | { tooOld: Python | undefined }> {
  const isolated = strategySetting(folder, wrong) === 'useBundled' || !vscode.workspace.isTrusted;
  let tooOld: Python | undefined;
  for await (const file of candidates(interpreter)) {
    const python = (await mayRun(file)) ? await probe(file, extension, isolated) : undefined;
    const runner = python && `Python ${python.version}, ${python.path}`;
    if (python?.hasServer === true && file === interpreter?.path) {
      return { command: python.path, args: ['-m', 'excore_server'], origin: 'installed in this environment', runner: runner! };
    }
    if (python !== undefined && isRecent(python)) {
      return { command: python.path, args: ['-I', '-S', path.join(extension, 'bundled')], origin: 'bundled', runner: runner! };
    }
    tooOld ??= python;
  }
  return { tooOld };
}

async function* candidates(interpreter: Interpreter | undefined): AsyncGenerator<string> {
  if (interpreter !== undefined) {
    yield interpreter.path;
  }
  yield* pythons();
}

function isRecent({ version }: Python): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 3 || (major === 3 && minor >= OLDEST);
}
