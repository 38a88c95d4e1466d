import { formatAxis } from '@vitrail/sdk';
import { Area, AreaChart, CartesianGrid, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import { chartData, valueTick } from '@/lib/chart';
import { AXIS_LINE, CURSOR_LINE, GRID, MARGIN, TICK } from './axes';
import { ChartCard, Legend } from './chart-card';
import { ChartTooltip } from './chart-tooltip';
import type { LineChartCardProps } from './line-chart-card';
import { useHidden } from './use-hidden';

interface AreaChartCardProps<R extends object> extends LineChartCardProps<R> {
  /** Areas on top of one another: for parts that add up to a whole. */
  stacked?: boolean;
}

export function AreaChartCard<R extends object>({
  result,
  x,
  y,
  series,
  stacked = false,
  height = 280,
  ...card
}: AreaChartCardProps<R>) {
  const [hidden, toggle] = useHidden();
  return (
    <ChartCard {...card} result={result} height={height}>
      {() => {
        const data = chartData(result, x, y, series);
        const column = result.column(x);
        return (
          <figure aria-label={card.title}>
            <Legend series={data.series} hidden={hidden} onToggle={toggle} />
            <ResponsiveContainer width="100%" height={height}>
              <AreaChart data={[...data.rows]} margin={MARGIN}>
                <CartesianGrid vertical={false} {...GRID} />
                <XAxis
                  dataKey={x as string}
                  tick={TICK}
                  tickLine={false}
                  axisLine={AXIS_LINE}
                  minTickGap={28}
                  tickMargin={8}
                  tickFormatter={(value: unknown) => formatAxis(value, column)}
                />
                <YAxis
                  width="auto"
                  tick={TICK}
                  tickLine={false}
                  axisLine={false}
                  tickCount={5}
                  tickFormatter={valueTick(data.series[0]?.column)}
                />
                <Tooltip
                  isAnimationActive={false}
                  cursor={CURSOR_LINE}
                  content={({ active, label, payload }) => (
                    <ChartTooltip active={active} label={label} payload={payload} x={column} series={data.series} sorted />
                  )}
                />
                {data.series.map((one) => (
                  <Area
                    key={one.key}
                    dataKey={one.key}
                    name={one.label}
                    {...(stacked ? { stackId: 'all' } : {})}
                    stroke={one.color}
                    strokeWidth={stacked ? 1 : 2}
                    fill={one.color}
                    fillOpacity={stacked ? 0.75 : 0.14}
                    type="linear"
                    hide={hidden.has(one.key)}
                    isAnimationActive={false}
                  />
                ))}
              </AreaChart>
            </ResponsiveContainer>
          </figure>
        );
      }}
    </ChartCard>
  );
}
