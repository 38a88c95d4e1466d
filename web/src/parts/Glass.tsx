import { useId } from 'react'

const BLUES = ['#18448d', '#1f53a8', '#2c65c2', '#3f78d2', '#588ad9', '#7fa5e2']
const ACCENTS = ['#efab2b', '#f3be5a', '#cc495b', '#33a484', '#4bb193', '#d36070']

/** A small deterministic source of numbers in [0, 1): the same seed gives the same window (mulberry32). */
function numbers(seed: string): () => number {
  let state = 2_166_136_261
  for (const character of seed) state = Math.imul(state ^ (character.codePointAt(0) ?? 0), 16_777_619)
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

export interface Pane {
  points: string
  colour: string
  opacity: number
}

type Point = [number, number]

/**
 * The panes of a window on a `width` × `height` sheet: a grid with its inner crossings pushed about, some
 * panes cut in two. Warm colours gather along a line that rises to the right, as on a good chart.
 */
export function panes(seed: string, columns: number, rows: number, width: number, height: number): Pane[] {
  const next = numbers(seed)
  const x = width / columns
  const y = height / rows
  const at: Point[][] = Array.from({ length: rows + 1 }, (_r, row) =>
    Array.from({ length: columns + 1 }, (_c, column): Point => {
      const inner = (edge: number, count: number) => edge > 0 && edge < count
      return [
        (column + (inner(column, columns) ? (next() - 0.5) * 0.62 : 0)) * x,
        (row + (inner(row, rows) ? (next() - 0.5) * 0.62 : 0)) * y,
      ]
    }),
  )
  const colour = (points: Point[]): Pane => {
    const cx = points.reduce((sum, point) => sum + point[0], 0) / points.length / width
    const cy = points.reduce((sum, point) => sum + point[1], 0) / points.length / height
    const fromLine = Math.abs(cy - (0.86 - 0.62 * cx))
    const warm = next() < 0.75 - fromLine * 3.2
    const set = warm ? ACCENTS : BLUES
    return {
      points: points.map((point) => `${point[0].toFixed(1)},${point[1].toFixed(1)}`).join(' '),
      colour: set[Math.floor(next() * set.length)] ?? '#2c65c2',
      opacity: warm ? 0.9 + next() * 0.1 : 0.72 + next() * 0.28,
    }
  }
  const result: Pane[] = []
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const corner = (r: number, c: number): Point => at[r]?.[c] ?? [0, 0]
      const [a, b, c, d] = [
        corner(row, column),
        corner(row, column + 1),
        corner(row + 1, column + 1),
        corner(row + 1, column),
      ]
      const cut = next()
      if (cut < 0.3) result.push(colour([a, b, c]), colour([a, c, d]))
      else if (cut < 0.55) result.push(colour([a, b, d]), colour([b, c, d]))
      else result.push(colour([a, b, c, d]))
    }
  }
  return result
}

interface GlassProps {
  seed: string
  columns: number
  rows: number
  /** Cut to a pointed arch. */
  arched?: boolean
  /** Paler, for places where it stands for nothing yet. */
  quiet?: boolean
}

/** A stained-glass window that fills its box. Decoration: hidden from screen readers. */
export function Glass({ seed, columns, rows, arched = false, quiet = false }: GlassProps) {
  const id = useId()
  const [width, height] = [columns * 40, rows * 40]
  const shoulder = height * 0.42
  return (
    <svg
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio={arched ? 'xMidYMid meet' : 'xMidYMid slice'}
      aria-hidden="true"
      style={{ width: '100%', height: '100%', display: 'block', opacity: quiet ? 0.55 : 1 }}
    >
      {arched && (
        <clipPath id={id}>
          <path
            d={`M0 ${height}V${shoulder}C0 ${shoulder * 0.5} ${width * 0.22} ${shoulder * 0.15} ${width / 2} 0C${width * 0.78} ${shoulder * 0.15} ${width} ${shoulder * 0.5} ${width} ${shoulder}V${height}z`}
          />
        </clipPath>
      )}
      <g clipPath={arched ? `url(#${id})` : undefined}>
        <rect width={width} height={height} fill="#101a21" />
        {panes(seed, columns, rows, width, height).map((pane) => (
          <polygon
            key={pane.points}
            points={pane.points}
            fill={pane.colour}
            fillOpacity={pane.opacity}
            stroke="#101a21"
            strokeWidth={2.2}
            strokeLinejoin="round"
          />
        ))}
      </g>
    </svg>
  )
}
