import { describe, expect, it } from 'vitest'
import { LIMITS, Refused, validated } from './validate'

describe('validated', () => {
  it('rebuilds a message from its known parts only', () => {
    const sent = { t: 'query', id: 3, query: { exploreName: 'orders', metrics: ['a'] }, label: 'L', refresh: true, extra: 1 }
    expect(validated(sent)).toEqual({
      t: 'query',
      id: 3,
      query: { exploreName: 'orders', metrics: ['a'] },
      label: 'L',
      refresh: true,
    })
  })

  it('takes a question without a refresh for one that may be answered from what is kept', () => {
    expect(validated({ t: 'query', id: 3, query: { exploreName: 'orders' }, label: null })).toMatchObject({ refresh: false })
  })

  it.each([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'ready'],
    ['a list', [{ t: 'ready' }]],
    ['an unknown kind', { t: 'eval' }],
    ['a kind that is an object', { t: ['ready'] }],
    ['a query without an explore', { t: 'query', id: 1, query: {}, label: null }],
    ['a query that is a list', { t: 'query', id: 1, query: [], label: null }],
    ['a negative id', { t: 'query', id: -1, query: { exploreName: 'o' }, label: null }],
    ['an id that is no number', { t: 'query', id: '1', query: { exploreName: 'o' }, label: null }],
    ['a huge query', { t: 'query', id: 1, query: { exploreName: 'x'.repeat(LIMITS.query) }, label: null }],
    ['a refresh that is a text', { t: 'query', id: 1, query: { exploreName: 'o' }, label: null, refresh: 'yes' }],
    ['a refresh that is a number', { t: 'query', id: 1, query: { exploreName: 'o' }, label: null, refresh: 1 }],
    ['a refresh that is null', { t: 'query', id: 1, query: { exploreName: 'o' }, label: null, refresh: null }],
    ['a log of no level', { t: 'log', level: 'info', text: '' }],
    ['a size that is not finite', { t: 'rendered', text: Number.POSITIVE_INFINITY, elements: 1 }],
  ])('refuses %s', (_what, data) => {
    expect(() => validated(data)).toThrow(Refused)
  })

  it('refuses a query with a cycle', () => {
    const query: Record<string, unknown> = { exploreName: 'orders' }
    query.self = query
    expect(() => validated({ t: 'query', id: 1, query, label: null })).toThrow(Refused)
  })

  it('cuts long texts', () => {
    const message = validated({ t: 'error', message: 'x'.repeat(LIMITS.text + 1), stack: null, fatal: 'yes' })
    expect(message).toMatchObject({ t: 'error', fatal: false })
    expect(message.t === 'error' && message.message.length).toBe(LIMITS.text + 1)
  })
})
