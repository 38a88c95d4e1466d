import { queryOptions } from '@tanstack/react-query'
import { client, data, setCsrfToken } from './client'
import type { Me, ProjectAccess } from './types'

export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: async () => {
    const me = await data(client.GET('/api/v1/auth/me'))
    setCsrfToken(me.csrfToken ?? '')
    return me
  },
  staleTime: 60_000,
})

export const waysQuery = queryOptions({
  queryKey: ['ways'],
  queryFn: () => data(client.GET('/api/v1/auth/ways')),
  staleTime: 30_000,
})

/** Where single sign-on begins; it ends on the page `to`. */
export const signOnAddress = (to = '/'): string => `/api/v1/auth/oidc/start?${new URLSearchParams({ to })}`

export async function signIn(email: string, password: string): Promise<void> {
  const answer = await data(client.POST('/api/v1/auth/login', { body: { email, password } }))
  setCsrfToken(answer.csrfToken)
}

export async function signOut(): Promise<void> {
  await data(client.POST('/api/v1/auth/logout'))
  setCsrfToken('')
}

/** Whether a project role holds a scope such as `create:DataApp`. The server decides again on each request. */
export function may(project: ProjectAccess | undefined, scope: string): boolean {
  return project?.scopes.includes(scope) ?? false
}

/** Whether a person may create data apps in a project: the scope, or in preview projects the one for previews. */
export function mayCreateApps(project: ProjectAccess | undefined): boolean {
  return may(project, 'create:DataApp') || (project?.preview === true && may(project, 'create:DataApp@preview'))
}

/** Whether a person runs this instance: settings that are not about one project are theirs. */
export function runsInstance(me: Me): boolean {
  return me.scopes.includes('manage:Organization')
}

export function isAdmin(project: ProjectAccess | undefined): boolean {
  return project?.role === 'admin' || may(project, 'manage:Organization')
}

const REMEMBERED = 'vitrail-project'

/** The project that pages without one in their address are about: the last one used, else the first. */
export function currentProject(me: Me): ProjectAccess | undefined {
  const last = localStorage.getItem(REMEMBERED)
  return me.projects.find((project) => project.id === last) ?? me.projects[0]
}

export function rememberProject(id: string): void {
  localStorage.setItem(REMEMBERED, id)
}
