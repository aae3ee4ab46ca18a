import { anywhere, drop, put, within } from '../planting/change.ts'
import type { Fault } from './fault.ts'

const guard = within('guard')
const listFor = within('createAuditStore.listFor')
const csvCell = within('csvCell')
const printable = within('printable')
const overview = within('OverviewPage')
const findAll = within('findAll')
const actorIs = within('actorIs')
const mergeTotals = within('mergeTotals')
const deliveryStore = within('createDeliveryStore')

export const page: readonly Fault[] = [
  {
    title: 'forms from elsewhere are taken',
    edits: [anywhere("if (_) throw new _('cross_site')", drop)],
    noticedBy: ['cross-site'],
  },
  {
    title: 'a form of another host of the same site is taken',
    edits: [anywhere("$site === 'same-origin'", put("$site.startsWith('same-')"))],
    noticedBy: ['cross-site'],
  },
  {
    title: 'one page for operators lets in an agency’s admin',
    edits: [
      guard(
        'if ($other) throw $denied($person)',
        put("if ($other && !request.url.includes('/limits')) throw $denied($person)"),
      ),
    ],
    noticedBy: ['roles'],
  },
  {
    title: 'an agency’s admin sees other agencies',
    edits: [guard('if (!_) throw _(_); $here; return _', drop)],
    noticedBy: ['roles'],
  },
  {
    title: 'what a spreadsheet would run is not made inert',
    edits: [anywhere("$here ? `'${_}` : _", put('false'))],
    noticedBy: ['csv', 'audit'],
  },
  {
    title: 'the name of an agency is not escaped on one page',
    edits: [overview('<h1>{$name}</h1>', put('<h1 dangerouslySetInnerHTML={{ __html: $name }} />'))],
    noticedBy: ['naughty'],
  },
  {
    title: 'what was said in a call is not escaped',
    edits: [
      anywhere(
        '<dd class="said">{$words}</dd>',
        put('<dd class="said" dangerouslySetInnerHTML={{ __html: $words }} />'),
      ),
    ],
    noticedBy: ['naughty'],
  },
  {
    title: 'the search box finds what is another agency’s',
    edits: [findAll("$role === 'operator' || $of === $own", put('true'))],
    noticedBy: ['find'],
  },
  {
    title: 'an agency finds the entries of an operator by their name',
    edits: [actorIs('if ($of === null) return $named', put('if ($of !== undefined) return $named'))],
    noticedBy: ['audit-filters'],
  },
  {
    title: 'a download has more calls than the list',
    edits: [anywhere('callsAsCsv($deps, $agency, $query)', put('callsAsCsv($deps, $agency, {})'))],
    noticedBy: ['call-filters'],
  },
  {
    title: 'an attempt of a delivery is lost when another one follows',
    edits: [deliveryStore('if ($past) $keep($id, $past)', drop)],
    noticedBy: ['webhooks'],
  },
  {
    title: 'an agency’s admin reads the names of operators',
    edits: [listFor('actorShownTo(_, $line)', put('$line'))],
    noticedBy: ['shown-actor'],
  },
  {
    title: 'a formula behind a semicolon stays one in a CSV file',
    edits: [csvCell('_.replaceAll(formulaBehind, _)', put('text'))],
    noticedBy: ['csv'],
  },
  {
    title: 'a command prints the control characters of a name',
    edits: [printable('out: (text) => io.out($here)', put('text'))],
    noticedBy: ['visible'],
  },
  {
    title: 'pages may run scripts that stand in them',
    edits: [anywhere(/script-src 'self'/, put("script-src 'self' 'unsafe-inline'"))],
    noticedBy: ['pages'],
  },
  {
    title: 'an agency’s admin reads what is wrong in other agencies',
    edits: [anywhere("$id === undefined ? 'true' : 'agencies.id = $agencyId'", put("'true'"))],
    noticedBy: ['overview'],
  },
  {
    title: 'an alarm counts only the places that it lists',
    edits: [
      anywhere(
        "'select count(*) as total from keys where replaced_at is null and created_at < $before'",
        put("'select 0 as total'"),
      ),
    ],
    noticedBy: ['alarms'],
  },
  {
    title: 'a call that nobody answered counts as answered',
    edits: [anywhere('call.answeredAt === null ? 0 : 1', put('1'))],
    noticedBy: ['overview'],
  },
  {
    title: 'today is compared with the whole day of a week ago',
    edits: [anywhere('$day === weekAgo && $startAt < sameTime', put('$day === weekAgo'))],
    noticedBy: ['summary'],
  },
  {
    title: 'a link to a span of time is in the reader’s zone, whatever its clocks show twice',
    edits: [anywhere("_ ? $local : localTimes($span, 'UTC')", put('$local'))],
    noticedBy: ['call-filters'],
  },
  {
    title: 'the peaks of all agencies that are written in one hour add up',
    edits: [mergeTotals('outcome === peakOfAll', put('false'))],
    noticedBy: ['usage', 'summary'],
  },
  {
    title: 'the list behind an alarm holds only the places that the overview lists',
    edits: [
      anywhere(
        'readKind(kind, { now: _, most: $most })',
        put('readKind(kind, { now: clock.now(), most: listedMost })'),
      ),
    ],
    noticedBy: ['alarms'],
  },
  {
    title: 'a reload of the page that shows a secret makes another one',
    edits: [guard('if (run(audit.hasOperation(_))) throw _', drop)],
    noticedBy: ['shown-once'],
  },
  {
    title: 'an error stands above its form although one of the fields is at fault',
    edits: [within('useProblem')('$problem?.field !== $name', put('true'))],
    noticedBy: ['wrong-fields'],
  },
]
