import createClient, { type Middleware } from 'openapi-fetch'
import { Problem, problemFrom } from './problem'
import type { paths } from './schema'

let csrfToken = ''

/** The header of requests that don't go through `client`. */
export const tokenHeader = (): Record<string, string> => ({ 'X-CSRF-Token': csrfToken })

/** The token that each mutation carries; it comes with `/auth/me` and with signing in. */
export function setCsrfToken(token: string): void {
  csrfToken = token
}

const carryToken: Middleware = {
  onRequest({ request }) {
    if (request.method !== 'GET') request.headers.set('X-CSRF-Token', csrfToken)
    return request
  },
}

// Where an answer comes in several kinds (rows as JSON or as Arrow), the pages take JSON.
export const client = createClient<paths, 'application/json'>({ baseUrl: globalThis.location?.origin ?? '' })
client.use(carryToken)

interface Answer<T> {
  data?: T
  error?: unknown
  response: Response
}

/** The body of a successful answer. Throws a `Problem` otherwise. */
export async function data<T>(request: Promise<Answer<T>>): Promise<T> {
  const answer = await request
  if (!answer.response.ok) throw problemFrom(answer.response.status, answer.error)
  return answer.data as T
}

/** Whether trying the same again could help. */
export function worthRetrying(failures: number, error: unknown): boolean {
  const refused = error instanceof Problem && error.status >= 400 && error.status < 500
  return !refused && failures < 2
}
