import { Badge } from '@mantine/core'
import type { ReactNode } from 'react'
import type { Token } from '@/api/account'
import { Confirmed } from '@/parts/directory/Confirmed'
import { Row } from '@/parts/directory/Row'
import { ago } from '@/parts/time'
import { expiry } from './expiry'

interface TokenRowProps {
  token: Token
  /** Whose it is, where that is not plain. */
  owner?: string
  actions?: ReactNode
  revoke: () => Promise<unknown>
}

export function TokenRow({ token, owner, actions, revoke }: TokenRowProps) {
  return (
    <Row
      label={token.name}
      title={token.name}
      marks={
        <>
          <code>{token.prefix}…</code>
          {token.scopes && (
            <Badge size="sm" variant="light">
              {token.scopes.length} {token.scopes.length === 1 ? 'scope' : 'scopes'}
            </Badge>
          )}
        </>
      }
      actions={
        <>
          {actions}
          <Confirmed
            action="Revoke"
            yes="Revoke"
            label={`Revoke ${token.name}`}
            run={revoke}
          >
            It stops working at once, for whatever uses it.
          </Confirmed>
        </>
      }
    >
      {owner && `${owner} · `}
      made {ago(token.createdAt)} · {token.lastUsedAt ? `last used ${ago(token.lastUsedAt)}` : 'never used'} ·{' '}
      {expiry(token.expiresAt)}
      {token.scopes === null ? ' · all that its owner holds' : <div>Limited to {token.scopes.join(', ')}</div>}
    </Row>
  )
}
