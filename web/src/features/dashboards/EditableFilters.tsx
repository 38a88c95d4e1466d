import { Button, Modal, Pill } from '@mantine/core'
import { useState } from 'react'
import type { Dashboard, DashboardFilter } from '@/api/dashboards'
import { Icon } from '@/parts/icons'
import editor from './editor.module.css'
import { FilterForm } from './FilterForm'
import { freshId } from './layout'

interface EditableFiltersProps {
  dashboard: Dashboard
  onChange: (filters: DashboardFilter[]) => void
}

/** The filters over a dashboard's tiles, to be added, changed and removed. */
export function EditableFilters({ dashboard, onChange }: EditableFiltersProps) {
  const filters = dashboard.content.filters ?? []
  const [edited, setEdited] = useState<DashboardFilter | 'new' | null>(null)
  const save = (filter: DashboardFilter) => {
    const known = filters.some(({ id }) => id === filter.id)
    onChange(known ? filters.map((one) => (one.id === filter.id ? filter : one)) : [...filters, filter])
    setEdited(null)
  }
  return (
    <div className={editor.filters} role="group" aria-label="Filters">
      {filters.map((filter) => (
        <Pill
          key={filter.id}
          size="lg"
          withRemoveButton
          removeButtonProps={{ 'aria-label': `Remove the filter ${filter.label || filter.fieldId}`, 'aria-hidden': false }}
          onRemove={() => onChange(filters.filter(({ id }) => id !== filter.id))}
        >
          <button type="button" className={editor.pill} onClick={() => setEdited(filter)}>
            {filter.locked && <Icon name="lock" size={12} />} {filter.label || filter.fieldId}
          </button>
        </Pill>
      ))}
      <Button
        size="sm"
        variant="subtle"
        color="gray"
        leftSection={<Icon name="filter" size={14} />}
        onClick={() => setEdited('new')}
      >
        Add filter
      </Button>
      <Modal
        opened={edited !== null}
        onClose={() => setEdited(null)}
        title={edited === 'new' ? 'Add filter' : 'Change filter'}
        size="lg"
      >
        {edited && (
          <FilterForm
            key={edited === 'new' ? 'new' : edited.id}
            dashboard={dashboard}
            filter={edited === 'new' ? null : edited}
            newId={freshId(filters, 'filter')}
            onSave={save}
            onClose={() => setEdited(null)}
          />
        )}
      </Modal>
    </div>
  )
}
