import { Anchor, Code, List, Table, Text, Title } from '@mantine/core'
import { lexer, type Token, type Tokens } from 'marked'
import { Fragment, type ReactNode, useMemo } from 'react'

/**
 * Markdown as React elements. What a model wrote is never taken as HTML: tags in it are shown as text, images as
 * their words (an address of the model's choosing must not be fetched), and links open only for http(s).
 */
export function Markdown({ children }: { children: string }) {
  const tokens = useMemo(() => lexer(children), [children])
  return <div style={{ overflowWrap: 'anywhere' }}>{blocks(tokens)}</div>
}

function blocks(tokens: readonly Token[]): ReactNode {
  return tokens.map((token, index) => <Fragment key={index}>{block(token)}</Fragment>)
}

function block(token: Token): ReactNode {
  switch (token.type) {
    case 'space':
    case 'def':
      return null
    case 'heading':
      return (
        <Title order={token.depth < 3 ? 3 : 4} fz="sm" mt="sm" mb={4}>
          {inline(token.tokens)}
        </Title>
      )
    case 'paragraph':
      return (
        <Text size="sm" my={6} lh={1.55}>
          {inline(token.tokens)}
        </Text>
      )
    case 'text':
      return token.tokens ? inline(token.tokens) : token.text
    case 'list': {
      const list = token as Tokens.List
      return (
        <List type={list.ordered ? 'ordered' : 'unordered'} size="sm" my={6} spacing={3}>
          {list.items.map((item, index) => (
            <List.Item key={index}>{blocks(item.tokens)}</List.Item>
          ))}
        </List>
      )
    }
    case 'code':
      return (
        <Code block my="xs">
          {token.text}
        </Code>
      )
    case 'blockquote':
      return (
        <div style={{ borderLeft: '3px solid var(--v-line-strong)', paddingLeft: 12 }}>{blocks(token.tokens ?? [])}</div>
      )
    case 'table': {
      const table = token as Tokens.Table
      return (
        <Table my="xs" fz="sm" withTableBorder>
          <Table.Thead>
            <Table.Tr>
              {table.header.map((cell, index) => (
                <Table.Th key={index}>{inline(cell.tokens)}</Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {table.rows.map((row, index) => (
              <Table.Tr key={index}>
                {row.map((cell, column) => (
                  <Table.Td key={column}>{inline(cell.tokens)}</Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )
    }
    case 'hr':
      return <hr style={{ border: 0, borderTop: '1px solid var(--v-line)' }} />
    default:
      return (
        <Text size="sm" my={6}>
          {token.raw}
        </Text>
      )
  }
}

function inline(tokens: readonly Token[] | undefined): ReactNode {
  return (tokens ?? []).map((token, index) => <Fragment key={index}>{phrase(token)}</Fragment>)
}

function phrase(token: Token): ReactNode {
  switch (token.type) {
    case 'strong':
      return <strong>{inline(token.tokens)}</strong>
    case 'em':
      return <em>{inline(token.tokens)}</em>
    case 'del':
      return <del>{inline(token.tokens)}</del>
    case 'codespan':
      return <Code>{token.text}</Code>
    case 'br':
      return <br />
    case 'link':
      return /^https?:\/\//i.test(token.href) ? (
        <Anchor href={token.href} target="_blank" rel="noopener noreferrer nofollow" inherit>
          {inline(token.tokens)}
        </Anchor>
      ) : (
        inline(token.tokens)
      )
    case 'image':
      return token.text
    case 'escape':
      return token.text
    case 'text':
      return token.tokens ? inline(token.tokens) : unescaped(token.text)
    default:
      return token.raw
  }
}

const ENTITIES: Record<string, string> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'" }

/** The lexer leaves entities in text for HTML to resolve; React shows text as it is. */
function unescaped(text: string): string {
  return text.replaceAll(/&(?:amp|lt|gt|quot|#39);/g, (entity) => ENTITIES[entity] ?? entity)
}
