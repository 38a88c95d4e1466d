import { ActionIcon, Menu } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useNavigate } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { operations, type Saved, type SavedKind } from '@/api/content'
import { Icon } from '../icons'
import { MoveToSpace } from '../MoveToSpace'
import { useAccessEntries } from '../why/useAccessEntries'
import { DeleteSaved, RenameSaved } from './dialogs'
import { History } from './History'
import { useChanged } from './useChanged'

interface SavedMenuProps {
  kind: SavedKind
  item: Saved
  onShow?: (number: number) => void
  /** Entries of this kind alone, for everybody; the others are for those who may manage the thing. */
  children?: ReactNode
}

/** What can be done with a chart or dashboard as a whole. */
export function SavedMenu({ kind, item, onShow, children }: SavedMenuProps) {
  const [renaming, rename] = useDisclosure(false)
  const [moving, move] = useDisclosure(false)
  const [looking, look] = useDisclosure(false)
  const [deleting, remove] = useDisclosure(false)
  const changed = useChanged(kind)
  const navigate = useNavigate()
  const access = useAccessEntries({ item: { kind, id: item.id }, name: item.name, canManage: item.canManage })
  return (
    <>
      <Menu position="bottom-end" width={210}>
        <Menu.Target>
          <ActionIcon variant="default" size={36} aria-label="More actions">
            <Icon name="dots" />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {children}
          {access.entries}
          {item.canManage && (
            <>
              <Menu.Divider />
              <Menu.Item leftSection={<Icon name="pencil" size={16} />} onClick={rename.open}>
                Rename
              </Menu.Item>
              <Menu.Item leftSection={<Icon name="folder" size={16} />} onClick={move.open}>
                Move to space
              </Menu.Item>
              <Menu.Item leftSection={<Icon name="clock" size={16} />} onClick={look.open}>
                History
              </Menu.Item>
              <Menu.Divider />
              <Menu.Item color="ruby" leftSection={<Icon name="trash" size={16} />} onClick={remove.open}>
                Delete
              </Menu.Item>
            </>
          )}
        </Menu.Dropdown>
      </Menu>
      {access.dialogs}
      <RenameSaved kind={kind} item={item} opened={renaming} onClose={rename.close} />
      <MoveToSpace
        projectId={item.projectId}
        spaceId={item.spaceId}
        move={async (spaceId) => {
          if (spaceId) await changed(item.id, await operations[kind].move(item.id, spaceId))
        }}
        opened={moving}
        onClose={move.close}
      />
      <History kind={kind} item={item} opened={looking} onClose={look.close} {...(onShow ? { onShow } : {})} />
      <DeleteSaved
        kind={kind}
        item={item}
        opened={deleting}
        onClose={remove.close}
        onDeleted={() => navigate({ to: `/projects/$projectId/${kind}s`, params: { projectId: item.projectId } })}
      />
    </>
  )
}
