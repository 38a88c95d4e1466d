import { expect, test } from 'vitest'
import { flatten, pathTo, spaceTree } from './spaces'
import type { Space } from './types'

const space = (id: string, name: string, parentId: string | null): Space => ({
  id,
  name,
  description: '',
  openToProject: true,
  canManage: false,
  parentId,
  projectId: 'p',
  access: 'inherited',
  role: 'view',
  appCount: 0,
  createdAt: '2026-11-22T10:00:00Z',
})
const spaces = [space('2', 'Stores', null), space('3', 'West', '2'), space('1', 'Finance', null), space('4', 'East', '2')]

test('the tree is read by name, children under their parent', () => {
  expect(flatten(spaceTree(spaces)).map(({ name, depth }) => [name, depth])).toEqual([
    ['Finance', 0],
    ['Stores', 0],
    ['East', 1],
    ['West', 1],
  ])
})

test('a space whose parent is not shared with me stands at the top', () => {
  expect(flatten(spaceTree([space('9', 'Alone', 'hidden')]))).toMatchObject([{ name: 'Alone', depth: 0 }])
})

test('the path leads from the top to the space, and a ring ends', () => {
  expect(pathTo(spaces, '3').map(({ name }) => name)).toEqual(['Stores', 'West'])
  expect(pathTo(spaces, null)).toEqual([])
  expect(pathTo([space('a', 'A', 'b'), space('b', 'B', 'a')], 'a').length).toBeLessThanOrEqual(50)
})
