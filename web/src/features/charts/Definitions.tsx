import { Text } from '@mantine/core'
import { Fragment } from 'react'
import type { Definition } from '@/api/charts'
import { Icon } from '@/parts/icons'
import classes from './why.module.css'

/** So many columns are shown with all that they are made of; of more, each opens when it is asked. */
const MOST_OPEN = 4

interface DefinitionsProps {
  definitions: readonly Definition[]
  /** What they are parts of: where that is written is not said again. */
  whole?: Definition
}

/** Definitions, each with what it is made of, down to the dbt model. */
export function Definitions({ definitions, whole }: DefinitionsProps) {
  return (
    <ul className={classes.definitions}>
      {definitions.map((definition) => (
        <li key={definition.id}>
          <details open={definitions.length <= MOST_OPEN} className={classes.definition}>
            <summary>
              <Icon name="chevronRight" size={14} />
              <span className={classes.label}>{definition.label}</span>
              <span className={classes.kind}>{kindInWords(definition)}</span>
            </summary>
            <Written definition={definition} {...(whole ? { whole } : {})} />
          </details>
        </li>
      ))}
    </ul>
  )
}

function Written({ definition, whole }: { definition: Definition; whole?: Definition }) {
  const { description, sql, filters, madeOf } = definition
  const place = placeOf(definition)
  const elsewhere = whole === undefined || JSON.stringify(place) !== JSON.stringify(placeOf(whole))
  return (
    <div className={classes.written}>
      {description && (
        <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
          {description}
        </Text>
      )}
      <dl className={classes.facts}>
        {sql !== '' && (
          <>
            <dt>Written as</dt>
            <dd>
              <code>{sql}</code>
            </dd>
          </>
        )}
        {filters.length > 0 && (
          <>
            <dt>Only where</dt>
            <dd>
              {filters.map((filter) => (
                <div key={filter}>
                  <code>{filter}</code>
                </div>
              ))}
            </dd>
          </>
        )}
        {elsewhere &&
          place.map(([name, where]) => (
            <Fragment key={name}>
              <dt>{name}</dt>
              <dd>
                <code>{where}</code>
              </dd>
            </Fragment>
          ))}
      </dl>
      {madeOf.length > 0 && (
        <div>
          <Text size="xs" fw={600} c="dimmed" mb={4}>
            Made of
          </Text>
          <Definitions definitions={madeOf} whole={definition} />
        </div>
      )}
    </div>
  )
}

/** Where a definition is written and what it reads, as far as that is known. */
function placeOf({ model, file, line, relation }: Definition): (readonly [name: string, where: string])[] {
  const found = [
    ['dbt model', model],
    ['File', file !== null && line !== null ? `${file}:${line}` : file],
    ['Table', relation],
  ] as const
  return found.flatMap(([name, where]) => (where ? [[name, where] as const] : []))
}

const spaced = (word: string) => word.replaceAll('_', ' ').toLowerCase()

/** "Metric, sum"; a calculation is computed from the answer itself. */
function kindInWords({ kind, type }: Definition): string {
  if (kind === 'calculation') return 'Computed from the rows of the answer'
  return `${kind === 'metric' ? 'Metric' : 'Dimension'}, ${spaced(type)}`
}
