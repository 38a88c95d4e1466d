import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { client, data } from './client'
import { DIRECTORY, PAGE } from './directory'
import type { components } from './schema'

type Schemas = components['schemas']

export type ServiceAccount = Schemas['ServiceAccount']
export type Token = Schemas['Token']
export type IssuedToken = Schemas['IssuedToken']
export type OwnedToken = Schemas['OwnedToken']
export type NewToken = Schemas['NewToken']

export const serviceAccountsQuery = queryOptions({
  queryKey: [...DIRECTORY, 'service-accounts'],
  queryFn: () => data(client.GET('/api/v1/organization/service-accounts')),
})

const account = (id: string) => ({ params: { path: { account_id: id } } })

export const createServiceAccount = (body: Schemas['NewServiceAccount']) =>
  data(client.POST('/api/v1/organization/service-accounts', { body }))

export const changeServiceAccount = (id: string, body: Schemas['PersonChange']) =>
  data(client.PATCH('/api/v1/organization/service-accounts/{account_id}', { ...account(id), body }))

export const deleteServiceAccount = (id: string) =>
  data(client.DELETE('/api/v1/organization/service-accounts/{account_id}', account(id)))

export const accountTokensQuery = (id: string) =>
  queryOptions({
    queryKey: [...DIRECTORY, 'account-tokens', id],
    queryFn: () => data(client.GET('/api/v1/organization/service-accounts/{account_id}/tokens', account(id))),
  })

export const issueToken = (id: string, body: NewToken) =>
  data(client.POST('/api/v1/organization/service-accounts/{account_id}/tokens', { ...account(id), body }))

export const rotateToken = (id: string, tokenId: string, overlapMinutes: number) =>
  data(
    client.POST('/api/v1/organization/service-accounts/{account_id}/tokens/{token_id}/rotate', {
      params: { path: { account_id: id, token_id: tokenId } },
      body: { overlapMinutes },
    }),
  )

export const tokensQuery = ({ q, page = 1 }: { q?: string; page?: number }) =>
  queryOptions({
    queryKey: [...DIRECTORY, 'tokens', q ?? '', page],
    queryFn: () =>
      data(client.GET('/api/v1/organization/tokens', { params: { query: { q, limit: PAGE, offset: (page - 1) * PAGE } } })),
    placeholderData: keepPreviousData,
  })

export const revokeToken = (id: string) =>
  data(client.DELETE('/api/v1/organization/tokens/{token_id}', { params: { path: { token_id: id } } }))
