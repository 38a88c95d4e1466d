import type { DashboardContent, Tab, Tile } from '@/api/dashboards'

export const COLUMNS = 12
/** Pixels of a row, and between tiles. */
export const ROW = 56
export const GAP = 16

export const SMALLEST = { w: 2, h: 2 }

export interface Place {
  x: number
  y: number
  w: number
  h: number
}

export const tilesOf = (content: DashboardContent): Tile[] => content.tiles ?? []

/** A tab's tiles in reading order. */
export const onTab = (content: DashboardContent, tab: string): Tile[] =>
  tilesOf(content)
    .filter((tile) => tile.tab === tab)
    .toSorted((a, b) => a.y - b.y || a.x - b.x)

/** An id that nothing here has yet. */
export function freshId(taken: readonly { id: string }[], word: string): string {
  let number = taken.length + 1
  while (taken.some(({ id }) => id === `${word}-${number}`)) number += 1
  return `${word}-${number}`
}

/** The first place, from the top, where a new tile of this size covers no other. */
export function freePlace(tiles: readonly Place[], { w, h }: Pick<Place, 'w' | 'h'>): Place {
  const covers = (x: number, y: number) =>
    tiles.some((tile) => x < tile.x + tile.w && tile.x < x + w && y < tile.y + tile.h && tile.y < y + h)
  for (let y = 0; ; y += 1) {
    for (let x = 0; x + w <= COLUMNS; x += 1) {
      if (!covers(x, y)) return { x, y, w, h }
    }
  }
}

/** A place after a step of the keyboard: arrows move it, with Shift they change its size. Null for another key. */
export function stepped(place: Place, key: string, shift: boolean): Place | null {
  const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[key]
  if (!step) return null
  const [dx = 0, dy = 0] = step
  if (shift) {
    const w = Math.min(Math.max(place.w + dx, SMALLEST.w), COLUMNS - place.x)
    return { ...place, w, h: Math.min(Math.max(place.h + dy, SMALLEST.h), 100) }
  }
  return { ...place, x: Math.min(Math.max(place.x + dx, 0), COLUMNS - place.w), y: Math.max(place.y + dy, 0) }
}

export const withTile = (content: DashboardContent, tile: Tile): DashboardContent => {
  const tiles = tilesOf(content)
  const known = tiles.some(({ id }) => id === tile.id)
  return { ...content, tiles: known ? tiles.map((one) => (one.id === tile.id ? tile : one)) : [...tiles, tile] }
}

/** Without some tiles; filters no longer name them. */
export function withoutTiles(content: DashboardContent, gone: (tile: Tile) => boolean): DashboardContent {
  const ids = new Set(tilesOf(content).filter(gone).map(({ id }) => id))
  return {
    ...content,
    tiles: tilesOf(content).filter(({ id }) => !ids.has(id)),
    filters: (content.filters ?? []).map((filter) => ({
      ...filter,
      targets: (filter.targets ?? []).filter(({ tile }) => !ids.has(tile)),
    })),
  }
}

/** Without a tab and what lies on it. The last one stays. */
export function withoutTab(content: DashboardContent, id: string): DashboardContent {
  const tabs: Tab[] = content.tabs.filter((tab) => tab.id !== id)
  return tabs.length === 0 ? content : { ...withoutTiles(content, (tile) => tile.tab === id), tabs }
}

/** The tiles of a tab where the grid has put them; the same object when nothing moved. */
export function arranged(
  content: DashboardContent,
  places: readonly (Place & { i: string })[],
): DashboardContent {
  const by = new Map(places.map((place) => [place.i, place]))
  const moved = (tile: Tile) => {
    const place = by.get(tile.id)
    return place && (place.x !== tile.x || place.y !== tile.y || place.w !== tile.w || place.h !== tile.h)
  }
  if (!tilesOf(content).some(moved)) return content
  return {
    ...content,
    tiles: tilesOf(content).map((tile) => {
      const { x, y, w, h } = by.get(tile.id) ?? tile
      return { ...tile, x, y, w, h }
    }),
  }
}
