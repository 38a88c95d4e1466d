import { tokenHeader } from './client'
import { problemFrom } from './problem'

/** A file that the server made; `truncated` when it holds not all there is. */
export interface Download {
  blob: Blob
  truncated: boolean
}

/** Asks for a file with a POST, since what it holds depends on more than an address. Throws a `Problem`. */
export async function download(path: string, body: unknown): Promise<Download> {
  const response = await fetch(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...tokenHeader() },
    body: JSON.stringify(body),
  })
  if (!response.ok) throw problemFrom(response.status, await response.json().catch(() => null))
  return { blob: await response.blob(), truncated: response.headers.get('X-Rows-Truncated') === 'true' }
}
