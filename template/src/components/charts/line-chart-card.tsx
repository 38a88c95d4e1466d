import { formatAxis, type QueryResult } from '@vitrail/sdk';
import { CartesianGrid, Line, LineChart, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import { chartData, valueTick } from '@/lib/chart';
import { AXIS_LINE, CURSOR_LINE, GRID, MARGIN, TICK } from './axes';
import { ChartCard, type ChartCardProps, Legend } from './chart-card';
import { ChartTooltip } from './chart-tooltip';
import { useHidden } from './use-hidden';

export interface LineChartCardProps<R extends object> extends ChartCardProps {
  result: QueryResult<R>;
  x: keyof NoInfer<R> & string;
  y: (keyof NoInfer<R> & string) | readonly (keyof NoInfer<R> & string)[];
  /** A dimension: one line for each of its values. */
  series?: keyof NoInfer<R> & string;
}

export function LineChartCard<R extends object>({ result, x, y, series, height = 280, ...card }: LineChartCardProps<R>) {
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
              <LineChart data={[...data.rows]} margin={MARGIN}>
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
                  <Line
                    key={one.key}
                    dataKey={one.key}
                    name={one.label}
                    stroke={one.color}
                    strokeWidth={2}
                    dot={data.rows.length === 1}
                    activeDot={{ r: 4, strokeWidth: 0 }}
                    type="linear"
                    connectNulls={false}
                    hide={hidden.has(one.key)}
                    isAnimationActive={false}
                  />
                ))}
              </LineChart>
            </ResponsiveContainer>
          </figure>
        );
      }}
    </ChartCard>
  );
}
