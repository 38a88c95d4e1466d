import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { client, data } from './client'
import type { components } from './schema'

type Schemas = components['schemas']

export type PersonListed = Schemas['PersonListed']
export type PersonOut = Schemas['PersonOut']
export type GroupListed = Schemas['GroupListed']
export type GroupOut = Schemas['GroupOut']
export type Member = Schemas['Member']
export type Roles = Schemas['Roles']
export type RolesChange = Schemas['RolesChange']
export type SystemRole = NonNullable<Roles['role']>
export type RoleOut = Schemas['RoleOut']
export type ScopeOut = Schemas['ScopeOut']
export type Attribute = Schemas['AttributeOut']
export type ProjectHolder = Schemas['ProjectHolder']
export type Candidate = Schemas['Candidate']
export type HandedLink = Schemas['HandedLink']
export type Level = NonNullable<RoleOut['level']>

/** How many rows a page of a list has. */
export const PAGE = 50
const slice = (page = 1, limit = PAGE) => ({ limit, offset: (page - 1) * limit })

// Every key begins with "directory": a change of rights can show in any of these pages.
export const DIRECTORY = ['directory']
const key = (...rest: unknown[]) => [...DIRECTORY, ...rest]

// -- People

export interface PeopleWanted {
  q?: string
  role?: SystemRole | 'member'
  group?: string
  status?: 'active' | 'invited' | 'off'
  page?: number
}

export const peopleQuery = ({ page, ...wanted }: PeopleWanted) =>
  queryOptions({
    queryKey: key('people', wanted, page ?? 1),
    queryFn: () => data(client.GET('/api/v1/organization/people', { params: { query: { ...wanted, ...slice(page) } } })),
    placeholderData: keepPreviousData,
  })

const person = (id: string) => ({ params: { path: { person_id: id } } })

export const personQuery = (id: string) =>
  queryOptions({
    queryKey: key('person', id),
    queryFn: () => data(client.GET('/api/v1/organization/people/{person_id}', person(id))),
  })

export const changePerson = (id: string, body: Schemas['PersonChange']) =>
  data(client.PATCH('/api/v1/organization/people/{person_id}', { ...person(id), body }))

export const deletePerson = (id: string) => data(client.DELETE('/api/v1/organization/people/{person_id}', person(id)))

export const setPersonRoles = (id: string, body: RolesChange) =>
  data(client.PUT('/api/v1/organization/people/{person_id}/roles', { ...person(id), body }))

export const invite = (body: Schemas['Invitation']) => data(client.POST('/api/v1/organization/invitations', { body }))

export const makeLink = (id: string) => data(client.POST('/api/v1/organization/people/{person_id}/link', person(id)))

// -- Groups

export const groupsQuery = ({ q, page }: { q?: string; page?: number }) =>
  queryOptions({
    queryKey: key('groups', q ?? '', page ?? 1),
    queryFn: () => data(client.GET('/api/v1/organization/groups', { params: { query: { q, ...slice(page) } } })),
    placeholderData: keepPreviousData,
  })

const group = (id: string) => ({ params: { path: { group_id: id } } })

export const groupQuery = (id: string) =>
  queryOptions({
    queryKey: key('group', id),
    queryFn: () => data(client.GET('/api/v1/organization/groups/{group_id}', group(id))),
  })

export const membersQuery = (id: string, { q, page }: { q?: string; page?: number }) =>
  queryOptions({
    queryKey: key('members', id, q ?? '', page ?? 1),
    queryFn: () =>
      data(
        client.GET('/api/v1/organization/groups/{group_id}/members', {
          params: { path: { group_id: id }, query: { q, ...slice(page) } },
        }),
      ),
    placeholderData: keepPreviousData,
  })

export const createGroup = (body: Schemas['NewGroup']) => data(client.POST('/api/v1/organization/groups', { body }))

export const changeGroup = (id: string, body: Schemas['GroupChange']) =>
  data(client.PATCH('/api/v1/organization/groups/{group_id}', { ...group(id), body }))

export const deleteGroup = (id: string) => data(client.DELETE('/api/v1/organization/groups/{group_id}', group(id)))

export const changeMembers = (id: string, body: Schemas['MembersChange']) =>
  data(client.POST('/api/v1/organization/groups/{group_id}/members', { ...group(id), body }))

