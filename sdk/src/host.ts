/**
 * The way to the host: one object that the bootstrap document leaves on the window before any app code runs.
 * An app that is opened outside Vitrail's frame has none, and every question answers with that.
 */
import type { Answer, Problem, Theme, User, WireQuery } from './wire.ts';

export interface Host {
  readonly user: User;
  readonly params: Readonly<Record<string, string>>;
  theme(): Theme;
  /** Calls back on every change of the theme; the returned function ends that. */
  onTheme(listener: (theme: Theme) => void): () => void;
  /** Calls back when the viewer wants every number anew; the returned function ends that. */
  onRefresh(listener: () => void): () => void;
  /** `refresh`: from the warehouse itself, whatever answer the server keeps. */
  query(query: WireQuery, label: string | null, refresh: boolean): Promise<Answer>;
  /** Tells the host of a failure that the app shows instead of its content. */
  report(message: string, stack: string | null): void;
}

declare global {
  // `var` is the one way to type a property of globalThis.
  var __vitrail: Host | undefined;
}

const NOWHERE: Problem = {
  title: 'No data here',
  cause: 'The app runs outside Vitrail, so nobody answers its queries.',
  cure: 'Open the app in Vitrail.',
};

const OUTSIDE: Host = {
  user: { name: '', email: '' },
  params: {},
  theme: () => 'light',
  onTheme: () => () => undefined,
  onRefresh: () => () => undefined,
  query: () => Promise.reject(NOWHERE),
  report: () => undefined,
};

export function host(): Host {
  return globalThis.__vitrail ?? OUTSIDE;
}

/** Any rejection as a problem with a cause and a cure. */
export function problemOf(reason: unknown): Problem {
  if (typeof reason === 'object' && reason !== null && 'cause' in reason && 'cure' in reason) {
    const { title, cause, cure } = reason as { title?: unknown; cause: unknown; cure: unknown };
    if (typeof cause === 'string' && typeof cure === 'string') {
      return { title: typeof title === 'string' ? title : 'The query failed', cause, cure };
    }
  }
  return {
    title: 'The query failed',
    cause: reason instanceof Error ? reason.message : String(reason),
    cure: 'Try again; if it stays, tell whoever built this app.',
  };
}
