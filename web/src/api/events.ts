import { Problem, problemFrom } from './problem'

export interface ServerEvent {
  id: string
  name: string
  data: string
}

/** Server-sent events out of a text stream (HTML standard §9.2.6, without `retry`, which we don't send). */
export async function* parseEvents(chunks: AsyncIterable<string>): AsyncGenerator<ServerEvent> {
  let rest = ''
  let id = ''
  let name = ''
  let data: string[] = []
  for await (const chunk of chunks) {
    // A line end may be split between chunks: a trailing CR waits for what follows.
    const text = rest + chunk
    const cut = text.endsWith('\r') ? text.length - 1 : text.length
    const lines = text.slice(0, cut).split(/\r\n|\n|\r/)
    rest = (lines.pop() ?? '') + text.slice(cut)
    for (const line of lines) {
      if (line === '') {
        if (data.length > 0) yield { id, name: name || 'message', data: data.join('\n') }
        name = ''
        data = []
        continue
      }
      const colon = line.indexOf(':')
      if (colon === 0) continue
      const field = colon < 0 ? line : line.slice(0, colon)
      const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '')
      if (field === 'id') id = value
      else if (field === 'event') name = value
      else if (field === 'data') data.push(value)
    }
  }
}

export type BuildEvent =
  | { name: 'stage'; stage: string; status: string; startedAt: string; durationMs: number | null }
  | { name: 'step'; kind: string; title: string; detail: string }
  | { name: 'done'; status: string }

function buildEvent({ name, data }: ServerEvent): BuildEvent | null {
  const body = JSON.parse(data) as Record<string, unknown>
  const text = (key: string) => (typeof body[key] === 'string' ? body[key] : '')
  switch (name) {
    case 'stage':
      return {
        name,
        stage: text('stage'),
        status: text('status'),
        startedAt: text('startedAt'),
        durationMs: typeof body.durationMs === 'number' ? body.durationMs : null,
      }
    case 'step':
      return { name, kind: text('kind'), title: text('title'), detail: text('detail') }
    case 'done':
      return { name, status: text('status') }
    default:
      return null
  }
}

const pause = (milliseconds: number, signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, milliseconds)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })

interface Follow {
  onEvent: (event: BuildEvent) => void
  /** Told when the line is lost (and is being tried again) or holds again. */
  onConnection?: (lost: boolean) => void
  signal: AbortSignal
  fetcher?: typeof fetch
  waitMs?: number
}

/**
 * Follows a version's progress until it is done, joining again after the last event seen when the line is lost.
 * Resolves when the build has ended or the signal aborts; throws a `Problem` when the server refuses.
 */
export async function followBuild(
  appId: string,
  version: number,
  { onEvent, onConnection, signal, fetcher = fetch, waitMs = 1000 }: Follow,
): Promise<void> {
  let last = ''
  let attempts = 0
  while (!signal.aborted) {
    try {
      const response = await fetcher(`/api/v1/apps/${appId}/versions/${version}/events`, {
        headers: { Accept: 'text/event-stream', ...(last ? { 'Last-Event-ID': last } : {}) },
        signal,
      })
      if (!response.ok || !response.body) {
        throw problemFrom(response.status, await response.json().catch(() => null))
      }
      onConnection?.(false)
      const text = response.body.pipeThrough(new TextDecoderStream())
      for await (const event of parseEvents(readAll(text))) {
        attempts = 0
        if (event.id) last = event.id
        const known = buildEvent(event)
        if (known) onEvent(known)
        if (known?.name === 'done') return
      }
      // Closed in good order without a `done`: the version had ended, or the server stops.
      attempts += 1
      if (attempts > 2) return
    } catch (error) {
      if (signal.aborted) return
      if (error instanceof Problem && error.status >= 400 && error.status < 500) throw error
      attempts += 1
      onConnection?.(true)
    }
    await pause(Math.min(waitMs * 2 ** Math.min(attempts - 1, 4), 15_000), signal)
  }
}

/** Safari can't iterate streams yet. */
async function* readAll(stream: ReadableStream<string>): AsyncGenerator<string> {
  const reader = stream.getReader()
  try {
    while (true) {
      const { done, value } = await reader.read()
      if (done) return
      yield value
    }
  } finally {
    reader.releaseLock()
  }
}
