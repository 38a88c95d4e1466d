import { Group, Title } from '@mantine/core'
import { useDocumentTitle } from '@mantine/hooks'
import type { ReactNode } from 'react'
import classes from './Shell.module.css'

interface PageProps {
  title: string
  /** In place of the plain title, where more than words stands there. */
  heading?: ReactNode
  above?: ReactNode
  actions?: ReactNode
  narrow?: boolean
  children: ReactNode
}

/** A page with one heading, which is also the tab's title. */
export function Page({ title, heading, above, actions, narrow = false, children }: PageProps) {
  useDocumentTitle(`${title} · Vitrail`)
  return (
    <div className={`${classes.page} ${narrow ? classes.narrow : ''}`}>
      {above}
      <Group justify="space-between" align="flex-end" mb="xl" gap="md">
        {heading ?? <Title order={1}>{title}</Title>}
        {actions}
      </Group>
      {children}
    </div>
  )
}
