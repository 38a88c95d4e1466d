import { type Column, formatValue } from '@vitrail/sdk';
import type { ChartSeries } from '@/lib/chart';
import { fullText } from '@/lib/chart';

interface Entry {
  dataKey?: unknown;
  value?: unknown;
}

interface ChartTooltipProps {
  /** Given by Recharts. */
  active?: boolean | undefined;
  label?: unknown;
  payload?: readonly Entry[] | undefined;
  /** Given by us. */
  x: Column | undefined;
  series: readonly ChartSeries[];
  sorted?: boolean;
}

const SHOWN = 12;

/** Full, formatted values at one place of the x axis; with many series the biggest come first. */
export function ChartTooltip({ active, label, payload, x, series, sorted = false }: ChartTooltipProps) {
  if (active !== true || payload === undefined || payload.length === 0) return null;
  const byKey = new Map(series.map((one) => [one.key, one]));
  const entries = payload.flatMap(({ dataKey, value }) => {
    const one = byKey.get(String(dataKey));
    return one === undefined || value === null || value === undefined ? [] : [{ one, value }];
  });
  if (sorted) entries.sort((a, b) => Number(b.value) - Number(a.value));
  return (
    <div className="max-w-72 rounded-md border border-border bg-card px-3 py-2 text-[0.8125rem] shadow-md shadow-black/10">
      <p className="mb-1 font-medium">{formatValue(label, x)}</p>
      {entries.slice(0, SHOWN).map(({ one, value }) => (
        <p key={one.key} className="flex items-center gap-2">
          <span aria-hidden className="size-2.5 shrink-0 rounded-xs" style={{ background: one.color }} />
          <span className="min-w-0 flex-1 truncate text-muted-foreground">{one.label}</span>
          <span className="pl-3 font-medium tabular-nums">{fullText(value, one.column)}</span>
        </p>
      ))}
      {entries.length > SHOWN && <p className="text-muted-foreground">and {entries.length - SHOWN} more</p>}
    </div>
  );
}
