import { ActionIcon, Button, Group, Select, Text } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { isAdmin } from '@/api/session'
import { ROLES, type Share, type SpaceAccess, type SpaceRole, share as give, unshare } from '@/api/spaces'
import type { Space } from '@/api/types'
import { Icon, type IconName } from '@/parts/icons'
import { TextLink } from '@/parts/links'
import { useMe, useProject } from '@/parts/me'
import { ProblemCard } from '@/parts/ProblemCard'
import { details, givenIn } from './sharing'
import classes from './spaces.module.css'
import { useSpaceChanged } from './useSpaceChanged'

export const ROLE_OPTIONS = (Object.keys(ROLES) as SpaceRole[]).map((role) => ({ value: role, label: ROLES[role] }))

/** One person or group that is let in by name: changed or taken away here, unless it comes from above. */
export function ShareRow({ space, share }: { space: Space; share: Share }) {
  const changed = useSpaceChanged()
  const { party, role, inherited } = share
  const changing = useMutation({ mutationFn: (next: SpaceRole) => give(space.id, party, next), onSuccess: changed })
  const taking = useMutation({ mutationFn: () => unshare(space.id, party), onSuccess: changed })
  const busy = changing.isPending || taking.isPending
  // Administrators stay in; others could not undo what they take from themselves.
  const admin = isAdmin(useProject(space.projectId))
  const mine = useMe().user.id === party.id && !admin
  const [leaving, setLeaving] = useState<SpaceRole | 'nothing' | null>(null)
  const apply = (next: SpaceRole | 'nothing') => {
    setLeaving(null)
    if (next === 'nothing') taking.mutate()
    else changing.mutate(next)
  }
  const ask = (next: SpaceRole | 'nothing') => (mine && next !== 'full' ? setLeaving(next) : apply(next))
  return (
    <Row icon={party.kind === 'group' ? 'group' : 'user'} name={party.name} below={details(party)}>
      {inherited ? (
        <div className={classes.given}>
          <Text size="sm">{ROLES[role]}</Text>
          {share.spaceId ? (
            <TextLink
              to="/projects/$projectId/spaces/$spaceId"
              params={{ projectId: space.projectId, spaceId: share.spaceId }}
              size="xs"
            >
              {givenIn(share)}
            </TextLink>
          ) : (
            <Text size="xs" c="dimmed">
              {givenIn(share)}
            </Text>
          )}
        </div>
      ) : (
        <Group gap={6} wrap="nowrap">
          <Select
            aria-label={`What ${party.name} may do`}
            size="sm"
            w={130}
            allowDeselect={false}
            disabled={busy}
            data={ROLE_OPTIONS}
            value={role}
            onChange={(next) => next && next !== role && ask(next)}
          />
          <ActionIcon
            variant="subtle"
            color="gray"
            size={36}
            aria-label={`Take away from ${party.name}`}
            loading={taking.isPending}
            disabled={busy}
            onClick={() => ask('nothing')}
          >
            <Icon name="cross" size={16} />
          </ActionIcon>
        </Group>
      )}
      {leaving && (
        <div className={classes.whole}>
          <ProblemCard tone="notice" error={LEAVING}>
            <Button size="compact-sm" variant="default" onClick={() => setLeaving(null)}>
              Keep it
            </Button>
            <Button size="compact-sm" color="ruby" onClick={() => apply(leaving)}>
              {leaving === 'nothing' ? 'Take away my access' : `Give myself “${ROLES[leaving].toLowerCase()}”`}
            </Button>
          </ProblemCard>
        </div>
      )}
      {(changing.isError || taking.isError) && (
        <div className={classes.whole}>
          <ProblemCard error={changing.error ?? taking.error} />
        </div>
      )}
    </Row>
  )
}

const LEAVING = {
  title: 'This is your own access',
  cause: 'Without full access given here you may not be able to manage this space any longer.',
  cure: 'Keep it, or make sure that somebody else has full access.',
}

/** Who is in without being named. */
export function FromRoles({ access }: { access: SpaceAccess }) {
  return (
    <>
      {access.openToProject && (
        <Row icon="group" name="Everyone in the project" below="By their role in the project">
          <Text size="sm" className={classes.given}>
            Editors can edit, others can view
          </Text>
        </Row>
      )}
      <Row icon="shield" name="Administrators" below="Always in">
        <Text size="sm" className={classes.given}>
          {ROLES.full}
        </Text>
      </Row>
    </>
  )
}

interface RowProps {
  icon: IconName
  name: string
  below: string
  children: ReactNode
}

function Row({ icon, name, below, children }: RowProps) {
  return (
    <li aria-label={name}>
      <Icon name={icon} size={18} color="var(--mantine-color-dimmed)" />
      <div style={{ minWidth: 0 }}>
        <Text size="sm" fw={600} style={{ overflowWrap: 'anywhere' }}>
          {name}
        </Text>
        <Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
          {below}
        </Text>
      </div>
      {children}
    </li>
  )
}
