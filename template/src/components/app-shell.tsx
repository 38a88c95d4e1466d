import type { ReactNode } from 'react';
import { cn } from '@/lib/cn';
import { Button } from './ui/button';

interface AppShellProps {
  title: string;
  description?: string;
  filters?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}

/** The page: title, one line of description, filters, content. */
export function AppShell({ title, description, filters, actions, children }: AppShellProps) {
  return (
    <div className="mx-auto flex w-full max-w-7xl flex-col gap-4 px-4 py-5 sm:px-6 sm:py-7">
      <AppHeader title={title} {...(description === undefined ? {} : { description })} actions={actions} />
      {filters}
      <main className="flex min-w-0 flex-col gap-4">{children}</main>
    </div>
  );
}

export function AppHeader({ title, description, actions }: Pick<AppShellProps, 'title' | 'description' | 'actions'>) {
  return (
    <header className="flex flex-wrap items-end justify-between gap-3">
      <div className="min-w-0">
        <h1 className="text-[1.375rem] leading-8 font-semibold tracking-[-0.015em] text-balance">{title}</h1>
        {description !== undefined && <p className="max-w-prose text-muted-foreground">{description}</p>}
      </div>
      {actions}
    </header>
  );
}

interface FilterBarProps {
  children: ReactNode;
  onReset?: () => void;
  className?: string;
}

/** The controls that narrow every query of the page. */
export function FilterBar({ children, onReset, className }: FilterBarProps) {
  return (
    <div
      role="group"
      aria-label="Filters"
      className={cn('grid grid-cols-1 items-end gap-3 min-[480px]:grid-cols-2 sm:flex sm:flex-wrap', className)}
    >
      {children}
      {onReset !== undefined && (
        <Button variant="ghost" className="justify-self-start" onClick={onReset}>
          Reset
        </Button>
      )}
    </div>
  );
}

const COLUMNS = {
  1: 'grid-cols-1',
  2: 'grid-cols-1 lg:grid-cols-2',
  3: 'grid-cols-1 sm:grid-cols-2 lg:grid-cols-3',
  4: 'grid-cols-1 min-[480px]:grid-cols-2 lg:grid-cols-4',
} as const;

/** Cards side by side; one below the other on a phone. */
export function Grid({
  columns,
  children,
  className,
}: {
  columns: keyof typeof COLUMNS;
  children: ReactNode;
  className?: string;
}) {
  return <div className={cn('grid gap-4', COLUMNS[columns], className)}>{children}</div>;
}
