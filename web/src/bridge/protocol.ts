/**
 * What the host page and the frame of a running app say to each other. The frame starts with a `Hello` by postMessage; the
 * host answers with one end of a MessageChannel, and everything else goes through that.
 *
 * The host treats every message of the frame as hostile (`validate.ts`): the app in it was written by a model.
 */

export interface Problem {
  title: string
  cause: string
  cure: string
}

export type Theme = 'light' | 'dark'

export interface Viewer {
  id?: string
  name: string
  email: string
}

/** What an app is told when it starts. */
export interface AppContext {
  user: Viewer
  theme: Theme
  params: Record<string, string>
}

/** The metric query of the wire; the host passes it on and the server is who checks it. */
export type AppQuery = { exploreName: string } & Record<string, unknown>

export interface Hello {
  t: 'vitrail-hello'
}

export type ToFrame =
  /** Libraries that the app imports. They may come before it is known which app it is. */
  | { t: 'modules'; modules: { specifier: string; code: string }[] }
  /** The app itself, once; nothing more is loaded after it. */
  | { t: 'boot'; css: string; entry: string; context: AppContext }
  | { t: 'result'; id: number; result: unknown }
  | { t: 'result'; id: number; error: Problem }
  | { t: 'theme'; theme: Theme }
  /** The viewer wants every number that the app shows from the warehouse itself. */
  | { t: 'refresh' }

export type ToHost =
  /** The modules are in place and the app's own code starts. */
  | { t: 'ready' }
  /** There is something to see and no query is awaited. Sent whenever that becomes true again after a query. */
  | { t: 'rendered'; text: number; elements: number }
  | { t: 'query'; id: number; query: AppQuery; label: string | null; refresh: boolean }
  | { t: 'log'; level: 'warn' | 'error'; text: string }
  | { t: 'error'; message: string; stack: string | null; fatal: boolean }
