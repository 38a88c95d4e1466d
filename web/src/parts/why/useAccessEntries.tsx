import { Menu, Modal } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import type { ReactNode } from 'react'
import type { Item } from '@/api/access'
import { Icon } from '../icons'
import { Reasons } from './Reasons'
import { WhoCanOpen } from './WhoCanOpen'

interface Asked {
  item: Item
  name: string
  /** Whether this person may know who else can open it. */
  canManage: boolean
}

/** A thing's entries about access for its More menu, and the dialogs that they open (to be put beside the menu: what
 * stands in a menu goes when it closes). */
export function useAccessEntries({ item, name, canManage }: Asked): { entries: ReactNode; dialogs: ReactNode } {
  const [asking, ask] = useDisclosure(false)
  const [listing, list] = useDisclosure(false)
  return {
    entries: (
      <>
        <Menu.Item leftSection={<Icon name="shield" size={16} />} onClick={ask.open}>
          Your access
        </Menu.Item>
        {canManage && (
          <Menu.Item leftSection={<Icon name="user" size={16} />} onClick={list.open}>
            Who can open this
          </Menu.Item>
        )}
      </>
    ),
    dialogs: (
      <>
        <Modal opened={asking} onClose={ask.close} title="Your access" size="lg">
          {asking && <Reasons item={item} />}
        </Modal>
        <WhoCanOpen item={item} name={name} opened={listing && canManage} onClose={list.close} />
      </>
    ),
  }
}
