import { Button } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type RefObject, useEffect, useRef, useState } from 'react'
import { cancelVersion, createVersion, underWay } from '@/api/apps'
import type { App, Version } from '@/api/types'
import { Icon } from '@/parts/icons'
import { ProblemCard } from '@/parts/ProblemCard'
import { PromptBox } from '@/parts/PromptBox'
import classes from './Chat.module.css'
import type { Progress } from './progress'
import { Turn } from './Turn'

interface ChatProps {
  app: App
  versions: readonly Version[]
  progress: Progress
  lost: boolean
  onSent: () => void
}

/** The conversation: each prompt with what came of it, and the place for the next one. */
export function Chat({ app, versions, progress, lost, onSent }: ChatProps) {
  const queryClient = useQueryClient()
  const [text, setText] = useState('')
  const newest = versions.at(-1)
  const building = newest !== undefined && underWay(newest)
  const refresh = () => {
    void queryClient.invalidateQueries({ queryKey: ['app', app.id] })
    return queryClient.invalidateQueries({ queryKey: ['versions', app.id] })
  }
  const sending = useMutation({
    mutationFn: (prompt: string) => createVersion(app.id, prompt),
    onSuccess: async () => {
      setText('')
      onSent()
      await refresh()
    },
  })
  const stopping = useMutation({
    mutationFn: (number: number) => cancelVersion(app.id, number),
    onSettled: refresh,
  })
  const turns = useRef<HTMLDivElement>(null)
  useKeepAtEnd(turns)
  return (
    <section className={classes.chat} aria-label="Chat">
      <div className={classes.scroll} ref={turns} role="log" aria-label="Conversation" tabIndex={0}>
        <div className={classes.turns}>
          {versions.map((version) => (
          <Turn
            key={version.number}
            appId={app.id}
            version={version}
            live={version === newest && building ? progress : null}
            lost={version === newest && lost}
            inside={app.canManage}
          />
          ))}
        </div>
      </div>
      <div className={classes.foot}>
        {sending.isError && (
          <div style={{ marginBottom: 10 }}>
            <ProblemCard error={sending.error} />
          </div>
        )}
        {stopping.isError && (
          <div style={{ marginBottom: 10 }}>
            <ProblemCard error={stopping.error} />
          </div>
        )}
        {app.canManage ? (
          <PromptBox
            label="Ask for a change"
            labelHidden
            placeholder="Ask for a change, e.g. make the trend a line chart"
            action="Send"
            value={text}
            onChange={setText}
            onSend={(prompt) => sending.mutate(prompt)}
            sending={sending.isPending}
            blocked={building ? 'A version is being built' : undefined}
            instead={
              building && (
                <Button
                  variant="default"
                  size="sm"
                  leftSection={<Icon name="stop" size={15} />}
                  loading={stopping.isPending}
                  onClick={() => stopping.mutate(newest.number)}
                >
                  Stop
                </Button>
              )
            }
          />
        ) : (
          <ProblemCard
            tone="notice"
            error={{
              title: 'You can look, not change',
              cause: 'Only people who may manage this app can ask for a new version.',
              cure: `Ask ${app.createdBy.name} or an administrator for the right to edit its space.`,
            }}
          />
        )}
      </div>
    </section>
  )
}

/** Keeps the newest line in sight as the content grows, unless the reader has scrolled up to read. */
function useKeepAtEnd(box: RefObject<HTMLDivElement | null>) {
  useEffect(() => {
    const element = box.current
    const content = element?.firstElementChild
    if (!element || !content) return
    let atEnd = true
    const look = () => {
      atEnd = element.scrollHeight - element.scrollTop - element.clientHeight < 80
    }
    const grown = new ResizeObserver(() => {
      if (atEnd) element.scrollTop = element.scrollHeight
    })
    grown.observe(content)
    element.addEventListener('scroll', look, { passive: true })
    return () => {
      grown.disconnect()
      element.removeEventListener('scroll', look)
    }
  }, [box])
}
