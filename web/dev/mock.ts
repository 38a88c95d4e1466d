import { readFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Plugin } from 'vite'
import { app, explores, licence, type MockState, me, parts, source, spaces, state, version } from './data'

const STAGES = ['pending', 'sandbox', 'catalog', 'generating', 'checking', 'packaging']

/**
 * An invented server for work on the pages. Sign in as anybody with any password but "wrong"; an address with "vera" is a
 * viewer, one with "off" an administrator of an instance whose data apps are off.
 */
export function mockApi(): Plugin {
  return {
    name: 'mock-api',
    configureServer(server) {
      server.middlewares.use((request, response, next) => {
        const url = new URL(request.url ?? '/', 'http://mock')
        if (url.pathname === '/frame') {
          response.setHeader('content-type', 'text/html')
          response.end(readFileSync(new URL('./frame.html', import.meta.url)))
          return
        }
        if (!url.pathname.startsWith('/api/v1')) {
          next()
          return
        }
        void body(request).then((data) => {
          route(request, response, url.pathname.slice(7), url.searchParams, data)
        })
      })
    },
  }
}

async function body(request: IncomingMessage): Promise<Record<string, string>> {
  let text = ''
  for await (const chunk of request) text += String(chunk)
  return text ? (JSON.parse(text) as Record<string, string>) : {}
}

function send(response: ServerResponse, data: unknown, status = 200): void {
  response.statusCode = status
  response.setHeader('content-type', status < 400 ? 'application/json' : 'application/problem+json')
  response.end(data === undefined ? '' : JSON.stringify(data))
}

const problem = (response: ServerResponse, status: number, title: string, cause: string, cure: string) =>
  send(response, { title, status, detail: cause, cause, cure, code: 'mock' }, status)

function route(
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  search: URLSearchParams,
  data: Record<string, string>,
): void {
  const s: MockState = state
  const [noun, id, part, number, action] = path.slice(1).split('/')
  const method = request.method ?? 'GET'
  if (path === '/auth/login') {
    if (data.password === 'wrong') {
      return problem(response, 401, 'Not signed in', 'The email or the password is wrong.', 'Check both and try again.')
    }
    s.who = data.email?.includes('vera') ? 'vera' : data.email?.includes('off') ? 'off' : 'ada'
    return send(response, { user: me(s.who).user, csrfToken: 'mock' })
  }
  if (path === '/auth/logout') {
    s.who = null
    return send(response, undefined, 204)
  }
  if (!s.who) return problem(response, 401, 'Not signed in', 'No valid session came with the request.', 'Sign in.')
  if (path === '/auth/me') return send(response, me(s.who))
  if (path === '/data-apps/status') return send(response, parts)
  if (path === '/organization/licence') return send(response, licence)
  if (noun === 'projects' && part === 'spaces') {
    if (method === 'POST') {
      const made = { id: `s${spaces.length}`, projectId: 'p1', name: data.name ?? '', parentId: data.parentId ?? null, access: 'inherited' as const, role: 'full' as const, appCount: 0, createdAt: new Date().toISOString() }
      spaces.push(made)
      return send(response, made)
    }
    return send(response, spaces)
  }
  if (noun === 'projects' && part === 'catalog') {
    return send(response, explores.map(({ name, label, description }) => ({ name, label, description, dimensions: 5, metrics: 2 })))
  }
  if (noun === 'projects' && part === 'explores') return send(response, explores[0])
  if (noun === 'projects' && part === 'apps') {
    if (method === 'POST') {
      const made = app(`app${s.apps.length}`, 'New data app', { status: 'pending', readyVersion: null, thumbnailUrl: null })
      s.apps.push(made)
      s.versions[made.id] = []
      return send(response, { app: made, version: start(made.id, data.prompt ?? '') }, 201)
    }
    const space = search.get('space')
    return send(response, space ? s.apps.filter((one) => one.spaceId === space) : s.apps)
  }
  if (noun === 'spaces') {
    const space = spaces.find((one) => one.id === id)
    return space
      ? send(response, space)
      : problem(response, 403, 'Not allowed', 'The space is restricted and you are not in its list.', 'Ask Ada Admin, who has full access, to add you.')
  }
  if (noun === 'app-sessions') return send(response, { columns: [], rows: [], truncated: false, limit: 500, durationMs: 3 })
  const found = s.apps.find((one) => one.id === id)
  if (noun !== 'apps' || !found) {
    return problem(response, 404, 'Not found', 'There is no such app, or none that you may open.', 'Check the address.')
  }
  const versions = s.versions[found.id] ?? []
  if (!part) {
    if (method === 'PATCH') Object.assign(found, data)
    if (method === 'DELETE') s.apps.splice(s.apps.indexOf(found), 1)
    return send(response, method === 'DELETE' ? undefined : found, method === 'DELETE' ? 204 : 200)
  }
  if (part === 'move') {
    found.spaceId = data.spaceId ?? null
    found.spaceName = spaces.find((space) => space.id === data.spaceId)?.name ?? null
    return send(response, found)
  }
  if (part === 'sessions') {
    return send(response, { session: 'x', appId: id, version: 1, frameUrl: '/frame', files: { entry: '', styles: [] }, vendor: [], user: { name: 'Ada', email: 'a@b' } })
  }
  if (part === 'versions' && !number) {
    if (method === 'POST') return send(response, { app: found, version: start(found.id, data.prompt ?? '') }, 201)
    return send(response, versions)
  }
  const one = versions.find((candidate) => candidate.number === Number(number))
  if (!one) return problem(response, 404, 'Not found', 'There is no such version.', 'Go back.')
  if (action === 'source') return send(response, source)
  if (action === 'cancel') {
    Object.assign(one, { status: 'cancelled' })
    found.status = 'cancelled'
    return send(response, one)
  }
  if (action === 'restore') return send(response, { app: found, version: start(found.id, one.prompt) }, 201)
  if (action === 'events') return stream(response, found.id, one.number)
  return problem(response, 404, 'Not found', path, '')
}

