/**
 * The line to an app's frame: loads the constant frame document into an iframe and gives it one end of a MessageChannel.
 * What is sent before the frame has said hello waits for it.
 */
import type { ToFrame } from './protocol'

export interface VendorModule {
  specifier: string
  code: string
}

export class FrameLink {
  /** Hears every message of the frame; none of them is to be trusted. */
  receive: (data: unknown) => void = () => undefined
  /** Told when the frame was loaded a second time, which no honest app does. */
  reloaded: () => void = () => undefined

  private port: MessagePort | null = null
  private readonly waiting: ToFrame[] = []
  private readonly given = new Set<string>()

  constructor(
    readonly iframe: HTMLIFrameElement,
    readonly frameUrl: string,
  ) {
    addEventListener('message', this.listen)
    // No allow-same-origin, no popups, no forms, no downloads, no top navigation: see the frame's policy.
    iframe.setAttribute('sandbox', 'allow-scripts')
    iframe.setAttribute('referrerpolicy', 'no-referrer')
    iframe.setAttribute('allow', '')
    iframe.src = frameUrl
  }

  /** Whether the frame's document has started. */
  get connected(): boolean {
    return this.port !== null
  }

  send(message: ToFrame): void {
    if (this.port === null) this.waiting.push(message)
    else this.port.postMessage(message)
  }

  /** Whether the frame has this module already. */
  has(specifier: string): boolean {
    return this.given.has(specifier)
  }

  /** Hands over modules that the app imports; the frame begins to run them at once. */
  give(modules: readonly VendorModule[]): void {
    const fresh = modules.filter(({ specifier }) => !this.given.has(specifier))
    if (fresh.length === 0) return
    for (const { specifier } of fresh) this.given.add(specifier)
    this.send({ t: 'modules', modules: fresh })
  }

  close(): void {
    removeEventListener('message', this.listen)
    this.port?.close()
    this.iframe.removeAttribute('src')
  }

  private readonly listen = (event: MessageEvent): void => {
    const frame = this.iframe.contentWindow
    // An opaque origin has no name to compare; only the window itself tells who speaks.
    if (frame === null || event.source !== frame) return
    if ((event.data as { t?: unknown } | null)?.t !== 'vitrail-hello') return
    if (this.port !== null) {
      this.reloaded()
      return
    }
    const channel = new MessageChannel()
    this.port = channel.port1
    this.port.onmessage = ({ data }: MessageEvent) => this.receive(data)
    // '*': the frame's origin is opaque. Only this window object gets it, and it holds no secret yet.
    frame.postMessage(null, '*', [channel.port2])
    for (const message of this.waiting.splice(0)) this.port.postMessage(message)
  }
}

/** A module's or style's text. Both are named by their content and never change: what is in the cache is right. */
export async function textOf(
  url: string,
  options: { own: boolean; signal?: AbortSignal; headers?: Record<string, string>; fetch?: typeof fetch },
): Promise<string> {
  const answer = await (options.fetch ?? fetch)(url, {
    cache: 'force-cache',
    credentials: options.own ? 'same-origin' : 'omit',
    ...(options.signal ? { signal: options.signal } : {}),
    ...(options.own && options.headers ? { headers: options.headers } : {}),
  })
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`)
  return answer.text()
}
