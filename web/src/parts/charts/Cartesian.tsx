import {
  Area,
  Bar,
  CartesianGrid,
  ComposedChart,
  LabelList,
  Line,
  ResponsiveContainer,
  Scatter,
  Tooltip,
  XAxis,
  YAxis,
} from 'recharts'
import type { CartesianLook } from '@/api/charts'
import { type Column, inShort, inWords } from './answer'
import classes from './charts.module.css'
import { Legend } from './Legend'
import { colour } from './palette'
import type { Drawn, Point, Series } from './series'
import { TooltipBox } from './Tooltip'

const LINE = 'var(--v-line)'
const NAMES_AT_MOST = 170
/** Beside horizontal bars, a character takes about as many pixels. */
const CHARACTER = 7

interface CartesianProps {
  drawn: Drawn
  look: CartesianLook
  name: string
}

/** Lines, areas, bars and dots over two axes. */
export function Cartesian({ drawn, look, name }: CartesianProps) {
  const { x, points, series, left } = drawn
  const lying = look.type === 'horizontal_bar'
  const percent = look.stacking === 'percent'
  const legend = look.legend !== 'none' && (series.length > 1 || left > 0)
  const valueAxis = (side: Series[]) => ({
    type: 'number' as const,
    tickLine: false,
    axisLine: false,
    tickCount: 5,
    domain: look.fromZero || percent ? undefined : (['auto', 'auto'] as ['auto', 'auto']),
    tickFormatter: (value: number) => (percent ? `${Math.round(value * 100)}%` : inShort(value, side[0]?.column)),
  })
  const longest = Math.max(0, ...points.map((point) => inShort(point.x, x).length))
  const names = {
    dataKey: 'x',
    type: 'category' as const,
    tickLine: false,
    axisLine: { stroke: LINE },
    tickFormatter: (value: unknown) => inShort(value, x),
  }
  const [byLeft, byRight] = [series.filter((one) => !one.right), series.filter((one) => one.right)]
  const titleOf = (label: string | null | undefined) => (label ? { value: label, fill: 'currentColor' } : undefined)
  return (
    <figure className={classes.drawing} data-legend={look.legend} style={{ margin: 0 }} aria-label={name}>
      {legend && <Legend entries={series} left={left} />}
      <div className={classes.canvas}>
        <ResponsiveContainer width="100%" height="100%" minHeight={80}>
          <ComposedChart
            data={points}
            layout={lying ? 'vertical' : 'horizontal'}
            margin={{ top: 8, right: lying && look.showValues ? 56 : 12, bottom: look.xLabel ? 16 : 0, left: 0 }}
            {...(percent ? { stackOffset: 'expand' as const } : {})}
          >
            <CartesianGrid stroke={LINE} vertical={lying} horizontal={!lying} yAxisId={lying ? 0 : 'left'} />
            {lying ? (
              <>
                <XAxis {...valueAxis(series)} label={titleOf(look.yLabel)} />
                <YAxis {...names} width={Math.min(NAMES_AT_MOST, longest * CHARACTER + 16)} interval={0} />
              </>
            ) : (
              <>
                <XAxis {...names} minTickGap={24} tickMargin={8} label={titleOf(look.xLabel)} />
                <YAxis yAxisId="left" width="auto" {...valueAxis(byLeft)} label={titleOf(look.yLabel)} />
                {byRight.length > 0 && (
                  <YAxis yAxisId="right" orientation="right" width="auto" {...valueAxis(byRight)} />
                )}
              </>
            )}
            <Tooltip
              isAnimationActive={false}
              cursor={{ fill: 'light-dark(rgb(20 40 60 / 6%), rgb(200 220 240 / 8%))', stroke: LINE }}
              content={<PointTooltip x={x} series={series} />}
            />
            {series.map((one) => shape(one, look, points.length))}
          </ComposedChart>
        </ResponsiveContainer>
      </div>
    </figure>
  )
}

interface PointTooltipProps {
  x: Column
  series: readonly Series[]
  /** These two come from the library. */
  active?: boolean
  payload?: readonly { payload?: unknown }[]
}

function PointTooltip({ x, series, active, payload }: PointTooltipProps) {
  const point = payload?.[0]?.payload as Point | undefined
  if (!active || !point) return null
  const entries = series.flatMap((one) => {
    const value = point[one.key]
    return value === undefined || value === null
      ? []
      : [{ label: one.label, colour: one.colour, text: inWords(value, one.column) }]
  })
  return <TooltipBox title={inWords(point.x, x)} entries={entries} />
}

/** A series in the chart's kind of shape. The library reads its children's types, so this is no component. */
function shape(one: Series, look: CartesianLook, points: number) {
  const paint = colour(one.colour)
  const lying = look.type === 'horizontal_bar'
  const shared = {
    key: one.key,
    dataKey: one.key,
    name: one.label,
    isAnimationActive: false,
    ...(lying ? {} : { yAxisId: one.right ? 'right' : 'left' }),
  }
  const values = look.showValues && (
    <LabelList
      dataKey={one.key}
      position={lying ? 'right' : 'top'}
      formatter={(value: unknown) => inShort(value, one.column)}
    />
  )
  const stackId = look.stacking === 'none' ? undefined : one.right ? 'right' : 'left'
  const { key, ...props } = shared
  switch (look.type) {
    case 'line':
      return (
        <Line
          key={key}
          {...props}
          type={look.smooth ? 'monotone' : 'linear'}
          stroke={paint}
          strokeWidth={2}
          dot={points === 1 ? { r: 3 } : false}
        >
          {values}
        </Line>
      )
    case 'area':
      return (
        <Area
          key={key}
          {...props}
          type={look.smooth ? 'monotone' : 'linear'}
          stroke={paint}
          strokeWidth={1.5}
          fill={paint}
          fillOpacity={stackId ? 0.55 : 0.22}
          stackId={stackId}
        >
          {values}
        </Area>
      )
    case 'scatter':
      return <Scatter key={key} {...props} fill={paint} />
    default:
      return (
        <Bar key={key} {...props} fill={paint} stackId={stackId} radius={stackId ? 0 : 2} maxBarSize={64}>
          {values}
        </Bar>
      )
  }
}
