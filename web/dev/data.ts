import type { App, Explore, Finding, Me, Source, Space, Version } from '../src/api/types'

const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString()
const picture = (name: string) => `/dev/pictures/${name}.svg`

export type Who = 'ada' | 'vera' | 'off'

export interface MockState {
  who: Who | null
  apps: App[]
  versions: Record<string, Version[]>
}

export function me(who: Who): Me {
  const viewer = who === 'vera'
  return {
    user: viewer
      ? { id: 'u2', email: 'vera@demo.local', name: 'Vera West' }
      : { id: 'u1', email: 'ada@demo.local', name: 'Ada Admin' },
    organization: { id: 'o1', name: 'Jaffle Shop' },
    csrfToken: 'mock',
    features: {
      dataApps:
        who === 'off'
          ? { enabled: false, reason: 'switch', cause: 'APPS_RUNTIME_ENABLED is not set to true.', cure: 'Set APPS_RUNTIME_ENABLED=true and restart.' }
          : { enabled: true, reason: null, cause: null, cure: null },
    },
    projects: [
      {
        id: 'p1',
        name: 'Jaffle Shop',
        role: viewer ? 'viewer' : 'admin',
        scopes: viewer ? ['view:Project', 'view:DataApp'] : ['view:Project', 'view:DataApp', 'create:DataApp', 'manage:DataApp', 'create:Space'],
      },
    ],
    model: { provider: 'offline', name: 'Built-in planner', offline: true },
  }
}

export function app(id: string, name: string, more: Partial<App> = {}): App {
  return {
    id,
    projectId: 'p1',
    name,
    description: '',
    spaceId: null,
    spaceName: null,
    createdBy: { id: 'u1', name: 'Ada Admin' },
    createdAt: minutesAgo(600),
    updatedAt: minutesAgo(60),
    status: 'ready',
    version: 1,
    readyVersion: 1,
    thumbnailUrl: picture('sales'),
    canManage: true,
    url: `/apps/${id}`,
    ...more,
  }
}

export function version(number: number, prompt: string, more: Partial<Version> = {}): Version {
  const began = Date.now() - 50_000 + number * 10_000
  const stage = (name: string, after: number, durationMs: number) => ({ stage: name, status: 'done' as const, startedAt: new Date(began + after).toISOString(), durationMs })
  return {
    id: `v${number}`,
    number,
    status: 'ready',
    prompt,
    reply:
      '**Monthly revenue by store** is ready.\n\n- A line chart of *total revenue* by month, one line a store\n- The **ten products** with the most revenue\n- A filter on `customer type`\n\nAsk for changes in the same place.',
    notUnderstood: number === 1 ? ['“like last week’s mail”'] : [],
    error: null,
    model: 'Built-in planner',
    rendered: { ok: true, reason: null },
    stages: [stage('pending', 0, 12), stage('sandbox', 20, 31), stage('catalog', 60, 44), stage('generating', 110, 380), stage('checking', 500, 1240), stage('packaging', 1750, 96)],
    usage: null,
    restoredFrom: null,
    createdBy: { id: 'u1', name: 'Ada Admin' },
    createdAt: minutesAgo(70 - number * 10),
    finishedAt: minutesAgo(69 - number * 10),
    durationMs: 1846,
    thumbnailUrl: picture('sales'),
    ...more,
  }
}

const space = (id: string, name: string, parentId: string | null, appCount: number, access: Space['access'] = 'inherited'): Space => ({
  id, projectId: 'p1', name, parentId, access, role: 'full', appCount, createdAt: minutesAgo(9000),
})
export const spaces: Space[] = [
  space('s1', 'Finance', null, 2),
  space('s2', 'Monthly close', 's1', 1, 'restricted'),
  space('s3', 'Marketing', null, 1),
  space('s4', 'Stores', null, 0),
  space('s5', 'West', 's4', 1),
]

