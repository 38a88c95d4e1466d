import type { FilterValues } from '@vitrail/sdk';
import { useState } from 'react';
import { Button } from './button';
import { FilterPopover } from './filter-popover';
import { Skeleton } from './skeleton';

interface MultiSelectProps {
  label: string;
  /** `useFilterValues(…)`, or the values themselves. */
  options: FilterValues | readonly string[];
  value: readonly string[];
  onChange: (value: string[]) => void;
  className?: string;
}

const SEARCH_FROM = 8;
const SHOWN = 200;

/** Any number of values; nothing chosen means everything. */
export function MultiSelect({ label, options, value, onChange, className }: MultiSelectProps) {
  const [words, setWords] = useState('');
  const known = stateOf(options);
  const labels = new Map(known.values.map((option) => [option.value, option.label]));
  // A chosen value stays in the list even where a narrower answer has lost it.
  const all = [...known.values, ...value.filter((v) => !labels.has(v)).map((v) => ({ value: v, label: v }))];
  const found = all.filter((option) => option.label.toLowerCase().includes(words.trim().toLowerCase()));

  const toggle = (chosen: string) =>
    onChange(value.includes(chosen) ? value.filter((v) => v !== chosen) : [...value, chosen]);
  const first = value[0];
  const summary =
    first === undefined ? 'All' : value.length === 1 ? (labels.get(first) ?? first) : `${value.length} chosen`;

  return (
    <FilterPopover label={label} summary={summary} active={value.length > 0} className={className}>
      {all.length > SEARCH_FROM && (
        <input
          type="search"
          value={words}
          onChange={(event) => setWords(event.target.value)}
          placeholder="Search"
          aria-label={`Search ${label}`}
          className="mb-2 h-8 w-full rounded-md border border-input bg-card px-2 text-sm"
        />
      )}
      {known.error !== null && (
        <p role="alert" className="p-2 text-[0.8125rem] text-negative">
          {known.error}
        </p>
      )}
      {known.loading && all.length === 0 && <Skeleton className="h-24" />}
      <div role="group" aria-label={label} className="max-h-64 overflow-y-auto">
        {found.slice(0, SHOWN).map((option) => (
          <label
            key={option.value}
            className="flex cursor-pointer items-center gap-2 rounded-md px-2 py-1.5 text-sm hover:bg-muted"
          >
            <input
              type="checkbox"
              checked={value.includes(option.value)}
              onChange={() => toggle(option.value)}
              className="size-4 shrink-0 accent-primary"
            />
            <span className="min-w-0 truncate">{option.label}</span>
          </label>
        ))}
        {found.length === 0 && !known.loading && known.error === null && (
          <p className="p-2 text-[0.8125rem] text-muted-foreground">No such value.</p>
        )}
        {found.length > SHOWN && (
          <p className="p-2 text-[0.8125rem] text-muted-foreground">
            {found.length - SHOWN} more; search to narrow them down.
          </p>
        )}
      </div>
      {value.length > 0 && (
        <div className="mt-1 border-t border-border pt-1">
          <Button variant="ghost" size="small" onClick={() => onChange([])}>
            Clear
          </Button>
        </div>
      )}
    </FilterPopover>
  );
}

function stateOf(options: FilterValues | readonly string[]) {
  if (isList(options)) {
    return { values: options.map((value) => ({ value, label: value })), loading: false, error: null };
  }
  return { values: options.values, loading: options.loading, error: options.error?.cause ?? null };
}

function isList(options: FilterValues | readonly string[]): options is readonly string[] {
  return Array.isArray(options);
}
