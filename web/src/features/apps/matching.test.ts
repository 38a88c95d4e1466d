import { expect, test } from 'vitest'
import type { App } from '@/api/types'
import { matching } from './matching'

const app = (name: string, updatedAt: string, spaceName: string | null = null) =>
  ({ id: name, name, description: '', spaceName, createdBy: { id: 'u', name: 'Ada Admin' }, updatedAt }) as App
const apps = [app('Revenue by store', '2026-11-01', 'Finance'), app('Margin', '2026-11-02'), app('Store staff', '2026-11-03')]
const names = (search: string) => matching(apps, search).map(({ name }) => name)

test('every word must occur, in the name, the space or the author, in any case', () => {
  expect(names('STORE')).toEqual(['Store staff', 'Revenue by store'])
  expect(names('store finance')).toEqual(['Revenue by store'])
  expect(names('ada margin')).toEqual(['Margin'])
  expect(names('nothing')).toEqual([])
})

test('no search shows all, the newest first', () => {
  expect(names('  ')).toEqual(['Store staff', 'Margin', 'Revenue by store'])
})
