import { Button, Checkbox, Group, Select, Stack, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import type { IssuedToken, NewToken } from '@/api/account'
import { ScopePicker } from '@/parts/directory/ScopePicker'
import { ProblemCard } from '@/parts/ProblemCard'
import { endOf, LIFETIMES } from './expiry'

interface TokenFormProps {
  among?: readonly string[]
  create: (wanted: NewToken) => Promise<IssuedToken>
  onIssued: (token: IssuedToken) => void
}

export function TokenForm({ among, create, onIssued }: TokenFormProps) {
  const [name, setName] = useState('')
  const [lifetime, setLifetime] = useState('90')
  const [limited, setLimited] = useState(false)
  const [scopes, setScopes] = useState<string[]>([])
  const making = useMutation({
    mutationFn: () => create({ name: name.trim(), expiresAt: endOf(lifetime), scopes: limited ? scopes : null }),
    onSuccess: onIssued,
  })
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
          description="What it is for."
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          maxLength={200}
          required
          data-autofocus
        />
        <Select
          label="Works for"
          data={LIFETIMES}
          value={lifetime}
          allowDeselect={false}
          onChange={(value) => setLifetime(value ?? '')}
        />
        <Checkbox
          label="Limit it to some scopes"
          description="Without a limit it may do all that its owner may."
          checked={limited}
          onChange={(event) => setLimited(event.currentTarget.checked)}
        />
        {limited && <ScopePicker value={scopes} onChange={setScopes} among={among} />}
        {making.isError && <ProblemCard error={making.error} />}
        <Group justify="flex-end">
          <Button type="submit" loading={making.isPending} disabled={!name.trim() || (limited && scopes.length === 0)}>
            Make the token
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
