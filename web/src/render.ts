/**
 * The page in which the server's own browser checks a version: no React, only the bridge. What happens is kept in
 * `window.__vitrail`, which the checker reads.
 */
import { askSession, post, sessionFiles } from './api/app-sessions'
import { Problem } from './api/problem'
import type { Session } from './api/types'
import { FrameLink, mountApp, type Problem as Told, textOf } from './bridge'

export interface Account {
  state: 'loading' | 'ready' | 'error'
  /** There is something to see and no query is awaited. */
  rendered: boolean
  /** How often there was something new to see. A picture of the app shows it as it is only if none came since. */
  drawings: number
  queries: { started: number; ok: number; failed: number; errors: (Told & { label: string | null })[] }
  errors: Told[]
}

/** What can be loaded before it is known which version is to be checked. */
interface Ahead {
  frameUrl: string
  vendor: { specifier: string; url: string }[]
}

declare global {
  interface Window {
    __vitrail: Account
    /** Loads the frame and the libraries that apps usually import; done when the frame has them. */
    __vitrailAhead: (ahead: Ahead) => Promise<void>
    /** Done once the app has failed, or was drawn with its queries answered; gives `drawings`. More may follow. */
    __vitrailDrawn: Promise<number>
    /** Done once the app has failed, or was drawn and nothing moved for a moment. */
    __vitrailSettled: Promise<void>
  }
}

/** A drawn app that draws and asks nothing for this long (ms) has settled: what follows from an answer is asked within a
 * frame. Its picture is taken meanwhile. */
const QUIET = 60

const account: Account = {
  state: 'loading',
  rendered: false,
  drawings: 0,
  queries: { started: 0, ok: 0, failed: 0, errors: [] },
  errors: [],
}
window.__vitrail = account

let drawn: (drawings: number) => void = () => undefined
window.__vitrailDrawn = new Promise((resolve) => {
  drawn = resolve
})
let settled: () => void = () => undefined
window.__vitrailSettled = new Promise((resolve) => {
  settled = resolve
})
let quiet: ReturnType<typeof setTimeout> | undefined

/** Called after everything that happens. */
function consider(): void {
  clearTimeout(quiet)
  const { started, ok, failed } = account.queries
  const failedItself = account.state === 'error'
  if (!failedItself && !(account.rendered && started === ok + failed)) return
  drawn(account.drawings)
  if (failedItself) settled()
  else quiet = setTimeout(settled, QUIET)
}

let link: FrameLink | undefined
window.__vitrailAhead = async ({ frameUrl, vendor }) => {
  const iframe = document.querySelector('iframe')
  if (!iframe || link) return
  const opened = new FrameLink(iframe, frameUrl)
  link = opened
  opened.give(
    await Promise.all(vendor.map(async ({ specifier, url }) => ({ specifier, code: await textOf(url, { own: false }) }))),
  )
}

/** The frame that was opened ahead, if it is the right one. */
function openedAhead(frameUrl: string): FrameLink | undefined {
  if (link?.frameUrl === frameUrl) return link
  link?.close()
  return undefined
}

function fail(error: Told): void {
  account.state = 'error'
  account.errors.push(error)
  consider()
}

function told(reason: unknown): Told {
  if (reason instanceof Problem) return { title: reason.title, cause: reason.cause, cure: reason.cure }
  return { title: 'The check page failed', cause: String(reason), cure: 'Look at the server’s log.' }
}

async function open(): Promise<void> {
  const wanted = new URLSearchParams(location.hash.slice(1))
  const iframe = document.querySelector('iframe')
  if (!iframe) return
  const session = await post<Session>(`/api/v1/apps/${encodeURIComponent(wanted.get('app') ?? '')}/sessions`, {
    version: Number(wanted.get('version')),
  })
  mountApp({
    iframe,
    frameUrl: session.frameUrl,
    link: openedAhead(session.frameUrl),
    files: sessionFiles(session),
    vendor: session.vendor,
    context: {
      user: session.user,
      theme: matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light',
      params: {},
    },
    query: (query) => {
      account.queries.started += 1
      // Until it is answered there is more to come than what is drawn.
      account.rendered = false
      consider()
      return askSession(session, query)
    },
    onQuery: ({ ok, error, label }) => {
      if (ok) account.queries.ok += 1
      else {
        account.queries.failed += 1
        account.queries.started = Math.max(account.queries.started, account.queries.ok + account.queries.failed)
        if (error) account.queries.errors.push({ ...error, label })
      }
      consider()
    },
    onStatus: (status) => {
      if (status.state === 'rendered') {
        account.rendered = true
        account.drawings += 1
        if (account.state === 'loading') account.state = 'ready'
      } else if (status.state === 'error') {
        if (status.fatal) fail(status.error)
        else account.errors.push(status.error)
      }
      consider()
    },
  })
}

/** A tab that is opened ahead learns from the address which version it is for. */
async function start(): Promise<void> {
  if (location.hash === '') await new Promise((known) => addEventListener('hashchange', known, { once: true }))
  await open()
}

start().catch((reason: unknown) => fail(told(reason)))
