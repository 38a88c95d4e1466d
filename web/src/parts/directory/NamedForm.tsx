import { Button, Group, Stack, Textarea, TextInput } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import { ProblemCard } from '@/parts/ProblemCard'
import { useChange } from './useChange'

export interface Named {
  name: string
  description: string
}

interface NamedFormProps<T> {
  before?: Named
  action: string
  save: (named: Named) => Promise<T>
  done: (answer: T) => void
  /** Where the name is given once and for all. */
  nameFixed?: boolean
  children?: ReactNode
}

/** Makes or describes something that has a name and a few words about it. */
export function NamedForm<T>({ before, action, save, done, nameFixed = false, children }: NamedFormProps<T>) {
  const [name, setName] = useState(before?.name ?? '')
  const [description, setDescription] = useState(before?.description ?? '')
  const saving = useChange(save, done)
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        saving.mutate({ name: name.trim(), description: description.trim() })
      }}
    >
      <Stack gap="md">
        {!nameFixed && (
          <TextInput
            label="Name"
            required
            maxLength={200}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            data-autofocus
          />
        )}
        <Textarea
          label="Description"
          autosize
          minRows={2}
          maxLength={2000}
          value={description}
          onChange={(event) => setDescription(event.currentTarget.value)}
        />
        {children}
        {saving.isError && <ProblemCard error={saving.error} />}
        <Group justify="flex-end">
          <Button type="submit" loading={saving.isPending} disabled={!nameFixed && !name.trim()}>
            {action}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
