// One running language server: started, watched, restarted, stopped.

import * as vscode from 'vscode';
import { type InitializeResult, LanguageClient, type LanguageClientOptions, State } from 'vscode-languageclient/node';
import { LANGUAGE } from './language';
import { findInterpreter, findServer, type Interpreter } from './python';
import type { Status } from './status';

const INSTALL = 'pip install "excore[server]"';
const LEARN_MORE = 'Set Up ExCore';

/** What the server is told about, in untitled files too. */
export const SELECTOR = [
  { scheme: 'file', language: LANGUAGE },
  { scheme: 'untitled', language: LANGUAGE },
  { scheme: 'file', language: 'toml' },
];

export class Session implements vscode.Disposable {
  private client: LanguageClient | undefined;
  private interpreter: Interpreter | undefined;
  /** Has anything asked for the server yet? */
  private wanted = false;
  /** Starts and stops happen one after the other. */
  private queue: Promise<void> = Promise.resolve();

  constructor(
    private readonly log: vscode.LogOutputChannel,
    private readonly status: Status,
    private readonly neutralFolder: string,
  ) {}

  /** The client, once the server answers; undefined when it does not run. */
  get running(): LanguageClient | undefined {
    return this.client?.state === State.Running ? this.client : undefined;
  }

  start(): Promise<void> {
    this.wanted = true;
    return this.enqueue(() => this.startNow());
  }

  /** Start again if there is a server, or should be one: the interpreter or the settings changed. */
  refresh(): Promise<void> {
    return this.wanted ? this.restart() : Promise.resolve();
  }

  restart(): Promise<void> {
    this.wanted = true;
    return this.enqueue(async () => {
      await this.stopNow();
      await this.startNow();
    });
  }

  stop(): Promise<void> {
    return this.enqueue(() => this.stopNow());
  }

  dispose(): void {
    void this.stop();
  }

  private enqueue(step: () => Promise<void>): Promise<void> {
    this.queue = this.queue.then(step, step);
    return this.queue;
  }

  private async startNow(): Promise<void> {
    if (this.client !== undefined) {
      return;
    }
    this.status.starting();
    const folder = vscode.workspace.workspaceFolders?.[0];
    this.interpreter = await findInterpreter(folder);
    this.log.info(`interpreter: ${this.interpreter?.path ?? 'none'} (${this.interpreter?.origin ?? 'nothing found'})`);
    const server = await findServer(folder, this.interpreter, this.neutralFolder);
    if (server === undefined) {
      this.status.stopped(`no server found; install it with: ${INSTALL}`);
      this.log.error(`no server found; install it with: ${INSTALL}`);
      void this.offerHelp();
      return;
    }
    this.log.info(`server: ${[server.command, ...server.args].join(' ')} (${server.origin})`);
    const executable = { command: server.command, args: [...server.args], options: { cwd: this.neutralFolder } };
    const client = new LanguageClient('excore', 'ExCore', executable, this.options(folder));
    this.client = client;
    client.onDidChangeState(({ newState }) => {
      if (newState === State.Stopped && this.client === client) {
        announce([]);
        this.status.stopped('the server stopped; its log says why');
      } else if (newState === State.Running) {
        announce(client.initializeResult?.capabilities.executeCommandProvider?.commands ?? []);
        this.status.running(version(client.initializeResult), this.interpreter);
      }
    });
    try {
      await client.start();
    } catch (error) {
      this.client = undefined;
      this.log.error(`the server does not start: ${String(error)}`);
      this.status.stopped('the server does not start; its log says why');
    }
  }

  private async stopNow(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    if (client === undefined) {
      return;
    }
    announce([]);
    try {
      await client.dispose();
    } catch (error) {
      this.log.warn(`the server did not stop cleanly: ${String(error)}`);
    }
  }

  private options(folder: vscode.WorkspaceFolder | undefined): LanguageClientOptions {
    const settings = vscode.workspace.getConfiguration('excore', folder?.uri);
    return {
      documentSelector: SELECTOR,
      outputChannel: this.log,
      initializationOptions: {
        interpreter: this.interpreter?.path ?? null,
        inlayHints: settings.get('inlayHints', {}),
        severity: settings.get('severity', {}),
      },
      synchronize: { configurationSection: 'excore' },
      middleware: {
        workspace: {
          // The server asks for its settings; the interpreter it gets is the one that was found.
          configuration: async (params, token, next) => {
            const answers = await next(params, token);
            return Array.isArray(answers)
              ? answers.map((answer, index) => (params.items[index]?.section === 'excore' ? this.completed(answer) : answer))
              : answers;
          },
        },
      },
    };
  }

  private completed(settings: unknown): unknown {
    return { ...(settings as object), interpreter: this.interpreter?.path ?? null };
  }

  private async offerHelp(): Promise<void> {
    const text = `ExCore: the language server is not installed. Install it with: ${INSTALL}`;
    if ((await vscode.window.showWarningMessage(text, LEARN_MORE)) === LEARN_MORE) {
      await vscode.commands.executeCommand('workbench.action.openWalkthrough', 'excore-dev.excore#start');
    }
  }
}

/** Tells the menus which of the server's commands there are. */
function announce(commands: readonly string[]): void {
  for (const name of ['showComposed', 'showPython', 'showGraph']) {
    void vscode.commands.executeCommand('setContext', `excore.can.${name}`, commands.includes(`excore.${name}`));
  }
}

function version(result: InitializeResult | undefined): string | undefined {
  return result?.serverInfo?.version;
}
