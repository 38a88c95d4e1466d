import classes from './charts.module.css'
import { colour } from './palette'

interface TooltipBoxProps {
  title: string
  entries: readonly { label: string; colour: number; text: string }[]
}

export function TooltipBox({ title, entries }: TooltipBoxProps) {
  return (
    <div className={classes.tooltip}>
      <strong>{title}</strong>
      <dl>
        {entries.map((entry) => (
          <div key={`${entry.colour} ${entry.label}`} style={{ display: 'contents' }}>
            <span className={classes.swatch} style={{ background: colour(entry.colour) }} />
            <dt>{entry.label}</dt>
            <dd>{entry.text}</dd>
          </div>
        ))}
      </dl>
    </div>
  )
}
