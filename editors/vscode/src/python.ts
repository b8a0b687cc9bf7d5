// The Python interpreter whose packages a config names, and Pythons that can run the server.

import { execFile } from 'node:child_process';
import { promises as fs } from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import * as vscode from 'vscode';
import type { PythonExtensions } from './pythonExtensions';
import { pathSetting } from './settings';

export interface Interpreter {
  readonly path: string;
  /** Where it was found, for people. */
  readonly origin: string;
  /** Somebody chose it for the folder. What nobody chose the server finds by itself, project by project. */
  readonly chosen: boolean;
}

/** A Python that was started and answered. */
export interface Python {
  readonly path: string;
  readonly version: string;
  /** The server is installed there, with what it needs. */
  readonly hasServer: boolean;
}

const WINDOWS = process.platform === 'win32';
const PROBE_LIMIT_MS = 15000;
const PROBE = `
import importlib.util as u, sys
print("%d.%d.%d" % sys.version_info[:3], all(map(u.find_spec, ("excore_server", "jedi"))), sys.executable)
`;
const NAMES = ['python3', 'python', ...['14', '13', '12', '11', '10'].map((minor) => `python3.${minor}`), ...(WINDOWS ? ['py'] : [])];

async function isExecutable(file: string): Promise<boolean> {
  return fs.access(file, WINDOWS ? fs.constants.F_OK : fs.constants.X_OK).then(() => true, () => false);
}

async function isFolder(file: string): Promise<boolean> {
  return fs.stat(file).then((stat) => stat.isDirectory(), () => false);
}

/** The programs of a name on PATH. */
async function* onPath(name: string): AsyncGenerator<string> {
  for (const folder of (process.env['PATH'] ?? '').split(path.delimiter)) {
    const file = path.join(folder, WINDOWS ? `${name}.exe` : name);
    if (path.isAbsolute(folder) && (await isExecutable(file))) {
      yield file;
    }
  }
}

function isWithin(file: string, folder: string): boolean {
  const way = path.relative(folder, file);
  return !path.isAbsolute(way) && way.split(path.sep)[0] !== '..';
}

async function pythonIn(environment: string): Promise<string | undefined> {
  const programs = WINDOWS ? ['Scripts/python.exe', 'python.exe'] : ['bin/python', 'bin/python3'];
  for (const program of programs) {
    const file = path.join(environment, program);
    if (await isExecutable(file)) {
      return file;
    }
  }
  return undefined;
}

/** A program as a setting names it: a path, from the folder if it is not absolute, or a name that PATH leads to. */
export async function named(text: string, folder: vscode.WorkspaceFolder | undefined): Promise<string | undefined> {
  if (!/[\\/]/.test(text)) {
    return (await onPath(text).next()).value ?? undefined;
  }
  const file = path.resolve(folder?.uri.fsPath ?? os.homedir(), text);
  return (await isExecutable(file)) ? file : undefined;
}

/** What `excore.interpreter` names: a Python, or the folder of an environment. `wrong` is told what cannot be used. */
async function configured(folder: vscode.WorkspaceFolder | undefined, wrong: Set<string>): Promise<string | undefined> {
  const text = pathSetting('interpreter', folder, wrong);
  if (text === undefined) {
    return undefined;
  }
  const file = await named(text, folder);
  const python = file !== undefined && (await isFolder(file)) ? await pythonIn(file) : file;
  if (python === undefined) {
    wrong.add(`excore.interpreter: there is no Python at ${text}`);
  }
  return python;
}

/** The Python of the nearest environment above a file or folder, not above its workspace folder. */
async function nearest(uri: vscode.Uri, folder: vscode.WorkspaceFolder): Promise<string | undefined> {
  for (let here = uri.fsPath; isWithin(here, folder.uri.fsPath); here = path.dirname(here)) {
    for (const name of ['.venv', 'venv']) {
      const file = await pythonIn(path.join(here, name));
      if (file !== undefined) {
        return file;
      }
    }
    if (here === path.dirname(here)) {
      break;
    }
  }
  return undefined;
}

/** Is this the Python of an environment, and not one that is there for everybody? */
async function isInEnvironment(python: string): Promise<boolean> {
  const prefixes = [path.dirname(path.dirname(python)), path.dirname(python)];
  const marks = prefixes.flatMap((prefix) => [path.join(prefix, 'pyvenv.cfg'), path.join(prefix, 'conda-meta')]);
  return (await Promise.all(marks.map((mark) => fs.access(mark).then(() => true, () => false)))).includes(true);
}

/** The interpreter whose packages a config or the configs of a folder name, or undefined when there is none. */
export async function findInterpreter(
  uri: vscode.Uri | undefined,
  extensions: PythonExtensions,
  wrong: Set<string>,
): Promise<Interpreter | undefined> {
  const folder = uri && vscode.workspace.getWorkspaceFolder(uri);
  const setting = await configured(folder, wrong);
  if (setting !== undefined) {
    return { path: setting, origin: 'the setting excore.interpreter', chosen: true };
  }
  const selected = await extensions.interpreter(folder?.uri);
  const own = folder && (await nearest(folder.uri, folder));
  if (selected !== undefined && selected.path !== own && (await isInEnvironment(selected.path))) {
    return { ...selected, chosen: true };
  }
  const near = uri && folder && (await nearest(uri, folder));
  if (near !== undefined) {
    return { path: near, origin: 'the nearest .venv', chosen: false };
  }
  for (const name of ['VIRTUAL_ENV', 'CONDA_PREFIX']) {
    const file = process.env[name] ? await pythonIn(process.env[name]) : undefined;
    if (file !== undefined) {
      return { path: file, origin: `$${name}`, chosen: false };
    }
  }
  if (selected !== undefined) {
    return { ...selected, chosen: false };
  }
  for (const name of ['python3', 'python']) {
    const { value } = await onPath(name).next();
    if (value !== undefined) {
      return { path: value, origin: 'PATH', chosen: false };
    }
  }
  return undefined;
}

/** May this program be started: until the workspace is trusted nothing is that lies in it. */
export async function mayRun(file: string): Promise<boolean> {
  if (vscode.workspace.isTrusted) {
    return true;
  }
  const real = (name: string): Promise<string> => fs.realpath(name).catch(() => name);
  const places = [file, await real(file), await real(path.dirname(file))];
  const open = (vscode.workspace.workspaceFolders ?? []).map(({ uri }) => uri.fsPath);
  const folders = [...open, ...(await Promise.all(open.map(real)))];
  return !folders.some((folder) => places.some((place) => isWithin(place, folder)));
}

/** Start a Python; `isolated` from the packages that are installed there. The folder must be a neutral one. */
export function probe(python: string, neutralFolder: string, isolated: boolean): Promise<Python | undefined> {
  const args = [...(isolated ? ['-I', '-S'] : []), '-c', PROBE];
  return new Promise((resolve) => {
    execFile(python, args, { cwd: neutralFolder, timeout: PROBE_LIMIT_MS }, (error, stdout) => {
      const [, version, hasServer, executable] = /^(\S+) (True|False) (.*?)\s*$/.exec(stdout) ?? [];
      const answered = error === null && version !== undefined;
      resolve(answered ? { path: executable || python, version, hasServer: hasServer === 'True' } : undefined);
    });
  });
}

/** Pythons of this machine, whoever they are for, the likeliest first. */
export async function* pythons(): AsyncGenerator<string> {
  for (const name of NAMES) {
    yield* onPath(name);
  }
}
