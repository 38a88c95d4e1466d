import { Select } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { flatten, spacesQuery, spaceTree } from '@/api/spaces'

interface SpaceSelectProps {
  projectId: string
  value: string | null
  onChange: (spaceId: string | null) => void
}

/** A space in which this person may file things. */
export function SpaceSelect({ projectId, value, onChange }: SpaceSelectProps) {
  const spaces = useQuery(spacesQuery(projectId))
  return (
    <Select
      label="Space"
      placeholder="Choose a space"
      description="People who can see the space can open it; each sees only their own rows."
      searchable
      allowDeselect={false}
      value={value}
      onChange={onChange}
      nothingFoundMessage="No space in which you may edit"
      data={flatten(spaceTree(spaces.data ?? [])).map((space) => ({
        value: space.id,
        label: `${'\u2003'.repeat(space.depth)}${space.name}`,
        disabled: space.role === 'view',
      }))}
    />
  )
}
