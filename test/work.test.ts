import { describe, expect, test } from 'bun:test'
import ts from 'typescript-5'
import { atOnce, finish, inTurn, run, wait, type Work } from '../src/work.ts'

/** An answer that comes after a while, as of a database elsewhere. */
const later = <T>(value: T) => new Promise<T>((answered) => setImmediate(() => answered(value)))

describe('work', () => {
  const sum = function* (numbers: (number | Promise<number>)[]): Work<number> {
    let total = 0
    for (const number of numbers) total += yield* wait(number)
    return total
  }

  test('is done before its caller goes on where the answers are there', () => {
    const done: number[] = []
    const noting = function* () {
      done.push(yield* sum([1, 2]))
    }
    void run(noting())
    expect(done).toEqual([3])
    expect(atOnce(sum([1, 2]))).toBe(3)
  })

  test('waits for each answer where they come later, and is not done at once', async () => {
    expect(await run(sum([later(1), 2, later(3)]))).toBe(6)
    expect(() => atOnce(sum([later(1)]))).toThrow('this work has to wait')
  })

  test('gets the error of an answer where it asked, and passes on what it does not catch', async () => {
    const failing = () => Promise.reject(new Error('gone'))
    const asking = function* (isPatient: boolean): Work<string> {
      try {
        return yield* wait<string>(failing())
      } catch (error) {
        if (isPatient) return (error as Error).message
        throw error
      }
    }
    expect(await run(asking(true))).toBe('gone')
    await expect(run(asking(false))).rejects.toThrow('gone')
  })

  test('for each item comes in their order, one after another', async () => {
    const begun: number[] = []
    const doubled = function* (number: number) {
      begun.push(number)
      return 2 * (yield* wait(later(number)))
    }
    const all = run(inTurn([1, 2, 3], doubled))
    expect(begun).toEqual([1])
    expect(await all).toEqual([2, 4, 6])
  })

  test('of a function that may have none is its result', async () => {
    expect(atOnce(finish('there'))).toBe('there')
    expect(await run(finish(sum([later(1)])))).toBe(1)
  })
})

/** Where a value of this type goes on: work that goes nowhere is never done. */
const goesOn = (checker: ts.TypeChecker, call: ts.Expression): boolean => {
  let node: ts.Node = call
  while (isPartOf(node.parent, node)) node = node.parent
  const { parent } = node
  if (ts.isYieldExpression(parent)) return parent.asteriskToken !== undefined
  if (ts.isReturnStatement(parent) || (ts.isArrowFunction(parent) && parent.body === node))
    return !isVoid(checker, parent)
  if (!ts.isExpression(node) || ts.isExpressionStatement(parent)) return false
  const wanted = checker.getContextualType(node)
  return wanted !== undefined && canBeWork(checker, wanted)
}

/** An expression that can be a function: written in its place, or named. */
const isFunction = (node: ts.Node): node is ts.Expression =>
  ts.isArrowFunction(node) ||
  ts.isFunctionExpression(node) ||
  ((ts.isIdentifier(node) || ts.isPropertyAccessExpression(node)) &&
    (ts.isCallExpression(node.parent) || ts.isNewExpression(node.parent)) &&
    node.parent.expression !== node)

/** The branches of a choice are where it is itself. */
const isPartOf = (parent: ts.Node, node: ts.Node) =>
  ts.isParenthesizedExpression(parent) ||
  ts.isAsExpression(parent) ||
  (ts.isConditionalExpression(parent) && parent.condition !== node)

/** True for a function whose result nobody takes. */
const isVoid = (checker: ts.TypeChecker, within: ts.Node): boolean => {
  let made = within
  while (!ts.isFunctionLike(made)) made = made.parent
  if (!ts.isArrowFunction(made) && !ts.isFunctionExpression(made)) return false
  const wanted = made.type === undefined ? checker.getContextualType(made) : undefined
  return (
    wanted !== undefined &&
    checker
      .getSignaturesOfType(wanted, ts.SignatureKind.Call)
      .some((signature) => !canBeWork(checker, checker.getReturnTypeOfSignature(signature)))
  )
}

