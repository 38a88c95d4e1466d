import type { QueryClient } from '@tanstack/react-query'
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router'
import { type By, isBy } from './api/cost'
import { Problem } from './api/problem'
import { meQuery } from './api/session'
import { isWithin, type Within } from './features/audit/within'
import { isSpan, type Span } from './features/cost/figures'
import { type Choices, readChoices } from './features/dashboards/choices'
import { peopleWanted } from './features/people/wanted'
import { sectionsFor } from './features/settings/sections'
import { pageNumber } from './parts/directory/words'
import { NotFoundPage, RouteProblem } from './parts/Refusals'

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined

/** An address of these pages and no other: what follows signing in must not lead elsewhere. */
export const ownPage = (value: unknown): string | undefined =>
  typeof value === 'string' && /^\/(?![/\\])/.test(value) && !value.startsWith('/login') ? value : undefined

const root = createRootRouteWithContext<{ queryClient: QueryClient }>()({
  component: Outlet,
  notFoundComponent: NotFoundPage,
})

const login = createRoute({
  getParentRoute: () => root,
  path: '/login',
  validateSearch: (search): { to?: string; failed?: string } => ({
    to: ownPage(search.to),
    failed: text(search.failed),
  }),
  component: lazyRouteComponent(() => import('./features/auth/LoginPage')),
})

const setUp = createRoute({
  getParentRoute: () => root,
  path: '/setup',
  component: lazyRouteComponent(() => import('./features/auth/SetUpPage')),
})

const invite = createRoute({
  getParentRoute: () => root,
  path: '/invite',
  component: lazyRouteComponent(() => import('./features/auth/InvitePage')),
})

const reset = createRoute({
  getParentRoute: () => root,
  path: '/reset',
  component: lazyRouteComponent(() => import('./features/auth/ResetPage')),
})

const forgotten = createRoute({
  getParentRoute: () => root,
  path: '/forgotten',
  component: lazyRouteComponent(() => import('./features/auth/ForgottenPage')),
})

const signedIn = createRoute({
  getParentRoute: () => root,
  id: 'signed-in',
  beforeLoad: async ({ context, location }) => {
    try {
      await context.queryClient.ensureQueryData(meQuery)
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 401) throw error
      throw redirect({ to: '/login', search: location.href === '/' ? {} : { to: location.href } })
    }
  },
  component: lazyRouteComponent(() => import('./parts/Shell'), 'Shell'),
  errorComponent: RouteProblem,
})

const home = createRoute({
  getParentRoute: () => signedIn,
  path: '/',
  component: lazyRouteComponent(() => import('./features/home/HomePage')),
})

const apps = createRoute({
  getParentRoute: () => signedIn,
  path: '/projects/$projectId/apps',
  validateSearch: (search): { q?: string; mine?: boolean; space?: string } => ({
    q: text(search.q),
    mine: search.mine === true ? true : undefined,
    space: text(search.space),
  }),
  component: lazyRouteComponent(() => import('./features/apps/AppsPage')),
})

const spaces = createRoute({
  getParentRoute: () => signedIn,
  path: '/projects/$projectId/spaces',
  validateSearch: (search): { create?: boolean } => (search.create === true ? { create: true } : {}),
  component: lazyRouteComponent(() => import('./features/spaces/SpacesPage')),
})

const space = createRoute({
  getParentRoute: () => signedIn,
  path: '/projects/$projectId/spaces/$spaceId',
  component: lazyRouteComponent(() => import('./features/spaces/SpacePage')),
})

const dashboards = createRoute({
  getParentRoute: () => signedIn,
  path: '/projects/$projectId/dashboards',
  validateSearch: (search): { q?: string } => ({ q: text(search.q) }),
  component: lazyRouteComponent(() => import('./features/content/DashboardsPage')),
})

