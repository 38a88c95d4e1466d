import * as Popover from '@radix-ui/react-popover';
import { ChevronDown } from 'lucide-react';
import { type ReactNode, useId } from 'react';
import { cn } from '@/lib/cn';

interface FilterPopoverProps {
  label: string;
  /** What is chosen, in words. */
  summary: string;
  active: boolean;
  className?: string | undefined;
  children: ReactNode;
}

/** A labelled button that opens a panel: the common part of the filter controls. */
export function FilterPopover({ label, summary, active, className, children }: FilterPopoverProps) {
  const id = useId();
  return (
    <div className={cn('flex min-w-0 flex-col gap-1', className)}>
      <span id={`${id}-label`} className="text-xs font-medium text-muted-foreground">
        {label}
      </span>
      <Popover.Root>
        <Popover.Trigger
          id={`${id}-button`}
          aria-labelledby={`${id}-label ${id}-button`}
          className={cn(
            'flex h-9 w-full items-center justify-between gap-2 rounded-md border bg-card px-3 text-sm hover:bg-muted sm:w-auto sm:min-w-44',
            active ? 'border-primary' : 'border-input',
          )}
        >
          <span className="max-w-56 truncate">{summary}</span>
          <ChevronDown aria-hidden className="size-4 shrink-0 text-muted-foreground" />
        </Popover.Trigger>
        <Popover.Portal>
          <Popover.Content
            align="start"
            sideOffset={4}
            collisionPadding={12}
            aria-label={label}
            className="z-50 w-72 max-w-[calc(100vw-1.5rem)] rounded-card border border-border bg-card p-2 shadow-lg shadow-black/10"
          >
            {children}
          </Popover.Content>
        </Popover.Portal>
      </Popover.Root>
    </div>
  );
}
