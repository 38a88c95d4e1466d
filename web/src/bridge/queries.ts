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

export interface Answered {
  query: AppQuery
  label: string | null
  ok: boolean
  error: Problem | null
  durationMs: number
}

type Reply = (answer: { result: unknown } | { error: Problem }) => void

interface Waiting {
  query: AppQuery
  label: string | null
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
  #left = BURST
  #filledAt: number
  #open = true

  constructor(
    private readonly ask: (query: AppQuery) => Promise<unknown>,
    private readonly answered: (event: Answered) => void,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.#filledAt = now()
  }

  add(query: AppQuery, label: string | null, reply: Reply): void {
    if (!this.#take() || this.#waiting.length >= MOST_WAITING) {
      reply({ error: TOO_MANY })
      this.answered({ query, label, ok: false, error: TOO_MANY, durationMs: 0 })
      return
    }
    this.#waiting.push({ query, label, reply })
    this.#next()
  }

  /** Some answer is still awaited. */
  get busy(): boolean {
    return this.#running > 0
  }

  /** Nothing is asked or answered any more. */
  close(): void {
    this.#open = false
    this.#waiting = []
  }

  #take(): boolean {
    const now = this.now()
    this.#left = Math.min(BURST, this.#left + ((now - this.#filledAt) / 1000) * PER_SECOND)
    this.#filledAt = now
    if (this.#left < 1) return false
    this.#left -= 1
    return true
  }

  #next(): void {
    while (this.#running < AT_A_TIME) {
      const waiting = this.#waiting.shift()
      if (waiting === undefined) return
      this.#running += 1
      void this.#run(waiting)
    }
  }

  async #run({ query, label, reply }: Waiting): Promise<void> {
    const start = this.now()
    let error: Problem | null = null
    let result: unknown
    try {
      result = await this.ask(query)
    } catch (reason) {
      error = problemOf(reason)
    }
    this.#running -= 1
    if (!this.#open) return
    reply(error === null ? { result } : { error })
    this.answered({ query, label, ok: error === null, error, durationMs: this.now() - start })
    this.#next()
  }
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
