import { describe, expect, test } from 'vitest'
import type { DashboardContent, DashboardFilter, Tile } from '@/api/dashboards'
import { asked, current, readChoices, withChoice } from './choices'
import { arranged, freePlace, freshId, onTab, stepped, withoutTab, withoutTiles } from './layout'

const tile = (id: string, tab: string, x: number, y: number, w = 6, h = 4): Tile => ({ id, kind: 'markdown', tab, x, y, w, h, text: '' })
const filter = (id: string, more: Partial<DashboardFilter> = {}): DashboardFilter => ({
  id, exploreName: 'orders', fieldId: 'region', operator: 'equals', values: [], locked: false, targets: [], ...more,
})
const CONTENT: DashboardContent = {
  tabs: [{ id: 'a', name: 'A' }, { id: 'b', name: 'B' }],
  tiles: [tile('one', 'a', 6, 0), tile('two', 'a', 0, 0), tile('three', 'b', 0, 0)],
  filters: [filter('region', { targets: [{ tile: 'one', fieldId: null }, { tile: 'three', fieldId: 'city' }] })],
}

describe('layout', () => {
  test('tiles are read from the top, left to right', () => {
    expect(onTab(CONTENT, 'a').map(({ id }) => id)).toEqual(['two', 'one'])
  })

  test('a new tile takes the first room that fits it', () => {
    const tiles = [tile('l', 'a', 0, 0, 4, 4), tile('r', 'a', 8, 0, 4, 2)]
    expect(freePlace(tiles, { w: 4, h: 4 })).toEqual({ x: 4, y: 0, w: 4, h: 4 })
    expect(freePlace(tiles, { w: 12, h: 1 })).toMatchObject({ x: 0, y: 4 })
    expect(freePlace([], { w: 6, h: 6 })).toMatchObject({ x: 0, y: 0 })
  })

  test('the keyboard moves and sizes within the grid', () => {
    const place = { x: 8, y: 0, w: 4, h: 4 }
    expect(stepped(place, 'ArrowRight', false)).toEqual(place)
    expect(stepped(place, 'ArrowLeft', false)).toMatchObject({ x: 7 })
    expect(stepped(place, 'ArrowUp', false)).toEqual(place)
    expect(stepped(place, 'ArrowRight', true)).toEqual(place)
    expect(stepped(place, 'ArrowDown', true)).toMatchObject({ h: 5 })
    expect(stepped({ ...place, w: 2 }, 'ArrowLeft', true)).toMatchObject({ w: 2 })
    expect(stepped(place, 'Enter', false)).toBeNull()
  })

  test('what goes takes its mentions in filters with it', () => {
    const fewer = withoutTiles(CONTENT, ({ id }) => id === 'one')
    expect(fewer.filters?.[0]?.targets).toEqual([{ tile: 'three', fieldId: 'city' }])
    const less = withoutTab(CONTENT, 'b')
    expect([less.tabs.length, less.tiles?.length, less.filters?.[0]?.targets?.length]).toEqual([1, 2, 1])
    expect(withoutTab(less, 'a')).toBe(less)
  })

  test('an arrangement that moves nothing changes nothing', () => {
    const same = [{ i: 'one', x: 6, y: 0, w: 6, h: 4 }]
    expect(arranged(CONTENT, same)).toBe(CONTENT)
    const other = arranged(CONTENT, [{ i: 'one', x: 0, y: 9, w: 6, h: 4 }])
    expect(other.tiles?.[0]).toMatchObject({ id: 'one', x: 0, y: 9 })
  })

  test('ids are not given twice', () => {
    expect(freshId([{ id: 'chart-1' }, { id: 'chart-3' }], 'chart')).toBe('chart-4')
  })
})

describe('choices', () => {
  test('only what makes sense is read from an address', () => {
    expect(readChoices({ region: { values: ['West'], operator: 'equals' } })).toEqual({ region: { values: ['West'], operator: 'equals' } })
    expect(readChoices({ region: { values: [{ a: 1 }] }, b: 'x', c: { values: 'West' } })).toBeUndefined()
    expect(readChoices({ r: { values: ['a'], operator: "'; drop" } })).toEqual({ r: { values: ['a'] } })
    expect([readChoices(null), readChoices('x'), readChoices([1])]).toEqual([undefined, undefined, undefined])
  })

  test('only filters of the dashboard that are not locked are asked for', () => {
    const choices = { region: { values: ['West'] }, gone: { values: [1] }, fixed: { values: [2] } }
    expect(asked([filter('region'), filter('fixed', { locked: true })], choices)).toEqual([{ id: 'region', values: ['West'] }])
    expect(asked([filter('constructor')], choices)).toEqual([])
  })

  test('what the viewer set comes before what was saved, and can be taken back', () => {
    const saved = filter('region', { values: ['East'] })
    expect(current(saved, undefined).values).toEqual(['East'])
    expect(current(saved, { region: { values: [] } }).values).toEqual([])
    expect(current({ ...saved, locked: true }, { region: { values: [] } }).values).toEqual(['East'])
    const set = withChoice(undefined, 'region', { values: ['West'] })
    expect(set).toEqual({ region: { values: ['West'] } })
    expect(withChoice(set, 'region', undefined)).toBeUndefined()
  })
})
