import { Radio, Stack } from '@mantine/core'
import type { Space } from '@/api/types'

type Access = Space['access']

interface AccessChoiceProps {
  value: Access
  onChange: (access: Access) => void
  /** The space above; null at the top. */
  parentName: string | null
}

/** Whom a space lets in: whoever the place above does, or its own list only. */
export function AccessChoice({ value, onChange, parentName }: AccessChoiceProps) {
  return (
    <Radio.Group label="Who is let in" value={value} onChange={(next) => onChange(next === 'restricted' ? next : 'inherited')}>
      <Stack gap="sm" mt={8}>
        <Radio
          value="inherited"
          label={parentName ? `Everyone who is in “${parentName}”` : 'Everyone in the project'}
          description="You can let in more people and groups."
        />
        <Radio
          value="restricted"
          label="Only people and groups that it is shared with"
          description={
            parentName
              ? `The list starts with those named in “${parentName}” and the spaces above it, and you with full access. Administrators are always in.`
              : 'The list starts with you alone, with full access. Administrators are always in.'
          }
        />
      </Stack>
    </Radio.Group>
  )
}
