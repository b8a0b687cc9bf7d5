// What the Python Environments and the Python extension say which interpreter was selected.

import * as vscode from 'vscode';

const ENVIRONMENTS_EXTENSION = 'ms-python.vscode-python-envs';
const PYTHON_EXTENSION = 'ms-python.python';
/** They may take seconds to start. What they say later is heard, too. */
const PATIENCE_MS = 1000;

/** The part of the Python Environments extension's API that is used here. */
interface EnvironmentsApi {
  getEnvironment(scope: vscode.Uri | undefined): Promise<{ execInfo?: { run?: { executable?: string } } } | undefined>;
  onDidChangeEnvironment?: vscode.Event<unknown>;
}

/** The part of the Python extension's API that is used here. */
interface PythonApi {
  environments?: {
    getActiveEnvironmentPath(resource?: vscode.Uri): unknown;
    resolveEnvironment(environment: unknown): Promise<{ executable?: { uri?: vscode.Uri } } | undefined>;
    onDidChangeActiveEnvironmentPath?: vscode.Event<unknown>;
  };
}

interface Apis {
  readonly environments: EnvironmentsApi | undefined;
  readonly python: PythonApi | undefined;
}

interface Selected {
  readonly path: string;
  readonly origin: string;
}

export class PythonExtensions implements vscode.Disposable {
  private listeners: vscode.Disposable[] = [];
  private apis: Promise<Apis> | undefined;

  /** `changed` is called when another interpreter is selected. */
  constructor(private readonly changed: () => void) {}

  dispose(): void {
    vscode.Disposable.from(...this.listeners).dispose();
  }

  /** What is selected for a folder. Until the workspace is trusted nobody is asked. */
  async interpreter(folder: vscode.Uri | undefined): Promise<Selected | undefined> {
    if (!vscode.workspace.isTrusted) {
      return undefined;
    }
    let late = false;
    const answer = this.ask(folder).then((selected) => {
      if (late && selected !== undefined) {
        this.changed();
      }
      return selected;
    });
    const patience = new Promise<undefined>((resolve) => {
      setTimeout(() => {
        late = true;
        resolve(undefined);
      }, PATIENCE_MS);
    });
    return Promise.race([answer, patience]);
  }

  private async ask(folder: vscode.Uri | undefined): Promise<Selected | undefined> {
    this.apis ??= this.listen();
    const { environments, python } = await this.apis;
    const chosen = await environments?.getEnvironment?.(folder).catch(() => undefined);
    const executable = chosen?.execInfo?.run?.executable;
    if (executable) {
      return { path: executable, origin: 'the Python Environments extension' };
    }
    const active = python?.environments?.getActiveEnvironmentPath(folder);
    const resolved = await python?.environments?.resolveEnvironment(active).catch(() => undefined);
    const file = resolved?.executable?.uri?.fsPath;
    return file === undefined ? undefined : { path: file, origin: 'the Python extension' };
  }

  private async listen(): Promise<Apis> {
    this.listeners.push(
      vscode.extensions.onDidChange(() => {
        this.dispose();
        this.listeners = [];
        this.apis = undefined;
        this.changed();
      }),
    );
    const [environments, python] = await Promise.all([
      apiOf<EnvironmentsApi>(ENVIRONMENTS_EXTENSION),
      apiOf<PythonApi>(PYTHON_EXTENSION),
    ]);
    for (const event of [environments?.onDidChangeEnvironment, python?.environments?.onDidChangeActiveEnvironmentPath]) {
      if (event !== undefined) {
        this.listeners.push(event(this.changed));
      }
    }
    return { environments, python };
  }
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
