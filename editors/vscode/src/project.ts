// Which TOML files are ExCore configs, and to which project they belong.
//
// The same cheap checks as in the Neovim client, in this order:
//   1. the name: only `*.toml`, never a hidden file or one that belongs to another tool (pyproject.toml, ...);
//   2. the nearest folder above with `.excore.toml`, or with `[tool.excore]` in its pyproject.toml, is the project;
//   3. a file with a `__base__` key or a prefixed key is a config wherever it is;
//   4. a file in a Python project whose sources import excore is a config. Where nothing shows where the project begins,
//      it is the folder of the window, or else the nearest whose sources do, a few levels up; `lang/project/sources.py`
//      says the same to the server.

import { promises as fs } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import * as path from 'node:path';

import { BOUNDARIES, PLAIN_NAMES, PLAIN_PATTERN, PREFIX_CLASS, SKIPPED_FOLDERS } from './names';

export interface Verdict {
  /** The project's folder; undefined when the file is not a config. */
  readonly root?: string;
  /** For people. */
  readonly reason: string;
}

const CONFIG_LINE = new RegExp(
  String.raw`^[ \t]*(__base__\s*=|["']?${PREFIX_CLASS}[\p{L}\p{N}_-]+["']?\s*[=.])`, 'mu');
const PROJECT_TABLE = /^[ \t]*\[tool\.excore[\].]/m;
const EXCORE_IMPORT = /^[ \t]*(from\s+excore[\s.]|import\s+excore[\s.,]|import\s+excore$)/m;

const MAX_FILES = 200;
const MAX_DEPTH = 3;
const LEVELS_ABOVE = 2;
const MAX_BYTES = 16384;

/** True for every file that cannot be a config by its name alone. */
export function isForeign(file: string): boolean {
  const name = path.basename(file).toLowerCase();
  if (!name.endsWith('.toml') || name.startsWith('.')) {
    return true;
  }
  return PLAIN_NAMES.has(name) || PLAIN_PATTERN.test(name);
}

/** True when the text can only be an ExCore config's. */
export function looksLikeConfig(text: string): boolean {
  return CONFIG_LINE.test(text);
}

/** Does a project file above say that this file belongs to a project? */
export async function isDeclared(file: string): Promise<boolean> {
  for (const folder of parents(file)) {
    if (await declaresProject(folder)) {
      return true;
    }
  }
  return false;
}

/** Looks files up on disk; remembers the folders whose sources import excore, never that there are none. */
export class ConfigFinder {
  private readonly memo = new Map<string, Promise<boolean>>();

  /** Judge a file by its path and its text, or the beginning of its text. `opened` is the folder of the window it is in. */
  async judge(file: string, text: string, opened?: string): Promise<Verdict> {
    if (isForeign(file)) {
      return { reason: 'the file belongs to another tool' };
    }
    const folders = [...parents(file)];
    for (const folder of folders) {
      if (await declaresProject(folder)) {
        return inSkippedFolder(file, folder)
          ? { reason: 'the file is in a folder that is not part of the project' }
          : { root: folder, reason: `inside the project ${folder}` };
      }
    }
    const boundary = await firstWithBoundary(folders);
    if (looksLikeConfig(text)) {
      return { root: boundary ?? path.dirname(file), reason: 'it has __base__ or a prefixed key' };
    }
    const near = folders.slice(0, LEVELS_ABOVE + 1).filter((folder) => ![homedir(), tmpdir(), path.dirname(folder)].includes(folder));
    for (const folder of [...(boundary === undefined ? near : [boundary]), ...(opened === undefined ? [] : [opened])]) {
      if (!inSkippedFolder(file, folder) && (await this.usesExcore(folder))) {
        return { root: folder, reason: `the Python sources of ${folder} import excore` };
      }
    }
    return { reason: 'no .excore.toml, no [tool.excore], no Python source that imports excore, no prefixed key' };
  }

  private usesExcore(folder: string): Promise<boolean> {
    const known = this.memo.get(folder);
    if (known !== undefined) {
      return known;
    }
    const answer = anyImportsExcore(folder).then((found) => found || !this.memo.delete(folder));
    this.memo.set(folder, answer);
    return answer;
  }
}

function* parents(file: string): Generator<string> {
  let folder = path.dirname(file);
  for (;;) {
    yield folder;
    const above = path.dirname(folder);
    if (above === folder) {
      return;
    }
    folder = above;
  }
}

async function exists(file: string): Promise<boolean> {
  return fs.access(file).then(() => true, () => false);
}

async function declaresProject(folder: string): Promise<boolean> {
  if (await exists(path.join(folder, '.excore.toml'))) {
    return true;
  }
  const text = await fs.readFile(path.join(folder, 'pyproject.toml'), 'utf8').catch(() => '');
  return PROJECT_TABLE.test(text);
}

async function firstWithBoundary(folders: readonly string[]): Promise<string | undefined> {
  for (const folder of folders) {
    for (const name of BOUNDARIES) {
      if (await exists(path.join(folder, name))) {
        return folder;
      }
    }
  }
  return undefined;
}

function isSkipped(folderName: string): boolean {
  return folderName.startsWith('.') || SKIPPED_FOLDERS.has(folderName);
}

function inSkippedFolder(file: string, root: string): boolean {
  const folder = path.dirname(path.relative(root, file));
  return folder !== '.' && folder.split(path.sep).some(isSkipped);
}

/** Does one of the first Python files, a few folders deep, import excore? */
async function anyImportsExcore(root: string): Promise<boolean> {
  let seen = 0;
  let level = [root];
  for (let depth = 0; depth < MAX_DEPTH && level.length > 0; depth += 1) {
    const next: string[] = [];
    for (const folder of level) {
      for (const entry of await fs.readdir(folder, { withFileTypes: true }).catch(() => [])) {
        const full = path.join(folder, entry.name);
        if (entry.isDirectory() && !isSkipped(entry.name)) {
          next.push(full);
        } else if (entry.isFile() && entry.name.endsWith('.py')) {
          if (await importsExcore(full)) {
            return true;
          }
          seen += 1;
          if (seen >= MAX_FILES) {
            return false;
          }
        }
      }
    }
    level = next;
  }
  return false;
}

/** Does this Python file import excore? */
export async function importsExcore(file: string): Promise<boolean> {
  return EXCORE_IMPORT.test(await beginning(file));
}

async function beginning(file: string): Promise<string> {
  const handle = await fs.open(file).catch(() => undefined);
  if (handle === undefined) {
    return '';
  }
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(MAX_BYTES), 0, MAX_BYTES, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await handle.close();
  }
}
