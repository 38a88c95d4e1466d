import { Group, Title } from '@mantine/core'
import { useDocumentTitle } from '@mantine/hooks'
import type { ReactNode } from 'react'
import classes from './charts.module.css'

interface EditorHeadProps {
  title: string
  actions: ReactNode
  children: ReactNode
}

/** The frame of the chart editor's pages. */
export function EditorHead({ title, actions, children }: EditorHeadProps) {
  useDocumentTitle(`${title} · Vitrail`)
  return (
    <div className={classes.page}>
      <Group justify="space-between" mb="md" gap="md">
        <Title order={1} fz="1.35rem">
          {title}
        </Title>
        <Group gap="xs">{actions}</Group>
      </Group>
      {children}
    </div>
  )
}
