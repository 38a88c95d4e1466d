import { Button, CloseButton, Loader, Text, useComputedColorScheme } from '@mantine/core'
import { useEffect, useEffectEvent, useRef, useState } from 'react'
import { askSession, sessionFiles } from '@/api/app-sessions'
import { openSession } from '@/api/apps'
import { tokenHeader } from '@/api/client'
import type { AppStatus, MountedApp, Numbers } from '@/bridge'
import classes from './AppFrame.module.css'
import { ProblemCard } from './ProblemCard'

interface AppFrameProps {
  appId: string
  version: number
  title: string
  /** Told how old the app's numbers are. */
  onNumbers?: (numbers: Numbers) => void
  /** Given the app while it runs, and null when it no longer does. */
  onMounted?: (app: MountedApp | null) => void
}

type State = AppStatus | { state: 'refused'; error: unknown }

/** A running app, in a frame that has neither a token nor a network. */
export function AppFrame(props: AppFrameProps) {
  const [attempt, setAttempt] = useState(0)
  return <Running key={attempt} {...props} retry={() => setAttempt(attempt + 1)} />
}

function Running({ appId, version, title, onNumbers, onMounted, retry }: AppFrameProps & { retry: () => void }) {
  const iframe = useRef<HTMLIFrameElement>(null)
  const mounted = useRef<MountedApp | null>(null)
  const theme = useComputedColorScheme('light')
  const startTheme = useRef(theme)
  const tellNumbers = useEffectEvent((numbers: Numbers) => onNumbers?.(numbers))
  const tellMounted = useEffectEvent((app: MountedApp | null) => onMounted?.(app))
  const [state, setState] = useState<State>({ state: 'loading' })
  const [drawn, setDrawn] = useState(false)

  useEffect(() => {
    let left = false
    const open = async () => {
      const [session, { mountApp }] = await Promise.all([openSession(appId, version), import('@/bridge')])
      if (left || !iframe.current) return
      mounted.current = mountApp({
        iframe: iframe.current,
        frameUrl: session.frameUrl,
        files: sessionFiles(session),
        vendor: session.vendor,
        context: { user: session.user, theme: startTheme.current, params: {} },
        query: (query, refresh) => askSession(session, query, refresh, tokenHeader()),
        onNumbers: (numbers) => {
          if (!left) tellNumbers(numbers)
        },
        onStatus: (status) => {
          if (left) return
          setState(status)
          if (status.state === 'rendered') setDrawn(true)
        },
      })
      tellMounted(mounted.current)
    }
    open().catch((error: unknown) => {
      if (!left) setState({ state: 'refused', error })
    })
    return () => {
      left = true
      mounted.current?.destroy()
      mounted.current = null
      tellMounted(null)
      tellNumbers({ asOf: null, asking: false })
    }
  }, [appId, version])

  useEffect(() => {
    startTheme.current = theme
    mounted.current?.setTheme(theme)
  }, [theme])

  const failed = state.state === 'refused' || (state.state === 'error' && state.fatal)
  return (
    <div className={classes.stage} data-app-state={failed ? 'failed' : drawn ? 'rendered' : 'loading'}>
      <iframe ref={iframe} className={classes.frame} title={title} sandbox="allow-scripts" />
      {failed ? (
        <div className={classes.over}>
          <div style={{ maxWidth: 560, width: '100%' }}>
            <ProblemCard error={state.error} retry={retry} />
          </div>
        </div>
      ) : (
        !drawn && (
          <div className={classes.over} role="status">
            <div style={{ display: 'grid', justifyItems: 'center', gap: 12 }}>
              <Loader size="md" type="dots" />
              <Text size="sm" c="dimmed">
                Opening {title}
              </Text>
            </div>
          </div>
        )
      )}
      {!failed && state.state === 'error' && <PartFailed key={state.error.cause} state={state} retry={retry} />}
    </div>
  )
}

function PartFailed({ state, retry }: { state: AppStatus & { state: 'error' }; retry: () => void }) {
  const [shown, setShown] = useState(true)
  if (!shown) return null
  return (
    <div className={classes.toast}>
      <ProblemCard tone="notice" error={state.error}>
        <Button size="compact-sm" variant="default" onClick={retry}>
          Open again
        </Button>
        <CloseButton aria-label="Hide this" onClick={() => setShown(false)} size="sm" />
      </ProblemCard>
    </div>
  )
}
