import { Cell, PieChart, Pie as Ring, ResponsiveContainer, Tooltip } from 'recharts'
import type { PieLook } from '@/api/charts'
import { type Column, inWords } from './answer'
import classes from './charts.module.css'
import { Legend } from './Legend'
import { colour } from './palette'
import type { Slice } from './series'
import { TooltipBox } from './Tooltip'

interface PieProps {
  slices: Slice[]
  value: Column
  look: PieLook
  name: string
}

const percent = (share: number) => `${(share * 100).toFixed(share < 0.1 ? 1 : 0)}%`

/** Parts of a whole. */
export function Pie({ slices, value, look, name }: PieProps) {
  const entries = slices.map((slice) => ({ ...slice, detail: look.showValues ? percent(slice.share) : '' }))
  return (
    <figure className={classes.drawing} data-legend={look.legend} style={{ margin: 0 }} aria-label={name}>
      {look.legend !== 'none' && <Legend entries={entries} />}
      <div className={classes.canvas}>
        <ResponsiveContainer width="100%" height="100%" minHeight={80}>
          <PieChart>
            <Tooltip isAnimationActive={false} content={<SliceTooltip value={value} />} />
            <Ring
              data={slices}
              dataKey="value"
              nameKey="label"
              innerRadius={look.donut ? '58%' : 0}
              outerRadius="94%"
              stroke="var(--v-surface)"
              strokeWidth={2}
              isAnimationActive={false}
            >
              {slices.map((slice) => (
                <Cell key={slice.colour} fill={colour(slice.colour)} />
              ))}
            </Ring>
          </PieChart>
        </ResponsiveContainer>
      </div>
    </figure>
  )
}

interface SliceTooltipProps {
  value: Column
  /** These two come from the library. */
  active?: boolean
  payload?: readonly { payload?: unknown }[]
}

function SliceTooltip({ value, active, payload }: SliceTooltipProps) {
  const slice = payload?.[0]?.payload as Slice | undefined
  if (!active || !slice) return null
  const text = `${inWords(slice.value, value)} · ${percent(slice.share)}`
  return <TooltipBox title={slice.label} entries={[{ ...slice, label: value.label, text }]} />
}