export const setGroupRoles = (id: string, body: RolesChange) =>
  data(client.PUT('/api/v1/organization/groups/{group_id}/roles', { ...group(id), body }))

// -- Roles

export const scopesQuery = queryOptions({
  queryKey: ['scopes'],
  queryFn: () => data(client.GET('/api/v1/organization/scopes')),
  staleTime: Number.POSITIVE_INFINITY,
})

export const rolesQuery = queryOptions({
  queryKey: key('roles'),
  queryFn: () => data(client.GET('/api/v1/organization/roles')),
})

const role = (id: string) => ({ params: { path: { role_id: id } } })

export const createRole = (body: Schemas['NewRole']) => data(client.POST('/api/v1/organization/roles', { body }))

export const duplicateRole = (id: string, body: Schemas['RoleCopy']) =>
  data(client.POST('/api/v1/organization/roles/{role_id}/duplicate', { ...role(id), body }))

export const changeRole = (id: string, body: Schemas['RoleChange']) =>
  data(client.PATCH('/api/v1/organization/roles/{role_id}', { ...role(id), body }))

export const deleteRole = (id: string) => data(client.DELETE('/api/v1/organization/roles/{role_id}', role(id)))

// -- Attributes

export const attributesQuery = queryOptions({
  queryKey: key('attributes'),
  queryFn: () => data(client.GET('/api/v1/organization/attributes')),
})

const attribute = (id: string) => ({ params: { path: { attribute_id: id } } })

export const valuesQuery = (id: string, { q, page }: { q?: string; page?: number }) =>
  queryOptions({
    queryKey: key('values', id, q ?? '', page ?? 1),
    queryFn: () =>
      data(
        client.GET('/api/v1/organization/attributes/{attribute_id}/values', {
          params: { path: { attribute_id: id }, query: { q, ...slice(page) } },
        }),
      ),
    placeholderData: keepPreviousData,
  })

export const createAttribute = (body: Schemas['NewAttribute']) =>
  data(client.POST('/api/v1/organization/attributes', { body }))

export const changeAttribute = (id: string, body: Schemas['AttributeChange']) =>
  data(client.PATCH('/api/v1/organization/attributes/{attribute_id}', { ...attribute(id), body }))

export const deleteAttribute = (id: string) =>
  data(client.DELETE('/api/v1/organization/attributes/{attribute_id}', attribute(id)))

/** The values of one person, service account or group; none at all takes them away. */
export const setValues = (id: string, kind: 'people' | 'groups', holderId: string, values: string[]) =>
  data(
    client.PUT('/api/v1/organization/attributes/{attribute_id}/{kind}/{holder_id}', {
      params: { path: { attribute_id: id, kind, holder_id: holderId } },
      body: { values },
    }),
  )

// -- Access to a project

export const projectPeopleQuery = (projectId: string, { q, page }: { q?: string; page?: number }) =>
  queryOptions({
    queryKey: key('project-people', projectId, q ?? '', page ?? 1),
    queryFn: () =>
      data(
        client.GET('/api/v1/projects/{project_id}/access/people', {
          params: { path: { project_id: projectId }, query: { q, ...slice(page) } },
        }),
      ),
    placeholderData: keepPreviousData,
  })

export const projectGroupsQuery = (projectId: string) =>
  queryOptions({
    queryKey: key('project-groups', projectId),
    queryFn: () =>
      data(client.GET('/api/v1/projects/{project_id}/access/groups', { params: { path: { project_id: projectId } } })),
  })

export const projectCandidatesQuery = (projectId: string, q: string) =>
  queryOptions({
    queryKey: key('project-candidates', projectId, q),
    queryFn: () =>
      data(
        client.GET('/api/v1/projects/{project_id}/access/candidates', {
          params: { path: { project_id: projectId }, query: { q } },
        }),
      ),
    placeholderData: keepPreviousData,
  })

export const setProjectRoles = (projectId: string, kind: 'people' | 'groups', holderId: string, body: RolesChange) =>
  data(
    client.PUT('/api/v1/projects/{project_id}/access/{kind}/{holder_id}', {
      params: { path: { project_id: projectId, kind, holder_id: holderId } },
      body,
    }),
  )
