import { Group, Pagination, Table, Text, Tooltip } from '@mantine/core'
import { useState } from 'react'
import type { ChartConfig, Value } from '@/api/charts'
import { asNumber, type Column, isNumeric, inWords, type Shown, tableColumns } from './answer'
import classes from './charts.module.css'

const PAGE = 100

/** An answer as rows. `config`: a table's own order, bars behind numbers, and totals. */
export function DataTable({ answer, config }: { answer: Shown; config?: ChartConfig }) {
  const [page, setPage] = useState(1)
  const columns = tableColumns(answer.columns, config)
  const pages = Math.ceil(answer.rows.length / PAGE)
  const current = Math.min(page, pages)
  const bars = config?.type === 'table' && config.bars
  const longest = columns.map(({ column, at }) =>
    bars && column.kind !== 'dimension'
      ? Math.max(...answer.rows.map((row) => Math.abs(asNumber(row[at]) ?? 0)))
      : 0,
  )
  return (
    <div className={classes.table}>
      <div className={classes.scroll} tabIndex={0} role="region" aria-label="Rows">
        <Table stickyHeader fz="sm" verticalSpacing={6} horizontalSpacing="sm">
          <Table.Thead>
            <Table.Tr>
              {columns.map(({ column }) => (
                <Table.Th key={column.id} scope="col" className={isNumeric(column) ? classes.right : undefined}>
                  {column.label}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {answer.rows.slice((current - 1) * PAGE, current * PAGE).map((row, index) => (
              <Table.Tr key={index}>
                {columns.map(({ column, at }, place) => {
                  const share = longest[place] ? Math.abs(asNumber(row[at]) ?? 0) / longest[place] : 0
                  return (
                    <Table.Td
                      key={column.id}
                      className={isNumeric(column) ? classes.right : undefined}
                      style={share ? { backgroundSize: `${(share * 100).toFixed(1)}% 100%` } : undefined}
                      data-bar={share ? true : undefined}
                    >
                      {inWords(row[at], column)}
                    </Table.Td>
                  )
                })}
              </Table.Tr>
            ))}
          </Table.Tbody>
          {config?.type === 'table' && config.totals && answer.totals && <Totals columns={columns} totals={answer.totals} />}
        </Table>
      </div>
      {pages > 1 && (
        <Group justify="space-between" pt="xs">
          <Text size="xs" c="dimmed">
            {answer.rows.length.toLocaleString('en')} rows
          </Text>
          <Pagination size="sm" total={pages} value={current} onChange={setPage} />
        </Group>
      )}
    </div>
  )
}

interface TotalsProps {
  columns: readonly { column: Column; at: number }[]
  totals: readonly Value[]
}

/** The last row: under each metric its total, which the server computes from the rows beneath. */
function Totals({ columns, totals }: TotalsProps) {
  return (
    <Table.Tfoot>
      <Table.Tr>
        {columns.map(({ column, at }, place) => {
          // A dimension has no total, nor has a calculation that looks at other rows.
          const empty = column.kind === 'dimension' || (column.kind === 'calculation' && totals[at] === null)
          const value = empty ? null : inWords(totals[at], column)
          const side = isNumeric(column) ? classes.right : undefined
          if (place > 0) {
            return (
              <Table.Td key={column.id} className={side}>
                {value}
              </Table.Td>
            )
          }
          return (
            <Table.Th key={column.id} scope="row" className={side}>
              <Tooltip
                label="Over all rows, not only those shown."
                events={{ hover: true, focus: true, touch: true }}
                position="top-start"
              >
                <span tabIndex={0}>Total</span>
              </Tooltip>
              {value !== null && <> {value}</>}
            </Table.Th>
          )
        })}
      </Table.Tr>
    </Table.Tfoot>
  )
}
