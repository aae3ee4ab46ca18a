import type { ComponentChildren, VNode } from 'preact'
import { render } from 'preact-render-to-string'
import type { Agency } from '../../agencies/agency.ts'
import type { Access } from '../../agencies/access.ts'
import type { Person } from '../../people/person.ts'
import { AlarmCount } from './alarm-count.tsx'
import { Breadcrumbs, type Crumb } from './breadcrumbs.tsx'
import { Flash } from './flash.tsx'
import { Head } from './head.tsx'
import { Icon } from './icon.tsx'
import { Logo } from './logo.tsx'
import { SearchBox } from './search-box.tsx'
import {
  agencyCrumbs,
  AgencyNav,
  type AgencySection,
  AgencySwitcher,
  gateCrumbs,
  GateNav,
  type GateSection,
} from './sidebar.tsx'
import { ViewpointContext } from './time.tsx'

/** A person with what the frame of a page needs to know of them. */
export interface Viewer extends Person {
  /** Wall-clock milliseconds at which the page is looked at. */
  now?: number
  /** The number of alerts that nobody has acknowledged. */
  openAlerts?: number
  /** How much needs attention in what they may see. */
  openAlarms?: number
  /** How API access in production of the page’s agency stands. */
  productionAccess?: Access | undefined
  /** The first agencies by name, for operators. */
  firstAgencies?: Pick<Agency, 'id' | 'name'>[]
  /** The sentence about the form that was sent last, for one page. */
  takeFlash?: () => string | undefined
}

interface LayoutProps {
  title: string
  person?: Viewer | undefined
  /** The section of a page of the gate. */
  section?: GateSection | undefined
  /** The agency of the page, and the section of its pages. */
  agency?: { agency: Pick<Agency, 'id' | 'name'>; section: AgencySection } | undefined
  /** The pages between the first one of the section and this one; left out for that first page. */
  parents?: readonly Crumb[] | undefined
  /** A narrow page, as for signing in. */
  narrow?: boolean
  /** The page that the browser opens by itself. */
  next?: string
  /** What was searched for. */
  query?: string
  children: ComponentChildren
}

export const Layout = ({
  title,
  person,
  section,
  agency,
  parents,
  narrow = false,
  next,
  query,
  children,
}: LayoutProps) => (
  <html lang="en">
    <Head title={agency ? `${title} · ${agency.agency.name}` : title} next={next} />
    <body class={person ? 'framed' : undefined}>
      <SkipLink />
      <header class="side">
        <a class="brand" href="/admin">
          <Logo />
          callgate
        </a>
        {person && <Menu person={person} section={section} agency={agency} />}
      </header>
      <div class="page">
        {person && <Top person={person} query={query} />}
        {person?.openAlerts ? <AlertBanner count={person.openAlerts} /> : null}
        <div class={narrow ? 'shell narrow' : 'shell'} id="content" tabIndex={-1}>
          <Flash>{person?.takeFlash?.()}</Flash>
          {parents && (
            <Breadcrumbs above={[...sectionCrumbs({ section, agency }), ...parents]} title={title} />
          )}
          <ViewpointContext.Provider value={{ timeZone: person?.timeZone ?? 'UTC', now: person?.now }}>
            {children}
          </ViewpointContext.Provider>
        </div>
      </div>
    </body>
  </html>
)

const sectionCrumbs = ({ section, agency }: Pick<LayoutProps, 'section' | 'agency'>): Crumb[] => {
  if (agency) return agencyCrumbs(agency.agency, agency.section)
  return section ? gateCrumbs(section) : []
}

/** The first that the Tab key reaches. */
export const SkipLink = () => (
  <a class="skip" href="#content">
    Skip to content
  </a>
)

/** Folded on a phone, where its box opens it. */
export const MenuToggle = () => (
  <>
    <input type="checkbox" id="menu" class="menu-toggle" aria-label="Menu" />
    <label for="menu" class="menu-button">
      <Icon name="menu" />
      Menu
    </label>
  </>
)

const Menu = ({ person, section, agency }: { person: Viewer } & Pick<LayoutProps, 'section' | 'agency'>) => (
  <>
    <MenuToggle />
    <div class="menu">
      {agency && (
        <>
          {person.role === 'operator' ? (
            <AgencySwitcher agency={agency.agency} agencies={person.firstAgencies ?? []} />
          ) : (
            <p class="agency">{agency.agency.name}</p>
          )}
          <AgencyNav agency={agency.agency} current={agency.section} />
        </>
      )}
      {person.role === 'operator' && <GateNav current={section} />}
    </div>
  </>
)

const Top = ({ person, query }: { person: Viewer; query: string | undefined }) => (
  <section class="top" aria-label="Search and account">
    <SearchBox query={query} />
    <AlarmCount count={person.openAlarms ?? 0} agencyId={person.agencyId} />
    {person.role === 'admin' && (
      <a href="/admin/alerts">
        <Icon name="alerts" />
        Alerts
      </a>
    )}
    <a href="/docs">
      <Icon name="docs" />
      Documentation
    </a>
    <a href="/admin/account" class="account" title={person.email}>
      <Icon name="account" />
      <span>{person.email}</span>
    </a>
    <form method="post" action="/admin/sign-out">
      <button type="submit" class="quiet">
        <Icon name="sign-out" />
        Sign out
      </button>
    </form>
  </section>
)

/** Above every page, until somebody acknowledges the alerts. */
const AlertBanner = ({ count }: { count: number }) => (
  <aside class="notice error banner" aria-label="Alerts">
    <a href="/admin/alerts">{`${counted(count, 'alert')} to acknowledge`}</a>
  </aside>
)

/** Renders a whole page. Preact escapes all text. */
export const renderPage = (page: VNode) => `<!doctype html>${render(page)}`

/** A number with its unit: "1 call", "1,200 calls". */
export const counted = (count: number, noun: string, plural = `${noun}s`) =>
  `${count.toLocaleString('en')} ${count === 1 ? noun : plural}`
