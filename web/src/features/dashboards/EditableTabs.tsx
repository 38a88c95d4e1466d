import { ActionIcon, Button, Group, TextInput } from '@mantine/core'
import type { DashboardContent } from '@/api/dashboards'
import { Icon } from '@/parts/icons'
import editor from './editor.module.css'
import { freshId, withoutTab } from './layout'

const MOST = 20

interface EditableTabsProps {
  content: DashboardContent
  open: string
  onOpen: (tab: string) => void
  onChange: (content: DashboardContent) => void
}

/** Tabs, to be opened, named, added and removed with what lies on them. */
export function EditableTabs({ content, open, onOpen, onChange }: EditableTabsProps) {
  const { tabs } = content
  const rename = (id: string, name: string) =>
    onChange({ ...content, tabs: tabs.map((tab) => (tab.id === id ? { ...tab, name } : tab)) })
  const add = () => {
    const tab = { id: freshId(tabs, 'tab'), name: `Tab ${tabs.length + 1}` }
    onChange({ ...content, tabs: [...tabs, tab] })
    onOpen(tab.id)
  }
  return (
    <div className={editor.tabs} role="group" aria-label="Tabs">
      {tabs.map((tab) =>
        tab.id === open && tabs.length > 1 ? (
          <Group key={tab.id} gap={2} wrap="nowrap">
            <TextInput
              aria-label="Name of this tab"
              size="sm"
              w={Math.max(90, tab.name.length * 9 + 32)}
              maxLength={100}
              value={tab.name}
              error={tab.name.trim() === ''}
              onChange={(event) => rename(tab.id, event.currentTarget.value)}
            />
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={`Remove the tab ${tab.name} with its tiles`}
              onClick={() => onChange(withoutTab(content, tab.id))}
            >
              <Icon name="cross" size={15} />
            </ActionIcon>
          </Group>
        ) : (
          tabs.length > 1 && (
            <Button key={tab.id} size="sm" variant="subtle" color="gray" onClick={() => onOpen(tab.id)}>
              {tab.name}
            </Button>
          )
        ),
      )}
      {tabs.length < MOST && (
        <Button size="sm" variant="subtle" color="gray" leftSection={<Icon name="plus" size={14} />} onClick={add}>
          Add tab
        </Button>
      )}
    </div>
  )
}
