import { formatAxis, type QueryResult } from '@vitrail/sdk';
import { Bar, BarChart, CartesianGrid, LabelList, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import { type ChartData, chartData, PERCENT, valueTick } from '@/lib/chart';
import { AXIS_LINE, CURSOR_FILL, GRID, MARGIN, TICK } from './axes';
import { ChartCard, type ChartCardProps, Legend } from './chart-card';
import { ChartTooltip } from './chart-tooltip';
import { useHidden } from './use-hidden';

export interface BarChartCardProps<R extends object> extends ChartCardProps {
  result: QueryResult<R>;
  x: keyof NoInfer<R> & string;
  y: (keyof NoInfer<R> & string) | readonly (keyof NoInfer<R> & string)[];
  /** A dimension: one bar for each of its values. */
  series?: keyof NoInfer<R> & string;
  /** Bars that grow to the right, one line for each x: for rankings and long names. */
  horizontal?: boolean;
  stacked?: boolean;
  /** The biggest n only. */
  topN?: number;
}

const LINE = 34; // pixels that one horizontal bar takes
const CHARACTER = 7.6; // and one character of a name, at the most

/** Room for the names beside horizontal bars; a phone leaves less. */
function nameWidth(): number {
  return Math.min(176, Math.max(96, window.innerWidth * 0.28));
}

export function BarChartCard<R extends object>(props: BarChartCardProps<R>) {
  return <Bars {...props} percent={false} />;
}

interface StackedBarChartCardProps<R extends object> extends Omit<BarChartCardProps<R>, 'stacked' | 'topN'> {
  /** Each stack drawn to 100 %. */
  percent?: boolean;
}

/** Parts of a whole, for each x. */
export function StackedBarChartCard<R extends object>({ percent = false, ...props }: StackedBarChartCardProps<R>) {
  return <Bars {...props} stacked percent={percent} />;
}

function Bars<R extends object>({
  result,
  x,
  y,
  series,
  horizontal = false,
  stacked = false,
  percent,
  topN,
  height,
  ...card
}: BarChartCardProps<R> & { percent: boolean }) {
  const [hidden, toggle] = useHidden();
  return (
    <ChartCard {...card} result={result} height={height ?? 280} wanted={topN}>
      {() => {
        const data = chartData(result, x, y, series);
        const rows = topN === undefined ? [...data.rows] : biggest(data, topN);
        const column = result.column(x);
        const tick = percent ? (value: unknown) => formatAxis(value, PERCENT) : valueTick(data.series[0]?.column);
        const single = data.series.length === 1;
        const tall = height ?? (horizontal ? Math.max(rows.length * LINE * (stacked ? 1 : barsPerLine(data.series.length)), 80) : 280);
        const values = { type: 'number', tick: TICK, tickLine: false, tickCount: 5, tickFormatter: tick } as const;
        const names = { dataKey: x as string, type: 'category', tickLine: false, axisLine: AXIS_LINE } as const;
        return (
          <figure aria-label={card.title}>
            <Legend series={data.series} hidden={hidden} onToggle={toggle} />
            <ResponsiveContainer width="100%" height={tall}>
              <BarChart
                data={rows}
                layout={horizontal ? 'vertical' : 'horizontal'}
                margin={horizontal && single ? { ...MARGIN, top: 0, right: 64 } : MARGIN}
                barCategoryGap={horizontal ? '24%' : '20%'}
                barGap={2}
                {...(percent ? { stackOffset: 'expand' as const } : {})}
              >
                <CartesianGrid vertical={horizontal && !single} horizontal={!horizontal} {...GRID} />
                {horizontal ? (
                  <XAxis {...values} hide={single} axisLine={false} />
                ) : (
                  <XAxis
                    {...names}
                    tick={TICK}
                    minTickGap={20}
                    tickMargin={8}
                    tickFormatter={(value: unknown) => formatAxis(value, column)}
                  />
                )}
                {horizontal ? (
                  <YAxis
                    {...names}
                    width={Math.min(nameWidth(), longest(rows, x) * CHARACTER + 12)}
                    interval={0}
                    tick={<Name text={(value) => formatAxis(value, column)} />}
                  />
                ) : (
                  <YAxis {...values} width="auto" axisLine={false} />
                )}
                <Tooltip
                  isAnimationActive={false}
                  cursor={CURSOR_FILL}
                  content={({ active, label, payload }) => (
                    <ChartTooltip active={active} label={label} payload={payload} x={column} series={data.series} />
                  )}
                />
                {data.series.map((one) => (
                  <Bar
                    key={one.key}
                    dataKey={one.key}
                    name={one.label}
                    fill={one.color}
                    {...(stacked ? { stackId: 'all' } : { radius: horizontal ? RIGHT : TOP })}
                    maxBarSize={horizontal ? 22 : 48}
                    hide={hidden.has(one.key)}
                    isAnimationActive={false}
                  >
                    {horizontal && single && (
                      <LabelList
                        dataKey={one.key}
                        position="right"
                        fill="var(--foreground)"
                        fontSize={12}
                        formatter={(value: unknown) => formatAxis(value, one.column)}
                      />
                    )}
                  </Bar>
                ))}
              </BarChart>
            </ResponsiveContainer>
          </figure>
        );
      }}
    </ChartCard>
  );
}

const RIGHT: [number, number, number, number] = [0, 3, 3, 0];
const TOP: [number, number, number, number] = [3, 3, 0, 0];

function barsPerLine(series: number): number {
  return Math.max(1, Math.min(series, 4) * 0.6);
}

function biggest(data: ChartData, count: number): Record<string, unknown>[] {
  const size = (row: Record<string, unknown>) =>
    data.series.reduce((sum, one) => sum + (typeof row[one.key] === 'number' ? Number(row[one.key]) : 0), 0);
  return [...data.rows].sort((a, b) => size(b) - size(a)).slice(0, count);
}

function longest(rows: readonly Record<string, unknown>[], x: string): number {
  return Math.max(3, ...rows.map((row) => String(row[x] ?? '').length));
}

interface NameProps {
  x?: number;
  y?: number;
  payload?: { value: unknown };
  text: (value: unknown) => string;
}

/** A name beside its bar, cut to the room there is; the tooltip has it in full. */
function Name({ x = 0, y = 0, payload, text }: NameProps) {
  const name = text(payload?.value);
  const room = Math.floor((nameWidth() - 8) / CHARACTER);
  return (
    <text x={x - 4} y={y} dy="0.35em" textAnchor="end" fill="var(--foreground)" fontSize={12}>
      {name.length > room ? `${name.slice(0, room - 1)}…` : name}
      <title>{name}</title>
    </text>
  );
}
