import { queryOptions } from '@tanstack/react-query'
import { client, data } from './client'
import type { components } from './schema'

export type SignIn = components['schemas']['SignIn']
export type Token = components['schemas']['Token']
export type NewToken = components['schemas']['NewToken']
export type IssuedToken = components['schemas']['IssuedToken']

export const signInsQuery = queryOptions({
  queryKey: ['sign-ins'],
  queryFn: () => data(client.GET('/api/v1/auth/sign-ins')),
  staleTime: 0,
})

export const endSignIn = (id: string) =>
  data(client.DELETE('/api/v1/auth/sign-ins/{sign_in_id}', { params: { path: { sign_in_id: id } } }))

export const endOtherSignIns = () => data(client.POST('/api/v1/auth/sign-ins/end-others'))

export const changePassword = (current: string, next: string) =>
  data(client.POST('/api/v1/auth/password', { body: { current, new: next } }))

export const tokensQuery = queryOptions({
  queryKey: ['tokens'],
  queryFn: () => data(client.GET('/api/v1/auth/tokens')),
  staleTime: 0,
})

const path = (id: string) => ({ params: { path: { token_id: id } } })

export const createToken = (body: NewToken): Promise<IssuedToken> => data(client.POST('/api/v1/auth/tokens', { body }))

export const rotateToken = (id: string, overlapMinutes: number): Promise<IssuedToken> =>
  data(client.POST('/api/v1/auth/tokens/{token_id}/rotate', { ...path(id), body: { overlapMinutes } }))

export const revokeToken = (id: string) => data(client.DELETE('/api/v1/auth/tokens/{token_id}', path(id)))
