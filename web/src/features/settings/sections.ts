import { may, runsInstance } from '@/api/session'
import type { Me } from '@/api/types'

export interface Section {
  path: string
  label: string
  /** Sections under one heading stand together. */
  group: 'You' | 'People' | 'Data' | 'Data apps' | 'Oversight'
  /** Whether it is worth showing; the server decides again on each request. */
  visible: (me: Me) => boolean
}

const everybody = () => true
const managesSomething = (me: Me) =>
  me.scopes.includes('manage:Project') || me.projects.some((project) => may(project, 'manage:Project'))

const mayInOrganization = (scope: string) => (me: Me) => me.scopes.includes(scope)

export const SECTIONS: Section[] = [
  { path: '/settings/people', label: 'People', group: 'People', visible: runsInstance },
  { path: '/settings/groups', label: 'Groups', group: 'People', visible: mayInOrganization('manage:Group') },
  { path: '/settings/roles', label: 'Roles', group: 'People', visible: mayInOrganization('manage:CustomRole') },
  { path: '/settings/project-access', label: 'Project access', group: 'People', visible: managesSomething },
  { path: '/settings/attributes', label: 'Attributes', group: 'People', visible: runsInstance },
  { path: '/settings/service-accounts', label: 'Service accounts', group: 'People', visible: runsInstance },
  { path: '/settings/tokens', label: 'Tokens', group: 'People', visible: runsInstance },
  { path: '/settings/account', label: 'My account', group: 'You', visible: everybody },
  { path: '/settings/projects', label: 'Projects', group: 'Data', visible: runsInstance },
  { path: '/settings/data-apps', label: 'Data apps', group: 'Data apps', visible: runsInstance },
  { path: '/settings/licence', label: 'Licence', group: 'Data apps', visible: runsInstance },
  { path: '/settings/cost', label: 'Cost', group: 'Oversight', visible: everybody },
  { path: '/settings/audit', label: 'Audit log', group: 'Oversight', visible: managesSomething },
]

/** The sections that a person sees, by heading. */
export function sectionsFor(me: Me): { group: Section['group']; sections: Section[] }[] {
  const order: Section['group'][] = ['You', 'People', 'Data', 'Data apps', 'Oversight']
  return order
    .map((group) => ({ group, sections: SECTIONS.filter((section) => section.group === group && section.visible(me)) }))
    .filter(({ sections }) => sections.length > 0)
}
