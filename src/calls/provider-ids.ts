import { bytesMost, whole } from './bounds.ts'
import type { Call } from './call.ts'
import type { ProviderIds } from './provider.ts'

/** The call under these ids; one that is left out, or too long to be kept, stays as it is. The very same call where nothing changes. */
export const withIds = (call: Call, ids: Partial<ProviderIds>): Call => {
  const providerCallId = whole(ids.providerCallId, bytesMost.id) ?? call.providerCallId
  const telephonyCallId = whole(ids.telephonyCallId, bytesMost.id) ?? call.telephonyCallId
  const isSame = providerCallId === call.providerCallId && telephonyCallId === call.telephonyCallId
  return isSame ? call : { ...call, providerCallId, telephonyCallId }
}

/** The call with those of these ids that it has not had yet. */
export const withMissingIds = (call: Call, ids: Partial<ProviderIds>): Call =>
  withIds(call, {
    providerCallId: call.providerCallId ?? ids.providerCallId ?? null,
    telephonyCallId: call.telephonyCallId ?? ids.telephonyCallId,
  })

/** Whether its provider has told any id of a call. */
export const hasIds = ({
  providerCallId,
  telephonyCallId,
}: Pick<Call, 'providerCallId' | 'telephonyCallId'>) => providerCallId !== null || telephonyCallId !== null

/** Whether a provider's ids are another call's: one of them differs from the one that the call has. */
export const isOtherCall = (call: Pick<Call, 'providerCallId' | 'telephonyCallId'>, named: ProviderIds) =>
  differ(call.providerCallId, named.providerCallId) || differ(call.telephonyCallId, named.telephonyCallId)

const differ = (held: string | null, named: string | null | undefined) =>
  held !== null && named !== null && named !== undefined && held !== named
