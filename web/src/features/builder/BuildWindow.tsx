import { useId } from 'react'
import classes from './BuildWindow.module.css'
import { lights, type Progress, stageWords } from './progress'

// Vitrail's own window, one pane a stage, lit from the ground up.
const PANES: [stage: string, points: string, colour: string][] = [
  ['pending', '0,21.5 8.2,15.9 8.2,28 0,28', '#33a484'],
  ['sandbox', '9.3,15.4 13.9,17.9 13.9,28 9.3,28', '#cc495b'],
  ['catalog', '15,17.8 24,8.5 24,28 15,28', '#588ad9'],
  ['generating', '12.7,0 24,0 24,7 14.5,16.6 9.5,14', '#efab2b'],
  ['checking', '0,11 9.6,8.7 8.3,14.4 0,20', '#3f78d2'],
  ['packaging', '0,0 11.5,0 9.9,7.4 0,9.7', '#1f53a8'],
]

/** How far a build is, as a window whose panes light up. The list of steps beside it says the same in words. */
export function BuildWindow({ progress, size = 120 }: { progress: Progress; size?: number }) {
  const id = useId()
  const lit = lights(progress)
  const now = progress.runs.at(-1)
  return (
    <svg
      width={(size * 24) / 28}
      height={size}
      viewBox="0 0 24 28"
      role="img"
      aria-label={now && !progress.ended ? stageWords(now.stage) : 'Build progress'}
    >
      <clipPath id={id}>
        <path d="M1 27V11.5C1 6.5 6 2.2 12 .5c6 1.7 11 6 11 11V27z" />
      </clipPath>
      <g clipPath={`url(#${id})`}>
        {PANES.map(([stage, points, colour]) => (
          <polygon
            key={stage}
            points={points}
            className={`${classes.pane} ${lit[stage] ? classes[lit[stage]] : ''}`}
            style={{ ['--lit' as string]: colour }}
          />
        ))}
      </g>
    </svg>
  )
}
