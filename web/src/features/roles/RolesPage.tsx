import { Badge, Button, Skeleton, Stack, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { deleteRole, type RoleOut, rolesQuery } from '@/api/directory'
import { Confirmed } from '@/parts/directory/Confirmed'
import { FeatureOff } from '@/parts/directory/FeatureOff'
import { Row } from '@/parts/directory/Row'
import { LEVEL_NAMES, roleName } from '@/parts/directory/words'
import { Loaded } from '@/parts/Loaded'
import { useMe } from '@/parts/me'
import { Page } from '@/parts/Page'
import { DuplicateRole } from './DuplicateRole'
import { RoleForm } from './RoleForm'
import { RoleScopes } from './RoleScopes'

type Open = { what: 'new' } | { what: 'edit' | 'duplicate' | 'look'; role: RoleOut }

/** The system's roles and the organisation's own. */
export default function RolesPage() {
  const roles = useQuery(rolesQuery)
  const on = useMe().features.customRoles.enabled
  const [open, setOpen] = useState<Open>()
  const close = () => setOpen(undefined)
  return (
    <Page
      title="Roles"
      narrow
      actions={
        <Button onClick={() => setOpen({ what: 'new' })} disabled={!on}>
          New role
        </Button>
      }
    >
      <Stack gap="lg">
        <FeatureOff feature="customRoles" title="Custom roles are off" />
        <Loaded query={roles} waiting={<Skeleton height={420} radius="lg" />}>
          {(known) => {
            const own = known.filter((role) => !role.system)
            return (
              <>
                <Listed title="Your own">
                  {own.length === 0 ? (
                    <Text size="sm" c="dimmed">
                      None yet. A custom role gives exactly the scopes that you choose.
                    </Text>
                  ) : (
                    <Rows label="Custom roles" roles={own} on={on} open={setOpen} />
                  )}
                </Listed>
                <Listed title="System roles">
                  <Rows label="System roles" roles={known.filter((role) => role.system)} on={on} open={setOpen} />
                </Listed>
              </>
            )
          }}
        </Loaded>
      </Stack>
      {open?.what === 'new' && <RoleForm onClose={close} />}
      {open?.what === 'edit' && <RoleForm role={open.role} onClose={close} />}
      {open?.what === 'look' && <RoleScopes role={open.role} onClose={close} />}
      {open?.what === 'duplicate' && (
        <DuplicateRole role={open.role} onClose={close} onMade={(role) => setOpen({ what: 'edit', role })} />
      )}
    </Page>
  )
}

function Listed({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <section aria-label={title}>
      <Title order={2} size="h3" mb="xs">
        {title}
      </Title>
      {children}
    </section>
  )
}

interface RowsProps {
  label: string
  roles: RoleOut[]
  on: boolean
  open: (next: Open) => void
}

function Rows({ label, roles, on, open }: RowsProps) {
  return (
    <ul aria-label={label} className="card rows" style={{ listStyle: 'none', margin: 0, padding: 0 }}>
      {roles.map((role) => {
        const name = role.system ? roleName(role.id) : role.name
        const lacking = Object.keys(role.missing).length
        return (
          <Row
            key={role.id}
            label={name}
            title={name}
            marks={
              <>
                {role.level && (
                  <Badge size="sm" variant="light">
                    {LEVEL_NAMES[role.level]}
                  </Badge>
                )}
                {lacking > 0 && (
                  <Badge size="sm" variant="light" color="amber">
                    {lacking} of no use yet
                  </Badge>
                )}
              </>
            }
            actions={
              <>
                <Button
                  variant="default"
                  size="compact-sm"
                  disabled={!role.system && !on}
                  aria-label={`${role.system ? 'Scopes of' : 'Edit'} ${name}`}
                  onClick={() => open({ what: role.system ? 'look' : 'edit', role })}
                >
                  {role.system ? 'Scopes' : 'Edit'}
                </Button>
                <Button
                  variant="default"
                  size="compact-sm"
                  disabled={!on}
                  aria-label={`Duplicate ${name}`}
                  onClick={() => open({ what: 'duplicate', role })}
                >
                  Duplicate
                </Button>
                {!role.system && (
                  <Confirmed action="Delete" label={`Delete ${name}`} run={() => deleteRole(role.id)}>
                    A role that nobody holds can be deleted for good.
                  </Confirmed>
                )}
              </>
            }
          >
            {role.description && <div>{role.description}</div>}
            {role.scopes.length} {role.scopes.length === 1 ? 'scope' : 'scopes'}
            {role.heldBy !== null && ` · ${role.heldBy === 0 ? 'held by nobody' : `held by ${role.heldBy} by name`}`}
          </Row>
        )
      })}
    </ul>
  )
}