const charts = createRoute({
  getParentRoute: () => signedIn,
  path: '/projects/$projectId/charts',
  validateSearch: (search): { q?: string } => ({ q: text(search.q) }),
  component: lazyRouteComponent(() => import('./features/content/ChartsPage')),
})

const newDashboard = createRoute({
  getParentRoute: () => signedIn,
  path: '/dashboards/new',
  validateSearch: (search): { project?: string; space?: string } => ({
    project: text(search.project),
    space: text(search.space),
  }),
  component: lazyRouteComponent(() => import('./features/dashboards/NewDashboardPage')),
})

const dashboard = createRoute({
  getParentRoute: () => signedIn,
  path: '/dashboards/$dashboardId',
  validateSearch: (search): { tab?: string; set?: Choices } => ({ tab: text(search.tab), set: readChoices(search.set) }),
  component: lazyRouteComponent(() => import('./features/dashboards/DashboardPage')),
})

const dashboardEditor = createRoute({
  getParentRoute: () => signedIn,
  path: '/dashboards/$dashboardId/edit',
  validateSearch: (search): { tab?: string } => ({ tab: text(search.tab) }),
  component: lazyRouteComponent(() => import('./features/dashboards/DashboardEditor')),
})

const newChart = createRoute({
  getParentRoute: () => signedIn,
  path: '/charts/new',
  validateSearch: (search): { project?: string; space?: string; explore?: string } => ({
    project: text(search.project),
    space: text(search.space),
    explore: text(search.explore),
  }),
  component: lazyRouteComponent(() => import('./features/charts/NewChartPage')),
})

const chart = createRoute({
  getParentRoute: () => signedIn,
  path: '/charts/$chartId',
  validateSearch: (search): { version?: number } => ({
    version: Number.isInteger(search.version) && Number(search.version) > 0 ? Number(search.version) : undefined,
  }),
  component: lazyRouteComponent(() => import('./features/charts/ChartPage')),
})

const chartEditor = createRoute({
  getParentRoute: () => signedIn,
  path: '/charts/$chartId/edit',
  component: lazyRouteComponent(() => import('./features/charts/EditChartPage')),
})

const newApp = createRoute({
  getParentRoute: () => signedIn,
  path: '/apps/new',
  validateSearch: (search): { project?: string; space?: string; prompt?: string } => ({
    project: text(search.project),
    space: text(search.space),
    prompt: text(search.prompt),
  }),
  component: lazyRouteComponent(() => import('./features/builder/NewAppPage')),
})

const app = createRoute({
  getParentRoute: () => signedIn,
  path: '/apps/$appId',
  component: lazyRouteComponent(() => import('./features/apps/AppPage')),
})

const builder = createRoute({
  getParentRoute: () => signedIn,
  path: '/apps/$appId/build',
  component: lazyRouteComponent(() => import('./features/builder/BuilderPage')),
})

const settings = createRoute({
  getParentRoute: () => signedIn,
  path: '/settings',
  component: lazyRouteComponent(() => import('./features/settings/SettingsShell')),
})

const firstSetting = createRoute({
  getParentRoute: () => settings,
  path: '/',
  beforeLoad: async ({ context }) => {
    const me = await context.queryClient.ensureQueryData(meQuery)
    throw redirect({ to: sectionsFor(me)[0]?.sections[0]?.path ?? '/', replace: true })
  },
})

const account = createRoute({
  getParentRoute: () => settings,
  path: '/account',
  component: lazyRouteComponent(() => import('./features/account/AccountPage')),
})

const searched = (search: Record<string, unknown>): { q?: string; page?: number } => ({
  q: text(search.q),
  page: pageNumber(search.page),
})

const people = createRoute({
  getParentRoute: () => settings,
  path: '/people',
  validateSearch: peopleWanted,
  component: lazyRouteComponent(() => import('./features/people/PeoplePage')),
})

const person = createRoute({
  getParentRoute: () => settings,
  path: '/people/$personId',
  component: lazyRouteComponent(() => import('./features/people/PersonPage')),
})

