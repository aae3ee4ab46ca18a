/** What the floor and the peers answer: as long as ours to `GET /api/v1/key`. */
export const answer = JSON.stringify({
  success: true,
  data: {
    agency: { id: '01a20913-72ea-76f2-9618-eb1056300945', name: 'Agency 12345', plan: 'agency' },
    environment: 'production',
    key: { last4: 'GHQY', created_at: '2026-11-23T15:43:19.273Z', age_days: 0 },
    limits: {
      requests: { limit: 100, window_seconds: 60, remaining: 57, reset_seconds: 12 },
      concurrent_calls: { limit: 10, active: 0, remaining: 10 },
    },
  },
})
