// The Python interpreter of a workspace folder, and the command that starts the language server.

import { execFile } from 'node:child_process';
import { promises as fs } from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import * as vscode from 'vscode';

export interface Interpreter {
  readonly path: string;
  /** Where it was found, for people. */
  readonly origin: string;
}

export interface ServerCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly origin: string;
}

const WINDOWS = process.platform === 'win32';
const PROBE_LIMIT_MS = 15000;
const PROBE = 'import importlib.util as u, sys; sys.exit(any(u.find_spec(n) is None for n in ("excore_server", "pygls")))';

const ENVIRONMENTS_EXTENSION = 'ms-python.vscode-python-envs';
const PYTHON_EXTENSION = 'ms-python.python';

/** The part of the Python Environments extension's API that is used here. */
interface EnvironmentsApi {
  getEnvironment(scope: vscode.Uri | undefined): Promise<{ execInfo?: { run?: { executable?: string } } } | undefined>;
  onDidChangeEnvironment?: vscode.Event<unknown>;
}

/** The part of the Python extension's API that is used here. */
interface PythonApi {
  environments: {
    getActiveEnvironmentPath(resource?: vscode.Uri): unknown;
    resolveEnvironment(environment: unknown): Promise<{ executable?: { uri?: vscode.Uri } } | undefined>;
    onDidChangeActiveEnvironmentPath?: vscode.Event<unknown>;
  };
}

async function apiOf<T>(id: string): Promise<T | undefined> {
  const extension = vscode.extensions.getExtension<T>(id);
  if (extension === undefined) {
    return undefined;
  }
  try {
    return extension.isActive ? extension.exports : await extension.activate();
  } catch {
    return undefined; // another extension's failure is its own to report; the next place is tried
  }
}

async function isExecutable(file: string): Promise<boolean> {
  return fs.access(file, WINDOWS ? fs.constants.F_OK : fs.constants.X_OK).then(() => true, () => false);
}

async function onPath(name: string): Promise<string | undefined> {
  for (const folder of (process.env['PATH'] ?? '').split(path.delimiter)) {
    const file = path.join(folder, WINDOWS ? `${name}.exe` : name);
    if (path.isAbsolute(folder) && (await isExecutable(file))) {
      return file;
    }
  }
  return undefined;
}

async function pythonIn(environment: string): Promise<string | undefined> {
  const file = WINDOWS ? path.join(environment, 'Scripts', 'python.exe') : path.join(environment, 'bin', 'python');
  return (await isExecutable(file)) ? file : undefined;
}

/** A setting's text with `${workspaceFolder}`, `${env:NAME}` and `~` replaced. */
export function expand(text: string, folder: vscode.WorkspaceFolder | undefined): string {
  return text
    .replace(/\$\{workspaceFolder\}/g, () => folder?.uri.fsPath ?? '')
    .replace(/\$\{env:(\w+)\}/g, (_, name: string) => process.env[name] ?? '')
    .replace(/^~(?=$|[\\/])/, () => os.homedir());
}

async function fromExtensions(folder: vscode.WorkspaceFolder | undefined): Promise<Interpreter | undefined> {
  const environments = await apiOf<EnvironmentsApi>(ENVIRONMENTS_EXTENSION);
  const chosen = await environments?.getEnvironment?.(folder?.uri).catch(() => undefined);
  const executable = chosen?.execInfo?.run?.executable;
  if (executable !== undefined && executable !== '') {
    return { path: executable, origin: 'the Python Environments extension' };
  }
  const python = await apiOf<PythonApi>(PYTHON_EXTENSION);
  if (python?.environments !== undefined) {
    const active = python.environments.getActiveEnvironmentPath(folder?.uri);
    const resolved = await python.environments.resolveEnvironment(active).catch(() => undefined);
    const file = resolved?.executable?.uri?.fsPath;
    if (file !== undefined) {
      return { path: file, origin: 'the Python extension' };
    }
  }
  return undefined;
}

/** Environments by folder, best first. Those the workspace holds are left out until it is trusted. */
function environmentFolders(folder: vscode.WorkspaceFolder | undefined): { folder: string; origin: string }[] {
  const found: { folder: string; origin: string }[] = [];
  if (vscode.workspace.isTrusted && folder !== undefined) {
    for (const name of ['.venv', 'venv']) {
      found.push({ folder: path.join(folder.uri.fsPath, name), origin: `${name} of the workspace` });
    }
  }
  for (const name of ['VIRTUAL_ENV', 'CONDA_PREFIX']) {
    const value = process.env[name];
    if (value !== undefined && value !== '') {
      found.push({ folder: value, origin: `$${name}` });
    }
  }
  return found;
}

/** The interpreter whose packages the configs of a folder name, or undefined when there is none. */
export async function findInterpreter(folder: vscode.WorkspaceFolder | undefined): Promise<Interpreter | undefined> {
  const configured = vscode.workspace.getConfiguration('excore', folder?.uri).get<string>('interpreter', '');
  if (configured !== '') {
    return { path: expand(configured, folder), origin: 'the setting excore.interpreter' };
  }
  if (vscode.workspace.isTrusted) {
    const chosen = await fromExtensions(folder);
    if (chosen !== undefined) {
      return chosen;
    }
  }
  for (const environment of environmentFolders(folder)) {
    const file = await pythonIn(environment.folder);
    if (file !== undefined) {
      return { path: file, origin: environment.origin };
    }
  }
  for (const name of ['python3', 'python']) {
    const file = await onPath(name);
    if (file !== undefined) {
      return { path: file, origin: 'PATH' };
    }
  }
  return undefined;
}

/** Has this interpreter the server and what it needs? The folder is neutral: nothing of the workspace is importable. */
function hasServer(interpreter: string, neutralFolder: string): Promise<boolean> {
  return new Promise((resolve) => {
    execFile(interpreter, ['-c', PROBE], { cwd: neutralFolder, timeout: PROBE_LIMIT_MS }, (error) => resolve(error === null));
  });
}

/** How to start the server for an interpreter, or undefined when there is no server. */
export async function findServer(
  folder: vscode.WorkspaceFolder | undefined,
  interpreter: Interpreter | undefined,
  neutralFolder: string,
): Promise<ServerCommand | undefined> {
  const settings = vscode.workspace.getConfiguration('excore', folder?.uri);
  const [command, ...args] = settings.get<string[]>('path', []).map((part) => expand(part, folder));
  if (command !== undefined && command !== '') {
    return { command, args, origin: 'the setting excore.path' };
  }
  const strategy = settings.get<string>('importStrategy', 'fromEnvironment');
  if (strategy === 'fromEnvironment' && interpreter !== undefined && (await hasServer(interpreter.path, neutralFolder))) {
    return { command: interpreter.path, args: ['-m', 'excore_server'], origin: interpreter.origin };
  }
  const server = await onPath('excore-server');
  return server === undefined ? undefined : { command: server, args: [], origin: 'PATH' };
}

/** Calls back when another interpreter is chosen in one of the Python extensions. */
export async function watchInterpreter(changed: () => void): Promise<vscode.Disposable> {
  const environments = await apiOf<EnvironmentsApi>(ENVIRONMENTS_EXTENSION);
  const python = await apiOf<PythonApi>(PYTHON_EXTENSION);
  return vscode.Disposable.from(
    ...[environments?.onDidChangeEnvironment?.(changed), python?.environments?.onDidChangeActiveEnvironmentPath?.(changed)].filter(
      (listener) => listener !== undefined,
    ),
  );
}
