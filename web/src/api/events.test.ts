import { expect, test } from 'vitest'
import { type BuildEvent, followBuild, parseEvents, type ServerEvent } from './events'
import { Problem } from './problem'

async function* chunks(...texts: string[]) {
  yield* texts
}

async function all(...texts: string[]) {
  const events: ServerEvent[] = []
  for await (const event of parseEvents(chunks(...texts))) events.push(event)
  return events
}

const stage = (id: number, name: string, status = 'running') =>
  `id: ${id}\nevent: stage\ndata: ${JSON.stringify({ stage: name, status, startedAt: '2026-11-22T10:00:00Z' })}\n\n`
const done = (id: number) => `id: ${id}\nevent: done\ndata: {"status":"ready","error":null,"reply":null}\n\n`

/** A server that answers each request with the next of these. */
function serving(...answers: (() => Response)[]) {
  const asked: (string | null)[] = []
  const fetcher = (async (_url: string, { headers }: { headers: Record<string, string> }) => {
    asked.push(headers['Last-Event-ID'] ?? null)
    const answer = answers.shift()
    if (!answer) throw new TypeError('no more answers')
    return answer()
  }) as unknown as typeof fetch
  return { asked, fetcher }
}

async function follow(fetcher: typeof fetch) {
  const events: BuildEvent[] = []
  const lines: boolean[] = []
  await followBuild('a', 1, {
    onEvent: (event) => events.push(event),
    onConnection: (lost) => lines.push(lost),
    signal: new AbortController().signal,
    fetcher,
    waitMs: 1,
  })
  return { events, lines }
}

test('events are read whatever way the stream is cut', async () => {
  const text = stage(1, 'pending') + ': still here\n\n' + done(2)
  const whole = await all(text)
  expect(whole.map(({ id, name }) => [id, name])).toEqual([
    ['1', 'stage'],
    ['2', 'done'],
  ])
  expect(await all(...text)).toEqual(whole)
})

test('carriage returns end lines too, also when they are cut from their line feed', async () => {
  expect(await all('id: 7\r', '\ndata: a\r\ndata: b\r\n\r', '\n')).toEqual([{ id: '7', name: 'message', data: 'a\nb' }])
})

test('following ends with `done`', async () => {
  const { fetcher } = serving(() => new Response(stage(1, 'pending') + done(2)))
  const { events } = await follow(fetcher)
  expect(events.map(({ name }) => name)).toEqual(['stage', 'done'])
})

test('a lost line is joined again after the last event that was seen', async () => {
  const { asked, fetcher } = serving(
    () => new Response(stage(1, 'pending') + stage(2, 'sandbox')),
    () => {
      throw new TypeError('Failed to fetch')
    },
    () => new Response(done(3)),
  )
  const { events, lines } = await follow(fetcher)
  expect(asked).toEqual([null, '2', '2'])
  expect(events).toHaveLength(3)
  expect(lines).toEqual([false, true, false])
})

test('a server in trouble is asked again, a refusal is told', async () => {
  const { fetcher } = serving(
    () => new Response('', { status: 502 }),
    () => Response.json({ title: 'Not allowed', cause: 'Not yours.', cure: 'Ask.' }, { status: 403 }),
  )
  await expect(follow(fetcher)).rejects.toEqual(new Problem('Not allowed', 'Not yours.', 'Ask.', 403))
})

test('a stream that ends without `done` is not asked for ever', async () => {
  const empty = () => new Response(': nothing\n\n')
  const { asked, fetcher } = serving(empty, empty, empty, empty, empty)
  await follow(fetcher)
  expect(asked).toHaveLength(3)
})
