import { Button, Group, Skeleton, Stack, Text, TextInput, Title } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { DIRECTORY, rolesQuery, setPersonRoles } from '@/api/directory'
import {
  accountTokensQuery,
  changeServiceAccount,
  deleteServiceAccount,
  issueToken,
  revokeToken,
  rotateToken,
  type ServiceAccount,
} from '@/api/service-accounts'
import { Confirmed } from '@/parts/directory/Confirmed'
import { RolesEditor } from '@/parts/directory/RolesEditor'
import { useChange } from '@/parts/directory/useChange'
import { Loaded } from '@/parts/Loaded'
import { useMe } from '@/parts/me'
import { ProblemCard } from '@/parts/ProblemCard'
import { Tokens } from '@/parts/tokens/Tokens'

/** One service account: name, on and off, roles, tokens. */
export function AccountDetails({ account }: { account: ServiceAccount }) {
  const on = useMe().features.serviceAccounts.enabled
  const [name, setName] = useState(account.name)
  const renaming = useChange(() => changeServiceAccount(account.id, { name: name.trim() }))
  const switching = useChange(() => changeServiceAccount(account.id, { active: !account.active }))
  return (
    <Stack gap="lg">
      <form
        onSubmit={(event) => {
          event.preventDefault()
          renaming.mutate()
        }}
      >
        <Group gap="xs" align="flex-end">
          <TextInput
            label="Name"
            maxLength={200}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            style={{ flex: '1 1 200px' }}
          />
          <Button
            type="submit"
            variant="default"
            loading={renaming.isPending}
            disabled={!on || !name.trim() || name.trim() === account.name}
          >
            Rename
          </Button>
        </Group>
      </form>
      <Group gap="xs">
        <Button
          variant="default"
          size="compact-sm"
          disabled={!on}
          loading={switching.isPending}
          onClick={() => switching.mutate()}
        >
          {account.active ? 'Switch off' : 'Switch on'}
        </Button>
        <Confirmed action="Delete" label={`Delete ${account.name}`} run={() => deleteServiceAccount(account.id)}>
          The account and its tokens are gone for good, and whatever uses them stops at once. What it made stays.
        </Confirmed>
        {!account.active && (
          <Text size="sm" c="dimmed">
            Off: its tokens do not work.
          </Text>
        )}
      </Group>
      {renaming.isError && <ProblemCard error={renaming.error} />}
      {switching.isError && <ProblemCard error={switching.error} />}
      <AccountRoles account={account} />
      <AccountTokens account={account} on={on} />
    </Stack>
  )
}

function AccountRoles({ account }: { account: ServiceAccount }) {
  const roles = useQuery(rolesQuery)
  return (
    <section aria-label="Roles in the organisation">
      <Title order={3} size="h4" mb="xs">
        Roles in the organisation
      </Title>
      <Loaded query={roles} waiting={<Skeleton height={80} />}>
        {(known) => (
          <RolesEditor
            level="organization"
            // The list of accounts has roles by name; names are unique in an organisation.
            held={{
              role: account.role,
              custom: known.filter((role) => !role.system && account.customRoles.includes(role.name)),
            }}
            none="None"
            save={(change) => setPersonRoles(account.id, change)}
          />
        )}
      </Loaded>
    </section>
  )
}

function AccountTokens({ account, on }: { account: ServiceAccount; on: boolean }) {
  const tokens = useQuery(accountTokensQuery(account.id))
  const queryClient = useQueryClient()
  return (
    <section aria-label="Tokens">
      <Title order={3} size="h4" mb="xs">
        Tokens
      </Title>
      <Loaded query={tokens} waiting={<Skeleton height={80} />}>
        {(known) => (
          <Tokens
            tokens={known}
            off={!on}
            create={(wanted) => issueToken(account.id, wanted)}
            rotate={(id, overlap) => rotateToken(account.id, id, overlap)}
            revoke={revokeToken}
            changed={() => void queryClient.invalidateQueries({ queryKey: DIRECTORY })}
          />
        )}
      </Loaded>
    </section>
  )
}
