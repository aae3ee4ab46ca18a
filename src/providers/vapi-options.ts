import { flag, object, words } from './option-forms.ts'
import type { ProviderOption } from './options.ts'

/** Vapi: create call. The fields of an order that an agent or a call may set. */
export const vapiOptions: readonly ProviderOption[] = [
  flag({
    name: 'assistantOverrides.artifactPlan.recordingEnabled',
    description: 'Whether Vapi records the call.',
  }),
  words(
    { name: 'assistantOverrides.firstMessage', description: 'What the assistant says first.' },
    1000,
    'Hello!',
  ),
  words(
    {
      name: 'assistantOverrides.voicemailMessage',
      description: 'What the assistant says to a voicemail.',
    },
    1000,
    'Please call us back.',
  ),
  object(
    { name: 'assistantOverrides.voicemailDetection', description: 'Detects an answering machine.' },
    '{"provider":"vapi"}',
  ),
]
