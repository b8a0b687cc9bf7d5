// One running language server: started, watched, restarted, stopped.

import * as vscode from 'vscode';
import type {
  ClientCapabilities,
  ConfigurationItem,
  LanguageClient,
  LanguageClientOptions,
  StaticFeature,
} from 'vscode-languageclient/node';
import { askForPython, complain, missing } from './help';
import { LANGUAGE } from './language';
import { leadToPages } from './pages';
import { PythonExtensions } from './pythonExtensions';
import { type Plan, plan } from './server';
import type { Status } from './status';
import { tick } from './walkthrough';

/** The settings that are the server's. */
const SERVER_SETTINGS = ['inlayHints', 'severity', 'diagnosticMode', 'format', 'codeLens'];

/** The command of this extension that the server's code lenses call. */
export const SHOW_REFERENCES = 'excore.showReferences';

/** What the server is told about, in untitled files too. It asks for project files by itself. */
export const SELECTOR = [
  { scheme: 'file', language: LANGUAGE },
  { scheme: 'untitled', language: LANGUAGE },
];

/** A change of these may mean another server, another interpreter, or a server that can do something else. */
const STARTING_SETTINGS = ['enable', 'interpreter', 'path', 'importStrategy', 'format.enable'].map((name) => `excore.${name}`);

export class Session implements vscode.Disposable {
  private client: LanguageClient | undefined;
  private plan: Plan | undefined;
  /** What a change of would need another start. */
  private started = '';
  /** The config that asked for the server first; undefined until one did. */
  private wanted: vscode.Uri | undefined;
  /** What was said already: opening the next config is no reason to say it again. */
  private readonly said = new Set<string>();
  /** Starts and stops happen one after the other. */
  private queue: Promise<void> = Promise.resolve();
  private readonly extensions = new PythonExtensions(() => void this.refresh());
  private readonly listeners: vscode.Disposable;

