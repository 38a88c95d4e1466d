import { Button, Group, Modal, Stack, Textarea, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import type { Tile } from '@/api/dashboards'

interface TileFormProps {
  /** Null: closed. */
  tile: Tile | null
  onSave: (tile: Tile) => void
  onClose: () => void
}

/** A tile's own words. */
export function TileForm({ tile, onSave, onClose }: TileFormProps) {
  return (
    <Modal opened={tile !== null} onClose={onClose} title="Edit tile" size="lg">
      {tile && <Form key={tile.id} tile={tile} onSave={onSave} onClose={onClose} />}
    </Modal>
  )
}

function Form({ tile, onSave, onClose }: TileFormProps & { tile: Tile }) {
  const heading = tile.kind === 'heading'
  const [title, setTitle] = useState(heading ? tile.text : (tile.title ?? ''))
  const [text, setText] = useState(tile.kind === 'markdown' ? tile.text : '')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const words = title.trim()
    if (tile.kind === 'heading') onSave({ ...tile, text: words })
    else if (tile.kind === 'markdown') onSave({ ...tile, title: words || null, text })
    else onSave({ ...tile, title: words || null })
  }
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        <TextInput
          label={heading ? 'Heading' : 'Title'}
          data-autofocus
          description={tile.kind === 'chart' || tile.kind === 'app' ? 'Empty: its own name.' : undefined}
          maxLength={200}
          value={title}
          onChange={(event) => setTitle(event.currentTarget.value)}
        />
        {tile.kind === 'markdown' && (
          <Textarea
            label="Text"
            description="Markdown: **bold**, lists, tables, links."
            autosize
            minRows={6}
            maxRows={16}
            maxLength={20_000}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
          />
        )}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit">Done</Button>
        </Group>
      </Stack>
    </form>
  )
}
