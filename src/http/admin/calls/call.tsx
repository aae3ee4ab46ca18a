import type { ComponentChildren } from 'preact'
import { holdsSlot, isEndedHere, isForgotten, isOver } from '../../../calls/call.ts'
import type { Question } from '../../../people/actor.ts'
import { findKind, recordingsOf } from '../../../providers/kinds.ts'
import { AgencyLayout, type AgencyPageProps } from '../agencies/agency.tsx'
import type { CallView } from './calls.tsx'
import { Ask } from '../question/questions.tsx'
import { CallAsCurl } from './call-as-curl.tsx'
import { Conversation } from './conversation.tsx'
import { Copyable, WithCopyable } from '../../page/copyable.tsx'
import { FormError } from '../../page/form.tsx'
import { Time } from '../../page/time.tsx'
import { Timeline } from './timeline.tsx'
import {
  answeredByTitles,
  costOf,
  EnvironmentTag,
  lasting,
  numberOf,
  OutcomeTag,
  sentimentTitles,
  StatusTag,
} from '../../page/words.tsx'

/** The refresh interval of a live page. */
export const refreshSeconds = 2

interface CallProps extends AgencyPageProps {
  call: CallView
  /** The public address of this server. */
  apiUrl: string
  error?: string | undefined
  /** Shows the whole transcript. */
  whole?: boolean
  /** The other fields of the call. */
  children?: ComponentChildren
}

export const CallPage = ({ person, agency, call, apiUrl, error, whole = false, children }: CallProps) => {
  const refresh = holdsSlot(call) ? refreshSeconds : undefined
  return (
    <AgencyLayout person={person} agency={agency} title={titleOf(call)} section="calls" parents={[]}>
      <h1>{titleOf(call)}</h1>
      <p class="row start">
        <EnvironmentTag name={call.environment} />
        <span id="call-status" role="status" data-refresh-seconds={refresh}>
          <StatusTag status={call.status} /> <OutcomeTag reasonCode={call.reasonCode} />
        </span>
        {call.metadata?.test === true && <span class="tag">Test</span>}
      </p>
      <FormError message={error} />
      <div id="call-actions" data-refresh-seconds={refresh}>
        {holdsSlot(call) && <LiveActions person={person} call={call} />}
      </div>
      <div id="call-facts" data-refresh-seconds={refresh}>
        <div class="columns">
          <section>
            <Timeline call={call} />
            <h2>Details</h2>
            <Facts call={call} />
          </section>
          <section>
            <Conversation call={call} whole={whole} />
          </section>
        </div>
      </div>
      <CallAsCurl call={call} apiUrl={apiUrl} />
      {children}
    </AgencyLayout>
  )
}

const titleOf = (call: CallView) => `Call to ${numberOf(call)}`

export const callPath = ({ agencyId, id }: Pick<CallView, 'agencyId' | 'id'>) =>
  `/admin/agencies/${agencyId}/calls/${id}`

const LiveActions = ({ person, call }: Pick<CallProps, 'person' | 'call'>) => {
  const path = callPath(call)
  return (
    <article>
      <form method="post" action={`${path}/end`}>
        <p>
          {isOver(call)
            ? 'The provider says that this call is still running, so it holds a slot until the provider reports its end.'
            : 'Ending the call hangs up immediately, even in the middle of a conversation.'}
        </p>
        <div class="row start">
          {!isOver(call) && (
            <button type="submit" class="secondary inline">
              End call…
            </button>
          )}
          {person.role === 'operator' && <a href={`${path}/release`}>Release slot…</a>}
          <noscript>
            <a href={path}>Refresh</a>
          </noscript>
        </div>
      </form>
    </article>
  )
}

const Facts = ({ call }: { call: CallView }) => (
  <dl class="facts">
    <dt>Triggered</dt>
    <dd>
      <Time at={call.createdAt} />
    </dd>
    <dt>Duration</dt>
    <dd>{call.durationSeconds === null ? 'not known yet' : lasting(call.durationSeconds)}</dd>
    <dt>Direction</dt>
    <dd>Outbound</dd>
    <dt>Agent</dt>
    <dd>
      {call.isAgentDeleted ? (
        call.agentName
      ) : (
        <a href={`/admin/agencies/${call.agencyId}/agents/${call.agentId}`}>{call.agentName}</a>
      )}
    </dd>
    <dt>Provider</dt>
    <dd>{findKind(call.provider)?.title ?? 'Simulator'}</dd>
    <Fact name="Called from" value={call.fromNumber && <WithCopyable>{call.fromNumber}</WithCopyable>} />
    <Fact name="Name" value={call.name} />
    <Fact name="Email" value={call.email} />
    <Fact name="Answered by" value={call.answeredBy && answeredByTitles[call.answeredBy]} />
    <Fact name="Sentiment" value={call.sentiment && sentimentTitles[call.sentiment]} />
    <Fact name="Cost" value={costOf(call)} />
    <Fact
      name={isEndedHere(call) ? 'Reason' : 'The provider’s words'}
      value={call.reason && <WithCopyable>{call.reason}</WithCopyable>}
    />
    {call.reasonCode !== null && (
      <>
        <dt>Code</dt>
        <dd>
          <a href={`/admin/agencies/${call.agencyId}/calls?outcome=${call.reasonCode}`}>
            <code>{call.reasonCode}</code>
          </a>
        </dd>
      </>
    )}
    <dt>Call ID</dt>
    <dd>
      <Copyable label="call ID">{call.id}</Copyable>
    </dd>
    <Id name="ID at the provider" value={call.providerCallId} />
    <Id name="ID at the carrier" value={call.telephonyCallId} />
    <Id name="X-Request-Id" value={call.requestId} />
    {isOver(call) && call.answeredAt !== null && (
      <>
        <dt>Recording</dt>
        <dd>
          <Recording call={call} />
        </dd>
      </>
    )}
  </dl>
)

const Id = ({ name, value }: { name: string; value: string | null }) =>
  value === null ? null : (
    <>
      <dt>{name}</dt>
      <dd>
        <Copyable label={name}>{value}</Copyable>
      </dd>
    </>
  )

/** Omitted without a value. */
const Fact = ({ name, value }: { name: string; value: ComponentChildren }) =>
  value === null ? null : (
    <>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </>
  )

/** Served by callgate with the account's credentials, because the provider's links are private or expire. */
const Recording = ({ call }: { call: CallView }) => {
  if (isForgotten(call)) return <>erased</>
  if (call.recordingRef === null) return <>None is known. {recordingsOf(call.provider)}</>
  const path = `${callPath(call)}/recording`
  return (
    <>
      {/* Nothing is fetched before somebody listens. */}
      <audio controls preload="none" src={path} aria-label="Recording of the call" />{' '}
      <a href={path} download>
        Download
      </a>
    </>
  )
}

interface ReleaseProps extends AgencyPageProps {
  call: CallView
  asked: Question
}

export const ReleasePage = ({ person, agency, call, asked }: ReleaseProps) => (
  <AgencyLayout
    person={person}
    agency={agency}
    title="Release slot"
    section="calls"
    parents={[{ href: callPath(call), label: titleOf(call) }]}
  >
    <Ask
      asked={asked}
      action={`${callPath(call)}/release`}
      keep={{ href: callPath(call), label: 'Keep the call' }}
    >
      <p>
        <EnvironmentTag name={call.environment} /> <StatusTag status={call.status} />
      </p>
      <p>
        This can’t be undone. Try End call first: it frees the slot as soon as the call is over. Release the
        slot only if that doesn’t help.
      </p>
    </Ask>
  </AgencyLayout>
)
