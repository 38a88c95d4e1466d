import type { CSSProperties } from 'react'

// Drawn on a 24 × 24 grid with a 1.75 line, so that they sit with the text.
const SHAPES = {
  plus: 'M12 5v14M5 12h14',
  chevronDown: 'M6 9l6 6 6-6',
  chevronRight: 'M9 6l6 6-6 6',
  search: 'M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM16.2 16.2L20.5 20.5',
  sun: 'M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M18.7 5.3l-1.4 1.4M6.7 17.3l-1.4 1.4',
  moon: 'M20 14.2A8.2 8.2 0 0 1 9.8 4a8.2 8.2 0 1 0 10.2 10.2z',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  cross: 'M6.5 6.5l11 11M17.5 6.5l-11 11',
  dots: 'M5 12h.01M12 12h.01M19 12h.01',
  send: 'M12 19V5M5.5 11.5L12 5l6.5 6.5',
  stop: 'M7.5 7.5h9v9h-9z',
  pencil: 'M4.5 19.5l1-4.2L16 4.8a2 2 0 0 1 2.8 0l.4.4a2 2 0 0 1 0 2.8L8.7 18.5zM14.2 6.6l3.2 3.2',
  trash: 'M4.5 7h15M9.5 7V4.5h5V7M6.5 7l1 13h9l1-13M10 11v5.5M14 11v5.5',
  folder: 'M3.5 6.5A1.5 1.5 0 0 1 5 5h4.2l2.3 2.5H19A1.5 1.5 0 0 1 20.5 9v8.5A1.5 1.5 0 0 1 19 19H5a1.5 1.5 0 0 1-1.5-1.5z',
  lock: 'M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3',
  shield: 'M12 3.5l7.5 2.8v5.2c0 4.4-3 7.6-7.5 9-4.5-1.4-7.5-4.6-7.5-9V6.3zM8.8 12l2.3 2.3 4.2-4.5',
  clock: 'M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM12 7.5V12l3 2',
  restore: 'M4.5 12a7.5 7.5 0 1 0 2.4-5.5L4.5 8.7M4.5 4v4.7h4.7',
  open: 'M13.5 4.5h6v6M19.5 4.5l-8 8M10 5.5H5.5v13h13V14',
  code: 'M8.5 7.5L4 12l4.5 4.5M15.5 7.5L20 12l-4.5 4.5',
  file: 'M6.5 3.5h7l4 4v13h-11zM13.5 3.5v4h4',
  home: 'M4 11l8-6.5 8 6.5M6 9.8V19.5h12V9.8M10 19.5v-5h4v5',
  app: 'M4 5h16v14H4zM4 9.5h16M9.5 9.5V19',
  warning: 'M12 4.5l8.5 15h-17zM12 10.5v4M12 17h.01',
  info: 'M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM12 11v5M12 8h.01',
  user: 'M12 4.5a3.7 3.7 0 1 0 0 7.4 3.7 3.7 0 0 0 0-7.4zM4.8 19.5c.8-3.3 3.6-5 7.2-5s6.4 1.7 7.2 5',
  group: 'M9 5a3.2 3.2 0 1 0 0 6.4A3.2 3.2 0 0 0 9 5zM3 18.5c.6-3 2.9-4.5 6-4.5s5.4 1.5 6 4.5M15.5 5.3a3.2 3.2 0 0 1 0 5.9M17.5 14.3c1.9.6 3.1 2 3.5 4.2',
  signOut: 'M14 8V5H5v14h9v-3M10 12h10.5M17.5 9l3 3-3 3',
  settings: 'M4 7.5h9M17 7.5h3M4 16.5h3M11 16.5h9M15 5.3a2.2 2.2 0 1 0 0 4.4 2.2 2.2 0 0 0 0-4.4zM9 14.3a2.2 2.2 0 1 0 0 4.4 2.2 2.2 0 0 0 0-4.4z',
  tool: 'M4.5 19.5l7-7M14 4.5a5 5 0 0 0-3.4 7.4l1.5 1.5A5 5 0 0 0 19.5 10L16.5 12 13 10.5 12.5 7z',
  chart: 'M4 4v16h16M8.5 16v-4M12.5 16V8M16.5 16v-6',
  dashboard: 'M4 4h7v9H4zM14 4h6v5h-6zM14 12h6v8h-6zM4 16h7v4H4z',
  line: 'M4 4v16h16M7.5 14.5l4-4.5 3.5 3 4.5-6',
  area: 'M4 4v16h16M4 16l5-6 4 3 6-7v14',
  bars: 'M4 4v16M4 7.5h12M4 12h8M4 16.5h14',
  pie: 'M12 4a8 8 0 1 0 8 8h-8zM15 3.6A8 8 0 0 1 20.4 9H15z',
  table: 'M4 5h16v14H4zM4 10h16M4 14.5h16M10 10v9',
  number: 'M9.5 4.5l-2 15M16.5 4.5l-2 15M4.5 9.5h15.5M4 14.5h15.5',
  dotted: 'M4 4v16h16M9 14h.01M12 9h.01M15 12h.01M18 7h.01M8 9h.01',
  download: 'M12 4v11M7 10.5l5 5 5-5M5 19.5h14',
  refresh: 'M19.5 12a7.5 7.5 0 1 1-2.4-5.5l2.4 2.2M19.5 4v4.7h-4.7',
  filter: 'M4 5.5h16l-6 7v6l-4-2v-4z',
  text: 'M5 6h14M12 6v13M9 19h6',
  grip: 'M9 6h.01M15 6h.01M9 12h.01M15 12h.01M9 18h.01M15 18h.01',
  spark: 'M12 3.5l2 6.5 6.5 2-6.5 2-2 6.5-2-6.5-6.5-2 6.5-2z',
} as const

export type IconName = keyof typeof SHAPES

interface IconProps {
  name: IconName
  size?: number
  style?: CSSProperties
  color?: string
}

/** Decoration only: whatever it stands beside or inside must have its own text or label. */
export function Icon({ name, size = 18, style, color = 'currentColor' }: IconProps) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke={color}
      strokeWidth={name === 'dots' || name === 'grip' || name === 'dotted' ? 3 : 1.75}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      style={{ flex: 'none', ...style }}
    >
      <path d={SHAPES[name]} />
    </svg>
  )
}
