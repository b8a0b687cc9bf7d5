// One running language server: started, watched, restarted, stopped.

import * as vscode from 'vscode';
import {
  type ClientCapabilities,
  type InitializeResult,
  LanguageClient,
  type LanguageClientOptions,
  State,
  type StaticFeature,
} from 'vscode-languageclient/node';
import { installCommand, missing, offerHelp } from './help';
import { LANGUAGE } from './language';
import { leadToPages } from './pages';
import { findInterpreter, findServer, type Interpreter } from './python';
import type { Status } from './status';

/** The settings that are the server's. */
const SERVER_SETTINGS = ['inlayHints', 'severity', 'diagnosticMode', 'format', 'codeLens'];

/** The command of this extension that the server's code lenses call. */
export const SHOW_REFERENCES = 'excore.showReferences';

/** What the server is told about, in untitled files too. It asks for project files by itself. */
export const SELECTOR = [
  { scheme: 'file', language: LANGUAGE },
  { scheme: 'untitled', language: LANGUAGE },
];

export class Session implements vscode.Disposable {
  private client: LanguageClient | undefined;
  private interpreter: Interpreter | undefined;
  /** Has anything asked for the server yet? */
  private wanted = false;
  /** Was it said that there is no server? Opening the next config is no reason to say it again. */
  private complained = false;
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
    this.complained = false;
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
    if (!vscode.workspace.getConfiguration('excore').get('enable', true)) {
      this.status.stopped('it is turned off by excore.enable', false);
      return;
    }
    this.status.starting();
    const folder = vscode.workspace.workspaceFolders?.[0];
    this.interpreter = await findInterpreter(folder);
    this.log.info(`interpreter: ${this.interpreter?.path ?? 'none'} (${this.interpreter?.origin ?? 'nothing found'})`);
    const server = await findServer(folder, this.interpreter, this.neutralFolder);
    if (server === undefined) {
      this.status.stopped(missing(this.interpreter));
      if (!this.complained) {
        this.complained = true;
        this.log.error(`${missing(this.interpreter)}; install it with: ${installCommand(this.interpreter)}`);
        void offerHelp(this.interpreter, () => void this.restart());
      }
      return;
    }
    this.log.info(`server: ${[server.command, ...server.args].join(' ')} (${server.origin})`);
    const executable = { command: server.command, args: [...server.args], options: { cwd: this.neutralFolder } };
    const client = new LanguageClient('excore', 'ExCore', executable, this.options(folder));
    client.registerFeature(new OwnCapabilities());
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
      // The client library has said so in a message of its own.
      this.log.error(`the server does not start: ${server.command} (${server.origin}): ${String(error)}`);
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
        ...Object.fromEntries(SERVER_SETTINGS.map((name) => [name, settings.get(name)])),
      },
      synchronize: { configurationSection: 'excore' },
      middleware: {
        ...leadToPages,
        provideHover: async (document, position, token, next) => {
          const hover = await next(document, position, token);
          hover?.contents.forEach(colourConfigs);
          return hover;
        },
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
}

/** Tells the server what this client does beyond the protocol. */
class OwnCapabilities implements StaticFeature {
  fillClientCapabilities(capabilities: ClientCapabilities): void {
    const commands = [SHOW_REFERENCES, 'editor.action.triggerSuggest'];
    capabilities.experimental = { ...(capabilities.experimental as object), commands: { commands }, placeLinks: true };
  }

  initialize(): void {}

  getState(): ReturnType<StaticFeature['getState']> {
    return { kind: 'static' };
  }

  clear(): void {}
}

/** VS Code has no colours for TOML of its own, but this extension has some for configs. */
function colourConfigs(content: vscode.MarkdownString | vscode.MarkedString): void {
  if (content instanceof vscode.MarkdownString) {
    content.value = content.value.replace(/^```toml$/gm, `\`\`\`${LANGUAGE}`);
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