const groups = createRoute({
  getParentRoute: () => settings,
  path: '/groups',
  validateSearch: searched,
  component: lazyRouteComponent(() => import('./features/groups/GroupsPage')),
})

const group = createRoute({
  getParentRoute: () => settings,
  path: '/groups/$groupId',
  component: lazyRouteComponent(() => import('./features/groups/GroupPage')),
})

const roles = createRoute({
  getParentRoute: () => settings,
  path: '/roles',
  component: lazyRouteComponent(() => import('./features/roles/RolesPage')),
})

const projectAccess = createRoute({
  getParentRoute: () => settings,
  path: '/project-access',
  validateSearch: (search): { project?: string; q?: string; page?: number } => ({
    ...searched(search),
    project: text(search.project),
  }),
  component: lazyRouteComponent(() => import('./features/project-access/ProjectAccessPage')),
})

const attributes = createRoute({
  getParentRoute: () => settings,
  path: '/attributes',
  component: lazyRouteComponent(() => import('./features/attributes/AttributesPage')),
})

const serviceAccounts = createRoute({
  getParentRoute: () => settings,
  path: '/service-accounts',
  component: lazyRouteComponent(() => import('./features/service-accounts/ServiceAccountsPage')),
})

const tokens = createRoute({
  getParentRoute: () => settings,
  path: '/tokens',
  validateSearch: searched,
  component: lazyRouteComponent(() => import('./features/service-accounts/TokensPage')),
})

const projects = createRoute({
  getParentRoute: () => settings,
  path: '/projects',
  component: lazyRouteComponent(() => import('./features/projects/ProjectsPage')),
})

const dataApps = createRoute({
  getParentRoute: () => settings,
  path: '/data-apps',
  component: lazyRouteComponent(() => import('./features/data-apps/DataAppsPage')),
})

const licence = createRoute({
  getParentRoute: () => settings,
  path: '/licence',
  component: lazyRouteComponent(() => import('./features/licence/LicencePage')),
})

const cost = createRoute({
  getParentRoute: () => settings,
  path: '/cost',
  validateSearch: (search): { within?: Span; by?: By; project?: string } => ({
    within: isSpan(search.within) ? search.within : undefined,
    by: isBy(search.by) ? search.by : undefined,
    project: text(search.project),
  }),
  component: lazyRouteComponent(() => import('./features/cost/CostPage')),
})

const audit = createRoute({
  getParentRoute: () => settings,
  path: '/audit',
  validateSearch: (
    search,
  ): { within?: Within; noun?: string; project?: string; actor?: string; subject?: string; q?: string } => ({
    within: isWithin(search.within) ? search.within : undefined,
    noun: text(search.noun),
    project: text(search.project),
    actor: text(search.actor),
    subject: text(search.subject),
    q: text(search.q),
  }),
  component: lazyRouteComponent(() => import('./features/audit/AuditPage')),
})

const tree = root.addChildren([
  login,
  setUp,
  invite,
  reset,
  forgotten,
  signedIn.addChildren([
    home,
    apps,
    spaces,
    space,
    dashboards,
    charts,
    newDashboard,
    dashboard,
    dashboardEditor,
    newChart,
    chart,
    chartEditor,
    newApp,
    app,
    builder,
    settings.addChildren([
      firstSetting,
      account,
      people,
      person,
      groups,
      group,
      roles,
      projectAccess,
      attributes,
      serviceAccounts,
      tokens,
      projects,
      dataApps,
      licence,
      cost,
      audit,
    ]),
  ]),
])

export const makeRouter = (queryClient: QueryClient) =>
  createRouter({
    routeTree: tree,
    context: { queryClient },
    defaultPreload: 'intent',
    defaultErrorComponent: RouteProblem,
    scrollRestoration: true,
  })

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof makeRouter>
  }
}
