import { Button, Group, Modal, Stack, Textarea, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { type Chart, type ChartConfig, createChart, type Query } from '@/api/charts'
import { ProblemCard } from '@/parts/ProblemCard'
import { SpaceSelect } from '@/parts/saved/SpaceSelect'
import { useChanged } from '@/parts/saved/useChanged'

interface SaveChartProps {
  projectId: string
  spaceId: string | null
  query: Query
  config: ChartConfig
  opened: boolean
  onClose: () => void
  onSaved: (chart: Chart) => Promise<void>
}

/** A new chart's name and place. */
export function SaveChart(props: SaveChartProps) {
  return (
    <Modal opened={props.opened} onClose={props.onClose} title="Save chart">
      {props.opened && <Form {...props} />}
    </Modal>
  )
}

function Form({ projectId, spaceId, query, config, onClose, onSaved }: SaveChartProps) {
  const [name, setName] = useState('')
  const [description, setDescription] = useState('')
  const [space, setSpace] = useState(spaceId)
  const changed = useChanged('chart')
  const saving = useMutation({
    mutationFn: () => createChart(projectId, { name: name.trim(), description, spaceId: space ?? '', query, config }),
    onSuccess: async (chart) => {
      await changed(chart.id, chart)
      await onSaved(chart)
    },
  })
  const ready = name.trim() !== '' && space !== null
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (ready) saving.mutate()
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
        <Textarea
          label="Description"
          maxLength={2000}
          autosize
          minRows={2}
          maxRows={6}
          value={description}
          onChange={(event) => setDescription(event.currentTarget.value)}
        />
        <SpaceSelect projectId={projectId} value={space} onChange={setSpace} />
        {saving.isError && <ProblemCard error={saving.error} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" disabled={!ready} loading={saving.isPending}>
            Save chart
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
