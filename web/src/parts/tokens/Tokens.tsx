import { Button, Group, Modal, Select, Stack, Text } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import type { IssuedToken, NewToken, Token } from '@/api/account'
import { SecretOnce } from '@/parts/directory/SecretOnce'
import { ProblemCard } from '@/parts/ProblemCard'
import { OVERLAPS } from './expiry'
import { TokenForm } from './TokenForm'
import { TokenRow } from './TokenRow'

export interface TokensProps {
  tokens: readonly Token[]
  /** Scopes that a token can be limited to; without it, any. */
  among?: readonly string[]
  create: (wanted: NewToken) => Promise<IssuedToken>
  rotate: (id: string, overlapMinutes: number) => Promise<IssuedToken>
  revoke: (id: string) => Promise<unknown>
  /** Called after each change. */
  changed: () => void
  /** No new ones can be made. */
  off?: boolean
}

/** The tokens of somebody: made, replaced and revoked; each is shown once, when it is made. */
export function Tokens({ tokens, among, create, rotate, revoke, changed, off }: TokensProps) {
  const [making, setMaking] = useState(false)
  const [rotating, setRotating] = useState<Token>()
  const [issued, setIssued] = useState<IssuedToken>()
  const shown = (token: IssuedToken) => {
    setMaking(false)
    setRotating(undefined)
    setIssued(token)
    changed()
  }
  return (
    <Stack gap="sm">
      {tokens.length === 0 ? (
        <Text c="dimmed">No tokens. Programs sign in with one instead of a password.</Text>
      ) : (
        <ul className="rows" style={{ listStyle: 'none', margin: 0, padding: 0 }} aria-label="Tokens">
          {tokens.map((token) => (
            <TokenRow
              key={token.id}
              token={token}
              revoke={() => revoke(token.id).then(changed)}
              actions={
                <Button
                  variant="default"
                  size="compact-sm"
                  aria-label={`Replace ${token.name}`}
                  onClick={() => setRotating(token)}
                >
                  Replace
                </Button>
              }
            />
          ))}
        </ul>
      )}
      <Group>
        <Button variant="default" disabled={off} onClick={() => setMaking(true)}>
          New token
        </Button>
      </Group>
      <Modal opened={making} onClose={() => setMaking(false)} title="New token" size="lg" stackId="new-token">
        <TokenForm among={among} create={create} onIssued={shown} />
      </Modal>
      <Modal
        opened={rotating !== undefined}
        onClose={() => setRotating(undefined)}
        title={`Replace ${rotating?.name ?? ''}`}
        stackId="replace-token"
      >
        {rotating && <Rotation rotate={(overlap) => rotate(rotating.id, overlap)} onIssued={shown} />}
      </Modal>
      <Modal
        opened={issued !== undefined}
        onClose={() => setIssued(undefined)}
        title={`Token ${issued?.name ?? ''}`}
        closeOnClickOutside={false}
        stackId="issued-token"
      >
        {issued && (
          <SecretOnce label="The token" value={issued.token}>
            Programs send it as “Authorization: Bearer …”. Keep it where only they can read it.
          </SecretOnce>
        )}
      </Modal>
    </Stack>
  )
}

interface RotationProps {
  rotate: (overlapMinutes: number) => Promise<IssuedToken>
  onIssued: (token: IssuedToken) => void
}

function Rotation({ rotate, onIssued }: RotationProps) {
  const [overlap, setOverlap] = useState('1440')
  const rotating = useMutation({ mutationFn: () => rotate(Number(overlap)), onSuccess: onIssued })
  return (
    <Stack gap="md">
      <Text size="sm">A new token with the same name, rights and end takes its place.</Text>
      <Select
        label="The old one works on"
        data={OVERLAPS}
        value={overlap}
        allowDeselect={false}
        onChange={(value) => setOverlap(value ?? '0')}
      />
      {rotating.isError && <ProblemCard error={rotating.error} />}
      <Group justify="flex-end">
        <Button loading={rotating.isPending} onClick={() => rotating.mutate()}>
          Replace
        </Button>
      </Group>
    </Stack>
  )
}