/** True for a function whose work or promise nobody takes where it is wanted, as of a predicate of `filter`. */
const isLeft = (checker: ts.TypeChecker, node: ts.Expression): boolean => {
  const wanted = checker.getContextualType(node)
  if (!wanted || callsOf(wanted).length === 0) return false
  const isLater = (type: ts.Type) => isWork(checker, type) || isPromise(type)
  const returns = (type: ts.Type, judge: (result: ts.Type) => boolean) =>
    callsOf(type).some((signature) => judge(signature.getReturnType()))
  const isOpen = ts.TypeFlags.TypeParameter | ts.TypeFlags.Any
  const mayBe = (type: ts.Type) => (type.flags & isOpen) !== 0 || isLater(type)
  return returns(checker.getTypeAtLocation(node), isLater) && !returns(wanted, mayBe)
}

const isPromise = (type: ts.Type): boolean =>
  type.isUnion() ? type.types.some(isPromise) : (type.getSymbol()?.name ?? '').startsWith('Promise')

const callsOf = (type: ts.Type): readonly ts.Signature[] =>
  type.isUnion() ? type.types.flatMap((one) => [...one.getCallSignatures()]) : type.getCallSignatures()

/** True for a call that sends a query of drizzle. */
const isAnswer = (checker: ts.TypeChecker, call: ts.CallExpression) =>
  ts.isPropertyAccessExpression(call.expression) &&
  /^(all|get|run)$/.test(call.expression.name.text) &&
  /drizzle-orm/.test(checker.getResolvedSignature(call)?.declaration?.getSourceFile().fileName ?? '')

function* partsOf(node: ts.Node): Generator<ts.Node> {
  yield node
  const parts: ts.Node[] = []
  ts.forEachChild(node, (part) => void parts.push(part))
  for (const part of parts) yield* partsOf(part)
}

const placeOf = (node: ts.Node) => {
  const file = node.getSourceFile()
  const { line } = file.getLineAndCharacterOfPosition(node.getStart())
  return `${file.fileName.replace(`${process.cwd()}/`, '')}:${line + 1} ${node.getText().split('\n')[0]}`
}

const isWork = (checker: ts.TypeChecker, type: ts.Type): boolean =>
  type.isUnion()
    ? type.types.some((one) => isWork(checker, one))
    : type.getSymbol()?.name === 'Generator' &&
      ['never', 'Promise<unknown>'].includes(
        checker.typeToString(checker.getTypeArguments(type as ts.TypeReference)[0] as ts.Type),
      )

const canBeWork = (checker: ts.TypeChecker, type: ts.Type): boolean =>
  (type.flags & ts.TypeFlags.TypeParameter) !== 0 || isWork(checker, type)

/** The memory of the keys, the windows at the start, and a new secret: of the embedded database alone. */
const answeredAtOnce = ['keys', 'window-grants', 'seal-anew'].map((name) => `src/storage/${name}.ts`)

describe('in the source', () => {
  const { options, fileNames } = ts.parseJsonConfigFileContent(
    ts.readConfigFile('tsconfig.json', (path) => ts.sys.readFile(path)).config,
    ts.sys,
    '.',
  )
  const ours = fileNames.filter((name) => name.startsWith('src/'))
  const program = ts.createProgram(ours, options)
  const checker = program.getTypeChecker()
  const nodes = program
    .getSourceFiles()
    .filter(({ isDeclarationFile }) => !isDeclarationFile)
    .flatMap((file) => [...partsOf(file)])

  test('work is passed on wherever it is asked for, so that none is left undone', () => {
    const asked = nodes.filter(
      (node) => ts.isCallExpression(node) && isWork(checker, checker.getTypeAtLocation(node)),
    ) as ts.CallExpression[]
    const left = [
      ...asked.filter((call) => !goesOn(checker, call)),
      ...nodes.filter((node) => isFunction(node) && isLeft(checker, node)),
    ]
    expect(left.map(placeOf)).toEqual([])
    expect(asked.length).toBeGreaterThan(500)
  }, 60_000)

  test('a store waits for every answer of its database', () => {
    const answers = nodes.filter((node) => ts.isCallExpression(node) && isAnswer(checker, node))
    const unawaited = answers.filter(
      ({ parent }) => !(ts.isCallExpression(parent) && parent.expression.getText() === 'wait'),
    )
    const places = new Set(unawaited.map((node) => placeOf(node).split(':')[0]))
    expect(places).toEqual(new Set(answeredAtOnce))
    expect(answers.length).toBeGreaterThan(150)
  })
})
