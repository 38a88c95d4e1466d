import type { Problem, QueryResult } from '@vitrail/sdk';
import { CircleAlert, Inbox } from 'lucide-react';
import type { ReactNode } from 'react';
import { cn } from '@/lib/cn';
import { Badge } from './ui/badge';
import { Button } from './ui/button';
import { Skeleton } from './ui/skeleton';

interface EmptyStateProps {
  title?: string;
  cause?: string;
  cure?: string;
  className?: string;
}

export function EmptyState({
  title = 'No data',
  cause = 'No row matches the chosen filters.',
  cure = 'Widen the filters.',
  className,
}: EmptyStateProps) {
  return (
    <div className={cn('flex min-h-40 flex-col items-center justify-center gap-1 p-6 text-center', className)}>
      <Inbox aria-hidden className="mb-1 size-5 text-muted-foreground" />
      <p className="font-medium">{title}</p>
      <p className="text-[0.8125rem] text-muted-foreground">
        {cause} {cure}
      </p>
    </div>
  );
}

interface ErrorStateProps {
  error: Problem;
  onRetry?: () => void;
  className?: string;
}

export function ErrorState({ error, onRetry, className }: ErrorStateProps) {
  return (
    <div
      role="alert"
      className={cn('flex min-h-40 flex-col items-center justify-center gap-1 p-6 text-center', className)}
    >
      <CircleAlert aria-hidden className="mb-1 size-5 text-negative" />
      <p className="font-medium">{error.title}</p>
      <p className="max-w-prose text-[0.8125rem] text-muted-foreground">{error.cause}</p>
      <p className="max-w-prose text-[0.8125rem] text-muted-foreground">{error.cure}</p>
      {onRetry !== undefined && (
        <Button variant="outline" size="small" className="mt-2" onClick={onRetry}>
          Try again
        </Button>
      )}
    </div>
  );
}

interface QueryStateProps {
  result: QueryResult<object>;
  /** Height that the states keep, in pixels, so that nothing jumps when the answer comes. */
  height?: number;
  children: () => ReactNode;
}

/** Draws its children once there are rows; until then, and when there are none, says why. */
export function QueryState({ result, height, children }: QueryStateProps) {
  const small = height !== undefined && height < 100;
  if (result.error !== null && small) {
    return (
      <div role="alert" style={{ minHeight: height }} className="mt-1 text-[0.8125rem]">
        <p className="font-medium text-negative">{result.error.title}</p>
        <p className="line-clamp-3 text-muted-foreground" title={result.error.cause}>
          {result.error.cause} {result.error.cure}
        </p>
      </div>
    );
  }
  if (result.error !== null) {
    return (
      <div style={{ minHeight: height }} className="grid place-items-center">
        <ErrorState error={result.error} onRetry={result.refetch} />
      </div>
    );
  }
  if (result.loading && result.totalResults === 0) {
    return (
      <div role="status" aria-label="Loading" style={{ height: height ?? 160 }} className="py-1">
        <Skeleton className="h-full w-full" />
      </div>
    );
  }
  if (result.totalResults === 0 && small) {
    return (
      <p style={{ minHeight: height }} className="mt-1 text-[0.8125rem] text-muted-foreground">
        No data for the chosen filters.
      </p>
    );
  }
  if (result.totalResults === 0) {
    return (
      <div style={{ minHeight: height }} className="grid place-items-center">
        <EmptyState />
      </div>
    );
  }
  return (
    <div aria-busy={result.loading} className={cn('transition-opacity', result.loading && 'opacity-60')}>
      {children()}
    </div>
  );
}

/** Says so when there were more rows than the query's limit. */
export function TruncatedBadge({ result }: { result: QueryResult<object> }) {
  if (!result.truncated) return null;
  const rows = result.totalResults.toLocaleString('en-US');
  return (
    <Badge variant="warning" title="There are more rows than this query's limit; what is shown is not complete.">
      First {rows} rows shown
    </Badge>
  );
}
