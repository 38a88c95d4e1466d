import { formatValue, type QueryResult } from '@vitrail/sdk';
import { ArrowDown, ArrowRight, ArrowUp } from 'lucide-react';
import type { ReactNode } from 'react';
import { PERCENT } from '@/lib/chart';
import { cn } from '@/lib/cn';
import { QueryState } from './states';
import { Card } from './ui/card';

interface KpiCardProps<R extends object, C extends object, T extends object> {
  title: string;
  description?: string;
  result: QueryResult<R>;
  value: keyof NoInfer<R> & string;
  /** The change over another result's value. */
  compareWith?: { result: QueryResult<C>; value: keyof NoInfer<C> & string; label: string };
  /** A small line, and the change of its last period over the one before. */
  trend?: { result: QueryResult<T>; x: keyof NoInfer<T> & string; y: keyof NoInfer<T> & string };
  /** Which direction is good news; decides the colour of the change. */
  goodWhen?: 'up' | 'down';
  icon?: ReactNode;
  className?: string;
}

/** One number, large, with its change if there is something to compare with. */
export function KpiCard<R extends object, C extends object = object, T extends object = object>({
  title,
  description,
  result,
  value,
  compareWith,
  trend,
  goodWhen = 'up',
  icon,
  className,
}: KpiCardProps<R, C, T>) {
  return (
    <Card className={cn('flex flex-col px-4 py-3.5 sm:px-5', className)}>
      <div className="flex items-center justify-between gap-2 text-muted-foreground [&_svg]:size-4">
        <h2 className="truncate text-[0.8125rem] font-medium">{title}</h2>
        {icon}
      </div>
      <QueryState result={result} height={60}>
        {() => (
          <>
            <p className="mt-1 truncate text-[1.625rem] leading-9 font-semibold tracking-[-0.02em] tabular-nums">
              {result.format(result.data[0], value)}
            </p>
            <Comparison
              now={numberOf(result.data[0]?.[value])}
              compareWith={compareWith}
              trend={trend}
              goodWhen={goodWhen}
            />
          </>
        )}
      </QueryState>
      {description !== undefined && <p className="mt-1 text-xs text-muted-foreground">{description}</p>}
    </Card>
  );
}

type ComparisonProps<C extends object, T extends object> = {
  now: number | null;
  compareWith: KpiCardProps<object, C, T>['compareWith'];
  trend: KpiCardProps<object, C, T>['trend'];
  goodWhen: 'up' | 'down';
};

function Comparison<C extends object, T extends object>({ now, compareWith, trend, goodWhen }: ComparisonProps<C, T>) {
  if (compareWith !== undefined) {
    const before = numberOf(compareWith.result.data[0]?.[compareWith.value]);
    return <Change now={now} before={before} label={compareWith.label} goodWhen={goodWhen} />;
  }
  if (trend === undefined) return null;
  const { result, x, y } = trend;
  const points = result.data.map((row) => numberOf(row[y]));
  const last = result.data.at(-1);
  const beforeRow = result.data.at(-2);
  return (
    <div className="mt-0.5 flex flex-col gap-1.5">
      {last !== undefined && beforeRow !== undefined && (
        <Change
          now={numberOf(last[y])}
          before={numberOf(beforeRow[y])}
          label={`${result.format(last, x)} vs ${result.format(beforeRow, x)}`}
          goodWhen={goodWhen}
        />
      )}
      <Sparkline points={points} />
    </div>
  );
}

interface ChangeProps {
  now: number | null;
  before: number | null;
  label: string;
  goodWhen: 'up' | 'down';
}

function Change({ now, before, label, goodWhen }: ChangeProps) {
  if (now === null || before === null || before === 0) return null;
  const change = (now - before) / Math.abs(before);
  const flat = Math.abs(change) < 0.0005;
  const good = change > 0 === (goodWhen === 'up');
  const Icon = flat ? ArrowRight : change > 0 ? ArrowUp : ArrowDown;
  return (
    <p className="flex min-w-0 items-center gap-1 text-xs text-muted-foreground">
      <span
        className={cn(
          'inline-flex items-center gap-0.5 font-medium tabular-nums',
          flat ? '' : good ? 'text-positive' : 'text-negative',
        )}
      >
        <Icon aria-hidden className="size-3.5" />
        <span className="sr-only">{flat ? 'unchanged' : change > 0 ? 'up' : 'down'}</span>
        {formatValue(Math.abs(change), PERCENT_ONE)}
      </span>
      <span className="truncate">{label}</span>
    </p>
  );
}

const PERCENT_ONE = { ...PERCENT, format: { kind: 'percent', round: 1, compact: null } };
const WIDTH = 120;
const HEIGHT = 28;

function Sparkline({ points }: { points: readonly (number | null)[] }) {
  const known = points.filter((point) => point !== null);
  if (known.length < 3) return null;
  const low = Math.min(...known);
  const range = Math.max(...known) - low || 1;
  const path = points
    .map((point, index) => {
      if (point === null) return null;
      const across = (index / (points.length - 1)) * WIDTH;
      return `${across.toFixed(1)},${(HEIGHT - 2 - ((point - low) / range) * (HEIGHT - 4)).toFixed(1)}`;
    })
    .filter((found) => found !== null)
    .join(' ');
  return (
    <svg aria-hidden viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" className="h-7 w-full">
      <polyline
        points={path}
        fill="none"
        stroke="var(--chart-1)"
        strokeWidth={1.5}
        strokeLinejoin="round"
        vectorEffect="non-scaling-stroke"
      />
    </svg>
  );
}

function numberOf(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}
