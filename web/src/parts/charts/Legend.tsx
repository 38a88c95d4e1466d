import classes from './charts.module.css'
import { colour } from './palette'

interface LegendProps {
  entries: readonly { label: string; colour: number; detail?: string }[]
  /** Entries that there was no room to draw. */
  left?: number
}

export function Legend({ entries, left = 0 }: LegendProps) {
  return (
    <ul className={classes.legend} aria-label="Legend">
      {entries.map((entry) => (
        <li key={`${entry.colour} ${entry.label}`}>
          <span className={classes.swatch} style={{ background: colour(entry.colour) }} />
          {entry.label}
          {entry.detail && <span style={{ color: 'var(--mantine-color-dimmed)' }}>{entry.detail}</span>}
        </li>
      ))}
      {left > 0 && <li>and {left} more that are not drawn</li>}
    </ul>
  )
}
