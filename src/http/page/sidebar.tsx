import type { Agency } from '../../agencies/agency.ts'
import type { Crumb } from './breadcrumbs.tsx'
import { Icon, type IconName } from './icon.tsx'

/** The sections of the pages of an agency. */
const agencySections = [
  ['overview', 'Overview', ''],
  ['calls', 'Calls', '/calls'],
  ['usage', 'Usage', '/usage'],
  ['agents', 'Agents', '/agents'],
  ['integrations', 'Integrations', '/integrations'],
  ['rules', 'Rules', '/rules'],
  ['do-not-call', 'Do not call', '/do-not-call'],
  ['audit', 'Audit log', '/audit'],
] as const satisfies readonly (readonly [IconName, string, string])[]

/** The sections of the pages of the whole gate, for operators. */
const gateSections = [
  ['overview', 'Overview', '/admin'],
  ['agencies', 'Agencies', '/admin/agencies'],
  ['rules', 'Rules', '/admin/rules'],
  ['do-not-call', 'Do not call', '/admin/do-not-call'],
  ['people', 'People', '/admin/people'],
  ['tokens', 'Admin tokens', '/admin/tokens'],
  ['alerts', 'Alerts', '/admin/alerts'],
  ['audit', 'Audit log', '/admin/audit'],
] as const satisfies readonly (readonly [IconName, string, string])[]

export type AgencySection = (typeof agencySections)[number][0]
export type GateSection = (typeof gateSections)[number][0]

interface SectionsProps {
  label: string
  /** The words above it, below another one. */
  title?: string
  sections: readonly (readonly [icon: IconName, label: string, href: string])[]
  /** The icon of the section of this page. */
  current?: IconName | undefined
}

const Sections = ({ label, title, sections, current }: SectionsProps) => (
  <nav aria-label={label} data-title={title}>
    <ul role="list">
      {sections.map(([icon, name, href]) => (
        <li key={href}>
          <a href={href} aria-current={icon === current ? 'page' : undefined}>
            <Icon name={icon} />
            {name}
          </a>
        </li>
      ))}
    </ul>
  </nav>
)

type NamedAgency = Pick<Agency, 'id' | 'name'>

export const GateNav = ({ current }: { current?: GateSection | undefined }) => (
  <Sections label="callgate" title="All agencies" sections={gateSections} current={current} />
)

export const AgencyNav = ({ agency, current }: { agency: NamedAgency; current: AgencySection }) => {
  const base = `/admin/agencies/${agency.id}`
  const sections = agencySections.map(([icon, title, path]) => [icon, title, base + path] as const)
  return <Sections label={agency.name} sections={sections} current={current} />
}

/** The agency and the first page of a section, for the pages below it. */
export const agencyCrumbs = (agency: NamedAgency, section: AgencySection): Crumb[] => {
  const base = `/admin/agencies/${agency.id}`
  return [
    { href: base, label: agency.name },
    ...agencySections
      .filter(([name]) => name === section && name !== 'overview')
      .map(([, label, path]) => ({ href: base + path, label })),
  ]
}

export const gateCrumbs = (section: GateSection): Crumb[] =>
  gateSections.filter(([name]) => name === section).map(([, label, href]) => ({ href, label }))

/** As many agencies as are listed; with more, there is a search. */
export const listedAgencies = 8

interface SwitcherProps {
  agency: NamedAgency
  /** The first agencies by name, one more than are listed where there are more. */
  agencies: readonly NamedAgency[]
}

/** The agency of this page, and the way to another one. */
export const AgencySwitcher = ({ agency, agencies }: SwitcherProps) => (
  <details class="switcher">
    <summary>
      <span>{agency.name}</span>
      <Icon name="more" />
    </summary>
    <div class="panel">
      {agencies.length > listedAgencies && (
        <form method="get" action="/admin/agencies" role="search">
          <input
            type="search"
            name="q"
            placeholder="Find an agency…"
            aria-label="Find an agency"
            maxLength={100}
            autoComplete="off"
          />
        </form>
      )}
      <ul role="list">
        {agencies.slice(0, listedAgencies).map(({ id, name }) => (
          <li key={id}>
            <a href={`/admin/agencies/${id}`} aria-current={id === agency.id ? 'true' : undefined}>
              {name}
            </a>
          </li>
        ))}
        <li>
          <a href="/admin/agencies">All agencies</a>
        </li>
      </ul>
    </div>
  </details>
)
