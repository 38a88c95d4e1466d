import { Stack, Text, Title } from '@mantine/core'
import { useDocumentTitle } from '@mantine/hooks'
import type { FormEvent, ReactNode } from 'react'
import { Glass } from '@/parts/Glass'
import { Wordmark } from '@/parts/Mark'
import { ThemeToggle } from '@/parts/ThemeToggle'
import classes from './Doorway.module.css'

interface DoorwayProps {
  title: string
  onSubmit?: () => void
  children: ReactNode
}

/** The frame of every page that somebody sees before they are signed in. */
export function Doorway({ title, onSubmit, children }: DoorwayProps) {
  useDocumentTitle(`${title} · Vitrail`)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    onSubmit?.()
  }
  return (
    <main className={classes.page}>
      <div className={classes.window}>
        <div>
          <Glass seed="chartres" columns={8} rows={9} />
        </div>
        <div className={classes.words}>
          <Text fz={30} fw={600} lh={1.2} maw={480} style={{ fontFamily: 'var(--mantine-font-family-headings)' }}>
            Many governed pieces, one clear picture.
          </Text>
          <Text mt={10} maw={440} c="#c9d5db">
            Describe a data app in a sentence. It runs on your semantic layer, and each person sees only their own rows.
          </Text>
        </div>
      </div>
      <div className={classes.side}>
        <div className={classes.toggle}>
          <ThemeToggle />
        </div>
        <form className={classes.form} onSubmit={submit}>
          <Stack gap="lg">
            <Wordmark size={34} />
            <Title order={1} mt="xs">
              {title}
            </Title>
            {children}
          </Stack>
        </form>
      </div>
    </main>
  )
}
