import type { ChartConfig } from '@/api/charts'
import type { ContentItem } from '@/api/content'
import type { IconName } from '../icons'

export type Look = ChartConfig['type']

/** The kinds of chart, in the order in which they are offered. */
export const LOOKS: Record<Look, { label: string; icon: IconName }> = {
  line: { label: 'Line', icon: 'line' },
  area: { label: 'Area', icon: 'area' },
  bar: { label: 'Bar', icon: 'chart' },
  horizontal_bar: { label: 'Horizontal bar', icon: 'bars' },
  scatter: { label: 'Scatter', icon: 'dotted' },
  pie: { label: 'Pie', icon: 'pie' },
  big_number: { label: 'Big number', icon: 'number' },
  table: { label: 'Table', icon: 'table' },
}

export const lookIcon = (look: string): IconName => LOOKS[look as Look]?.icon ?? 'chart'

/** What stands for a thing in a list. */
export function contentIcon({ kind, look }: Pick<ContentItem, 'kind' | 'look'>): IconName {
  return kind === 'chart' ? lookIcon(look) : kind
}
