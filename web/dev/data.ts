import type { App, Explore, Licence, Me, PartOfDataApps, Source, Space, Version } from '../src/api/types'

const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString()
const picture = (name: string) => `/dev/pictures/${name}.svg`

const ON = { enabled: true, reason: null, cause: null, cure: null }

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
          : ON,
      customRoles: ON,
      groups: ON,
      serviceAccounts: ON,
      embedding: ON,
    },
    scopes: viewer ? [] : ['manage:Organization'],
    projects: [
      {
        id: 'p1',
        name: 'Jaffle Shop',
        preview: false,
        role: viewer ? 'viewer' : 'admin',
        scopes: viewer ? ['view:Project', 'view:DataApp'] : ['view:Project', 'view:DataApp', 'create:DataApp', 'manage:DataApp', 'create:Space', 'manage:Organization'],
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

const part = (name: string, title: string, detail: string, more: Partial<PartOfDataApps> = {}): PartOfDataApps => ({
  name,
  title,
  state: 'ok',
  detail,
  cause: null,
  cure: null,
  note: null,
  testedAt: null,
  tookMs: null,
  ...more,
})

export const parts: PartOfDataApps[] = [
  part('switch', 'Switch', 'APPS_RUNTIME_ENABLED is on'),
  part('licence', 'Licence', 'The licence is valid until 2027-03-01.'),
  part('scope', 'Scope', '1 of 2 people may create data apps; you may, in Jaffle Shop'),
  part('store', 'Object store', 'wrote, read and deleted a file in the local folder', {
    note: 'Writes, reads and deletes a small object.',
    testedAt: minutesAgo(3),
    tookMs: 12,
  }),
  part('sandbox', 'Sandbox', '', {
    state: 'wrong',
    cause: 'The settings ask for E2B sandboxes, which this version of Vitrail does not offer.',
    cure: 'Set SANDBOX_PROVIDER=local: builds then run in bubblewrap sandboxes on this machine.',
  }),
  part('toolchain', 'App toolchain', '', { state: 'untested', note: 'Looks for this version’s toolchain.' }),
  part('browser', 'Browser', '', { state: 'untested', note: 'Starts the browser that checks apps.' }),
  part('model', 'Model', '', {
    state: 'untested',
    note: 'Sends one short request for one token, which the provider bills.',
  }),
]

export const licence: Licence = {
  status: 'expiring',
  cause: 'The licence ends on 2026-12-01.',
  cure: 'Renew it before that day.',
  source: 'online',
  fingerprint: '0123456789abcdef',
  id: '218810ed-2ac8-4c26-a725-a6da67500561',
  holder: 'Jaffle Shop',
  issued: minutesAgo(400_000),
  expiry: '2026-12-01T00:00:00Z',
  renewBy: null,
  features: [
    ['data_apps', 'Data apps', 'APPS_RUNTIME_ENABLED', true],
    ['custom_roles', 'Custom roles', 'CUSTOM_ROLES_ENABLED', true],
    ['groups', 'Groups', 'GROUPS_ENABLED', null],
    ['service_accounts', 'Service accounts', 'SERVICE_ACCOUNT_ENABLED', true],
    ['embedding', 'Embedding', 'EMBEDDING_ENABLED', false],
    ['mcp', 'MCP', 'MCP_ENABLED', null],
  ].map(([feature, title, variable, named]) => ({
    feature: feature as Licence['features'][number]['feature'],
    title: title as string,
    variable: variable as string,
    switchedOn: true,
    named: named as boolean | null,
    enabled: named !== false,
    reason: named === false ? 'not-licensed' : null,
    cause: named === false ? 'The licence is valid but does not name embedding.' : null,
    cure: named === false ? 'Ask for a licence with the feature embedding.' : null,
  })),
  server: {
    host: 'licences.example.com',
    answeredAt: minutesAgo(200),
    triedAt: minutesAgo(200),
    nextAt: minutesAgo(-1240),
    error: null,
    graceUntil: null,
  },
}

export const source: Source = {
  files: [
    { path: 'src/App.tsx', text: "import { query, useQuery } from '@vitrail/sdk'\nimport { AppShell } from '@/components/app-shell'\nimport { LineChartCard } from '@/components/charts'\n\nconst revenue = query('orders')\n  .dimensions(['orders_order_date_month', 'stores_name'])\n  .metrics(['orders_total_revenue'])\n\nexport default function App() {\n  const trend = useQuery(revenue)\n  return (\n    <AppShell title=\"Monthly revenue by store\">\n      <LineChartCard result={trend} x=\"orders_order_date_month\" series=\"stores_name\" />\n    </AppShell>\n  )\n}\n" },
    { path: 'src/app.plan.json', text: '{\n  "title": "Monthly revenue by store"\n}\n' },
  ],
}
