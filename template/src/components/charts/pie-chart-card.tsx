import { formatValue, type QueryResult } from '@vitrail/sdk';
import { Cell, Pie, PieChart, ResponsiveContainer, Tooltip } from 'recharts';
import { chartColor, PERCENT } from '@/lib/chart';
import { ChartCard, type ChartCardProps } from './chart-card';

interface PieChartCardProps<R extends object> extends ChartCardProps {
  result: QueryResult<R>;
  name: keyof NoInfer<R> & string;
  value: keyof NoInfer<R> & string;
  /** The rest is summed up as "Other". */
  maxSlices?: number;
}

/** A ring with its values beside it: shares can be read without guessing angles. */
export function PieChartCard<R extends object>({
  result,
  name,
  value,
  maxSlices = 6,
  height = 240,
  ...card
}: PieChartCardProps<R>) {
  return (
    <ChartCard {...card} result={result} height={height}>
      {() => {
        const slices = slicesOf(result, name, value, maxSlices);
        const total = slices.reduce((sum, slice) => sum + slice.amount, 0);
        const share = (amount: number) => formatValue(total === 0 ? 0 : amount / total, PERCENT);
        const text = (amount: number) => result.format(amount, value);
        return (
          <figure aria-label={card.title} className="flex flex-wrap items-center gap-x-6 gap-y-3">
            <div className="mx-auto w-full max-w-60 shrink-0">
              <ResponsiveContainer width="100%" height={height}>
                <PieChart>
                  <Pie
                    data={slices}
                    dataKey="amount"
                    nameKey="label"
                    innerRadius="62%"
                    outerRadius="96%"
                    startAngle={90}
                    endAngle={-270}
                    stroke="var(--card)"
                    strokeWidth={2}
                    isAnimationActive={false}
                  >
                    {slices.map((slice) => (
                      <Cell key={slice.label} fill={slice.color} />
                    ))}
                  </Pie>
                  <Tooltip
                    isAnimationActive={false}
                    content={({ active, payload }) => {
                      const slice = payload?.[0];
                      if (!active || slice === undefined) return null;
                      return (
                        <div className="rounded-md border border-border bg-card px-3 py-2 text-[0.8125rem] shadow-md shadow-black/10">
                          {String(slice.name)}: <b className="font-medium">{text(Number(slice.value))}</b> (
                          {share(Number(slice.value))})
                        </div>
                      );
                    }}
                  />
                </PieChart>
              </ResponsiveContainer>
            </div>
            <table className="min-w-48 flex-1 text-[0.8125rem]">
              <tbody>
                {slices.map((slice) => (
                  <tr key={slice.label}>
                    <th scope="row" className="max-w-40 py-1 text-left font-normal">
                      <span className="flex items-center gap-2">
                        <span aria-hidden className="size-2.5 shrink-0 rounded-xs" style={{ background: slice.color }} />
                        <span className="truncate">{slice.label}</span>
                      </span>
                    </th>
                    <td className="py-1 pl-3 text-right font-medium tabular-nums">{text(slice.amount)}</td>
                    <td className="py-1 pl-3 text-right text-muted-foreground tabular-nums">{share(slice.amount)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </figure>
        );
      }}
    </ChartCard>
  );
}

interface Slice {
  label: string;
  amount: number;
  color: string;
}

function slicesOf<R extends object>(
  result: QueryResult<R>,
  name: keyof R & string,
  value: keyof R & string,
  most: number,
): Slice[] {
  const all = result.data
    .map((row) => ({ label: result.format(row, name), amount: Number(row[value] ?? 0) }))
    .filter((slice) => slice.amount > 0)
    .sort((a, b) => b.amount - a.amount);
  const shown = all.length > most ? all.slice(0, most - 1) : all;
  const rest = all.slice(shown.length).reduce((sum, slice) => sum + slice.amount, 0);
  const slices = shown.map((slice, index) => ({ ...slice, color: chartColor(index) }));
  return rest > 0 ? [...slices, { label: 'Other', amount: rest, color: 'var(--input)' }] : slices;
}
