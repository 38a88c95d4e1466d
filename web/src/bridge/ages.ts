/**
 * How old the numbers of a running app are: as old as the oldest answer that it was given and may still show. Which of
 * them it draws only the app knows, so that this is never younger than what is seen.
 */
import type { AppQuery } from './protocol'

/** Questions that are told apart; of an app that asks more, those asked longest ago are no longer counted. */
export const MOST_QUESTIONS = 200

export class Ages {
  readonly #given = new Map<string, string>()

  /** An answer was given; `asOf` is when the warehouse gave it. */
  took(query: AppQuery, asOf: string | null): void {
    const key = JSON.stringify(query)
    this.#given.delete(key)
    if (asOf === null) return
    this.#given.set(key, asOf)
    const [first] = this.#given.keys()
    if (this.#given.size > MOST_QUESTIONS && first !== undefined) this.#given.delete(first)
  }

  /** The app was told to forget what it holds. */
  clear(): void {
    this.#given.clear()
  }

  get oldest(): string | null {
    let found: string | null = null
    for (const asOf of this.#given.values()) if (found === null || Date.parse(asOf) < Date.parse(found)) found = asOf
    return found
  }
}
