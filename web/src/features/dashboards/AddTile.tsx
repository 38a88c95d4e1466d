import { Button, Menu, Modal, Skeleton, Stack, Text, TextInput, UnstyledButton } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { appQuery } from '@/api/apps'
import { chartQuery } from '@/api/charts'
import { type ContentItem, contentQuery } from '@/api/content'
import type { Dashboard, Tile } from '@/api/dashboards'
import { Icon } from '@/parts/icons'
import { ProblemCard } from '@/parts/ProblemCard'
import { contentIcon } from '@/parts/saved/looks'
import picker from './AddTile.module.css'
import { freePlace, freshId, onTab, tilesOf } from './layout'

type More = Partial<Pick<Dashboard, 'charts' | 'apps'>>

interface AddTileProps {
  dashboard: Dashboard
  tab: string
  /** `more`: what the tile shows, when the dashboard did not have it yet. */
  onAdd: (tile: Tile, more: More) => void
}

const SIZE: Record<Tile['kind'], { w: number; h: number }> = {
  chart: { w: 6, h: 6 },
  app: { w: 12, h: 10 },
  markdown: { w: 4, h: 3 },
  heading: { w: 12, h: 1 },
}

/** What can be put on a dashboard. */
export function AddTile({ dashboard, tab, onAdd }: AddTileProps) {
  const [choosing, setChoosing] = useState<'chart' | 'app' | null>(null)
  const base = (kind: Tile['kind']) => ({
    id: freshId(tilesOf(dashboard.content), kind),
    tab,
    ...freePlace(onTab(dashboard.content, tab), SIZE[kind]),
  })
  return (
    <>
      <Menu position="bottom-end" width={200}>
        <Menu.Target>
          <Button variant="default" leftSection={<Icon name="plus" size={16} />}>
            Add tile
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<Icon name="chart" size={16} />} onClick={() => setChoosing('chart')}>
            Chart
          </Menu.Item>
          <Menu.Item leftSection={<Icon name="app" size={16} />} onClick={() => setChoosing('app')}>
            Data app
          </Menu.Item>
          <Menu.Item
            leftSection={<Icon name="text" size={16} />}
            onClick={() => onAdd({ ...base('markdown'), kind: 'markdown', title: null, text: 'Write something here.' }, {})}
          >
            Text
          </Menu.Item>
          <Menu.Item
            leftSection={<Icon name="line" size={16} />}
            onClick={() => onAdd({ ...base('heading'), kind: 'heading', text: 'Heading' }, {})}
          >
            Heading
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Modal
        opened={choosing !== null}
        onClose={() => setChoosing(null)}
        title={choosing === 'app' ? 'Add a data app' : 'Add a chart'}
        size="lg"
      >
        {choosing && (
          <Picker
            key={choosing}
            kind={choosing}
            dashboard={dashboard}
            onPick={(item, more) => {
              onAdd(
                choosing === 'chart'
                  ? { ...base('chart'), kind: 'chart', chartId: item.id, title: null }
                  : { ...base('app'), kind: 'app', appId: item.id, title: null },
                more,
              )
              setChoosing(null)
            }}
          />
        )}
      </Modal>
    </>
  )
}

interface PickerProps {
  kind: 'chart' | 'app'
  dashboard: Dashboard
  onPick: (item: ContentItem, more: More) => void
}

function Picker({ kind, dashboard, onPick }: PickerProps) {
  const [search, setSearch] = useState('')
  const [q] = useDebouncedValue(search.trim(), 200)
  const queryClient = useQueryClient()
  const list = useInfiniteQuery(contentQuery(dashboard.projectId, { kind, ...(q ? { q } : {}) }))
  const picking = useMutation({
    mutationFn: async (item: ContentItem): Promise<More> => {
      if (kind === 'chart') {
        if (dashboard.charts.some(({ id }) => id === item.id)) return {}
        const { id, name, description, exploreName, config } = await queryClient.fetchQuery(chartQuery(item.id))
        return { charts: [{ id, name, description, exploreName, config }] }
      }
      if (dashboard.apps.some(({ id }) => id === item.id)) return {}
      const { id, name, readyVersion } = await queryClient.fetchQuery(appQuery(item.id))
      return readyVersion === null ? {} : { apps: [{ id, name, readyVersion }] }
    },
    onSuccess: (more, item) => onPick(item, more),
  })
  const items = list.data?.pages.flatMap((page) => page.items) ?? []
  return (
    <Stack gap="sm">
      <TextInput
        aria-label="Search"
        placeholder="Search by name or description"
        type="search"
        data-autofocus
        leftSection={<Icon name="search" size={16} />}
        value={search}
        onChange={(event) => setSearch(event.currentTarget.value)}
      />
      {(list.isError || picking.isError) && <ProblemCard error={list.error ?? picking.error} />}
      {list.isPending && <Skeleton height={160} />}
      {list.data && items.length === 0 && (
        <Text size="sm" c="dimmed" py="md">
          {q ? 'Nothing has these words.' : `There is no ${kind === 'chart' ? 'chart' : 'data app'} that you may open.`}
        </Text>
      )}
      <ul className={picker.list} aria-label={kind === 'chart' ? 'Charts' : 'Data apps'}>
        {items.map((item) => (
          <li key={item.id}>
            <UnstyledButton className={picker.item} onClick={() => picking.mutate(item)} disabled={picking.isPending}>
              <Icon name={contentIcon(item)} />
              <span className={picker.name}>{item.name}</span>
              <Text span size="xs" c="dimmed">
                {item.spaceName ?? 'Personal'}
              </Text>
            </UnstyledButton>
          </li>
        ))}
      </ul>
      {list.hasNextPage && (
        <Button variant="default" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          Show more
        </Button>
      )}
    </Stack>
  )
}
