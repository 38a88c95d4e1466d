import { describe, expect, it } from 'vitest'
import { AT_A_TIME, BURST, type Answered, MOST_WAITING, PER_SECOND, problemOf, Queries, REFRESH_BURST } from './queries'

function setUp() {
  const asked: { refresh: boolean; resolve: (value: unknown) => void; reject: (reason: unknown) => void }[] = []
  const events: Answered[] = []
  const replies: unknown[] = []
  const clock = { now: 0 }
  const queries = new Queries(
    (_query, refresh) => new Promise((resolve, reject) => asked.push({ refresh, resolve, reject })),
    (event) => events.push(event),
    () => clock.now,
  )
  const add = (refresh = false) =>
    queries.add({ exploreName: 'orders' }, null, refresh, (answer) => replies.push(answer))
  return { asked, events, replies, clock, queries, add }
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 0))

describe('Queries', () => {
  it('asks a few at a time and the next when one is answered', async () => {
    const { asked, replies, add } = setUp()
    for (let n = 0; n < AT_A_TIME + 2; n += 1) add()
    expect(asked).toHaveLength(AT_A_TIME)
    asked[0]?.resolve({ rows: [] })
    await settled()
    expect(asked).toHaveLength(AT_A_TIME + 1)
    expect(replies).toEqual([{ result: { rows: [] } }])
  })

  it('answers a runaway app with an error, and serves it again later', () => {
    const { asked, replies, clock, add } = setUp()
    for (let n = 0; n < BURST; n += 1) add()
    add()
    expect(asked).toHaveLength(AT_A_TIME)
    expect(replies).toEqual([{ error: expect.objectContaining({ title: 'Too many queries' }) }])
    clock.now = 1000
    for (let n = 0; n < PER_SECOND + 1; n += 1) add()
    expect(replies).toHaveLength(2)
  })

  it('passes a refresh on, and tells how old each answer is', async () => {
    const { asked, events, add } = setUp()
    add()
    add(true)
    expect(asked.map(({ refresh }) => refresh)).toEqual([false, true])
    asked[0]?.resolve({ rows: [], asOf: '2026-11-25T10:00:00Z' })
    asked[1]?.resolve({ rows: [], asOf: 'soon' })
    await settled()
    expect(events.map(({ asOf }) => asOf)).toEqual(['2026-11-25T10:00:00Z', null])
  })

  it('answers one refresh too many from what is kept', async () => {
    const { asked, replies, clock, add } = setUp()
    const one = async () => {
      add(true)
      asked.at(-1)?.resolve({ rows: [] })
      await settled()
    }
    for (let n = 0; n < REFRESH_BURST + 1; n += 1) await one()
    expect(asked.filter(({ refresh }) => refresh)).toHaveLength(REFRESH_BURST)
    expect(asked.at(-1)?.refresh).toBe(false)
    expect(replies).toHaveLength(REFRESH_BURST + 1)
    clock.now = 1000
    await one()
    expect(asked.at(-1)?.refresh).toBe(true)
  })

  it('is busy as long as something is asked or waits', async () => {
    const { asked, queries, add } = setUp()
    expect(queries.busy).toBe(false)
    for (let n = 0; n < AT_A_TIME + 1; n += 1) add()
    for (let n = 0; n < AT_A_TIME; n += 1) asked[n]?.resolve({})
    await settled()
    expect(queries.busy).toBe(true)
    asked[AT_A_TIME]?.resolve({})
    await settled()
    expect(queries.busy).toBe(false)
  })

  it('keeps a bounded number waiting', () => {
    const { replies, clock, add } = setUp()
    for (let n = 0; n < AT_A_TIME + MOST_WAITING; n += 1) {
      clock.now += 1000
      add()
    }
    expect(replies).toEqual([])
    clock.now += 1000
    add()
    expect(replies).toHaveLength(1)
  })

  it('passes title, cause and cure of a failure on, and nothing else', async () => {
    const { asked, replies, events, add } = setUp()
    add()
    asked[0]?.reject({ title: 'Not allowed', cause: 'because', cure: 'ask', sql: 'select secret' })
    await settled()
    expect(replies).toEqual([{ error: { title: 'Not allowed', cause: 'because', cure: 'ask' } }])
    expect(events[0]).toMatchObject({ ok: false })
  })

  it('says nothing after it was closed', async () => {
    const { asked, replies, queries, add } = setUp()
    add()
    queries.close()
    asked[0]?.resolve({})
    await settled()
    expect(replies).toEqual([])
  })
})

it('a rejection that is no problem becomes one', () => {
  expect(problemOf(new Error('boom')).cause).toBe('boom')
  expect(problemOf(undefined).cure).not.toBe('')
})
