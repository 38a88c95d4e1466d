import { Button, Group, Stack, Textarea, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { ProblemCard } from './ProblemCard'

interface RenameFormProps {
  name: string
  /** Of what has a few words about it besides. */
  description?: string
  save: (named: { name: string; description: string }) => Promise<unknown>
  onClose: () => void
}

/** Another name for something, in a dialog; what is typed stays when the server refuses it. */
export function RenameForm({ name: before, description: words, save, onClose }: RenameFormProps) {
  const [name, setName] = useState(before)
  const [description, setDescription] = useState(words ?? '')
  const renaming = useMutation({ mutationFn: save, onSuccess: onClose })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (name.trim()) renaming.mutate({ name: name.trim(), description })
  }
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        <TextInput
          label="Name"
          data-autofocus
          maxLength={200}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        {words !== undefined && (
          <Textarea
            label="Description"
            maxLength={2000}
            autosize
            minRows={2}
            maxRows={8}
            value={description}
            onChange={(event) => setDescription(event.currentTarget.value)}
          />
        )}
        {renaming.isError && <ProblemCard error={renaming.error} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" disabled={!name.trim()} loading={renaming.isPending}>
            Save
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
