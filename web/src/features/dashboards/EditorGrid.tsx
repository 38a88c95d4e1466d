import 'react-grid-layout/css/styles.css'
import { ActionIcon, Menu, Text, UnstyledButton } from '@mantine/core'
import { useState } from 'react'
import ReactGridLayout, { useContainerWidth } from 'react-grid-layout'
import type { Dashboard, DashboardContent, Tile } from '@/api/dashboards'
import { Icon } from '@/parts/icons'
import editor from './editor.module.css'
import { arranged, COLUMNS, freePlace, GAP, onTab, ROW, SMALLEST, stepped, withoutTiles, withTile } from './layout'
import { nameOf, TileCard } from './TileCard'
import { TileForm } from './TileForm'

interface EditorGridProps {
  dashboard: Dashboard
  tab: string
  onChange: (content: DashboardContent) => void
}

/** A tab's tiles, to be dragged and sized, with the pointer or (from a tile's handle) with the arrow keys. */
export function EditorGrid({ dashboard, tab, onChange }: EditorGridProps) {
  const { width, containerRef, mounted } = useContainerWidth()
  const [edited, setEdited] = useState<Tile | null>(null)
  const { content } = dashboard
  const tiles = onTab(content, tab)
  return (
    <div ref={containerRef} className={editor.grid}>
      {tiles.length === 0 && (
        <Text c="dimmed" ta="center" py={96}>
          Nothing on this tab yet. Add a chart, words or a heading above.
        </Text>
      )}
      {mounted && (
        <ReactGridLayout
          width={width}
          layout={tiles.map(({ id, x, y, w, h }) => ({ i: id, x, y, w, h, minW: SMALLEST.w, minH: 1, maxH: 100 }))}
          gridConfig={{ cols: COLUMNS, rowHeight: ROW, margin: [GAP, GAP], containerPadding: [0, 0] }}
          dragConfig={{ handle: `.${editor.handle}` }}
          resizeConfig={{ handles: ['se'] }}
          onLayoutChange={(places) => onChange(arranged(content, places))}
        >
          {tiles.map((tile) => (
            <div key={tile.id}>
              <TileCard
                dashboard={dashboard}
                tile={tile}
                filters={null}
                before={
                  <UnstyledButton
                    className={editor.handle}
                    aria-label={`Move ${nameOf(dashboard, tile)}: arrow keys move it, with Shift they change its size`}
                    onKeyDown={(event) => {
                      const place = stepped(tile, event.key, event.shiftKey)
                      if (!place) return
                      event.preventDefault()
                      onChange(withTile(content, { ...tile, ...place }))
                    }}
                  >
                    <Icon name="grip" size={16} />
                  </UnstyledButton>
                }
                after={
                  <TileMenu
                    name={nameOf(dashboard, tile)}
                    tabs={content.tabs.filter(({ id }) => id !== tab)}
                    onEdit={() => setEdited(tile)}
                    onMove={(to) => onChange(withTile(content, { ...tile, tab: to, ...freePlace(onTab(content, to), tile) }))}
                    onRemove={() => onChange(withoutTiles(content, ({ id }) => id === tile.id))}
                  />
                }
              />
            </div>
          ))}
        </ReactGridLayout>
      )}
      <TileForm
        tile={edited}
        onClose={() => setEdited(null)}
        onSave={(tile) => {
          onChange(withTile(content, tile))
          setEdited(null)
        }}
      />
    </div>
  )
}

interface TileMenuProps {
  name: string
  tabs: readonly { id: string; name: string }[]
  onEdit: () => void
  onMove: (tab: string) => void
  onRemove: () => void
}

function TileMenu({ name, tabs, onEdit, onMove, onRemove }: TileMenuProps) {
  return (
    <Menu position="bottom-end" width={200}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size="sm" aria-label={`Change ${name}`}>
          <Icon name="dots" size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<Icon name="pencil" size={16} />} onClick={onEdit}>
          Edit words
        </Menu.Item>
        {tabs.map((tab) => (
          <Menu.Item key={tab.id} leftSection={<Icon name="open" size={16} />} onClick={() => onMove(tab.id)}>
            Move to “{tab.name}”
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item color="ruby" leftSection={<Icon name="trash" size={16} />} onClick={onRemove}>
          Remove
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
