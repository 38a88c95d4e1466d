/**
 * Runs an app in an iframe. The host page fetches the app's code and the vendor modules (with its own cache and session),
 * hands them into an opaque-origin frame, and answers the app's queries. The frame itself never makes a request.
 */
import { Ages } from './ages'
import { FrameLink, textOf } from './link'
import type { AppContext, AppQuery, Problem, Theme, ToFrame } from './protocol'
import { type Answered, Queries } from './queries'
import { Refused, validated } from './validate'

export interface MountOptions {
  /** An iframe in the page. Its `sandbox` and `src` are set here. */
  iframe: HTMLIFrameElement
  frameUrl: string
  /** A frame that was opened ahead in this iframe, perhaps with modules in it. */
  link?: FrameLink
  /** Addresses of the version's own files, read with the viewer's session. */
  files: { entry: string; styles: readonly string[] }
  /** Public modules: what the version imports and what that imports. */
  vendor: readonly { specifier: string; url: string }[]
  context: AppContext
  /** Asks the server (`refresh`: past the answers that it keeps). A rejection with `title`, `cause` and `cure` reaches
   * the app as it is. */
  query: (query: AppQuery, refresh: boolean) => Promise<unknown>
  onStatus: (status: AppStatus) => void
  /** Told of each answered query. */
  onQuery?: (event: Answered) => void
  /** Told, with each question and answer, how old the app's numbers are and whether newer ones are on their way. */
  onNumbers?: (numbers: Numbers) => void
  /** Told of warnings and errors that the app wrote to its console. */
  onLog?: (level: 'warn' | 'error', text: string) => void
  /** Milliseconds after which an app that has drawn nothing counts as failed. */
  timeout?: number
  /** Fetches; a test's own, else the window's. */
  fetch?: typeof fetch
  /** Headers for the app's own files (the server's own browser brings a pass). */
  headers?: Record<string, string>
}

export type AppStatus =
  /** Code is on its way. */
  | { state: 'loading' }
  /** The app's own code has started. */
  | { state: 'running' }
  /** There is something to see and no query is awaited. `text` counts characters. */
  | { state: 'rendered'; text: number; elements: number; afterMs: number }
  /** Not `fatal`: a part of the app failed and the rest goes on. */
  | { state: 'error'; error: Problem; fatal: boolean; stack: string | null }

export interface Numbers {
  /** When the warehouse gave the oldest of them; null as long as there are none. */
  asOf: string | null
  asking: boolean
}

export interface MountedApp {
  destroy(): void
  /** Everything that the app shows is asked anew, of the warehouse itself. */
  refresh(): void
  setTheme(theme: Theme): void
}

/** Messages a second that an honest app stays below by far; one that floods is stopped. */
const MOST_MESSAGES = 500
const MOST_REPORTS = 200
const TIMEOUT = 20_000

