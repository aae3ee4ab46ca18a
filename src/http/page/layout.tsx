import type { ComponentChildren, VNode } from 'preact'
import { render } from 'preact-render-to-string'
import type { Person } from '../../people/person.ts'
import { AlarmCount } from './alarm-count.tsx'
import type { ProductionAccess } from '../../agencies/production-access.ts'
import { Flash } from './flash.tsx'
import { Head } from './head.tsx'
import { SearchBox } from './search-box.tsx'
import { ViewpointContext } from './time.tsx'

/** A person with what the frame of a page needs to know of them. */
export interface Viewer extends Person {
  /** Wall-clock milliseconds at which the page is looked at. */
  now?: number
  /** The number of alerts that nobody has acknowledged. */
  openAlerts?: number
  /** How much needs attention in what they may see. */
  openAlarms?: number
  /** The sentence about the form that was sent last, for one page. */
  takeFlash?: () => string | undefined
  /** How API access in an agency’s production stands. */
  productionAccess?: ProductionAccess
}

interface LayoutProps {
  title: string
  person?: Viewer | undefined
  /** A narrow page, as for signing in. */
  narrow?: boolean
  /** The page that the browser opens by itself. */
  next?: string
  /** What was searched for. */
  query?: string
  children: ComponentChildren
}

export const Layout = ({ title, person, narrow = false, next, query, children }: LayoutProps) => (
  <html lang="en">
    <Head title={title} next={next} />
    <body>
      <header class="bar">
        <a class="brand" href="/admin">
          callgate
        </a>
        {person?.role === 'operator' && (
          <nav aria-label="callgate">
            <a href="/admin">Overview</a>
            <a href="/admin/agencies">Agencies</a>
            <a href="/admin/rules">Rules</a>
            <a href="/admin/do-not-call">Do not call</a>
            <a href="/admin/people">People</a>
            <a href="/admin/tokens">Admin tokens</a>
            <a href="/admin/alerts">Alerts</a>
            <a href="/admin/audit">Audit log</a>
          </nav>
        )}
        {person && <SearchBox query={query} />}
        {person && <AlarmCount count={person.openAlarms ?? 0} agencyId={person.agencyId} />}
        {person && (
          <form method="post" action="/admin/sign-out" class="row">
            {person.role === 'admin' && <a href="/admin/alerts">Alerts</a>}
            <a href="/docs">Documentation</a>
            <a href="/admin/account">{person.email}</a>
            <button type="submit" class="secondary outline">
              Sign out
            </button>
          </form>
        )}
      </header>
      {person?.openAlerts ? <AlertBanner count={person.openAlerts} /> : null}
      <div class={narrow ? 'shell narrow' : 'shell'}>
        <Flash>{person?.takeFlash?.()}</Flash>
        <ViewpointContext.Provider value={{ timeZone: person?.timeZone ?? 'UTC', now: person?.now }}>
          {children}
        </ViewpointContext.Provider>
      </div>
    </body>
  </html>
)

/** Above every page, until somebody acknowledges the alerts. */
const AlertBanner = ({ count }: { count: number }) => (
  <aside class="notice error banner" aria-label="Alerts">
    <a href="/admin/alerts">{`${counted(count, 'alert')} to acknowledge`}</a>
  </aside>
)

/** Renders a whole page. Preact escapes all text. */
export const renderPage = (page: VNode) => `<!doctype html>${render(page)}`

/** The error of a form, announced by screen readers. */
export const FormError = ({ message }: { message?: string | undefined }) =>
  message ? (
    <p class="notice error" role="alert">
      {message}
    </p>
  ) : null

/** A number with its unit: "1 call", "1,200 calls". */
export const counted = (count: number, noun: string, plural = `${noun}s`) =>
  `${count.toLocaleString('en')} ${count === 1 ? noun : plural}`
