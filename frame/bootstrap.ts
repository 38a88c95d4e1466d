/**
 * The constant program of an app's frame. It takes the app's code and styles from the host page, starts the app, carries
 * its queries, and reports what goes wrong. It runs before any code of the app and leaves nothing behind but
 * `__vitrail`, which the SDK uses.
 */
import type { AppContext, Hello, Theme, ToFrame, ToHost } from '../web/src/bridge/protocol.ts';
import type { Host } from '../sdk/src/host.ts';
import type { Answer, Problem } from '../sdk/src/wire.ts';

/** Ways to the network that a Content Security Policy does not cover. */
const UNCOVERED = ['RTCPeerConnection', 'webkitRTCPeerConnection', 'RTCDataChannel', 'RTCIceTransport', 'WebTransport'];

/** Nothing changes for this long (ms) before the app counts as drawn: two frames of the screen. */
const QUIET = 33;

type Boot = Extract<ToFrame, { t: 'boot' }>;
type Modules = Extract<ToFrame, { t: 'modules' }>['modules'];

/** What app code could replace later and the bootstrap still needs. */
const { setTimeout: later, clearTimeout: never, console, document, Blob, URL, Promise } = globalThis;

const script = document.currentScript;
const nonce = script instanceof HTMLScriptElement ? script.nonce : '';
script?.remove();
for (const name of UNCOVERED) {
  Object.defineProperty(globalThis, name, { value: undefined, writable: false, configurable: false });
}

addEventListener('message', function connect(event: MessageEvent) {
  const port = event.ports[0];
  if (event.source !== parent || port === undefined) return;
  removeEventListener('message', connect);
  serve(port);
});
// The host sends the port to whoever says this from its iframe; there is nothing secret in it.
parent.postMessage({ t: 'vitrail-hello' } satisfies Hello, '*');

