/** What the floor and the peers answer: as long as ours to `GET /api/v1/key`. */
export const answer = JSON.stringify({
  success: true,
  data: {
    agency: { id: '019aa3c0-8c3e-7000-a6de-0d3f1c2b4a59', name: 'Agency 12345', plan: 'agency' },
    environment: 'production',
    key: { hint: 'bvai_sk_…a1B2', age_days: 12, created_at: '2026-11-23T15:00:00.000Z' },
    limits: { requests_per_minute: 100, requests_left: 57, concurrent_calls: 10, calls_left: 9 },
  },
})
