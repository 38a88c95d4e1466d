/** What every chart with two axes shares, so that they look alike. */
export const TICK = { fill: 'var(--muted-foreground)', fontSize: 12 } as const;
export const MARGIN = { top: 6, right: 8, bottom: 0, left: 0 } as const;
export const GRID = { stroke: 'var(--grid)', strokeDasharray: '' } as const;
export const AXIS_LINE = { stroke: 'var(--border)' } as const;
export const CURSOR_LINE = { stroke: 'var(--input)', strokeWidth: 1 } as const;
export const CURSOR_FILL = { fill: 'var(--muted)', opacity: 0.6 } as const;
