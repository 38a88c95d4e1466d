import { Skeleton, Tabs } from '@mantine/core'
import { useDocumentTitle, useMediaQuery } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useState } from 'react'
import { appQuery, underWay, versionsQuery } from '@/api/apps'
import { isRefusal } from '@/api/problem'
import type { App, Version } from '@/api/types'
import { ProblemPage } from '@/parts/Refusals'
import { BuilderHeader } from './BuilderHeader'
import classes from './BuilderPage.module.css'
import { Chat } from './Chat'
import { CodeView } from './CodeView'
import { Preview } from './Preview'
import { useBuild } from './useBuild'
import { Versions } from './Versions'

const route = getRouteApi('/signed-in/apps/$appId/build')
const POLL_MS = 5_000

export default function BuilderPage() {
  const { appId } = route.useParams()
  const app = useQuery(appQuery(appId))
  const versions = useQuery({
    ...versionsQuery(appId),
    // The stream tells sooner; this is for when it can't.
    refetchInterval: ({ state }) => (state.data?.some(underWay) ? POLL_MS : false),
  })
  useDocumentTitle(`${app.data?.name ?? 'Data app'} · Builder · Vitrail`)
  const failed = app.error ?? versions.error
  if (app.data && versions.data && !isRefusal(failed)) return <Builder key={appId} app={app.data} versions={versions.data} />
  if (failed) {
    return (
      <ProblemPage
        error={failed}
        retry={() => {
          void app.refetch()
          void versions.refetch()
        }}
      />
    )
  }
  return (
    <div className={classes.page} role="status" aria-label="Loading the builder">
      <Skeleton height={64} radius={0} />
    </div>
  )
}

function Builder({ app, versions }: { app: App; versions: readonly Version[] }) {
  const newest = versions.at(-1)
  const building = newest !== undefined && underWay(newest)
  const { progress, lost } = useBuild(app.id, newest?.number, building && app.canManage)
  const narrow = useMediaQuery('(max-width: 900px)', undefined, { getInitialValueInEffect: false }) ?? false
  const [tab, setTab] = useState<string | null>(null)
  // The version that someone chose to look at; without a choice, the newest one that is ready.
  const [chosen, setChosen] = useState<number | null>(null)
  const shown = chosen ?? app.readyVersion
  const showNewest = () => setChosen(null)
  const active = tab ?? (narrow ? 'chat' : 'preview')
  const chat = <Chat app={app} versions={versions} progress={progress} lost={lost} onSent={showNewest} />
  return (
    <div className={classes.page}>
      <BuilderHeader app={app} />
      <div className={classes.desk}>
        {!narrow && <div className={classes.left}>{chat}</div>}
        <Tabs
          className={classes.tabs}
          value={!narrow && active === 'chat' ? 'preview' : active}
          onChange={setTab}
          // The app in the preview must not start anew at each change of tab.
          keepMounted
          keepMountedMode="display-none"
        >
          <Tabs.List className={classes.tablist}>
            {narrow && <Tabs.Tab value="chat">Chat</Tabs.Tab>}
            <Tabs.Tab value="preview">Preview</Tabs.Tab>
            {app.canManage && <Tabs.Tab value="code">Code</Tabs.Tab>}
            <Tabs.Tab value="versions">Versions</Tabs.Tab>
          </Tabs.List>
          {narrow && (
            <Tabs.Panel value="chat" className={classes.panel}>
              <div style={{ flex: 1, minHeight: 0, background: 'var(--v-surface)' }}>{chat}</div>
            </Tabs.Panel>
          )}
          <Tabs.Panel value="preview" className={classes.panel}>
            <Preview app={app} newest={newest} shown={shown} progress={progress} onShowNewest={showNewest} />
          </Tabs.Panel>
          <Tabs.Panel value="code" className={classes.panel}>
            {active === 'code' && <CodeView appId={app.id} versions={versions} />}
          </Tabs.Panel>
          <Tabs.Panel value="versions" className={classes.panel}>
            <Versions
              app={app}
              versions={versions}
              shown={shown}
              onShow={(number) => {
                setChosen(number)
                setTab('preview')
              }}
              onRestored={showNewest}
            />
          </Tabs.Panel>
        </Tabs>
      </div>
    </div>
  )
}
