import { Text } from '@mantine/core'
import type { ChartConfig } from '@/api/charts'
import type { Shown } from './answer'
import { Cartesian } from './Cartesian'
import classes from './charts.module.css'
import { Pie } from './Pie'
import { cartesian, slices } from './series'

interface DrawingProps {
  answer: Shown
  config: ChartConfig
  name: string
}

/** What is drawn with shapes. A module of its own, so that pages without drawings do not carry the library. */
export default function Drawing({ answer, config, name }: DrawingProps) {
  if (config.type === 'pie') {
    const found = slices(answer, config)
    return found ? <Pie {...found} look={config} name={name} /> : <Undrawable />
  }
  if (config.type === 'table' || config.type === 'big_number') return null
  const found = cartesian(answer, config)
  return found ? <Cartesian drawn={found} look={config} name={name} /> : <Undrawable />
}

function Undrawable() {
  return (
    <div className={classes.nothing}>
      <Text size="sm" c="dimmed">
        These rows can’t be drawn this way. Show them as a table instead.
      </Text>
    </div>
  )
}
