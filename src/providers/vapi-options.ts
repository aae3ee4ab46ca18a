import { uuid } from './agent-field.ts'
import { flag, object, ofForm, words } from './option-forms.ts'
import type { ProviderOption } from './options.ts'

/** Vapi: create call. The fields of an order that an agent or a call may set. */
export const vapiOptions: readonly ProviderOption[] = [
  ofForm(
    {
      name: 'squadId',
      description: 'The squad that speaks, instead of an assistant. Overrides apply to all its members.',
    },
    uuid,
    '9f1b7c3e-2d64-4a8f-b0c5-7e6d5a4f3c21',
  ),
  words(
    {
      name: 'assistantVersion',
      description: 'The published version of the assistant. Without it, the current one speaks.',
      ofRef: true,
    },
    100,
    'v3',
  ),
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
