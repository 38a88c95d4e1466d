import type { QueryResult } from '@vitrail/sdk';
import { ArrowDown, ArrowUp, ChevronsUpDown } from 'lucide-react';
import { useState } from 'react';
import { cn } from '@/lib/cn';
import { ChartCard, type ChartCardProps } from './charts/chart-card';
import { Button } from './ui/button';
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from './ui/table';

interface DataTableProps<R extends object> extends ChartCardProps {
  result: QueryResult<R>;
  /** Field ids, in the order to show them. Default: all, as asked. */
  columns?: readonly (keyof NoInfer<R> & string)[];
  /** The order at first; a click on a heading changes it. */
  sort?: { field: keyof NoInfer<R> & string; direction: 'asc' | 'desc' };
  pageSize?: number;
}

/** Exact values, sortable, numbers aligned to the right. */
export function DataTable<R extends object>({
  result,
  columns,
  sort: firstSort,
  pageSize = 10,
  height = 420,
  ...card
}: DataTableProps<R>) {
  const [sort, setSort] = useState(firstSort ?? null);
  const [page, setPage] = useState(0);
  type Field = keyof R & string;

  const toggle = (field: Field, numeric: boolean) => {
    setPage(0);
    setSort((now) => {
      const first = numeric ? 'desc' : 'asc';
      if (now?.field !== field) return { field, direction: first };
      return { field, direction: now.direction === 'asc' ? 'desc' : 'asc' };
    });
  };

  return (
    <ChartCard {...card} result={result} height={Math.min(height, pageSize * 37 + 37)}>
      {() => {
        const fields = columns ?? (result.columns.map((column) => column.id) as Field[]);
        const rows = sort === null ? result.data : sorted(result.data, sort.field, sort.direction);
        const pages = Math.max(1, Math.ceil(rows.length / pageSize));
        const current = Math.min(page, pages - 1);
        return (
          <>
            <div className="-mx-1 overflow-auto px-1" style={{ maxHeight: height }}>
              <Table>
                <TableHeader>
                  <TableRow>
                    {fields.map((field) => {
                      const numeric = result.column(field)?.type === 'number';
                      const direction = sort?.field === field ? sort.direction : null;
                      const Icon = direction === null ? ChevronsUpDown : direction === 'asc' ? ArrowUp : ArrowDown;
                      return (
                        <TableHead
                          key={field}
                          aria-sort={direction === null ? 'none' : direction === 'asc' ? 'ascending' : 'descending'}
                          className={cn(numeric && 'text-right')}
                        >
                          <button
                            type="button"
                            onClick={() => toggle(field, numeric)}
                            className={cn(
                              'inline-flex items-center gap-1 rounded-xs hover:text-foreground',
                              numeric && 'flex-row-reverse',
                              direction !== null && 'text-foreground',
                            )}
                          >
                            {result.column(field)?.label ?? field}
                            <Icon aria-hidden className={cn('size-3.5', direction === null && 'opacity-50')} />
                          </button>
                        </TableHead>
                      );
                    })}
                  </TableRow>
                </TableHeader>
                <TableBody>
                  {rows.slice(current * pageSize, (current + 1) * pageSize).map((row, index) => (
                    <TableRow key={current * pageSize + index}>
                      {fields.map((field) => (
                        <TableCell
                          key={field}
                          className={cn(result.column(field)?.type === 'number' && 'text-right tabular-nums')}
                        >
                          {result.format(row, field)}
                        </TableCell>
                      ))}
                    </TableRow>
                  ))}
                </TableBody>
              </Table>
            </div>
            {pages > 1 && (
              <div className="mt-2 flex items-center justify-between gap-2 text-[0.8125rem] text-muted-foreground">
                <span className="tabular-nums">
                  {current * pageSize + 1}–{Math.min((current + 1) * pageSize, rows.length)} of{' '}
                  {rows.length.toLocaleString('en-US')}
                </span>
                <span className="flex gap-1">
                  <Button variant="outline" size="small" disabled={current === 0} onClick={() => setPage(current - 1)}>
                    Previous
                  </Button>
                  <Button
                    variant="outline"
                    size="small"
                    disabled={current === pages - 1}
                    onClick={() => setPage(current + 1)}
                  >
                    Next
                  </Button>
                </span>
              </div>
            )}
          </>
        );
      }}
    </ChartCard>
  );
}

function sorted<R extends object>(rows: readonly R[], field: keyof R, direction: 'asc' | 'desc'): R[] {
  const sign = direction === 'asc' ? 1 : -1;
  return [...rows].sort((one, other) => {
    const a = one[field];
    const b = other[field];
    if (a === b) return 0;
    if (a === null || a === undefined) return 1; // what is not there comes last, either way
    if (b === null || b === undefined) return -1;
    if (typeof a === 'number' && typeof b === 'number') return (a - b) * sign;
    return String(a).localeCompare(String(b), 'en', { numeric: true }) * sign;
  });
}
