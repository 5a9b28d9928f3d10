// Writes src/expressions/signatures.json: what can be named in an expression, and which parameters and options it takes.
// Types are gone when `gg` runs, and functions pass over options that they do not know, so a slip in an option's name
// could not be seen without this. `node scripts/write-signatures.mjs` after a change to a public signature.
import { readFileSync, writeFileSync } from 'node:fs'
import { argv } from 'node:process'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
const FILE = fileURLToPath(new URL('../src/expressions/signatures.json', import.meta.url))

/** The packages whose functions can be named, the first one wins where two have the same name. */
const PACKAGES = ['optim', 'core', 'gating', 'lateral-mask', 'gaaf', 'diagnostics']

/** What makes something that a setting takes, and what that may be given as an argument. */
const KINDS = [
  [/^GradientTransformation<|^PartialState/, 'transformation'],
  [/^Schedule$/, 'schedule'],
  [/^AccelerationShape$/, 'shape'],
  [/^AcceleratedActivation$|^<T extends Tensor>\(x: T\) => T$/, 'activation'],
  [/^(Scalar|StatefulMeasure<.*>)$/, 'measure'],
  [/^\(updates: Tree\) => Skip|^Skip/, 'decision'],
]

/** `+` chains, and these take functions that nothing can be said of in an expression but by a module of one's own. */
const LEFT_OUT = new Set(['chain', 'gradientTransformation', 'stateless', 'statelessWithTreeMap', 'injectHyperparams'])

const [SHORTEST, LONGEST] = [16, 120]

/** The signatures as they are in the sources now. */
export function signatures() {
  const config = ts.readConfigFile(`${ROOT}tsconfig.json`, (path) => readFileSync(path, 'utf8')).config
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT)
  const files = PACKAGES.map((name) => `${ROOT}packages/${name}/src/index.ts`)
  const program = ts.createProgram(files, { ...options, noEmit: true })
  const checker = program.getTypeChecker()
  const found = {}
  for (const [i, file] of files.entries()) {
    const source = program.getSourceFile(file)
    for (const exported of checker.getExportsOfModule(checker.getSymbolAtLocation(source))) {
      const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported
      const [signature] = checker.getTypeOfSymbolAtLocation(symbol, source).getCallSignatures()
      if (signature === undefined || LEFT_OUT.has(symbol.name) || found[symbol.name] !== undefined) continue
      const returned = checker.typeToString(signature.getReturnType(), undefined, ts.TypeFormatFlags.NoTruncation)
      const kind = KINDS.find(([pattern]) => pattern.test(returned))?.[1]
      if (kind === undefined) continue
      found[symbol.name] = {
        package: PACKAGES[i],
        kind,
        summary: firstSentence(symbol, checker),
        ...described(signature, checker),
      }
    }
  }
  return Object.fromEntries(Object.entries(found).sort(([a], [b]) => (a < b ? -1 : 1)))
}

function described(signature, checker) {
  const parameters = []
  let options
  for (const parameter of signature.parameters) {
    const declaration = parameter.valueDeclaration
    const type = checker.getNonNullableType(checker.getTypeOfSymbolAtLocation(parameter, declaration))
    const required = declaration.questionToken === undefined && declaration.initializer === undefined
    const text = checker.typeToString(type, undefined, ts.TypeFormatFlags.NoTruncation)
    if (/Options$/.test(text)) {
      options = Object.fromEntries(
        type.getProperties().map((property) => {
          const of = checker.getNonNullableType(checker.getTypeOfSymbolAtLocation(property, declaration))
          const optional = (property.flags & ts.SymbolFlags.Optional) !== 0
          return [
            property.name,
            `${checker.typeToString(of, undefined, ts.TypeFormatFlags.NoTruncation)}${optional ? '' : ', needed'}`,
          ]
        }),
      )
    } else parameters.push({ name: parameter.name, type: text, required })
  }
  return { parameters, ...(options && { options }) }
}

function firstSentence(symbol, checker) {
  const text = ts
    .displayPartsToString(symbol.getDocumentationComment(checker))
    .split('\n\n')[0]
    .replace(/\s+/g, ' ')
    .trim()
  const [sentence] = text.split(/(?<!et al)\.(?:\s|$)/)
  // A line of a list: where that is too long, what stands before the first colon or semicolon.
  const [start] = sentence.split(/[:;] /)
  return (sentence.length > LONGEST && start.length > SHORTEST ? start : sentence).replace(/:\s*$/, '')
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(FILE, `${JSON.stringify(signatures(), undefined, 2)}\n`)
}
