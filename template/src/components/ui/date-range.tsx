import { formatValue } from '@vitrail/sdk';
import { addDays, addMonths, endOfMonth, endOfYear, format, startOfMonth, startOfYear, subYears } from 'date-fns';
import { Button } from './button';
import { FilterPopover } from './filter-popover';

/** Two ISO days, both included. */
export interface DateRangeValue {
  from: string;
  to: string;
}

interface DateRangeProps {
  label: string;
  value: DateRangeValue | null;
  onChange: (value: DateRangeValue | null) => void;
  className?: string;
}

const DAY = { type: 'date', format: null, interval: 'DAY' } as const;

/** A period; `null` means all of time. */
export function DateRange({ label, value, onChange, className }: DateRangeProps) {
  const summary =
    value === null ? 'All time' : `${formatValue(value.from, DAY)} – ${formatValue(value.to, DAY)}`;
  const set = (part: Partial<DateRangeValue>) => {
    const day = part.from ?? part.to;
    if (day === undefined || day === '') return;
    const next = { ...(value ?? { from: day, to: day }), ...part };
    onChange(next.from <= next.to ? next : { from: day, to: day });
  };
  return (
    <FilterPopover label={label} summary={summary} active={value !== null} className={className}>
      <div className="grid grid-cols-2 gap-1">
        {presets(new Date()).map((preset) => (
          <Button
            key={preset.label}
            variant="ghost"
            size="small"
            className="justify-start"
            onClick={() => onChange(preset.value)}
          >
            {preset.label}
          </Button>
        ))}
      </div>
      <div className="mt-2 grid grid-cols-2 gap-2 border-t border-border pt-2">
        {(['from', 'to'] as const).map((end) => (
          <label key={end} className="text-xs font-medium text-muted-foreground">
            {end === 'from' ? 'From' : 'To'}
            <input
              type="date"
              value={value?.[end] ?? ''}
              onChange={(event) => set({ [end]: event.target.value })}
              className="mt-1 h-8 w-full min-w-0 rounded-md border border-input bg-card px-1.5 text-[0.8125rem] text-foreground"
            />
          </label>
        ))}
      </div>
    </FilterPopover>
  );
}

function presets(today: Date): { label: string; value: DateRangeValue | null }[] {
  const months = (count: number) => between(startOfMonth(addMonths(today, -count)), endOfMonth(addMonths(today, -1)));
  return [
    { label: 'All time', value: null },
    { label: 'Last 30 days', value: between(addDays(today, -30), addDays(today, -1)) },
    { label: 'Last 3 months', value: months(3) },
    { label: 'Last 12 months', value: months(12) },
    { label: 'This year', value: between(startOfYear(today), endOfYear(today)) },
    { label: 'Last year', value: between(startOfYear(subYears(today, 1)), endOfYear(subYears(today, 1))) },
  ];
}

function between(from: Date, to: Date): DateRangeValue {
  return { from: format(from, 'yyyy-MM-dd'), to: format(to, 'yyyy-MM-dd') };
}
