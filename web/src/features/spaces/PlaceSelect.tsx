import { Select } from '@mantine/core'
import { flatten, spaceTree } from '@/api/spaces'
import type { Space } from '@/api/types'

const TOP = 'top'

interface PlaceSelectProps {
  spaces: readonly Space[]
  /** Null: at the top, in no other space; undefined: in a space that this person may not see. */
  value: string | null | undefined
  onChange: (parentId: string | null) => void
  /** Whether the top may be chosen. */
  top?: boolean
  /** Spaces that can't be chosen. */
  without?: ReadonlySet<string>
}

/** Where a space is to lie: at the top, or in another one where this person may edit. */
export function PlaceSelect({ spaces, value, onChange, top = true, without }: PlaceSelectProps) {
  return (
    <Select
      label="Inside"
      searchable
      allowDeselect={false}
      maxDropdownHeight={280}
      placeholder="A space that is not shared with you"
      value={value === undefined ? null : (value ?? TOP)}
      onChange={(chosen) => onChange(chosen === TOP ? null : chosen)}
      nothingFoundMessage="No such space"
      data={[
        { value: TOP, label: 'The project itself', disabled: !top },
        ...flatten(spaceTree(spaces)).map((space) => ({
          value: space.id,
          label: `${'\u2003'.repeat(space.depth)}${space.name}`,
          disabled: space.role === 'view' || (without?.has(space.id) ?? false),
        })),
      ]}
    />
  )
}