function start(appId: string, prompt: string) {
  const list = (state.versions[appId] ??= [])
  const made = version(list.length + 1, prompt, { status: 'pending', finishedAt: null, durationMs: null, thumbnailUrl: null, stages: [], reply: null, notUnderstood: [] })
  list.push(made)
  const owner = state.apps.find((one) => one.id === appId)
  if (owner) Object.assign(owner, { status: 'pending', version: made.number })
  return made
}

/** A build that takes a second a stage, so that each can be seen. A prompt with "fail" ends as an error. */
function stream(response: ServerResponse, appId: string, number: number): void {
  response.setHeader('content-type', 'text/event-stream')
  const one = state.versions[appId]?.find((candidate) => candidate.number === number)
  const owner = state.apps.find((candidate) => candidate.id === appId)
  if (!one || !owner) return
  let id = 0
  const line = (name: string, data: unknown) => {
    id += 1
    response.write(`id: ${id}\nevent: ${name}\ndata: ${JSON.stringify(data)}\n\n`)
  }
  const ended = one.finishedAt !== null
  let at = 0
  let began = Date.now()
  const next = () => {
    const previous = STAGES[at - 1]
    if (previous) line('stage', { stage: previous, status: 'done', startedAt: new Date(began).toISOString(), durationMs: ended ? 240 : Date.now() - began })
    const stage = STAGES[at]
    at += 1
    if (one.status === 'cancelled' || !stage) {
      if (!ended && one.status !== 'cancelled') {
        const failed = one.prompt.includes('fail')
        Object.assign(one, version(number, one.prompt, failed ? { status: 'error', reply: null, error: { title: 'The model refused the key', cause: 'Anthropic answered 401: the key is not valid.', cure: 'Set ANTHROPIC_API_KEY to a valid key and restart.' } } : {}))
        Object.assign(owner, failed ? { status: 'error' } : { status: 'ready', readyVersion: number })
      }
      line('done', { status: one.status, error: null, reply: one.reply })
      response.end()
      return
    }
    began = Date.now()
    line('stage', { stage, status: 'running', startedAt: new Date(began).toISOString() })
    if (stage === 'generating') {
      line('step', { kind: 'text', title: 'Plan: a line chart, a table and one filter', detail: '' })
      line('step', { kind: 'tool', title: 'Searched the catalog for “revenue”', detail: 'orders_total_revenue\norder_items_revenue' })
      line('step', { kind: 'tool', title: 'Tried a query on orders', detail: '36 rows in 12 ms' })
      line('step', { kind: 'tool', title: 'Wrote src/App.tsx', detail: '184 lines' })
    }
    setTimeout(next, ended ? 0 : Number(process.env.MOCK_STAGE_MS ?? 1000))
  }
  next()
}