  constructor(
    private readonly log: vscode.LogOutputChannel,
    private readonly status: Status,
    /** Python puts the current folder on its path, and a workspace must not shadow the server. */
    private readonly neutralFolder: string,
  ) {
    this.listeners = vscode.Disposable.from(
      this.extensions,
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (STARTING_SETTINGS.some((name) => event.affectsConfiguration(name))) {
          void this.refresh();
        } else if (event.affectsConfiguration('excore')) {
          void this.enqueue(() => this.tellSettings());
        }
      }),
      vscode.workspace.onDidGrantWorkspaceTrust(() => void this.refresh()),
      vscode.workspace.onDidChangeWorkspaceFolders(() => void this.refresh()),
    );
  }

  /** The client, once the server answers; undefined when it does not run. */
  get running(): LanguageClient | undefined {
    return this.client?.isRunning() === true ? this.client : undefined;
  }

  /** See to it that a server runs, for this config first. */
  start(uri: vscode.Uri): Promise<void> {
    this.wanted ??= uri;
    return this.enqueue(async () => {
      if (this.client === undefined) {
        await this.startNow();
      }
    });
  }

  /** Start another server if another one is to run now; else tell the one that runs what changed. */
  refresh(): Promise<void> {
    return this.enqueue(async () => {
      if (this.wanted === undefined) {
        return;
      }
      const found = isEnabled() ? await this.findPlan() : undefined;
      if (this.running !== undefined && found !== undefined && start(found) === this.started) {
        this.show(this.running);
        await this.tellSettings();
      } else {
        await this.stopNow();
        await this.startNow(found);
      }
    });
  }

  restart(): Promise<void> {
    this.said.clear();
    this.wanted ??= vscode.window.activeTextEditor?.document.uri ?? vscode.Uri.file(this.neutralFolder);
    return this.enqueue(async () => {
      await this.stopNow();
      await this.startNow();
    });
  }

  stop(): Promise<void> {
    return this.enqueue(() => this.stopNow());
  }

  dispose(): void {
    this.listeners.dispose();
    void this.stop();
  }

  private enqueue(step: () => Promise<void>): Promise<void> {
    this.queue = this.queue.then(step, step);
    return this.queue;
  }

  /** Find out what is to run, and tell which settings cannot be followed. */
  private async findPlan(): Promise<Plan> {
    const folder = vscode.workspace.workspaceFolders?.[0];
    const inFolder = this.wanted && vscode.workspace.getWorkspaceFolder(this.wanted) !== undefined;
    const found = await plan(inFolder ? this.wanted : folder?.uri, this.extensions, this.neutralFolder);
    this.plan = found;
    this.log.info(`interpreter: ${found.interpreter?.path ?? 'none'} (${found.interpreter?.origin ?? 'nothing found'})`);
    for (const text of found.wrong) {
      this.log.error(text);
    }
    if (found.wrong.size > 0) {
      this.once([...found.wrong].join(), () => complain(found.wrong));
    }
    return found;
  }

  private once(what: string, say: () => Promise<void>): void {
    if (!this.said.has(what)) {
      this.said.add(what);
      void say();
    }
  }

  private async startNow(known?: Plan): Promise<void> {
    if (!isEnabled()) {
      this.status.stopped('it is turned off by excore.enable', false);
      return;
    }
    this.status.starting();
    const found = known ?? (await this.findPlan());
    const { server } = found;
    this.started = start(found);
    if (server === undefined) {
      const reason = missing(found);
      this.log.error(reason);
      this.status.stopped(reason);
      this.once(reason, () => askForPython(found));
      return;
    }
    this.log.info(`server: ${[server.command, ...server.args].join(' ')} (${server.origin})`);
    const executable = { command: server.command, args: [...server.args], options: { cwd: this.neutralFolder } };
    const { LanguageClient, State } = await import('vscode-languageclient/node'); // much, and of no use without configs
    const client = new LanguageClient('excore', 'ExCore', executable, this.options());
    client.registerFeature(new OwnCapabilities());
    this.client = client;
    client.onDidChangeState(({ newState }) => {
      if (newState === State.Stopped && this.client === client) {
        announce([]);
        this.status.stopped('the server stopped; its log says why');
      } else if (newState === State.Running) {
        announce(client.initializeResult?.capabilities.executeCommandProvider?.commands ?? []);
        this.show(client);
      }
    });
    try {
      await client.start();
      await listIfTyped(client);
    } catch (error) {
      this.client = undefined;
      // The client library has said so in a message of its own.
      this.log.error(`the server does not start: ${server.command} (${server.origin}): ${String(error)}`);
      this.status.stopped('the server does not start; its log says why');
    }
  }

  private show(client: LanguageClient): void {
    if (this.plan !== undefined) {
      this.status.running(client.initializeResult?.serverInfo?.version, this.plan);
      tick('server');
      if (this.plan.interpreter?.chosen === true) {
        tick('interpreter');
      }
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

  /** Have the server ask for its settings again. */
  private async tellSettings(): Promise<void> {
    await this.running?.sendNotification('workspace/didChangeConfiguration', { settings: null });
  }

  private options(): LanguageClientOptions {
    const settings = vscode.workspace.getConfiguration('excore', vscode.workspace.workspaceFolders?.[0]);
    return {
      documentSelector: SELECTOR,
      outputChannel: this.log,
      initializationOptions: {
        interpreter: this.chosen(undefined),
        ...Object.fromEntries(SERVER_SETTINGS.map((name) => [name, settings.get(name)])),
      },
      middleware: {
        ...leadToPages,
        provideHover: async (document, position, token, next) => {
          const hover = await next(document, position, token);
          hover?.contents.forEach(colourConfigs);
          return hover;
        },
        provideCompletionItem: async (document, position, context, token, next) => {
          const list = await next(document, position, context, token);
          if ((Array.isArray(list) ? list : (list?.items ?? [])).length > 0) {
            tick('write');
          }
          return list;
        },
        workspace: {
          // The server asks for its settings; the interpreters it gets are those that were found.
          configuration: async (params, token, next) => {
            const answers = await next(params, token);
            return Array.isArray(answers) ? answers.map((answer, index) => this.completed(answer, params.items[index])) : answers;
          },
          // Whoever hears of a change here twice asks a server that is being stopped.
          didChangeConfiguration: () => Promise.resolve(),
        },
      },
    };
  }

  private completed(settings: unknown, { section, scopeUri }: ConfigurationItem = {}): unknown {
    return section === 'excore' ? { ...(settings as object), interpreter: this.chosen(scopeUri) } : settings;
  }

  /** The interpreter that was chosen for a folder; for the only one if none is named. */
  private chosen(scope: string | undefined): string | null {
    const folders = vscode.workspace.workspaceFolders ?? [];
    const folder = scope === undefined ? (folders.length === 1 ? folders[0] : undefined) : vscode.workspace.getWorkspaceFolder(vscode.Uri.parse(scope));
    return (folder && this.plan?.chosen.get(folder.uri.toString())) ?? null;
  }
}

function isEnabled(): boolean {
  return vscode.workspace.getConfiguration('excore').get('enable', true);
}

/** What a start depends on. */
function start({ server }: Plan): string {
  return JSON.stringify([server, vscode.workspace.getConfiguration('excore').get('format.enable')]);
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

/** Whoever typed before the server was there gets the list that the last character would have opened. */
async function listIfTyped(client: LanguageClient): Promise<void> {
  // There and back: what was typed before the window knew of our lists is known here after that.
  await vscode.commands.executeCommand('setContext', 'excore.lists', true);
  const editor = vscode.window.activeTextEditor;
  const { line, character } = editor?.selection.active ?? new vscode.Position(0, 0);
  const before = editor?.document.lineAt(line).text.charAt(character - 1) ?? '';
  const triggers = client.initializeResult?.capabilities.completionProvider?.triggerCharacters ?? [];
  if (editor?.document.languageId === LANGUAGE && editor.document.version > 1 && triggers.includes(before)) {
    void vscode.commands.executeCommand('editor.action.triggerSuggest', { auto: true });
  }
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
