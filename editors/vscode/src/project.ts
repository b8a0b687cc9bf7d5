// Which TOML files are ExCore configs, and to which project they belong.
//
// The same cheap checks as in the Neovim client, in this order:
//   1. the name: only `*.toml`, never a hidden file or one that belongs to another tool (pyproject.toml, ...);
//   2. the project: the nearest folder above with `.excore.toml`, or with `[tool.excore]` in its pyproject.toml, else as
//      `lang/project/sources.py` says it to the server;
//   3. a file with a `__base__` key or a prefixed key is a config wherever it is;
//   4. any file of a project that says it is one, or whose sources import excore, is a config, but not in folders that
//      tools and runs fill.

import { promises as fs } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import * as path from 'node:path';

import { BOUNDARIES, PLAIN_NAMES, PLAIN_PATTERN, PREFIX_CLASS, RUN_FOLDERS, SEARCH, TOOL_FOLDERS } from './names';

export interface Verdict {
  /** The project's folder; undefined when the file is not a config. */
  readonly root?: string;
  /** For people. */
  readonly reason: string;
}

const CONFIG_LINE = new RegExp(
  String.raw`^[ \t]*(__base__\s*=|["']?${PREFIX_CLASS}[\p{L}\p{N}_-]+["']?\s*[=.])`, 'mu');
const PROJECT_TABLE = /^[ \t]*\[tool\.excore[\].]/m;
const EXCORE_IMPORT = /^[ \t]*(from[ \t]+excore[\s.]|import[ \t]+excore([\s.,;]|$))/m;

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
  return (await first(parents(file), declaresProject)) !== undefined;
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
    const declared = await first(folders, declaresProject);
    const root = declared ?? (await this.beginning(folders, opened));
    if (looksLikeConfig(text)) {
      return { root, reason: 'it has __base__ or a prefixed key' };
    }
    if (path.dirname(path.relative(root, file)).split(path.sep).some(holdsNoConfig)) {
      return { reason: 'the file is in a folder that is not part of the project' };
    }
    if (declared !== undefined) {
      return { root, reason: `inside the project ${root}` };
    }
    const near = folders.slice(0, Math.min(folders.indexOf(root), SEARCH.above + 1));
    const user = await first([root, ...near], (folder) => this.usesExcore(folder));
    return user === undefined
      ? { reason: 'no .excore.toml, no [tool.excore], no Python source that imports excore, no prefixed key' }
      : { root, reason: `the Python sources of ${user} import excore` };
  }

  /** Where the project of a file begins of which no project file says so; the folders are those above the file. */
  private async beginning(folders: readonly string[], opened: string | undefined): Promise<string> {
    const nearest = (await first(folders, async (folder) => !isVast(folder) && (await isMarked(folder)))) ?? folders[0]!;
    const within = opened !== undefined && folders.includes(opened) && !isVast(opened);
    const meant = within && ((await isMarked(opened)) || nearest.length <= opened.length || !(await isMarked(nearest)));
    const folder = meant ? opened : nearest;
    if ((await isMarked(folder)) || !(await pythonFiles(folder).next()).done) {
      return folder;
    }
    const start = folders.indexOf(folder) + 1;
    for (const above of folders.slice(start, start + SEARCH.above)) {
      if (isVast(above) || above === tmpdir()) {
        break;
      }
      if (await anyImportsExcore(above, true)) {
        return above;
      }
      if (await isMarked(above)) {
        break;
      }
    }
    return folder;
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

async function first<T>(all: Iterable<T>, holds: (one: T) => Promise<boolean>): Promise<T | undefined> {
  for (const one of all) {
    if (await holds(one)) {
      return one;
    }
  }
  return undefined;
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

/** Does a folder have a sign that a project begins there? */
async function isMarked(folder: string): Promise<boolean> {
  return (await first(BOUNDARIES, (name) => exists(path.join(folder, name)))) !== undefined;
}

/** No project, whatever lies in it: a user's home and the whole disk. */
function isVast(folder: string): boolean {
  return folder === homedir() || folder === path.dirname(folder);
}

function isHidden(name: string): boolean {
  return name.startsWith('.') && name.length > 1;
}

function holdsNoSource(name: string): boolean {
  return isHidden(name) || TOOL_FOLDERS.has(name) || name.endsWith('.egg-info');
}

function holdsNoConfig(name: string): boolean {
  return isHidden(name) || TOOL_FOLDERS.has(name) || RUN_FOLDERS.has(name);
}

/** The Python files below a folder, not deep; if `alone`, projects below are left out. */
async function* pythonFiles(root: string, alone = false): AsyncGenerator<string> {
  let seen = 0;
  let level = [root];
  for (let depth = 0; depth < SEARCH.deepest; depth += 1) {
    const below: string[] = [];
    for (const folder of level.slice(0, SEARCH.folders - seen)) {
      seen += 1;
      const entries = await fs.readdir(folder, { withFileTypes: true }).catch(() => []);
      for (const entry of entries.sort((one, other) => (one.name < other.name ? -1 : 1))) {
        const full = path.join(folder, entry.name);
        if (entry.isDirectory()) {
          if (!holdsNoSource(entry.name) && !(alone && (await isMarked(full)))) {
            below.push(full);
          }
        } else if (entry.isFile() && entry.name.endsWith('.py')) {
          yield full;
        }
      }
    }
    level = below;
  }
}

/** Does one of the first Python files import excore? */
async function anyImportsExcore(root: string, alone = false): Promise<boolean> {
  let seen = 0;
  for await (const file of pythonFiles(root, alone)) {
    if (await importsExcore(file)) {
      return true;
    }
    seen += 1;
    if (seen >= SEARCH.files) {
      break;
    }
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
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(SEARCH.bytes), 0, SEARCH.bytes, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await handle.close();
  }
}
