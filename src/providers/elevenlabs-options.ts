import { flag, object, oneOf, whole } from './option-forms.ts'
import type { ProviderOption } from './options.ts'

export const telephonies = ['twilio', 'sip_trunk', 'exotel'] as const
export type Telephony = (typeof telephonies)[number]

/** ElevenLabs: outbound call. The fields of an order that an agent or a call may set. */
export const elevenlabsOptions: readonly ProviderOption[] = [
  oneOf(
    {
      name: 'telephony',
      description: 'The kind of number to call from. Only calls from a Twilio number can be ended.',
    },
    ...telephonies,
  ),
  object(
    {
      name: 'conversation_initiation_client_data.conversation_config_override',
      description: 'Settings of the agent for this call, as far as the agent allows overrides.',
    },
    '{"agent":{"first_message":"Hello!"}}',
  ),
  flag({ name: 'call_recording_enabled', description: 'Whether ElevenLabs keeps the audio.' }),
  whole(
    {
      name: 'telephony_call_config.ringing_timeout_secs',
      description: 'How many seconds the phone rings before the call counts as not answered.',
    },
    1,
    600,
  ),
  flag({
    name: 'telephony_call_config.twilio_call_recording_enabled',
    description: 'Records the call in your Twilio account too.',
  }),
  oneOf(
    {
      name: 'telephony_call_config.twilio_machine_detection.mode',
      description: 'Detects an answering machine, through Twilio, which charges for it.',
    },
    'enable',
    'detect_message_end',
  ),
]
