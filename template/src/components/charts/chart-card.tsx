import type { QueryResult } from '@vitrail/sdk';
import type { ReactNode } from 'react';
import type { ChartSeries } from '@/lib/chart';
import { cn } from '@/lib/cn';
import { QueryState, TruncatedBadge } from '../states';
import { Card, CardContent, CardDescription, CardHeader, CardTitle } from '../ui/card';

export interface ChartCardProps {
  title: string;
  description?: string;
  /** Height of the drawing in pixels. */
  height?: number;
  className?: string;
}

interface FrameProps extends ChartCardProps {
  result: QueryResult<object>;
  /** Only so many rows were wanted: that there are more is no news. */
  wanted?: number | undefined;
  children: () => ReactNode;
}

/** The card around a chart or table: heading, the sign that rows are missing, and the states. */
export function ChartCard({ title, description, height, className, result, wanted, children }: FrameProps) {
  return (
    <Card className={className}>
      <CardHeader>
        <div className="min-w-0">
          <CardTitle>{title}</CardTitle>
          {description !== undefined && <CardDescription>{description}</CardDescription>}
        </div>
        {(wanted === undefined || wanted > result.totalResults) && <TruncatedBadge result={result} />}
      </CardHeader>
      <CardContent>
        <QueryState result={result} {...(height === undefined ? {} : { height })}>
          {children}
        </QueryState>
      </CardContent>
    </Card>
  );
}

interface LegendProps {
  series: readonly ChartSeries[];
  hidden: ReadonlySet<string>;
  onToggle: (key: string) => void;
}

/** Names the series; a click hides one or brings it back. A single series needs no legend: the title names it. */
export function Legend({ series, hidden, onToggle }: LegendProps) {
  if (series.length < 2) return null;
  return (
    <div role="group" aria-label="Series" className="mb-3 flex flex-wrap gap-x-1 gap-y-0.5">
      {series.map((one) => {
        const shown = !hidden.has(one.key);
        return (
          <button
            key={one.key}
            type="button"
            aria-pressed={shown}
            onClick={() => onToggle(one.key)}
            className={cn(
              'inline-flex max-w-48 items-center gap-1.5 rounded-md px-1.5 py-0.5 text-[0.8125rem] text-muted-foreground hover:bg-muted hover:text-foreground',
              !shown && 'line-through opacity-60',
            )}
          >
            <span aria-hidden className="size-2.5 shrink-0 rounded-xs" style={{ background: one.color }} />
            <span className="truncate">{one.label}</span>
          </button>
        );
      })}
    </div>
  );
}