export const state: MockState = {
  who: null,
  apps: [
    app('a1', 'Monthly revenue by store', { version: 2, readyVersion: 2, spaceId: 's1', spaceName: 'Finance', updatedAt: minutesAgo(8) }),
    app('a2', 'Product margin explorer', { thumbnailUrl: picture('bars'), spaceId: 's3', spaceName: 'Marketing', updatedAt: minutesAgo(200) }),
    app('a3', 'Returning customers and what they order, by region and channel', { thumbnailUrl: null, updatedAt: minutesAgo(3000) }),
    app('a4', 'Supply costs', { status: 'error', readyVersion: null, thumbnailUrl: null, updatedAt: minutesAgo(5000) }),
  ],
  versions: {
    a1: [
      version(1, 'Monthly revenue by store, with a filter on customer type, and the top ten products'),
      version(2, 'make the trend a line chart and add average order value'),
    ],
    a2: [version(1, 'Gross profit by product category as a bar chart')],
    a3: [version(1, 'Returning customers by region')],
    a4: [version(1, 'Supply costs', { status: 'error', reply: null, thumbnailUrl: null, error: { title: 'The build did not pass its check', cause: 'After 3 rounds the type check still fails: src/App.tsx(14,9): “orders_total_revenu” is not a field of orders.', cure: 'Ask for “total revenue” by its name in the catalog, or restore an earlier version.' } })],
  },
}

const field = (table: string, name: string, label: string, type: string, kind = 'dimension') => ({
  id: `${table}_${name}`, name, table, label, type, kind, description: null, interval: null, groups: [],
})
export const explores: Explore[] = [
  {
    name: 'orders',
    label: 'Orders',
    description: null,
    baseTable: 'orders',
    joinedTables: ['customers', 'stores'],
    fields: [
      field('stores', 'region', 'Store region', 'string'),
      field('customers', 'type', 'Customer type', 'string'),
      field('orders', 'channel', 'Channel', 'string'),
      field('orders', 'order_date', 'Order date', 'date'),
      field('stores', 'name', 'Store name', 'string'),
      field('orders', 'total_revenue', 'Total revenue', 'number', 'metric'),
      field('orders', 'average_order_value', 'Average order value', 'number', 'metric'),
    ],
  },
]

const finding = (name: string, title: string, detail: string, cause: string | null = null, cure: string | null = null): Finding => ({
  name, title, ok: cause === null, detail, cause, cure,
})
export const findings: Finding[] = [
  finding('switch', 'Switch', 'APPS_RUNTIME_ENABLED is true'),
  finding('licence', 'Licence', 'Demo licence, valid until 22 December 2026'),
  finding('store', 'Object store', 'Local folder'),
  finding('sandbox', 'Sandbox', 'bubblewrap 0.8, created in 14 ms'),
  finding('toolchain', 'App toolchain', 'a41f7c, Node 24.19'),
  finding('browser', 'Browser', '', 'No Chromium was found.', 'Install it (apt-get install chromium), or set VITRAIL_CHROMIUM to its path. Until then versions are not checked in a browser.'),
  finding('model', 'Model', 'Built-in offline planner'),
]

export const source: Source = {
  files: [
    { path: 'src/App.tsx', text: "import { query, useQuery } from '@vitrail/sdk'\nimport { AppShell } from '@/components/app-shell'\nimport { LineChartCard } from '@/components/charts'\n\nconst revenue = query('orders')\n  .dimensions(['orders_order_date_month', 'stores_name'])\n  .metrics(['orders_total_revenue'])\n\nexport default function App() {\n  const trend = useQuery(revenue)\n  return (\n    <AppShell title=\"Monthly revenue by store\">\n      <LineChartCard result={trend} x=\"orders_order_date_month\" series=\"stores_name\" />\n    </AppShell>\n  )\n}\n" },
    { path: 'src/app.plan.json', text: '{\n  "title": "Monthly revenue by store"\n}\n' },
  ],
}
