import { client, data, setCsrfToken } from './client'
import type { components } from './schema'

export type Expected = components['schemas']['Expected']
export type SetUp = components['schemas']['SetUp']

/** Whom a link lets in; it stays as it is. */
export const lookAtLink = (token: string): Promise<Expected> =>
  data(client.POST('/api/v1/auth/links/look', { body: { token } }))

/** Makes the organisation and its first administrator, who is signed in then. */
export async function setUp(body: SetUp): Promise<void> {
  const answer = await data(client.POST('/api/v1/auth/setup', { body }))
  setCsrfToken(answer.csrfToken)
}

/** Chooses a password by a link, and signs in. */
export async function takeLink(token: string, password: string, name: string | null): Promise<void> {
  const answer = await data(client.POST('/api/v1/auth/links/use', { body: { token, password, name } }))
  setCsrfToken(answer.csrfToken)
}

/** Asks for a link by mail; the answer does not tell whether there is such a person. */
export const forgotPassword = (email: string) => data(client.POST('/api/v1/auth/forgotten', { body: { email } }))
