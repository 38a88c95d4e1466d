import { Group, Stack, Text, TextInput } from '@mantine/core'
import { useState } from 'react'
import { flatten, MANY_SPACES, matching, spaceTree, unfolded } from '@/api/spaces'
import type { Space } from '@/api/types'
import { Icon } from '@/parts/icons'
import { SpaceRow } from '@/parts/SpaceRow'
import rows from '@/parts/SpaceRow.module.css'

/** All of a project's spaces that this person may see, as a tree. */
export function SpaceTree({ spaces, projectId }: { spaces: readonly Space[]; projectId: string }) {
  const many = spaces.length > MANY_SPACES
  const [words, setWords] = useState('')
  const [flipped, setFlipped] = useState<ReadonlySet<string>>(new Set())
  const searching = words.trim() !== ''
  const tree = spaceTree(matching(spaces, words))
  // A search shows all that it found; else each subtree is as it began, or the other way if it was flipped.
  const isOpen = (id: string) => searching || flipped.has(id) === many
  const flip = (id: string) => {
    const next = new Set(flipped)
    if (!next.delete(id)) next.add(id)
    setFlipped(next)
  }
  const shown = unfolded(tree, isOpen)
  const nested = tree.some(({ children }) => children.length > 0)
  return (
    <Stack gap="sm">
      {many && (
        <Group gap="sm">
          <TextInput
            aria-label="Search spaces"
            placeholder="Search spaces"
            type="search"
            maxLength={200}
            style={{ flex: 1 }}
            leftSection={<Icon name="search" size={16} />}
            value={words}
            onChange={(event) => setWords(event.currentTarget.value)}
          />
          <Text size="sm" c="dimmed" role="status">
            {searching ? `${flatten(tree).length} of ${spaces.length}` : `${spaces.length} spaces`}
          </Text>
        </Group>
      )}
      {shown.length > 0 ? (
        <div className={`card ${nested ? rows.tree : ''}`} style={{ overflow: 'hidden' }}>
          {shown.map((space) => (
            <SpaceRow
              key={space.id}
              space={space}
              projectId={projectId}
              unfolded={isOpen(space.id)}
              onFold={space.children.length > 0 && !searching ? () => flip(space.id) : undefined}
            />
          ))}
        </div>
      ) : (
        <Text c="dimmed" size="sm">
          No space that you may see has these words.
        </Text>
      )}
    </Stack>
  )
}
