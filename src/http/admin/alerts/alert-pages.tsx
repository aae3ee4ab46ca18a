import { Elysia } from 'elysia'
import { z } from 'zod'
import type { FieldProblem } from '../../../field-problem.ts'
import type { ListedAlert } from '../../../alerts/alert.ts'
import { acknowledgeAlerts } from '../../../alerts/operations/alerts.ts'
import { setAlertWebhook, testAlert } from '../../../alerts/operations/webhook.ts'
import { type AlertWebhook, gateOwner } from '../../../alerts/webhook.ts'
import type { Perform } from '../../../operation/perform.ts'
import type { Person } from '../../../people/person.ts'
import { renderPage } from '../../page/layout.tsx'
import { signingSecretAt } from '../../page/signed-url.tsx'
import { submit } from '../form.ts'
import { type GuardDeps, signedIn } from '../guard.ts'
import { AlertsPage, type Tested } from './alerts.tsx'
import { run, type Work } from '../../../work.ts'

const allAlerts = 'all'
const alertParams = z.object({ alert: z.union([z.guid(), z.literal(allAlerts)]) })
const alertsShown = 50

export interface AlertPagesDeps extends GuardDeps {
  alerts: GuardDeps['alerts'] & {
    list(query: {
      agencyId?: string | undefined
      before?: string | undefined
      limit: number
    }): Work<ListedAlert[]>
  }
  alertWebhook: { find(ownerId: string): Work<AlertWebhook | undefined> }
  isAlertMailSet: boolean
  perform: Perform
}

/** The alerts: for operators those of all agencies, and how they are told of them. */
export const alertPages = (deps: AlertPagesDeps) => {
  const { alerts, alertWebhook, isAlertMailSet, perform } = deps

  interface Shown {
    before?: string | undefined
    typed?: string
    error?: FieldProblem
    secret?: string
    tested?: Tested
  }

  const page = async (person: Person, { before, ...shown }: Shown = {}) => {
    const agencyId = person.agencyId ?? undefined
    const list = await run(alerts.list({ agencyId, before, limit: alertsShown + 1 }))
    return renderPage(
      <AlertsPage
        person={person}
        alerts={list.slice(0, alertsShown)}
        older={list.length > alertsShown ? list[alertsShown - 1]?.id : undefined}
        webhook={await run(alertWebhook.find(gateOwner))}
        isMailSet={isAlertMailSet}
        {...shown}
      />,
    )
  }

  return new Elysia({ name: 'alert-pages' })
    .use(signedIn(deps))
    .get('/alerts', async ({ person, query }) => await page(person, { before: query['before'] || undefined }))
    .post(
      '/alerts/:alert/acknowledge',
      async ({ actor, flash, params, redirect }) => {
        const chosen = params.alert === allAlerts ? { all: true as const } : { alert: params.alert }
        const acknowledged = await perform(acknowledgeAlerts, chosen, actor)
        flash(acknowledgeAlerts.says?.(acknowledged, chosen) ?? '')
        return redirect('/admin/alerts', 303)
      },
      { parse: 'none', params: alertParams },
    )
    .post(
      '/alerts/webhook',
      async ({ actor, flash, once, person, readForm, redirect, set }) => {
        const { url = '' } = await readForm()
        const options = await once(signingSecretAt('/admin/alerts'))
        const { done, error } = await submit(perform(setAlertWebhook, { url }, actor, options))
        if (done) {
          flash(`Webhook saved. Alerts go to ${done.url}`)
          return done.secret === null
            ? redirect('/admin/alerts', 303)
            : await page(person, { secret: done.secret })
        }
        set.status = 422
        return await page(person, { typed: url, error })
      },
      { parse: 'none' },
    )
    .post(
      '/alerts/webhook/secret',
      async ({ flash, actor, once, person, readForm }) => {
        await readForm()
        const options = await once(signingSecretAt('/admin/alerts'))
        const url = (await run(alertWebhook.find(gateOwner)))?.url ?? ''
        const rotated = await perform(setAlertWebhook, { url, rotate_secret: true }, actor, options)
        flash('Signing secret rotated. For 24 hours, alerts are signed with both secrets.')
        return await page(person, { secret: rotated.secret ?? '' })
      },
      { parse: 'none' },
    )
    .post(
      '/alerts/webhook/remove',
      async ({ flash, actor, redirect, readForm }) => {
        await readForm()
        await perform(setAlertWebhook, { none: true }, actor)
        flash('Removed the webhook. Alerts are no longer sent to it.')
        return redirect('/admin/alerts', 303)
      },
      { parse: 'none' },
    )
    .post(
      '/alerts/test',
      async ({ actor, flash, person }) => {
        const tested = await perform(testAlert, {}, actor)
        flash('Test alert sent. The result is below.')
        return await page(person, { tested })
      },
      { parse: 'none' },
    )
}
