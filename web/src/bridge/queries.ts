/**
 * Passes an app's queries on: a few at a time, a bounded number waiting, and no more a second than a person's clicking can
 * cause. A runaway app is answered with an error, and the server is spared.
 */
import type { AppQuery, Problem } from './protocol'

export const AT_A_TIME = 6
export const MOST_WAITING = 100
/** A bucket of this many questions that fills by so many a second. */
export const BURST = 80
export const PER_SECOND = 20
/** The same for questions that go past the kept answers, each of which costs the warehouse a statement. */
export const REFRESH_BURST = 60
export const REFRESH_PER_SECOND = 1

export interface Answered {
  query: AppQuery
  label: string | null
  ok: boolean
  /** When the warehouse gave the answer, if it says so. */
  asOf: string | null
  error: Problem | null
  durationMs: number
}

type Reply = (answer: { result: unknown } | { error: Problem }) => void

interface Waiting {
  query: AppQuery
  label: string | null
  refresh: boolean
  reply: Reply
}

const TOO_MANY: Problem = {
  title: 'Too many queries',
  cause: 'This app asks more questions than one page needs, so this one was not passed on.',
  cure: 'Tell whoever built the app: a query is probably asked anew at every drawing.',
}

export class Queries {
  #waiting: Waiting[] = []
  #running = 0
  #open = true
  readonly #all: Bucket
  readonly #refreshes: Bucket

  constructor(
    private readonly ask: (query: AppQuery, refresh: boolean) => Promise<unknown>,
    private readonly answered: (event: Answered) => void,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.#all = new Bucket(BURST, PER_SECOND, now)
    this.#refreshes = new Bucket(REFRESH_BURST, REFRESH_PER_SECOND, now)
  }

  /** `refresh`: past the kept answers. One refresh too many is answered from them; its `asOf` says so. */
  add(query: AppQuery, label: string | null, refresh: boolean, reply: Reply): void {
    if (!this.#all.take() || this.#waiting.length >= MOST_WAITING) {
      reply({ error: TOO_MANY })
      this.answered({ query, label, ok: false, asOf: null, error: TOO_MANY, durationMs: 0 })
      return
    }
    this.#waiting.push({ query, label, refresh: refresh && this.#refreshes.take(), reply })
    this.#next()
  }

  /** Some answer is still awaited. */
  get busy(): boolean {
    return this.#running > 0 || this.#waiting.length > 0
  }

  /** Nothing is asked or answered any more. */
  close(): void {
    this.#open = false
    this.#waiting = []
  }

  #next(): void {
    while (this.#running < AT_A_TIME) {
      const waiting = this.#waiting.shift()
      if (waiting === undefined) return
      this.#running += 1
      void this.#run(waiting)
    }
  }

  async #run({ query, label, refresh, reply }: Waiting): Promise<void> {
    const start = this.now()
    let error: Problem | null = null
    let result: unknown
    try {
      result = await this.ask(query, refresh)
    } catch (reason) {
      error = problemOf(reason)
    }
    this.#running -= 1
    if (!this.#open) return
    reply(error === null ? { result } : { error })
    const event = { query, label, ok: error === null, asOf: asOf(result), error, durationMs: this.now() - start }
    this.answered(event)
    this.#next()
  }
}

/** So many at once, and more as time goes by. */
class Bucket {
  #left: number
  #filledAt: number

  constructor(
    private readonly most: number,
    private readonly perSecond: number,
    private readonly now: () => number,
  ) {
    this.#left = most
    this.#filledAt = now()
  }

  take(): boolean {
    const now = this.now()
    this.#left = Math.min(this.most, this.#left + ((now - this.#filledAt) / 1000) * this.perSecond)
    this.#filledAt = now
    if (this.#left < 1) return false
    this.#left -= 1
    return true
  }
}

function asOf(result: unknown): string | null {
  const found = typeof result === 'object' && result !== null ? (result as { asOf?: unknown }).asOf : null
  return typeof found === 'string' && !Number.isNaN(Date.parse(found)) ? found : null
}

/** A rejection as a problem: the API's own title, cause and cure where it has them, and nothing else of it. */
export function problemOf(reason: unknown): Problem {
  const found = typeof reason === 'object' && reason !== null ? (reason as Record<string, unknown>) : {}
  const part = (name: string, otherwise: string): string => {
    const value = found[name]
    return typeof value === 'string' && value !== '' ? value.slice(0, 2000) : otherwise
  }
  return {
    title: part('title', 'The query failed'),
    cause: part('cause', part('detail', part('message', 'The server gave no answer.'))),
    cure: part('cure', 'Try again; if it stays, tell whoever runs this instance.'),
  }
}
