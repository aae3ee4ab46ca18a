import { accountCrumb } from '../account/account.tsx'
import { Layout, type Viewer } from '../../page/layout.tsx'
import { agencyShortcuts, gateShortcuts } from '../../page/shortcuts.ts'
import { Table } from '../../page/table.tsx'

/** All keys, and a way to turn them off (WCAG 2.2, 2.1.4). The script shows it as a sheet over any page. */
export const KeysPage = ({ person }: { person: Viewer }) => (
  <Layout title="Keyboard shortcuts" person={person} parents={[accountCrumb]}>
    <main>
      <h1 id="keys-title">Keyboard shortcuts</h1>
      <p>
        They work outside of fields, and need JavaScript. You can reach everything with Tab as well.{' '}
        <a href="/docs/dashboard">How to use the dashboard</a>
      </p>
      <p>
        <button type="button" class="secondary" data-keys-switch hidden />
      </p>
      <Table label="Keyboard shortcuts" heads={['Keys', 'What they do']}>
        <Row keys={['/']}>Search</Row>
        <Row keys={['?']}>This list</Row>
        {gateShortcuts.map(({ key, title }) => (
          <Row key={key} keys={['g', key]}>
            {title}
          </Row>
        ))}
        {agencyShortcuts.map(({ key, title }) => (
          <Row key={key} keys={['g', key]}>
            {`${title}, in an agency`}
          </Row>
        ))}
      </Table>
    </main>
  </Layout>
)

const Row = ({ keys, children }: { keys: string[]; children: string }) => (
  <tr>
    <td>
      {keys.map((key, at) => (
        <span key={at}>
          {at > 0 && ' then '}
          <kbd>{key}</kbd>
        </span>
      ))}
    </td>
    <td>{children}</td>
  </tr>
)
