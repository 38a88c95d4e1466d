/**
 * Messages of the frame, checked by hand. Whatever is not exactly one of the known shapes, or is larger than an honest app
 * needs, is refused; long texts are cut.
 */
import type { AppQuery, ToHost } from './protocol'

export const LIMITS = {
  /** Characters of a query as JSON. */
  query: 64_000,
  label: 200,
  text: 8_000,
} as const

export class Refused extends Error {}

/** The message, rebuilt from its known parts. Throws `Refused`. */
export function validated(data: unknown): ToHost {
  const message = record(data, 'message')
  switch (message.t) {
    case 'ready':
      return { t: 'ready' }
    case 'rendered':
      return { t: 'rendered', text: count(message.text), elements: count(message.elements) }
    case 'query':
      return {
        t: 'query',
        id: count(message.id),
        query: query(message.query),
        label: optional(message.label, LIMITS.label),
        refresh: flag(message.refresh),
      }
    case 'log':
      if (message.level !== 'warn' && message.level !== 'error') throw new Refused('unknown log level')
      return { t: 'log', level: message.level, text: text(message.text, LIMITS.text) }
    case 'error':
      return {
        t: 'error',
        message: text(message.message, LIMITS.text),
        stack: optional(message.stack, LIMITS.text),
        fatal: message.fatal === true,
      }
    default:
      throw new Refused('unknown kind of message')
  }
}

function query(value: unknown): AppQuery {
  const found = record(value, 'query')
  let json: string | undefined
  try {
    json = JSON.stringify(found)
  } catch {
    throw new Refused('the query is not JSON')
  }
  if (json.length > LIMITS.query) throw new Refused('the query is too large')
  // What goes on is what JSON can say: no class, no cycle, nothing shared with the frame.
  const plain: unknown = JSON.parse(json)
  const { exploreName } = record(plain, 'query')
  if (typeof exploreName !== 'string') throw new Refused('the query names no explore')
  return plain as AppQuery
}

function record(value: unknown, what: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Refused(`the ${what} is no object`)
  return value as Record<string, unknown>
}

function count(value: unknown): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) throw new Refused('a number is no count')
  return value
}

/** A page of before knows no such flag; whatever is there must be one. */
function flag(value: unknown): boolean {
  if (value === undefined) return false
  if (typeof value !== 'boolean') throw new Refused('a flag is neither true nor false')
  return value
}

function text(value: unknown, most: number): string {
  if (typeof value !== 'string') throw new Refused('a text is no string')
  return value.length > most ? `${value.slice(0, most)}…` : value
}

function optional(value: unknown, most: number): string | null {
  return value === null || value === undefined ? null : text(value, most)
}