function serve(port: MessagePort): void {
  const send = (message: ToHost): void => port.postMessage(message);
  const waiting = new Map<number, { resolve: (answer: Answer) => void; reject: (problem: Problem) => void }>();
  const listeners = new Set<(theme: Theme) => void>();
  const refreshers = new Set<() => void>();
  let theme: Theme = 'light';
  let asked = 0;
  let failed = false;
  let started = false;
  let booted = false;
  let drawn: ReturnType<typeof later> | undefined;
  const root = document.getElementById('root') as HTMLElement;

  const report = (reason: unknown, fatal: boolean): void => {
    const error = reason instanceof Error ? reason : null;
    send({ t: 'error', message: error?.message ?? String(reason), stack: error?.stack ?? null, fatal });
    if (fatal && !failed) cover(error?.message ?? String(reason));
    failed ||= fatal;
  };

  /** Shows a failure in the place of an app that has drawn nothing. */
  function cover(message: string): void {
    if (root.childElementCount > 0) return;
    const box = document.createElement('div');
    box.setAttribute('role', 'alert');
    box.style.cssText = 'font:15px/1.5 system-ui,sans-serif;padding:3rem 1.5rem;text-align:center';
    const title = document.createElement('p');
    title.style.fontWeight = '600';
    title.textContent = 'This app could not start';
    const cause = document.createElement('p');
    cause.textContent = message;
    const cure = document.createElement('p');
    cure.textContent = 'Open it again; if it stays, tell whoever built it.';
    box.append(title, cause, cure);
    root.replaceWith(box);
  }

  const settle = (): void => {
    never(drawn);
    if (waiting.size > 0 || failed || root.childElementCount === 0) return;
    drawn = later(() => {
      const text = (root.textContent ?? '').trim().length;
      send({ t: 'rendered', text, elements: root.querySelectorAll('*').length });
    }, QUIET);
  };

  function setTheme(next: Theme): void {
    theme = next;
    document.documentElement.dataset.theme = next;
    for (const listener of [...listeners]) listener(next);
  }

  /** Modules under their names, and running: what takes longest of an app's start does not wait for the app. */
  function take(modules: Modules): void {
    const imports: Record<string, string> = {};
    for (const { specifier, code } of modules) imports[specifier] = address(code);
    const map = document.createElement('script');
    map.type = 'importmap';
    map.nonce = nonce;
    map.textContent = JSON.stringify({ imports });
    document.head.append(map);
    map.remove();
    const early = document.createElement('script');
    early.type = 'module';
    early.src = address(modules.map(({ specifier }) => `import ${JSON.stringify(specifier)};`).join(''));
    early.onload = () => early.remove();
    early.onerror = () => report('A library of the app could not be loaded.', true);
    document.head.append(early);
  }

  function boot({ css, entry, context }: Boot): void {
    if (booted) return;
    booted = true;
    offer(context);
    setTheme(context.theme);
    const style = document.createElement('style');
    style.textContent = css;
    document.head.append(style);
    close();

    new MutationObserver(settle).observe(root, { childList: true, subtree: true, characterData: true });
    send({ t: 'ready' });
    // By an element without a nonce: what is imported from here would inherit this script's, and with it the right to load
    // modules from anywhere.
    const app = document.createElement('script');
    app.type = 'module';
    app.src = address(entry);
    app.onload = () => {
      started = true;
      app.remove();
      settle();
    };
    app.onerror = () => report('A module of the app could not be loaded.', true);
    document.head.append(app);
  }

  /** From here on nothing but handed-over text can become a script. The nonce, which app code can read in reports of what
   * was blocked, opens nothing any more: both policies must agree. */
  function close(): void {
    const policy = document.createElement('meta');
    policy.httpEquiv = 'Content-Security-Policy';
    policy.content = 'script-src blob:';
    document.head.append(policy);
    policy.remove();
  }

  function offer(context: AppContext): void {
    const host: Host = {
      user: Object.freeze({ ...context.user }),
      params: Object.freeze({ ...context.params }),
      theme: () => theme,
      onTheme: (listener) => {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
      onRefresh: (listener) => {
        refreshers.add(listener);
        return () => void refreshers.delete(listener);
      },
      query: (query, label, refresh) =>
        new Promise((resolve, reject) => {
          asked += 1;
          waiting.set(asked, { resolve, reject });
          never(drawn);
          const passed = query as unknown as { exploreName: string };
          send({ t: 'query', id: asked, query: passed, label, refresh: refresh === true });
        }),
      report: (message, stack) => {
        failed = true;
        send({ t: 'error', message, stack, fatal: true });
      },
    };
    Object.defineProperty(globalThis, '__vitrail', { value: Object.freeze(host) });
  }

  port.onmessage = ({ data }: MessageEvent<ToFrame>) => {
    if (data.t === 'modules') {
      if (!booted) take(data.modules);
    } else if (data.t === 'boot') boot(data);
    else if (data.t === 'theme') setTheme(data.theme);
    else if (data.t === 'refresh') for (const listener of [...refreshers]) listener();
    else {
      const found = waiting.get(data.id);
      waiting.delete(data.id);
      if ('error' in data) found?.reject(data.error);
      else found?.resolve(data.result as Answer);
      settle();
    }
  };

  addEventListener('error', (event) => {
    // Recharts and Radix measure themselves; the browser's notice about that is no failure.
    if (event.message.startsWith('ResizeObserver loop')) return;
    // Until its module has run, an error means that there is no app.
    report(event.error ?? event.message, !started);
  });
  addEventListener('unhandledrejection', (event) => report(event.reason, false));
  addEventListener('securitypolicyviolation', (event) => {
    const what = event.blockedURI.slice(0, 200);
    send({ t: 'log', level: 'error', text: `Blocked (${event.effectiveDirective}): ${what}. An app has no network.` });
  });
  for (const level of ['warn', 'error'] as const) {
    const plain = console[level].bind(console);
    console[level] = (...parts: unknown[]) => {
      plain(...parts);
      send({ t: 'log', level, text: parts.map(text).join(' ').slice(0, 4000) });
    };
  }
}

function address(code: string): string {
  return URL.createObjectURL(new Blob([code], { type: 'text/javascript' }));
}

function text(part: unknown): string {
  if (part instanceof Error) return part.stack ?? part.message;
  if (typeof part === 'string') return part;
  try {
    return JSON.stringify(part) ?? String(part);
  } catch {
    return String(part);
  }
}
