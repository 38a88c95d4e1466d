import { Group, MultiSelect, Select, Stack } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { type Level, type RolesChange, rolesQuery } from '@/api/directory'
import { ProblemCard } from '@/parts/ProblemCard'
import { FeatureOff } from './FeatureOff'
import { isSystemRole, SYSTEM_ROLES } from './words'

interface RolesFieldsProps {
  level: Level
  value: RolesChange
  onChange: (next: RolesChange) => void
  /** What it is called to hold no system role. */
  none: string
  /** For those who do not see whose roles they are. */
  whose?: string
}

/** A system role and any of the organisation's own. */
export function RolesFields({ level, value, onChange, none, whose }: RolesFieldsProps) {
  const roles = useQuery(rolesQuery)
  const own = (roles.data ?? []).filter((role) => !role.system && role.level === level)
  const of = whose ? ` of ${whose}` : ''
  return (
    <Stack gap="sm">
      <Group gap="sm" align="flex-end">
        <Select
          label="System role"
          aria-label={whose && `System role${of}`}
          style={{ flex: '1 1 170px' }}
          allowDeselect={false}
          data={[{ value: '', label: none }, ...SYSTEM_ROLES]}
          value={value.role ?? ''}
          onChange={(role) => onChange({ ...value, role: isSystemRole(role) ? role : null })}
        />
        {own.length > 0 && (
          <MultiSelect
            label="Custom roles"
            aria-label={whose && `Custom roles${of}`}
            style={{ flex: '2 1 220px' }}
            searchable
            clearable
            placeholder={value.customRoleIds?.length ? undefined : 'None'}
            data={own.map((role) => ({ value: role.id, label: role.name }))}
            value={value.customRoleIds ?? []}
            onChange={(customRoleIds) => onChange({ ...value, customRoleIds })}
            nothingFoundMessage="No role has such a name"
          />
        )}
      </Group>
      {roles.isError && <ProblemCard error={roles.error} retry={() => void roles.refetch()} />}
      {own.length > 0 && <FeatureOff feature="customRoles" title="Custom roles are off" />}
    </Stack>
  )
}
