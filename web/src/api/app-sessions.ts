// Used by the pages and by the server's check page, which must stay small: only `fetch` here.
import type { AppQuery } from '@/bridge'
import { problemFrom } from './problem'
import type { QueryAnswer, Session } from './types'

type Headers = Record<string, string>

/** POSTs JSON. Throws a `Problem` with what the server said. */
export async function post<T>(path: string, body: unknown, headers: Headers = {}): Promise<T> {
  const response = await fetch(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
  if (!response.ok) throw problemFrom(response.status, await response.json().catch(() => null))
  return (await response.json()) as T
}

/** What mounting needs of a session: where its files are. */
export function sessionFiles({ session, files }: Session): { entry: string; styles: string[] } {
  const at = (name: string) => `/api/v1/app-sessions/${session}/files/${name}`
  return { entry: at(files.entry), styles: files.styles.map(at) }
}

/** An app's question; `refresh` asks the warehouse, whatever answer is kept. */
export const askSession = (
  { session }: Session,
  query: AppQuery,
  refresh = false,
  headers?: Headers,
): Promise<QueryAnswer> => post(`/api/v1/app-sessions/${session}/query`, { query, refresh }, headers)
