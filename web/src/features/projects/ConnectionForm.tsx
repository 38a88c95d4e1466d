import { Autocomplete, Button, Checkbox, Group, Stack, Text, TextInput } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { NewProject } from '@/api/projects'
import { sourcesQuery } from '@/api/projects'
import { ProblemCard } from '@/parts/ProblemCard'

interface ConnectionFormProps {
  /** Of a project that is there: its folder and warehouse as they are. */
  before?: { dbt: string; warehouse: string }
  /** Tries the connection and keeps it; what it throws is shown, and what was typed stays. */
  connect: (wanted: NewProject) => Promise<unknown>
  onDone: () => void
}

/** Where a project's dbt folder and warehouse are; a new project also has a name. */
export function ConnectionForm({ before, connect, onDone }: ConnectionFormProps) {
  const sources = useQuery(sourcesQuery)
  const [name, setName] = useState('')
  const [dbt, setDbt] = useState(before?.dbt ?? '')
  const [warehouse, setWarehouse] = useState(before?.warehouse ?? '')
  const [preview, setPreview] = useState(false)
  const connecting = useMutation({ mutationFn: () => connect({ name, dbt: dbt.trim() || null, warehouse, preview }), onSuccess: onDone })
  const found = sources.data
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        connecting.mutate()
      }}
    >
      <Stack gap="md">
        {found && (
          <Text size="sm" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
            {found.dbt.length + found.warehouses.length > 0
              ? `Found below ${found.folder} on the server.`
              : `Nothing was found below ${found.folder} on the server. Put a dbt folder with its manifest and a DuckDB file there, or run “vitrail projects create” on that machine.`}
          </Text>
        )}
        {!before && (
          <TextInput
            label="Name"
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            maxLength={200}
            required
            data-autofocus
          />
        )}
        <Autocomplete
          label="dbt folder"
          description="A dbt project, or Ossie files. Left empty where CI uploads the catalog."
          data={found?.dbt ?? []}
          value={dbt}
          onChange={setDbt}
        />
        <Autocomplete
          label="Warehouse"
          description="A DuckDB file, or a server’s address such as postgresql://user:password@host/database. A password is never shown again."
          data={found?.warehouses ?? []}
          value={warehouse}
          onChange={setWarehouse}
          required
        />
        {!before && (
          <Checkbox
            label="A preview, to try things in"
            description="Developers may edit every data app in it."
            checked={preview}
            onChange={(event) => setPreview(event.currentTarget.checked)}
          />
        )}
        {connecting.isError && <ProblemCard error={connecting.error} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onDone}>
            Cancel
          </Button>
          <Button type="submit" loading={connecting.isPending} disabled={!warehouse || (!before && !name.trim())}>
            {before ? 'Try and connect' : 'Try and create'}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
