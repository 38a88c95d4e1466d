import { TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import type { ReactNode } from 'react'
import type { SavedKind } from '@/api/content'
import { EmptyState } from '@/parts/EmptyState'
import { Icon } from '@/parts/icons'
import { Page } from '@/parts/Page'
import { ContentList } from '@/parts/saved/ContentList'

interface SavedListProps {
  kind: SavedKind
  title: string
  projectId: string
  q: string
  onSearch: (q: string | undefined) => void
  /** The button that makes one, for those who may. */
  make: ReactNode
}

const WHAT: Record<SavedKind, string> = {
  chart: 'A chart is one question with its drawing, saved in a space. Everybody who opens it sees their own rows.',
  dashboard: 'A dashboard puts charts and words on a grid, with filters over them.',
}

/** All charts, or all dashboards, of a project that this person may open. */
export function SavedList({ kind, title, projectId, q, onSearch, make }: SavedListProps) {
  const [words] = useDebouncedValue(q.trim(), 200)
  return (
    <Page title={title} actions={make}>
      <TextInput
        aria-label={`Search ${title.toLowerCase()}`}
        placeholder={`Search ${title.toLowerCase()}`}
        type="search"
        mb="lg"
        maxLength={200}
        leftSection={<Icon name="search" size={16} />}
        value={q}
        onChange={(event) => onSearch(event.currentTarget.value || undefined)}
      />
      <ContentList
        projectId={projectId}
        filter={{ kind, ...(words ? { q: words } : {}) }}
        label={title}
        empty={
          words ? (
            <EmptyState title="Nothing matches">None that you may see has these words.</EmptyState>
          ) : (
            <EmptyState title={`No ${title.toLowerCase()} yet`} action={make}>
              {WHAT[kind]}
            </EmptyState>
          )
        }
      />
    </Page>
  )
}
