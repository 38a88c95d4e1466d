import { type ReactNode, useEffect, useEffectEvent, useRef } from 'react'
import type { TileApp } from '@/api/dashboards'
import { Age } from '@/parts/AnswerAge'
import { AppFrame } from '@/parts/AppFrame'
import { useAppNumbers } from '@/parts/useAppNumbers'
import classes from './dashboards.module.css'
import { TileMenu } from './TileMenu'

interface AppTileBodyProps {
  app: TileApp
  /** Counts how often everything on the dashboard was asked anew. */
  refreshes: number
  children: (body: ReactNode, menu: ReactNode) => ReactNode
}

/** A data app on a dashboard. */
export function AppTileBody({ app, refreshes, children }: AppTileBodyProps) {
  const numbers = useAppNumbers()
  const refresh = useEffectEvent(numbers.refresh)
  const done = useRef(refreshes)
  useEffect(() => {
    if (done.current === refreshes) return
    done.current = refreshes
    refresh()
  }, [refreshes])
  return children(
    <div className={classes.app}>
      <AppFrame key={app.readyVersion} appId={app.id} version={app.readyVersion} title={app.name} {...numbers.frame} />
    </div>,
    <>
      {numbers.asOf && <Age asOf={numbers.asOf} short asking={numbers.refreshing} />}
      <TileMenu name={app.name} onRefresh={numbers.refresh} />
    </>,
  )
}
