import { ActionIcon, Menu } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import type { Space } from '@/api/types'
import { Icon } from '@/parts/icons'
import { useAccessEntries } from '@/parts/why/useAccessEntries'
import { MoveSpace, RenameSpace } from './ChangeSpace'
import { DeleteSpace } from './DeleteSpace'
import { RestrictSpace } from './RestrictSpace'

interface SpaceMenuProps {
  space: Space
  parentName: string | null
}

/** What can be done with a space as a whole. */
export function SpaceMenu({ space, parentName }: SpaceMenuProps) {
  const [renaming, rename] = useDisclosure(false)
  const [moving, move] = useDisclosure(false)
  const [restricting, restrict] = useDisclosure(false)
  const [deleting, remove] = useDisclosure(false)
  const { canManage } = space
  const access = useAccessEntries({ item: { kind: 'space', id: space.id }, name: space.name, canManage })
  const restricted = space.access === 'restricted'
  return (
    <>
      <Menu position="bottom-end" width={210}>
        <Menu.Target>
          <ActionIcon variant="default" size={36} aria-label="More actions">
            <Icon name="dots" />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {access.entries}
          {canManage && (
            <>
              <Menu.Divider />
              <Menu.Item leftSection={<Icon name="pencil" size={16} />} onClick={rename.open}>
                Rename
              </Menu.Item>
              <Menu.Item leftSection={<Icon name="folder" size={16} />} onClick={move.open}>
                Move
              </Menu.Item>
              <Menu.Item leftSection={<Icon name="lock" size={16} />} onClick={restrict.open}>
                {restricted ? 'Open again' : 'Restrict'}
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
      <RenameSpace space={space} opened={renaming} onClose={rename.close} />
      <MoveSpace space={space} opened={moving} onClose={move.close} />
      <RestrictSpace space={space} parentName={parentName} opened={restricting} onClose={restrict.close} />
      <DeleteSpace space={space} parentName={parentName} opened={deleting} onClose={remove.close} />
    </>
  )
}
