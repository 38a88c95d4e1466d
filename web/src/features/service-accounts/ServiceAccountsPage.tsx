import { Badge, Button, Group, Modal, Select, Skeleton, Stack, TextInput } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { SystemRole } from '@/api/directory'
import { createServiceAccount, type ServiceAccount, serviceAccountsQuery } from '@/api/service-accounts'
import { FeatureOff } from '@/parts/directory/FeatureOff'
import { Row } from '@/parts/directory/Row'
import { useChange } from '@/parts/directory/useChange'
import { heldRoles, isSystemRole, SYSTEM_ROLES } from '@/parts/directory/words'
import { EmptyState } from '@/parts/EmptyState'
import { Loaded } from '@/parts/Loaded'
import { useMe } from '@/parts/me'
import { Page } from '@/parts/Page'
import { ProblemCard } from '@/parts/ProblemCard'
import { ago } from '@/parts/time'
import { AccountDetails } from './AccountDetails'

/** Accounts for programs: what they hold and the tokens they come with. */
export default function ServiceAccountsPage() {
  const accounts = useQuery(serviceAccountsQuery)
  const on = useMe().features.serviceAccounts.enabled
  const [making, make] = useDisclosure()
  const [openId, setOpenId] = useState<string>()
  const open = accounts.data?.find((account) => account.id === openId)
  const button = (
    <Button onClick={make.open} disabled={!on}>
      New service account
    </Button>
  )
  return (
    <Page title="Service accounts" narrow actions={accounts.data && accounts.data.length > 0 && button}>
      <Stack gap="lg">
        <FeatureOff feature="serviceAccounts" title="Service accounts are off" />
        <Loaded query={accounts} waiting={<Skeleton height={240} radius="lg" />}>
          {(known) =>
            known.length === 0 ? (
              <EmptyState title="No service account yet" action={button}>
                A program that uses Vitrail gets an account of its own, so that nobody’s departure stops it.
              </EmptyState>
            ) : (
              <ul aria-label="Service accounts" className="card rows" style={{ listStyle: 'none', margin: 0, padding: 0 }}>
                {known.map((account) => (
                  <AccountRow key={account.id} account={account} open={() => setOpenId(account.id)} />
                ))}
              </ul>
            )
          }
        </Loaded>
      </Stack>
      <Modal opened={making} onClose={make.close} title="New service account">
        <NewAccount
          done={(account) => {
            make.close()
            setOpenId(account.id)
          }}
        />
      </Modal>
      {/* What opens above the account closes first. */}
      <Modal.Stack>
        <Modal
          opened={open !== undefined}
          onClose={() => setOpenId(undefined)}
          title={open?.name}
          size="xl"
          stackId="account"
        >
          {open && <AccountDetails account={open} />}
        </Modal>
      </Modal.Stack>
    </Page>
  )
}

function AccountRow({ account, open }: { account: ServiceAccount; open: () => void }) {
  return (
    <Row
      label={account.name}
      title={account.name}
      marks={
        !account.active && (
          <Badge size="sm" variant="light" color="gray">
            Off
          </Badge>
        )
      }
      actions={
        <Button variant="default" size="compact-sm" onClick={open} aria-label={`Open ${account.name}`}>
          Open
        </Button>
      }
    >
      {heldRoles(account, 'No role in the organisation')} · {account.tokens} {account.tokens === 1 ? 'token' : 'tokens'} ·{' '}
      {account.lastUsedAt ? `last used ${ago(account.lastUsedAt)}` : 'never used'}
      {account.groups.length > 0 && ` · in ${account.groups.join(', ')}`}
    </Row>
  )
}

function NewAccount({ done }: { done: (account: ServiceAccount) => void }) {
  const [name, setName] = useState('')
  const [role, setRole] = useState<SystemRole | null>(null)
  const making = useChange(() => createServiceAccount({ name: name.trim(), role }), done)
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        making.mutate()
      }}
    >
      <Stack gap="md">
        <TextInput
          label="Name"
          required
          maxLength={200}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          data-autofocus
        />
        <Select
          label="Role in the organisation"
          description="Roles in one project are given under Project access."
          allowDeselect={false}
          data={[{ value: '', label: 'None' }, ...SYSTEM_ROLES]}
          value={role ?? ''}
          onChange={(next) => setRole(isSystemRole(next) ? next : null)}
        />
        {making.isError && <ProblemCard error={making.error} />}
        <Group justify="flex-end">
          <Button type="submit" loading={making.isPending} disabled={!name.trim()}>
            Make account
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
