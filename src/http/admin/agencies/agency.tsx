import type { ComponentChildren } from 'preact'
import type { Agency } from '../../../agencies/agency.ts'
import type { Question } from '../../../people/actor.ts'
import { PlanField } from './agencies.tsx'
import { planNames } from '../../page/words.tsx'
import type { Crumb } from '../../page/breadcrumbs.tsx'
import { Copyable } from '../../page/copyable.tsx'
import { Layout, type Viewer } from '../../page/layout.tsx'
import type { AgencySection } from '../../page/sidebar.tsx'
import { Time } from '../../page/time.tsx'
import { ProductionOff } from './production-off.tsx'
import { Ask } from '../question/questions.tsx'
import { InviteForm } from '../people/people.tsx'

export interface AgencyPageProps {
  person: Viewer
  agency: Agency
}

interface AgencyLayoutProps extends AgencyPageProps {
  title: string
  section: AgencySection
  /** The pages between the first one of the section and this one; left out for that first page. */
  parents?: readonly Crumb[] | undefined
  children: ComponentChildren
}

/** A page of an agency. */
export const AgencyLayout = ({ person, agency, section, children, ...shown }: AgencyLayoutProps) => (
  <Layout person={person} agency={{ agency, section }} {...shown}>
    <main>
      <ProductionOff agencyId={agency.id} role={person.role} access={person.productionAccess} />
      {agency.suspendedAt !== null && <Suspended person={person} since={agency.suspendedAt} />}
      {children}
    </main>
  </Layout>
)

const Suspended = ({ person, since }: Pick<AgencyPageProps, 'person'> & { since: number }) => (
  <p class="notice error">
    <strong>This agency is suspended</strong> since <Time at={since} show="exact" />: every API request gets
    403.{' '}
    {person.role === 'operator'
      ? 'You can resume it under Overview.'
      : 'Only an operator of this callgate can resume it.'}
  </p>
)

interface OverviewPageProps extends AgencyPageProps {
  /** How the agency is doing. */
  children: ComponentChildren
}

export const OverviewPage = ({ person, agency, children }: OverviewPageProps) => (
  <AgencyLayout person={person} agency={agency} title="Overview" section="overview">
    <h1>{agency.name}</h1>
    {children}
    <dl class="facts">
      <dt>Plan</dt>
      <dd>{planNames[agency.plan]}</dd>
      <dt>Agency ID</dt>
      <dd>
        <Copyable label="agency ID">{agency.id}</Copyable>
      </dd>
    </dl>
    {person.role === 'operator' && <ForOperator agency={agency} />}
  </AgencyLayout>
)

const ForOperator = ({ agency }: { agency: Agency }) => (
  <>
    <article>
      <h2>Change the plan</h2>
      <p>
        On any other plan than Agency, every API request of this agency gets 403 immediately. Its keys are
        kept and work again once it is back on the Agency plan.
      </p>
      <form method="post" action={`/admin/agencies/${agency.id}/plan`}>
        <PlanField plan={agency.plan} />
        <button type="submit">Save plan</button>
      </form>
    </article>
    <article>
      <h2>Invite an admin</h2>
      <p>
        Creates a single-use invitation. The new admin can access only this agency: its keys, agents, calls
        and providers. To see all accounts, go to <a href="/admin/people">People</a>.
      </p>
      <InviteForm label="Invite an admin" agencyId={agency.id} />
    </article>
    <Suspension agency={agency} />
    <article>
      <h2>Delete the agency</h2>
      <p>
        Ends its calls, revokes its keys and permanently deletes everything it has. You have to confirm this.
      </p>
      <a href={`/admin/agencies/${agency.id}/delete`}>Delete agency…</a>
    </article>
  </>
)

const Suspension = ({ agency }: { agency: Agency }) =>
  agency.suspendedAt === null ? (
    <article>
      <h2>Suspend the agency</h2>
      <p>
        From the next request on, every API request of this agency gets 403. Its keys are kept, calls in
        progress continue, and its admins can still sign in. Only an operator can resume it.
      </p>
      <form method="post" action={`/admin/agencies/${agency.id}/suspend`}>
        <button type="submit" class="secondary inline">
          Suspend agency…
        </button>
      </form>
    </article>
  ) : (
    <article>
      <h2>Resume the agency</h2>
      <p>Allows its API requests again, with the same keys.</p>
      <form method="post" action={`/admin/agencies/${agency.id}/resume`}>
        <button type="submit">Resume agency</button>
      </form>
    </article>
  )

/** Confirms the deletion of an agency and names the consequences. */
export const DeleteAgencyPage = ({ person, agency, asked }: AgencyPageProps & { asked: Question }) => (
  <AgencyLayout person={person} agency={agency} title="Delete the agency" section="overview" parents={[]}>
    <Ask
      asked={asked}
      action={`/admin/agencies/${agency.id}/delete`}
      keep={{ href: `/admin/agencies/${agency.id}`, label: 'Keep the agency' }}
    >
      <p>To reject its requests and keep everything, suspend it instead.</p>
    </Ask>
  </AgencyLayout>
)
