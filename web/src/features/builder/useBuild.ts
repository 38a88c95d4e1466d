import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useReducer } from 'react'
import { type BuildEvent, followBuild } from '@/api/events'
import { advance, NOTHING_YET, type Progress } from './progress'

interface Build {
  progress: Progress
  /** The line to the server is lost and being tried again. */
  lost: boolean
}

type Action = { kind: 'begin' } | { kind: 'event'; event: BuildEvent } | { kind: 'line'; lost: boolean }

const START: Build = { progress: NOTHING_YET, lost: false }

function reduce(build: Build, action: Action): Build {
  switch (action.kind) {
    case 'begin':
      return START
    case 'event':
      return { ...build, progress: advance(build.progress, action.event) }
    case 'line':
      return build.lost === action.lost ? build : { ...build, lost: action.lost }
  }
}

/** Follows a version's events while `active`; when it is done, what is known of the app is asked anew. */
export function useBuild(appId: string, version: number | undefined, active: boolean): Build {
  const queryClient = useQueryClient()
  const [build, dispatch] = useReducer(reduce, START)
  useEffect(() => {
    if (version === undefined || !active) return
    const abort = new AbortController()
    dispatch({ kind: 'begin' })
    const news = () => {
      if (abort.signal.aborted) return
      for (const queryKey of [['versions', appId], ['app', appId], ['apps']]) {
        void queryClient.invalidateQueries({ queryKey })
      }
    }
    followBuild(appId, version, {
      onEvent: (event) => dispatch({ kind: 'event', event }),
      onConnection: (lost) => dispatch({ kind: 'line', lost }),
      signal: abort.signal,
    })
      // A refusal (signed out, no longer allowed) shows in the queries that follow.
      .then(news, news)
    return () => abort.abort()
  }, [appId, version, active, queryClient])
  // The list of versions may tell of the end before the stream does.
  useEffect(() => {
    if (active) return
    void queryClient.invalidateQueries({ queryKey: ['app', appId] })
    void queryClient.invalidateQueries({ queryKey: ['apps'] })
  }, [appId, active, queryClient])
  return build
}
