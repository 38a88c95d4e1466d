/**
 * The page in which the server's own browser checks a version: no React, only the bridge. What happens is kept in
 * `window.__vitrail`, which the checker reads.
 */
import { askSession, post, sessionFiles } from './api/app-sessions'
import { Problem } from './api/problem'
import type { Session } from './api/types'
import { mountApp, type Problem as Told } from './bridge'

export interface Account {
  state: 'loading' | 'ready' | 'error'
  /** There is something to see and no query is awaited. */
  rendered: boolean
  queries: { started: number; ok: number; failed: number; errors: (Told & { label: string | null })[] }
  errors: Told[]
}

declare global {
  interface Window {
    __vitrail: Account
  }
}

const account: Account = {
  state: 'loading',
  rendered: false,
  queries: { started: 0, ok: 0, failed: 0, errors: [] },
  errors: [],
}
window.__vitrail = account

function fail(error: Told): void {
  account.state = 'error'
  account.errors.push(error)
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
      return askSession(session, query)
    },
    onQuery: ({ ok, error, label }) => {
      if (ok) account.queries.ok += 1
      else {
        account.queries.failed += 1
        account.queries.started = Math.max(account.queries.started, account.queries.ok + account.queries.failed)
        if (error) account.queries.errors.push({ ...error, label })
      }
    },
    onStatus: (status) => {
      if (status.state === 'rendered') {
        account.rendered = true
        if (account.state === 'loading') account.state = 'ready'
      } else if (status.state === 'error') {
        if (status.fatal) fail(status.error)
        else account.errors.push(status.error)
      }
    },
  })
}

/** A tab that is opened ahead learns from the address which version it is for. */
async function start(): Promise<void> {
  if (location.hash === '') await new Promise((known) => addEventListener('hashchange', known, { once: true }))
  await open()
}

start().catch((reason: unknown) => fail(told(reason)))
