import { expect, test } from 'vitest'
import { peopleWanted } from './wanted'

test('the filters of an address are read, and what is none is left out', () => {
  expect(peopleWanted({ q: 'ada', role: 'member', group: 'g1', status: 'off', page: 3 })).toEqual({
    q: 'ada',
    role: 'member',
    group: 'g1',
    status: 'off',
    page: 3,
  })
  expect(peopleWanted({ q: '', role: 'owner', group: 7, status: 'toString', page: '3' })).toEqual({})
})