/** Starts the app. Every later news comes through `onStatus`; `destroy` ends it at once. */
export function mountApp(options: MountOptions): MountedApp {
  const { onStatus } = options
  const started = performance.now()
  const aborted = new AbortController()
  const link = options.link ?? new FrameLink(options.iframe, options.frameUrl)
  let theme = options.context.theme
  let open = true
  let rendered = false
  let reports = 0
  let messages = 0
  let second = started

  const send = (message: ToFrame): void => link.send(message)
  const ages = new Ages()
  const queries = new Queries(options.query, (event) => {
    options.onQuery?.(event)
    ages.took(event.query, event.asOf)
    tellNumbers()
  })
  const tellNumbers = (): void => options.onNumbers?.({ asOf: ages.oldest, asking: queries.busy })

  const fail = (error: Problem, stack: string | null = null): void => {
    if (!open) return
    onStatus({ state: 'error', error, fatal: true, stack })
  }
  /** A frame that breaks the protocol is not listened to any more. */
  const stop = (cause: string): void => {
    if (!open) return
    fail({ title: 'The app was stopped', cause, cure: 'Open it again; if it stays, tell whoever built it.' })
    destroy()
  }

  function receive(data: unknown): void {
    if (!open) return
    const now = performance.now()
    if (now - second > 1000) {
      second = now
      messages = 0
    }
    messages += 1
    if (messages > MOST_MESSAGES) {
      stop(`It sent more than ${MOST_MESSAGES} messages within a second.`)
      return
    }
    try {
      handle(data)
    } catch (reason) {
      if (!(reason instanceof Refused)) throw reason
      stop(`It sent something that is not understood (${reason.message}).`)
    }
  }

  function handle(data: unknown): void {
    const message = validated(data)
    switch (message.t) {
      case 'ready':
        onStatus({ state: 'running' })
        break
      case 'rendered':
        rendered = true
        clearTimeout(patience)
        onStatus({
          state: 'rendered',
          text: message.text,
          elements: message.elements,
          afterMs: performance.now() - started,
        })
        break
      case 'query':
        queries.add(message.query, message.label, message.refresh, (answer) => {
          send({ t: 'result', id: message.id, ...answer })
        })
        tellNumbers()
        break
      case 'log':
        reports += 1
        if (reports <= MOST_REPORTS) options.onLog?.(message.level, message.text)
        break
      case 'error': {
        reports += 1
        if (reports > MOST_REPORTS) break
        if (message.fatal) clearTimeout(patience)
        onStatus({
          state: 'error',
          error: {
            title: message.fatal ? 'The app stopped working' : 'A part of the app failed',
            cause: message.message === '' ? 'It gave no reason.' : message.message,
            cure: 'Open it again; if it stays, tell whoever built it.',
          },
          fatal: message.fatal,
          stack: message.stack,
        })
      }
    }
  }

  const text = (url: string, own: boolean): Promise<string> =>
    textOf(url, { own, signal: aborted.signal, headers: options.headers, fetch: options.fetch })

  /** Everything is fetched at once, while the frame's document loads; modules start as soon as they are there. */
  async function boot(): Promise<void> {
    const wanted = options.vendor.filter(({ specifier }) => !link.has(specifier))
    const modules = Promise.all(
      wanted.map(async ({ specifier, url }) => ({ specifier, code: await text(url, false) })),
    ).then((fetched) => {
      if (open) link.give(fetched)
    })
    try {
      const [styles, entry] = await Promise.all([
        Promise.all(options.files.styles.map((url) => text(url, true))),
        text(options.files.entry, true),
        modules,
      ])
      if (!open) return
      send({ t: 'boot', css: styles.join('\n'), entry, context: { ...options.context, theme } })
    } catch (reason) {
      fail({
        title: 'The app could not be loaded',
        cause: reason instanceof Error ? `${reason.message}.` : 'A file of the app could not be fetched.',
        cure: 'Reload the page; if it stays, you may have lost access to the app, or its build is gone.',
      })
    }
  }

  function destroy(): void {
    if (!open) return
    open = false
    clearTimeout(patience)
    aborted.abort()
    queries.close()
    link.close()
  }

  function impatient(): void {
    // A slow warehouse is no fault of the app's: it waits as long as the host does.
    if (queries.busy) patience = setTimeout(impatient, options.timeout ?? TIMEOUT)
    else if (!rendered) {
      fail({
        title: 'The app shows nothing',
        cause: !link.connected ? 'Its frame did not load.' : 'It started, but drew nothing in time.',
        cure: 'Reload the page; if it stays, tell whoever built the app.',
      })
    }
  }
  let patience = setTimeout(impatient, options.timeout ?? TIMEOUT)

  link.receive = receive
  link.reloaded = () => stop('It tried to load its frame anew.')
  onStatus({ state: 'loading' })
  void boot()

  return {
    destroy,
    refresh() {
      ages.clear()
      send({ t: 'refresh' })
    },
    setTheme(next) {
      theme = next
      send({ t: 'theme', theme: next })
    },
  }
}
