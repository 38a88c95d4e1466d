import { ActionIcon, Menu } from '@mantine/core'
import type { ReactNode } from 'react'
import { Icon } from '@/parts/icons'

interface TileMenuProps {
  name: string
  onRefresh: () => void
  /** Entries of this kind of tile alone. */
  children?: ReactNode
}

/** What a viewer can do with one tile. */
export function TileMenu({ name, onRefresh, children }: TileMenuProps) {
  return (
    <Menu position="bottom-end" width={180}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size="sm" aria-label={`More about ${name}`}>
          <Icon name="dots" size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<Icon name="refresh" size={16} />} onClick={onRefresh}>
          Refresh
        </Menu.Item>
        {children}
      </Menu.Dropdown>
    </Menu>
  )
}
